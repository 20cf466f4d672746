// SPDX-License-Identifier: GPL-2.0
// lkl_register_dbg_handler(): the state of the kernel on Ctrl-Z.
#include <lkl/lkl_host_api.h>
#include <semaphore.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <mutex>
#include <string>
#include <thread>

#include "api/text.hh"
#include "capi/default_instance.hh"

namespace {

// Posted by the signal handler, which may do little else.
sem_t wanted;

void on_signal(int /*signal*/) {
    const int saved = errno;
    ::sem_post(&wanted);
    errno = saved;
}

// The kernel prints its tasks to the console, whose end is then shown.
void show_state() {
    if (auto tree = lkl::capi::current_tree("show the tasks")) {
        static_cast<void>(lkl::detail::write_text(*tree, "/proc/sysrq-trigger", "t"));
    }
    const std::string text = lkl::capi::console_tail();
    std::fprintf(stderr, "%s\n", text.c_str());
}

// Ends with its stop token.
void serve(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        if (::sem_wait(&wanted) == 0 && !stop.stop_requested()) {
            show_state();
        }
    }
}

// At exit the thread is told to end, and woken to see it.
struct Server {
    std::jthread thread{serve};
    std::stop_callback<void (*)()> wake{thread.get_stop_token(), [] { ::sem_post(&wanted); }};

    ~Server() {
        thread.request_stop();
        thread.join();
    }
};

}  // namespace

void lkl_register_dbg_handler(void) {
    static std::once_flag once;
    std::call_once(once, [] {
        ::sem_init(&wanted, 0, 0);
        static Server server;
        struct sigaction action {};
        action.sa_handler = on_signal;
        action.sa_flags = SA_RESTART;
        ::sigemptyset(&action.sa_mask);
        ::sigaction(SIGTSTP, &action, nullptr);
    });
}
