// SPDX-License-Identifier: GPL-2.0
// Requests to a file by io_uring, run by the event loop's thread.
#pragma once

#include <liburing.h>

#include <condition_variable>
#include <memory>

#include "base/mutex.hh"
#include "base/unique_fd.hh"
#include "block/posix/file_io.hh"

namespace lkl {

class EventLoop;

// Requests are noted by add() on any thread and submitted by the loop's thread: what is on a ring
// belongs to the thread that has submitted it, is cancelled when that one ends, and interrupts its
// system calls; so it must not be a thread of the application's. One eventfd wakes the loop for
// both what was noted and what has completed. The ring takes no operation but those used here.
class AsyncIo {
  public:
    // nullptr where the host has no io_uring, does not allow it, or the loop refuses.
    static std::unique_ptr<AsyncIo> create(EventLoop& loop, const FileTarget& target);

    // Nothing is in flight.
    ~AsyncIo();

    // In the child of a fork, whose loop will watch the same descriptor number: puts an eventfd of
    // the child's own there, and lets go of the ring, which is the parent's; the next request makes
    // another. False if there is no eventfd: then this must not be used any more.
    bool reopen_in_child() LKL_EXCLUDES(mutex_);

    AsyncIo(const AsyncIo&) = delete;
    AsyncIo& operator=(const AsyncIo&) = delete;

    // Takes a request of any kind but the discard of a block device; `remaining` is set. Its
    // completed() is called later.
    void add(BlockRequest& request) LKL_EXCLUDES(mutex_);

    // Wakes the loop if something was noted since the last kick.
    void kick() LKL_EXCLUDES(mutex_);

    // Returns when every request added has been completed; on any thread.
    void drain() LKL_EXCLUDES(mutex_);

  private:
    // A queue of requests through their `next`.
    struct List {
        BlockRequest* head = nullptr;
        BlockRequest* tail = nullptr;

        void append(BlockRequest& request);
        BlockRequest* take();
    };

    AsyncIo(EventLoop& loop, const FileTarget& target) : loop_(loop), target_(target) {}

    bool start();
    bool make_ring() LKL_REQUIRES(mutex_);
    void leave_ring() LKL_REQUIRES(mutex_);
    void wake() const;
    void pump() LKL_EXCLUDES(mutex_);
    void start_noted() LKL_REQUIRES(mutex_);
    void submit_prepared() LKL_REQUIRES(mutex_);
    void reap(List& done) LKL_REQUIRES(mutex_);
    void deliver(List& done) LKL_EXCLUDES(mutex_);
    void run_and_complete(List& requests) LKL_EXCLUDES(mutex_);

    EventLoop& loop_;
    const FileTarget target_;
    UniqueFd event_;

    Mutex mutex_;
    io_uring ring_ LKL_GUARDED_BY(mutex_){};
    bool ring_made_ LKL_GUARDED_BY(mutex_) = false;
    bool registered_ = false;
    bool kicked_ LKL_GUARDED_BY(mutex_) = true;
    bool ring_refused_ LKL_GUARDED_BY(mutex_) = false;  // io_uring_enter fails for good
    List noted_ LKL_GUARDED_BY(mutex_);                 // added, not on the ring
    List prepared_ LKL_GUARDED_BY(mutex_);              // on the ring, not taken by the kernel
    unsigned on_ring_ LKL_GUARDED_BY(mutex_) = 0;       // taken by the kernel, no result yet
    unsigned outstanding_ LKL_GUARDED_BY(mutex_) = 0;   // added, completed() has not returned
    std::condition_variable_any delivered_;
};

}  // namespace lkl
