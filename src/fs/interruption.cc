// SPDX-License-Identifier: GPL-2.0
#include "fs/interruption.hh"

#include <csignal>

namespace lkl::fs {
namespace {

StopFlag stop_flag = false;
std::atomic<int> signal_number = 0;
static_assert(StopFlag::is_always_lock_free);

extern "C" void handle_interruption(int number) {
    signal_number = number;
    stop_flag = true;
}

}  // namespace

StopFlag& watch_interruptions() {
    struct sigaction action {};

    action.sa_handler = handle_interruption;
    // Once only. The alternate stack is used where a thread has one: the handler may come while
    // the thread is inside the kernel, on a small stack.
    action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART | SA_ONSTACK);
    ::sigemptyset(&action.sa_mask);
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
        struct sigaction before {};

        // What nohup or a shell's background has made this process ignore is not for it.
        if (::sigaction(number, nullptr, &before) != 0 || before.sa_handler != SIG_IGN) {
            ::sigaction(number, &action, nullptr);
        }
    }
    ::signal(SIGPIPE, SIG_IGN);
    return stop_flag;
}

int interruption_signal() {
    return signal_number;
}

bool forgive_interruption() {
    if (signal_number != 0 && signal_number != SIGINT) {
        return false;
    }
    signal_number = 0;
    stop_flag = false;
    watch_interruptions();
    return true;
}

}  // namespace lkl::fs
