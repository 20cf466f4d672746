// SPDX-License-Identifier: GPL-2.0
// Threads that are blocked in calls, and a disk that blocks them.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "instance.hh"

namespace lkl::testing {

// A host thread that makes one call, which is expected to block. Joined by the destructor.
class BlockedCaller {
  public:
    // `state` is that of the task while it is blocked: 'S' or 'D'. Returns once it is.
    BlockedCaller(Instance& kernel, char state, std::function<long()> call);
    ~BlockedCaller();
    BlockedCaller(const BlockedCaller&) = delete;
    BlockedCaller& operator=(const BlockedCaller&) = delete;

    // Waits for the call's end.
    long result();

    [[nodiscard]] std::thread& thread() { return thread_; }

  private:
    std::promise<long> promise_;
    std::future<long> future_;
    std::thread thread_;
};

// The state letter of a task in /proc, ' ' if there is none.
char task_state(Instance& kernel, long tid);

// A disk of zeroes that keeps requests back while it is stuck.
class StuckDisk final : public BlockBackend {
  public:
    StuckDisk();

    [[nodiscard]] const BlockInfo& info() const override { return info_; }

    int submit(BlockRequest& request) override;

    void drain() override;

    std::unique_ptr<BlockBackend> after_fork_in_child(std::unique_ptr<BlockBackend> self) override {
        return self;
    }

    // From now on: keep requests back, or not.
    void set_stuck(bool stuck) { stuck_ = stuck; }

    [[nodiscard]] std::size_t kept_back();
    // Ends what is kept back with `error`.
    void release(int error);
    // From now on: keeps requests back, and ends one each time this has passed, until drain().
    // `answered` counts them, and outlives the disk.
    void answer_slowly(std::chrono::milliseconds each, std::atomic<int>& answered);

  private:
    // Ends the oldest of them; false: there is none.
    bool release_one(int error);

    static constexpr int kEio = 5;

    BlockInfo info_;
    std::atomic<bool> stuck_{false};
    std::mutex mutex_;
    std::vector<BlockRequest*> kept_;
    std::jthread answering_;
};

}  // namespace lkl::testing
