// SPDX-License-Identifier: GPL-2.0
#include "sandbox/system_calls.hh"

#include <fcntl.h>
#include <linux/fs.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <memory>
#include <type_traits>

namespace lkl {
namespace {

struct FilterDeleter {
    void operator()(scmp_filter_ctx filter) const { seccomp_release(filter); }
};

using Filter = std::unique_ptr<std::remove_pointer_t<scmp_filter_ctx>, FilterDeleter>;

// With any arguments. What works on descriptors comes first.
constexpr int kAlways[] = {
    SCMP_SYS(read),
    SCMP_SYS(readv),
    SCMP_SYS(pread64),
    SCMP_SYS(preadv),
    SCMP_SYS(preadv2),
    SCMP_SYS(write),
    SCMP_SYS(writev),
    SCMP_SYS(pwrite64),
    SCMP_SYS(pwritev),
    SCMP_SYS(pwritev2),
    SCMP_SYS(lseek),
    SCMP_SYS(close),
    SCMP_SYS(fsync),
    SCMP_SYS(fdatasync),
    SCMP_SYS(fallocate),
    SCMP_SYS(ftruncate),
    SCMP_SYS(fadvise64),
    SCMP_SYS(readahead),
    SCMP_SYS(fstat),
    SCMP_SYS(fstatfs),
    SCMP_SYS(flistxattr),
    SCMP_SYS(fgetxattr),
    SCMP_SYS(getdents64),
    SCMP_SYS(dup),
    SCMP_SYS(dup2),
    SCMP_SYS(dup3),
    SCMP_SYS(pipe2),
    // Looking at metadata by name: Landlock does not judge that.
    SCMP_SYS(newfstatat),
    SCMP_SYS(stat),
    SCMP_SYS(lstat),
    SCMP_SYS(statx),
    SCMP_SYS(statfs),
    SCMP_SYS(readlink),
    SCMP_SYS(readlinkat),
    SCMP_SYS(access),
    SCMP_SYS(faccessat),
    SCMP_SYS(faccessat2),
    SCMP_SYS(llistxattr),
    SCMP_SYS(lgetxattr),
    SCMP_SYS(getcwd),
    SCMP_SYS(umask),
    // Events. A ring that exists is limited to its own operations (src/block/posix/async_io.cc);
    // making another would be a way around this list.
    SCMP_SYS(epoll_create1),
    SCMP_SYS(epoll_ctl),
    SCMP_SYS(epoll_wait),
    SCMP_SYS(epoll_pwait),
    SCMP_SYS(epoll_pwait2),
    SCMP_SYS(eventfd2),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(select),
    SCMP_SYS(pselect6),
    SCMP_SYS(io_uring_enter),
    SCMP_SYS(recvfrom),  // of a network disk; sendto: see below
    SCMP_SYS(memfd_create),
    SCMP_SYS(futex),
    // Memory; mmap, mprotect: see below.
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(brk),
    // Threads, signals to itself, time.
    SCMP_SYS(set_robust_list),
    SCMP_SYS(rseq),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(membarrier),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_getres),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(nanosleep),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(time),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(getuid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getgid),
    SCMP_SYS(getegid),
    SCMP_SYS(uname),
    SCMP_SYS(sysinfo),
    SCMP_SYS(getrusage),
    SCMP_SYS(getrandom),
};

// Which files: Landlock judges.
constexpr int kOpens[] = {SCMP_SYS(openat), SCMP_SYS(open)};

// Where files of the host are made.
constexpr int kChanges[] = {
    SCMP_SYS(mkdirat),      SCMP_SYS(mknodat),      SCMP_SYS(symlinkat), SCMP_SYS(linkat),
    SCMP_SYS(unlinkat),     SCMP_SYS(renameat),     SCMP_SYS(renameat2), SCMP_SYS(fchmod),
    SCMP_SYS(fchmodat),     SCMP_SYS(fchown),       SCMP_SYS(fchownat),  SCMP_SYS(utimensat),
    SCMP_SYS(setxattr),     SCMP_SYS(lsetxattr),    SCMP_SYS(fsetxattr), SCMP_SYS(removexattr),
    SCMP_SYS(lremovexattr), SCMP_SYS(fremovexattr),
};

constexpr unsigned long kControls[] = {
    TIOCGWINSZ,   TCGETS,     TCSETS,           TCSETSW,    TCSETSF,  FIONREAD,  // of a terminal
    BLKGETSIZE64, BLKSSZGET,  BLKPBSZGET,       BLKIOMIN,   BLKIOOPT, BLKALIGNOFF,
    BLKROGET,     BLKDISCARD, BLKDISCARDZEROES, BLKZEROOUT, FIGETBSZ,  // of an image
};

constexpr int kFileControls[] = {
    F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL, F_SETFL,
};

class Builder {
  public:
    explicit Builder(scmp_filter_ctx filter) : filter_(filter) {}

