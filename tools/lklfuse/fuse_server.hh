// SPDX-License-Identifier: GPL-2.0
// Answers FUSE's requests from a tree.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <lkl/result.hh>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/unique_fd.hh"
#include "fs/served_tree.hh"

struct fuse_session;

namespace lkl::tools {

struct FuseServerOptions {
    std::string program;
    bool permissions = false;  // see FuseOptions
    bool debug = false;
    unsigned threads = 4;  // requests at a time
    std::optional<std::uint32_t> uid;
    std::optional<std::uint32_t> gid;
};

// What a request's handler gets: the tree, and what the answers depend on.
struct FuseContext {
    fs::ServedTree& tree;
    FuseServerOptions options;
    fuse_session* session = nullptr;
};

// For one thread, but stop() may come from any.
class FuseServer {
  public:
    // `device` is an open connection (/dev/fuse, mounted), taken over; `tree` outlives the server.
    static Result<std::unique_ptr<FuseServer>> create(fs::ServedTree& tree, UniqueFd device,
                                                      FuseServerOptions options);
    ~FuseServer();
    FuseServer(const FuseServer&) = delete;
    FuseServer& operator=(const FuseServer&) = delete;

    // Answers in threads of its own until the file system is unmounted or stop(); `ended` is then
    // called once, on one of them.
    void start(std::function<void()> ended);

    // Ends the threads, each after the request it is at. Idempotent.
    void stop();

  private:
    FuseServer(fs::ServedTree& tree, FuseServerOptions options);
    void serve();

    struct SessionEnd {
        void operator()(fuse_session* session) const;
    };

    FuseContext context_;
    std::unique_ptr<fuse_session, SessionEnd> session_;
    std::function<void()> ended_;
    std::atomic<bool> stopping_ = false;
    std::atomic<unsigned> running_ = 0;
    std::vector<std::jthread> threads_;
};

}  // namespace lkl::tools
