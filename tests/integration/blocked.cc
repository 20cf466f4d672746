// SPDX-License-Identifier: GPL-2.0
#include "blocked.hh"

#include <cstring>

namespace lkl::testing {

char task_state(Instance& kernel, long tid) {
    // "TID (NAME) STATE ...": proc_pid_stat(5).
    const std::string stat = kernel.read_file("/proc/1/task/" + std::to_string(tid) + "/stat");
    const std::size_t name_end = stat.rfind(')');
    return name_end == std::string::npos || stat.size() < name_end + 3 ? ' ' : stat[name_end + 2];
}

BlockedCaller::BlockedCaller(Instance& kernel, char state, std::function<long()> call)
    : future_(promise_.get_future()) {
    std::promise<long> tid;
    thread_ = std::thread([this, &kernel, &tid, call = std::move(call)] {
        tid.set_value(kernel.call(nr::gettid));
        promise_.set_value(call());
    });
    const long task = tid.get_future().get();
    while (task_state(kernel, task) != state &&
           future_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
        std::this_thread::yield();
    }
}

BlockedCaller::~BlockedCaller() {
    if (thread_.joinable()) {
        thread_.join();
    }
}

long BlockedCaller::result() {
    thread_.join();
    return future_.get();
}

StuckDisk::StuckDisk() {
    constexpr std::uint64_t kSize = 1U << 20U;
    info_.size = kSize;
    info_.identity = "stuck";
}

int StuckDisk::submit(BlockRequest& request) {
    if (stuck_) {
        const std::scoped_lock lock(mutex_);
        kept_.push_back(&request);
        return kBlockPending;
    }
    if (request.op == BlockOp::read) {
        for (const iovec& segment : request.segments) {
            std::memset(segment.iov_base, 0, segment.iov_len);
        }
    }
    return 0;
}

std::size_t StuckDisk::kept_back() {
    const std::scoped_lock lock(mutex_);
    return kept_.size();
}

void StuckDisk::answer_slowly(std::chrono::milliseconds each, std::atomic<int>& answered) {
    stuck_ = true;
    answering_ = std::jthread([this, each, &answered](const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            std::this_thread::sleep_for(each);
            answered += release_one(0) ? 1 : 0;
        }
    });
}

void StuckDisk::drain() {
    answering_ = {};  // waits for an answer that is on its way
    release(kEio);
}

bool StuckDisk::release_one(int error) {
    BlockRequest* oldest = nullptr;
    {
        const std::scoped_lock lock(mutex_);
        if (kept_.empty()) {
            return false;
        }
        oldest = kept_.front();
        kept_.erase(kept_.begin());
    }
    oldest->completed(error);
    return true;
}

void StuckDisk::release(int error) {
    std::vector<BlockRequest*> kept;
    {
        const std::scoped_lock lock(mutex_);
        kept.swap(kept_);
    }
    for (BlockRequest* request : kept) {
        request->completed(error);
    }
}

}  // namespace lkl::testing
