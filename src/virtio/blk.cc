// SPDX-License-Identifier: GPL-2.0
// The block device towards its driver: configuration, queues, life of a request's memory.
#include "virtio/blk.hh"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/check.hh"
#include "virtio/blk_request.hh"
#include "virtio/virtio_mmio.hh"

namespace lkl {

using namespace virtio;

namespace {

// What one discard or write_zeroes may cover: bounds the time that the host's file system is busy.
constexpr std::uint32_t kMaxRangeSectors = (1U << 30) / kBlkSector;
constexpr std::uint32_t kMaxRanges = 16;

std::uint64_t features_of(const BlockInfo& info, unsigned queues) {
    std::uint64_t features = kBlkSegMax | kBlkBlockSize | kBlkTopology;
    if (info.read_only) {
        features |= kBlkReadOnly;
    } else {
        features |= kBlkFlush | kBlkConfigWce;
        features |= info.can_discard ? kBlkDiscard : 0;
        features |= info.can_write_zeroes ? kBlkWriteZeroes : 0;
    }
    return features | (queues > 1 ? kBlkMq : 0);
}

}  // namespace

VirtioBlk::VirtioBlk(std::unique_ptr<BlockBackend> backend, VirtioBlkOptions options)
    : backend_(std::move(backend)), options_(std::move(options)) {
    LKL_CHECK(options_.queues >= 1 && options_.queues <= 64);
    LKL_CHECK(std::has_single_bit(options_.queue_size));
    LKL_CHECK(options_.queue_size >= 4 && options_.queue_size <= 1024);
    features_ = features_of(backend_->info(), options_.queues);
    fill_config();
}

VirtioBlk::~VirtioBlk() = default;

void VirtioBlk::fill_config() {
    const BlockInfo& info = backend_->info();
    config_.capacity = info.size / kBlkSector;
    config_.seg_max = std::max(options_.queue_size - 2U, 1U);  // header and status are segments too
    config_.blk_size = info.block_size;
    const std::uint32_t physical = std::max(info.physical_block_size, info.block_size);
    config_.physical_block_exp =
        static_cast<std::uint8_t>(std::countr_zero(physical / info.block_size));
    config_.min_io_size = static_cast<std::uint16_t>(physical / info.block_size);
    config_.opt_io_size = info.optimal_io_size / info.block_size;
    config_.writeback = 1;
    config_.num_queues = static_cast<std::uint16_t>(options_.queues);
    config_.max_discard_sectors = config_.max_write_zeroes_sectors = kMaxRangeSectors;
    config_.max_discard_seg = config_.max_write_zeroes_seg = kMaxRanges;
    config_.discard_sector_alignment = physical / kBlkSector;
    config_.write_zeroes_may_unmap = 1;
}

std::span<const std::byte> VirtioBlk::config() {
    return std::as_bytes(std::span(&config_, 1)).first(kBlkConfigBytes);
}

// 5.2.5: `writeback` is the only field to write, and only with CONFIG_WCE.
void VirtioBlk::write_config(std::size_t offset, std::span<const std::byte> data) {
    if (offset == offsetof(BlkConfig, writeback) && data.size() == 1 &&
        (transport_->features() & kBlkConfigWce) != 0) {
        config_.writeback = data[0] != std::byte{0} ? 1 : 0;
        write_through_ = config_.writeback == 0;
    }
}

void VirtioBlk::size_changed() {
    const MutexLock lock(transport_->mutex());
    backend_->refresh_size();
    config_.capacity = backend_->info().size / kBlkSector;
    transport_->config_changed();
}

void VirtioBlk::attach(VirtioTransport& transport) {
    transport_ = &transport;
    backend_->attach(transport.context().loop);
}

void VirtioBlk::detach() {
    backend_->detach();
}

// 5.2.6.2: a driver that knows neither FLUSH nor CONFIG_WCE gets a write-through device.
void VirtioBlk::driver_ready() {
    write_through_ =
        (transport_->features() & (kBlkFlush | kBlkConfigWce)) == 0 || config_.writeback == 0;
}

void VirtioBlk::quiesce() {
    backend_->drain();
}

void VirtioBlk::reset() {
    config_.writeback = 1;
    write_through_ = false;
}

void VirtioBlk::after_fork_in_child() {
    BlockBackend& backend = *backend_;
    backend_ = backend.after_fork_in_child(std::move(backend_));
}

VirtioBlk::Request& VirtioBlk::take_request(unsigned queue) {
    if (free_ == nullptr) {
        requests_.push_back(std::make_unique<Request>(*this));
        free_ = requests_.back().get();
    }
    auto& request = static_cast<Request&>(*free_);
    free_ = request.next;
    request.next = nullptr;
    request.queue = queue;
    return request;
}

void VirtioBlk::release(Request& request) {
    request.next = free_;
    free_ = &request;
}

void VirtioBlk::notify(unsigned index) {
    Virtqueue& queue = transport_->queue(index);
    for (;;) {
        Request& request = take_request(index);
        const Virtqueue::Next next = queue.pop(request.chain);
        if (next != Virtqueue::Next::chain || !parse(request)) {
            release(request);
            if (next == Virtqueue::Next::broken) {
                transport_->fail(queue.error());
            }
            break;
        }
        const int error = start(request);
        if (error != kBlockPending) {
            finish(request, error);
        }
    }
    backend_->kick();
    transport_->publish(queue);
}

void VirtioBlk::completed(Request& request, int error) {
    const MutexLock lock(transport_->mutex());
    report(request, error);
    error = next_step(request, error);
    if (error == kBlockPending) {
        backend_->kick();
        return;
    }
    Virtqueue& queue = transport_->queue(request.queue);
    finish(request, error);
    transport_->publish(queue);
}

void VirtioBlk::finish(Request& request, int error) {
    *request.status = error == 0                                ? kBlkOk
                      : error == ENOTSUP || error == EOPNOTSUPP ? kBlkUnsupported
                                                                : kBlkIoError;
    transport_->queue(request.queue).push(request.chain.head(), request.data_bytes + 1);
    release(request);
}

std::unique_ptr<MmioDevice> make_virtio_blk(std::unique_ptr<BlockBackend> backend,
                                            VirtioBlkOptions options) {
    return std::make_unique<VirtioMmio>(
        std::make_unique<VirtioBlk>(std::move(backend), std::move(options)));
}

}  // namespace lkl
