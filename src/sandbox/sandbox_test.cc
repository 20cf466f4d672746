// SPDX-License-Identifier: GPL-2.0
// What a confined process may and may not do. Each case runs in a child: there is no way back.
#include "sandbox/sandbox.hh"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

namespace lkl {
namespace {

namespace stdfs = std::filesystem;

// 0 or the errno of a call.
int error_of(long result) {
    return result < 0 ? errno : 0;
}

int try_open(const std::string& path, int flags = O_RDONLY) {
    const int fd = ::open(path.c_str(), flags | O_CLOEXEC, 0600);
    const int error = error_of(fd);
    if (fd >= 0) {
        ::close(fd);
    }
    return error;
}

// Expects `what` to return 0, and tells its result if not.
struct Check {
    const char* name;
    std::function<int()> what;
    int expected;
};

class SandboxTest : public ::testing::Test {
  protected:
    void SetUp() override {
        directory_ = stdfs::temp_directory_path() / ("lkl-sandbox-" + std::to_string(::getpid()));
        stdfs::create_directories(directory_ / "named/below");
        stdfs::create_directories(directory_ / "other");
        for (const char* name : {"named/file", "named/below/file", "other/file", "image"}) {
            std::ofstream(directory_ / name) << name;
        }
        if (const auto lacks = missing(); !lacks.empty()) {
            GTEST_SKIP() << lacks;
        }
    }

    void TearDown() override { stdfs::remove_all(directory_); }

    [[nodiscard]] std::string path(const std::string& below) const { return directory_ / below; }

    // What this host or build lacks; "" if nothing.
    static std::string missing() {
        int pipe[2];
        EXPECT_EQ(::pipe(pipe), 0);
        const pid_t child = ::fork();
        if (child == 0) {
            Sandbox sandbox = Sandbox::confine_files({});
            sandbox.confine_calls();
            for (const std::string& sentence : sandbox.missing()) {
                [[maybe_unused]] const auto size =
                    ::write(pipe[1], sentence.data(), sentence.size());
            }
            ::_exit(0);
        }
        ::close(pipe[1]);
        std::string text(4096, '\0');
        const ssize_t size = ::read(pipe[0], text.data(), text.size());
        text.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
        ::close(pipe[0]);
        ::waitpid(child, nullptr, 0);
        return text;
    }

    // Runs the checks in a child that has entered a sandbox with these options.
    static void expect_confined(const SandboxOptions& options, const std::vector<Check>& checks) {
        for (const Check& check : checks) {
            EXPECT_EQ(in_child([&] {
                          Sandbox sandbox = Sandbox::confine_files(options);
                          sandbox.confine_calls();
                          return check.what();
                      }),
                      check.expected)
                << check.name;
        }
    }

    // The value that `work` returns in a child; 256 and the signal if one ended it.
    static int in_child(const std::function<int()>& work) {
        const pid_t child = ::fork();
        if (child == 0) {
            ::_exit(work());
        }
        int status = 0;
        EXPECT_EQ(::waitpid(child, &status, 0), child);
        return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
    }

