// SPDX-License-Identifier: GPL-2.0
#include "fs/stream.hh"

#include <algorithm>
#include <chrono>

namespace lkl::fs {
namespace {

constexpr std::size_t kSmallestPiece = std::size_t{64} << 10;
constexpr std::size_t kMostItems = 1024;

}  // namespace

Stream::Stream(std::size_t batches, std::size_t capacity) {
    for (std::size_t i = 0; i < batches; ++i) {
        empty_.push_back(std::make_unique<Batch>(capacity));
    }
}

std::unique_ptr<Batch> Stream::take_empty() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return cancelled_ || !empty_.empty(); });
    if (cancelled_) {
        return nullptr;
    }
    auto batch = std::move(empty_.back());
    empty_.pop_back();
    return batch;
}

void Stream::put_full(std::unique_ptr<Batch> batch) {
    const std::lock_guard lock(mutex_);
    full_.push_back(std::move(batch));
    changed_.notify_all();
}

void Stream::finish() {
    const std::lock_guard lock(mutex_);
    finished_ = true;
    changed_.notify_all();
}

std::unique_ptr<Batch> Stream::take_full(const std::atomic<bool>* stop) {
    constexpr auto kLook = std::chrono::milliseconds(50);
    std::unique_lock lock(mutex_);
    const auto ready = [this] { return finished_ || !full_.empty(); };
    while (!changed_.wait_for(lock, kLook, ready)) {
        if (stop != nullptr && *stop) {
            return nullptr;
        }
    }
    if (full_.empty()) {
        return nullptr;
    }
    auto batch = std::move(full_.front());
    full_.erase(full_.begin());
    return batch;
}

void Stream::put_empty(std::unique_ptr<Batch> batch) {
    batch->clear();
    const std::lock_guard lock(mutex_);
    empty_.push_back(std::move(batch));
    changed_.notify_all();
}

void Stream::cancel() {
    const std::lock_guard lock(mutex_);
    cancelled_ = true;
    changed_.notify_all();
}

StreamWriter::StreamWriter(Stream& stream) : stream_(stream), batch_(stream.take_empty()) {}

StreamWriter::~StreamWriter() {
    if (batch_ != nullptr) {
        stream_.put_full(std::move(batch_));
    }
    stream_.finish();
}

std::span<std::byte> StreamWriter::room(std::uint64_t wanted) {
    const auto least = static_cast<std::size_t>(std::min<std::uint64_t>(wanted, kSmallestPiece));
    if (batch_ != nullptr && batch_->room().size() < least) {
        flush();
    }
    if (batch_ == nullptr) {
        return {};
    }
    const auto room = batch_->room();
    return room.first(static_cast<std::size_t>(std::min<std::uint64_t>(wanted, room.size())));
}

void StreamWriter::put_data(std::uint64_t offset, std::size_t size) {
    if (batch_ != nullptr) {
        batch_->items.emplace_back(Data{offset, batch_->room().first(size)});
        batch_->consume(size);
    }
}

void StreamWriter::put(Item item) {
    if (batch_ != nullptr) {
        batch_->items.push_back(std::move(item));
        if (batch_->items.size() >= kMostItems) {
            flush();
        }
    }
}

void StreamWriter::flush() {
    if (batch_ != nullptr) {
        stream_.put_full(std::move(batch_));
        batch_ = stream_.take_empty();
    }
}

}  // namespace lkl::fs