    void allow(int call) { keep(seccomp_rule_add(filter_, SCMP_ACT_ALLOW, call, 0)); }

    void allow_if(int call, scmp_arg_cmp condition) {
        keep(seccomp_rule_add(filter_, SCMP_ACT_ALLOW, call, 1, condition));
    }

    void refuse(int call, int error) {
        keep(seccomp_rule_add(filter_, SCMP_ACT_ERRNO(static_cast<std::uint32_t>(error)), call, 0));
    }

    // 0 or the first error, negative.
    [[nodiscard]] int result() const { return result_; }

  private:
    void keep(int result) {
        // EDOM: this processor's Linux has no such call.
        if (result < 0 && result != -EDOM && result_ == 0) {
            result_ = result;
        }
    }

    scmp_filter_ctx filter_;
    int result_ = 0;
};

constexpr std::uint64_t flags(int value) {
    return static_cast<std::uint64_t>(static_cast<unsigned>(value));
}

// Conditions on one argument; libseccomp's own macros for them are C.
scmp_arg_cmp equals(unsigned argument, std::uint64_t value) {
    return {argument, SCMP_CMP_EQ, value, 0};
}

scmp_arg_cmp masked(unsigned argument, std::uint64_t mask, std::uint64_t value) {
    return {argument, SCMP_CMP_MASKED_EQ, mask, value};
}

void add_rules(Builder& builder, CallOptions options) {
    for (const int call : kAlways) {
        builder.allow(call);
    }
    if (options.opens_files) {
        for (const int call : kOpens) {
            builder.allow(call);
        }
    }
    if (options.changes_files) {
        for (const int call : kChanges) {
            builder.allow(call);
        }
    }
    if (options.serves) {
        builder.allow(SCMP_SYS(recvmsg));
        builder.allow(SCMP_SYS(setsid));
    }
    // No new code.
    for (const int call : {SCMP_SYS(mmap), SCMP_SYS(mprotect)}) {
        builder.allow_if(call, masked(2, flags(PROT_EXEC), 0));
    }
    // Threads, but no processes. The arguments of clone3() are out of a filter's sight: without
    // it, C libraries use clone().
    builder.allow_if(SCMP_SYS(clone), masked(0, flags(CLONE_THREAD), flags(CLONE_THREAD)));
    builder.refuse(SCMP_SYS(clone3), ENOSYS);
    // abort() and pthread_kill()
    builder.allow_if(SCMP_SYS(tgkill), equals(0, static_cast<std::uint64_t>(::getpid())));
    // To whom a socket is connected, and nobody else.
    builder.allow_if(SCMP_SYS(sendto), equals(4, 0));
    // Limits may be read, not set.
    builder.allow_if(SCMP_SYS(prlimit64), equals(2, 0));
    for (const int option : {PR_SET_NAME, PR_SET_TIMERSLACK}) {
        builder.allow_if(SCMP_SYS(prctl), equals(0, flags(option)));
    }
    for (const unsigned long control : kControls) {
        builder.allow_if(SCMP_SYS(ioctl), equals(1, control));
    }
    for (const int control : kFileControls) {
        builder.allow_if(SCMP_SYS(fcntl), equals(1, flags(control)));
    }
}

}  // namespace

Result<void> enter_seccomp(CallOptions options) {
    const Filter filter(seccomp_init(SCMP_ACT_ERRNO(EPERM)));
    if (filter == nullptr) {
        return Error::host(ENOMEM, "use", "seccomp");
    }
    // All threads at once; a search tree instead of a chain of comparisons.
    constexpr std::uint32_t kBinaryTree = 2;
    int result = seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_TSYNC, 1);
    if (result == 0) {
        result = seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_OPTIMIZE, kBinaryTree);
    }
    if (result == 0) {
        Builder builder(filter.get());
        add_rules(builder, options);
        result = builder.result();
    }
    if (result == 0) {
        result = seccomp_load(filter.get());
    }
    if (result < 0) {
        return Error::host(-result, "use", "seccomp");
    }
    return {};
}

}  // namespace lkl
