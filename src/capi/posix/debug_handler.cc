// SPDX-License-Identifier: GPL-2.0
// lkl_register_dbg_handler(): the state of the kernel on Ctrl-Z.
#include <lkl/lkl_host_api.h>
#include <semaphore.h>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <lkl/dir.hh>
#include <lkl/numbers.hh>
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

// The kernel's log from the last table of tasks on. Its records are asked for: a quiet console does
// not show them.
std::string tasks_from_log(const lkl::Dir& tree) {
    constexpr int kReadAll = 3;      // SYSLOG_ACTION_READ_ALL
    constexpr int kBufferSize = 10;  // SYSLOG_ACTION_SIZE_BUFFER
    const long size = tree.descriptor().raw(lkl::nr::syslog, kBufferSize, nullptr, 0);
    std::string records(size > 0 ? static_cast<std::size_t>(size) : 0, '\0');
    const long n = tree.descriptor().raw(lkl::nr::syslog, kReadAll, records.data(), records.size());
    records.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    const std::size_t table = records.rfind("Show State");
    const std::size_t line = table == std::string::npos ? table : records.rfind('\n', table);
    return line == std::string::npos ? records : records.substr(line + 1);
}

// The kernel writes its tasks to its log. Without a kernel that could, the console's end is shown.
void show_state() {
    std::string text;
    if (auto tree = lkl::capi::current_tree("show the tasks")) {
        if (lkl::detail::write_text(*tree, "/proc/sysrq-trigger", "t")) {
            text = tasks_from_log(*tree);
        }
    }
    if (text.empty()) {
        text = lkl::capi::console_tail();
    }
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
