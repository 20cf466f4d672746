// SPDX-License-Identifier: GPL-2.0
// Raw image files and block devices of the host.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "base/mutex.hh"
#include "base/result.hh"
#include "base/unique_fd.hh"
#include "block/file_facts.hh"
#include "block/forked.hh"
#include "virtio/block_backend.hh"

namespace lkl {

struct FileBackendOptions {
    bool read_only = false;
    bool direct = false;       // O_DIRECT: past the host's page cache
    bool lock = true;          // two writers of a file exclude each other (flock, advisory)
    bool async = true;         // io_uring for what would block, where the host has it
    bool async_early = false;  // make the ring in attach(), before a sandbox forbids it
    ForkMode fork_mode = ForkMode::overlay;
    std::string identity = {};  // empty: the file's name
    // Called at the end of attach(), before the kernel knows of the disk. May be empty.
    std::function<void()> attached = {};
};

class AsyncIo;
struct FileTarget;

// What the page cache can serve is done within submit(); the rest goes to io_uring, and blocks
// within submit() where there is none (or no loop).
//
// The disk is as long as the file, cut down to whole sectors (of 512 bytes, or the device's logical
// blocks): a tail of the file that does not fill one is neither shown nor touched.
class FileBackend final : public BlockBackend {
  public:
    // Opens a regular file or block device. Errors: the host's; EBUSY where a lock or, for a block
    // device, a mount or another exclusive user is in the way; a type that is neither; a file
    // shorter than a sector.
    static Result<std::unique_ptr<BlockBackend>> open(const std::string& path,
                                                      FileBackendOptions options = {});

    // Takes an open file. Its own access mode makes it read-only where that does not allow writing.
    // A lock is that of the open file description, which duplicates share. `name` is for messages.
    static Result<std::unique_ptr<BlockBackend>> adopt(UniqueFd fd, std::string name,
                                                       FileBackendOptions options = {});

    ~FileBackend() override;

    [[nodiscard]] const BlockInfo& info() const override { return info_; }

    void attach(EventLoop* loop) override;
    void detach() override;
    int submit(BlockRequest& request) override;
    void kick() override;
    void drain() override;
    void refresh_size() override;
    void reopen_in_child() override;
    std::unique_ptr<BlockBackend> after_fork_in_child(std::unique_ptr<BlockBackend> self) override;

    // Whether io_uring is in use; any thread.
    [[nodiscard]] bool uses_io_uring() const {
        return async_.load(std::memory_order_acquire) != nullptr;
    }

  private:
    FileBackend(UniqueFd fd, FileBackendOptions options);

    [[nodiscard]] FileTarget target() const;
    [[nodiscard]] int try_at_once(BlockRequest& request);
    [[nodiscard]] int try_transfer(BlockRequest& request);
    AsyncIo* async();

    const UniqueFd fd_;
    const FileBackendOptions options_;
    BlockInfo info_;
    FileFacts facts_;
    EventLoop* loop_ = nullptr;

    // Cleared when the file system turns out not to know RWF_NOWAIT.
    std::atomic<bool> nowait_read_{true};
    std::atomic<bool> nowait_write_{true};

    Mutex async_mutex_;
    bool async_tried_ LKL_GUARDED_BY(async_mutex_) = false;
    std::unique_ptr<AsyncIo> async_owner_ LKL_GUARDED_BY(async_mutex_);
    std::atomic<AsyncIo*> async_{nullptr};
};

}  // namespace lkl
