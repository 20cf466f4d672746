// SPDX-License-Identifier: GPL-2.0
#include "lklfuse/fuse_server.hh"

#include <pthread.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "lklfuse/operations.hh"

namespace lkl::tools {
namespace {

// Makes a read of the connection return; see stop().
constexpr int kWake = SIGUSR1;

extern "C" void on_wake(int /*signal*/) {}

void catch_wake() {
    struct sigaction action {};

    action.sa_handler = on_wake;
    action.sa_flags = SA_ONSTACK;  // it may come while a thread is inside the kernel
    ::sigemptyset(&action.sa_mask);
    ::sigaction(kWake, &action, nullptr);
}

}  // namespace

void FuseServer::SessionEnd::operator()(fuse_session* session) const {
    ::fuse_session_destroy(session);
}

FuseServer::FuseServer(fs::ServedTree& tree, FuseServerOptions options)
    : context_{tree, std::move(options), nullptr} {}

FuseServer::~FuseServer() {
    stop();
}

Result<std::unique_ptr<FuseServer>> FuseServer::create(fs::ServedTree& tree, UniqueFd device,
                                                       FuseServerOptions options) {
    std::unique_ptr<FuseServer> server(new FuseServer(tree, std::move(options)));
    std::string program = server->context_.options.program;
    std::string debug = "-d";
    char* words[] = {program.data(), debug.data(), nullptr};
    fuse_args arguments = FUSE_ARGS_INIT(server->context_.options.debug ? 2 : 1, &words[0]);
    server->session_.reset(::fuse_session_new(&arguments, &fuse_operations(),
                                              sizeof(fuse_lowlevel_ops), &server->context_));
    ::fuse_opt_free_args(&arguments);
    // This name stands for a connection that is there already.
    const std::string name = "/dev/fd/" + std::to_string(device.get());
    if (server->session_ == nullptr ||
        ::fuse_session_mount(server->session_.get(), name.c_str()) != 0) {
        return Error::other("libfuse refused it, see above", "use", "the connection to FUSE");
    }
    static_cast<void>(device.release());  // the session closes it
    server->context_.session = server->session_.get();
    return server;
}

void FuseServer::start(std::function<void()> ended) {
    ended_ = std::move(ended);
    catch_wake();
    running_ = context_.options.threads;
    for (unsigned i = 0; i < context_.options.threads; ++i) {
        threads_.emplace_back([this] {
            serve();
            if (--running_ == 0) {
                ended_();
            }
        });
    }
}

void FuseServer::serve() {
    fuse_buf buffer{};
    while (!stopping_) {
        const int size = ::fuse_session_receive_buf(session_.get(), &buffer);
        if (size == -EINTR || size == -EAGAIN) {
            continue;
        }
        if (size <= 0) {
            break;  // unmounted
        }
        ::fuse_session_process_buf(session_.get(), &buffer);
    }
    std::free(buffer.mem);  // libfuse's, by malloc()
}

void FuseServer::stop() {
    stopping_ = true;
    // A thread may be about to read, past its look at the flag: once is not enough.
    while (running_ != 0) {
        for (std::jthread& thread : threads_) {
            ::pthread_kill(thread.native_handle(), kWake);
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    threads_.clear();
}

}  // namespace lkl::tools
