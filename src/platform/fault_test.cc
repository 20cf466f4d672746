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

volatile std::sig_atomic_t seen_between = 0;

struct sigaction found_between {};

// Counts, and hands on to what was there before it.
void between(int signal, siginfo_t* info, void* context) {
    seen_between = seen_between + 1;
    found_between.sa_sigaction(signal, info, context);
}

void install_between() {
    struct sigaction action {};

    action.sa_sigaction = between;
    action.sa_flags = SA_SIGINFO;
    sigemptyset(&action.sa_mask);
    sigaction(SIGFPE, &action, &found_between);
}

TEST(Fault, AHandlerInstalledSinceIsCovered) {
    const int status =
        in_child([](int signal) { _exit(signal + 100 * (seen_between == 1 ? 1 : 0)); },
                 [] {
                     install_between();
                     add_fault_range({});

                     struct sigaction now {};

                     sigaction(SIGFPE, nullptr, &now);
                     if (now.sa_sigaction == between) {
                         _exit(1);
                     }
                     raise(SIGFPE);
                 });
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), SIGFPE + 100);
}

// More often than there are layers; it hands nothing on.
TEST(Fault, HandlersMayBeInstalledAgainAndAgain) {
    const int status = in_child(SIG_DFL, [] {
        for (int i = 0; i < 30; i++) {
            std::signal(SIGFPE, [](int signal) { _exit(signal); });
            add_fault_range({});

            struct sigaction now {};

            sigaction(SIGFPE, nullptr, &now);
            if ((now.sa_flags & SA_SIGINFO) == 0) {
                _exit(1);
            }
        }
        raise(SIGFPE);
    });
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), SIGFPE);
}

}  // namespace
}  // namespace lkl