    stdfs::path directory_;
};

TEST_F(SandboxTest, RefusesNewCapabilitiesOfTheProcess) {
    const pid_t parent = ::getpid();
    expect_confined(
        {},
        {
            {"a program",
             [] {
                 char* const arguments[] = {nullptr};
                 return error_of(::execve("/bin/true", arguments, arguments));
             },
             EPERM},
            {"a socket", [] { return error_of(::socket(AF_INET, SOCK_STREAM, 0)); }, EPERM},
            {"a local socket", [] { return error_of(::socket(AF_UNIX, SOCK_STREAM, 0)); }, EPERM},
            {"a process", [] { return error_of(::fork()); }, EPERM},
            {"memory for code",
             [] {
                 void* const place = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
                                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
                 return place == MAP_FAILED ? errno : 0;
             },
             EPERM},
            {"data that becomes code",
             [] {
                 void* const place = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE,
                                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
                 return place == MAP_FAILED
                            ? -1
                            : error_of(::mprotect(place, 4096, PROT_READ | PROT_EXEC));
             },
             EPERM},
            {"another ring", [] { return error_of(::syscall(SYS_io_uring_setup, 4, nullptr)); },
             EPERM},
            {"another process's signals", [=] { return error_of(::kill(parent, 0)); }, EPERM},
            {"another process's memory",
             [=] { return error_of(::ptrace(PTRACE_ATTACH, parent, nullptr, nullptr)); }, EPERM},
            {"new name spaces", [] { return error_of(::unshare(CLONE_NEWUSER)); }, EPERM},
        });
}

TEST_F(SandboxTest, ReadsWhatIsNamedAndNothingElse) {
    const SandboxOptions options{{}, {}, {path("named")}, {}};
    expect_confined(
        options,
        {
            {"a named file", [&] { return try_open(path("named/file")); }, 0},
            {"a file below", [&] { return try_open(path("named/below/file")); }, 0},
            {"the directory", [&] { return try_open(path("named/below"), O_DIRECTORY); }, 0},
            {"another file", [&] { return try_open(path("other/file")); }, EACCES},
            {"out by dots", [&] { return try_open(path("named/../other/file")); }, EACCES},
            {"a directory above", [&] { return try_open(path(""), O_DIRECTORY); }, EACCES},
            {"the system's files", [] { return try_open("/etc/passwd"); }, EACCES},
            {"to write it", [&] { return try_open(path("named/file"), O_WRONLY); }, EACCES},
            {"a new file", [&] { return try_open(path("named/new"), O_WRONLY | O_CREAT); }, EACCES},
            {"to remove it", [&] { return error_of(::unlink(path("named/file").c_str())); }, EPERM},
            {"to change its mode",
             [&] { return error_of(::chmod(path("named/file").c_str(), 0777)); }, EPERM},
            {"to rename it",
             [&] {
                 return error_of(
                     ::rename(path("named/file").c_str(), path("named/renamed").c_str()));
             },
             EPERM},
        });
    EXPECT_TRUE(stdfs::exists(path("named/file")));
}

TEST_F(SandboxTest, WritesBeneathWhatIsNamed) {
    const SandboxOptions options{{}, {}, {}, {path("named")}};
    expect_confined(
        options,
        {
            {"a new file", [&] { return try_open(path("named/new"), O_WRONLY | O_CREAT); }, 0},
            {"a new directory",
             [&] { return error_of(::mkdirat(AT_FDCWD, path("named/d").c_str(), 0700)); }, 0},
            {"a link to another directory",
             [&] {
                 return error_of(::linkat(AT_FDCWD, path("named/file").c_str(), AT_FDCWD,
                                          path("named/below/link").c_str(), 0));
             },
             0},
            {"another file", [&] { return try_open(path("other/file"), O_WRONLY); }, EACCES},
            {"to read it", [&] { return try_open(path("other/file")); }, EACCES},
            {"a new file elsewhere",
             [&] { return try_open(path("other/new"), O_WRONLY | O_CREAT); }, EACCES},
            {"to remove elsewhere",
             [&] { return error_of(::unlinkat(AT_FDCWD, path("other/file").c_str(), 0)); }, EACCES},
            {"to make it longer than it was",
             [&] { return try_open(path("other/file"), O_WRONLY | O_TRUNC); }, EACCES},
        });
    EXPECT_TRUE(stdfs::exists(path("named/below/link")));
    EXPECT_TRUE(stdfs::exists(path("other/file")));
}

TEST_F(SandboxTest, WithNothingNamedNothingIsOpened) {
    const SandboxOptions options{{path("image")}, {}, {}, {}};
    expect_confined(options, {{"even the image", [&] { return try_open(path("image")); }, EPERM}});
    EXPECT_EQ(in_child([&] {
                  Sandbox sandbox = Sandbox::confine_files(options);
                  const int error = try_open(path("image"));
                  return error != 0 ? error : try_open(path("image"), O_WRONLY);
              }),
              EACCES);
    EXPECT_EQ(in_child([&] {
                  Sandbox sandbox = Sandbox::confine_files({{}, {path("image")}, {}, {}});
                  return try_open(path("image"), O_RDWR);
              }),
              0);
}

TEST_F(SandboxTest, OpenFilesStayUsable) {
    EXPECT_EQ(in_child([&] {
                  const int fd = ::open(path("other/file").c_str(), O_RDWR | O_CLOEXEC);
                  Sandbox sandbox = Sandbox::confine_files({});
                  sandbox.confine_calls();
                  char byte = 0;
                  return ::pread(fd, &byte, 1, 0) == 1 && ::pwrite(fd, &byte, 1, 0) == 1 ? 0 : 1;
              }),
              0);
}

// The second step holds for threads that were there before, and new ones can be made.
TEST_F(SandboxTest, HoldsForAllThreads) {
    EXPECT_EQ(
        in_child([] {
            Sandbox sandbox = Sandbox::confine_files({});
            std::atomic<bool> entered = false;
            std::atomic<int> old_thread = 0;
            std::thread before([&] {
                entered.wait(false);
                old_thread = error_of(::socket(AF_INET, SOCK_STREAM, 0));
            });
            sandbox.confine_calls();
            entered = true;
            entered.notify_all();
            before.join();
            int new_thread = 0;
            std::thread after([&] { new_thread = error_of(::socket(AF_INET, SOCK_STREAM, 0)); });
            after.join();
            return old_thread == EPERM && new_thread == EPERM ? 0 : 1;
        }),
        0);
}

// abort() must still end the process in the usual way.
TEST_F(SandboxTest, AProcessCanEndItself) {
    const rlimit no_core{0, 0};
    ASSERT_EQ(::setrlimit(RLIMIT_CORE, &no_core), 0);
    expect_confined({}, {{"abort", []() -> int { ::abort(); }, 256 + SIGABRT}});
}

}  // namespace
}  // namespace lkl
