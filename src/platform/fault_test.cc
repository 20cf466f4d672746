// SPDX-License-Identifier: GPL-2.0
// Signals that are not the machine's: as if its handlers were not there.
#include "platform/fault.hh"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "base/unique_fd.hh"

namespace lkl {
namespace {

// The wait status of a child that has our handlers and does this. In a child, since they are
// installed once a process.
template <typename F>
int in_child(void (*before)(int), F body) {
    const pid_t child = fork();
    if (child == 0) {
        const rlimit no_core{};
        setrlimit(RLIMIT_CORE, &no_core);
        for (const int signal : {SIGSEGV, SIGTRAP, SIGFPE}) {
            std::signal(signal, before);
        }
        add_fault_range({});
        body();
        _exit(0);
    }
    int status = -1;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    return status;
}

TEST(Fault, AnIgnoredSignalThatIsSentIsIgnored) {
    EXPECT_EQ(in_child(SIG_IGN, [] { raise(SIGTRAP); }), 0);
    EXPECT_EQ(in_child(SIG_IGN, [] { kill(getpid(), SIGFPE); }), 0);
}

TEST(Fault, ASignalThatIsSentHasItsDefaultEffect) {
    const int status = in_child(SIG_DFL, [] { raise(SIGTRAP); });
    EXPECT_TRUE(WIFSIGNALED(status));
    EXPECT_EQ(WTERMSIG(status), SIGTRAP);
}

TEST(Fault, NothingIgnoresAFault) {
    const int status = in_child(SIG_IGN, [] { __builtin_trap(); });
    EXPECT_TRUE(WIFSIGNALED(status));
}

TEST(Fault, AnEarlierHandlerIsCalled) {
    const int status = in_child([](int signal) { _exit(signal); }, [] { raise(SIGFPE); });
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), SIGFPE);
}

}  // namespace
}  // namespace lkl
