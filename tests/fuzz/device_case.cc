// SPDX-License-Identifier: GPL-2.0
// The driver of a fuzz case.
#include "device_case.hh"

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "base/check.hh"
#include "checked_disk.hh"
#include "fuzz_input.hh"
#include "virtio/blk.hh"
#include "virtio/console.hh"
#include "virtio/mmio_registers.hh"
#include "virtio/rng.hh"
#include "virtio/virtio_mmio.hh"

namespace lkl::fuzz {

namespace {

using namespace virtio;

class QuietLine final : public InterruptLine {
  public:
    void raise() override {}
};

constexpr std::size_t kMemory = 64 * 1024;
// As the kernel's text and constants are: no device may write there, and cannot.
constexpr std::size_t kReadOnly = 4096;
constexpr unsigned kSteps = 400;  // of one case

// Where a sane driver puts queue `index`; buffers lie above.
constexpr std::uint64_t ring_base(unsigned index) {
    return 0x1000 * (index + 1ULL);
}

constexpr std::uint64_t kAvailAt = 0x400;
constexpr std::uint64_t kUsedAt = 0x800;
constexpr std::uint64_t kBuffers = 0x8000;

// On the heap, so that a sanitizer guards both ends; the first page is really read-only.
class Memory {
  public:
    Memory() : bytes_(static_cast<std::byte*>(std::aligned_alloc(kReadOnly, kMemory))) {
        LKL_CHECK(bytes_ != nullptr);
        std::fill_n(bytes_.get(), kMemory, std::byte{0});
        LKL_CHECK(mprotect(bytes_.get(), kReadOnly, PROT_READ) == 0);
    }

    ~Memory() { LKL_CHECK(mprotect(bytes_.get(), kReadOnly, PROT_READ | PROT_WRITE) == 0); }

    Memory(const Memory&) = delete;
    Memory& operator=(const Memory&) = delete;

    [[nodiscard]] std::span<std::byte> all() const { return {bytes_.get(), kMemory}; }

  private:
    struct Free {
        void operator()(std::byte* memory) const { std::free(memory); }
    };

    std::unique_ptr<std::byte, Free> bytes_;
};

class Case {
  public:
    Case(std::span<const std::uint8_t> bytes, Tally& tally)
        : input_(bytes), tally_(tally), memory_(pages_.all()) {
        make_device(input_.below(4));
        device_->plug({GuestMemory(memory_, kReadOnly), &line_, nullptr});
    }

    ~Case() { device_->unplug(); }

    Case(const Case&) = delete;
    Case& operator=(const Case&) = delete;

    void run() {
        bring_up(input_.take<std::uint64_t>(), 1U << input_.below(7));
        for (unsigned i = 0; i < kSteps && !input_.empty(); ++i) {
            step();
            if ((read(kRegStatus) & kStatusNeedsReset) != 0 && input_.one_in(2)) {
                ++tally_.needed_reset;
                count_answers();
                bring_up(input_.take<std::uint64_t>(), 1U << input_.below(7));
            }
        }
        count_answers();
        check_works_after_reset();
    }

  private:
    void make_device(unsigned kind) {
        std::unique_ptr<VirtioDevice> device;
        if (kind == 2) {
            auto console = std::make_unique<VirtioConsole>(VirtioConsoleOptions{});
            console_ = console.get();
            device = std::move(console);
        } else if (kind == 3) {
            device = std::make_unique<VirtioRng>(
                [](std::span<std::byte> bytes) { std::ranges::fill(bytes, std::byte{0x5c}); });
        } else {
            auto disk = std::make_unique<CheckedDisk>(memory_, input_.one_in(8));
            disk_ = disk.get();
            VirtioBlkOptions options;
            options.queues = kind + 1;
            options.queue_size = 64;
            device = std::make_unique<VirtioBlk>(std::move(disk), options);
        }
        queues_ = device->queue_count();
        avail_index_.resize(queues_);
        device_ = std::make_unique<VirtioMmio>(std::move(device));
    }

    std::uint32_t read(std::uint64_t reg) {
        return static_cast<std::uint32_t>(device_->mmio_read(reg, 4));
    }

    void write(std::uint64_t reg, std::uint32_t value) { device_->mmio_write(reg, value, 4); }

    template <typename T>
    void put(std::uint64_t at, const T& value) {
        LKL_CHECK(at >= kReadOnly && at + sizeof(T) <= memory_.size());
        std::memcpy(memory_.data() + at, &value, sizeof(T));
    }

    template <typename T>
    T get(std::uint64_t at) {
        T value;
        std::memcpy(&value, memory_.data() + at, sizeof(T));
        return value;
    }

    // As a good driver does, with those of the offered features that `wanted` has.
    void bring_up(std::uint64_t wanted, std::uint32_t size) {
        write(kRegStatus, 0);
        write(kRegStatus, kStatusAcknowledge | kStatusDriver);
        write(kRegDeviceFeaturesSel, 0);
        const std::uint32_t features =
            read(kRegDeviceFeatures) & static_cast<std::uint32_t>(wanted);
        write(kRegDriverFeaturesSel, 0);
        write(kRegDriverFeatures, features);
        write(kRegDriverFeaturesSel, 1);
        write(kRegDriverFeatures, 1);
        write(kRegStatus, kStatusAcknowledge | kStatusDriver | kStatusFeaturesOk);
        size_ = size;
        for (unsigned i = 0; i < queues_; ++i) {
            std::fill_n(memory_.begin() + static_cast<long>(ring_base(i)), 0x1000, std::byte{0});
            avail_index_[i] = 0;
            write(kRegQueueSel, i);
            write(kRegQueueSize, size);
            write(kRegQueueDescLow, static_cast<std::uint32_t>(ring_base(i)));
            write(kRegQueueDriverLow, static_cast<std::uint32_t>(ring_base(i) + kAvailAt));
            write(kRegQueueDeviceLow, static_cast<std::uint32_t>(ring_base(i) + kUsedAt));
            write(kRegQueueReady, 1);
        }
        write(kRegStatus, kStatusAcknowledge | kStatusDriver | kStatusFeaturesOk | kStatusDriverOk);
    }

    void step() {
        switch (input_.below(16)) {
            case 0:
                write(input_.below(0x200), input_.take<std::uint32_t>());
                break;
            case 1:
                device_->mmio_write(input_.below(0x1f8), input_.take<std::uint64_t>(),
                                    1U << input_.below(4));
                break;
            case 2:
                device_->mmio_read(input_.below(0x1f8), 1U << input_.below(4));
                break;
            case 3:
                put(kReadOnly + input_.below(kMemory - kReadOnly - 16),
                    input_.take<std::uint64_t>());
                break;
            case 4:
                put_descriptor(ring_base(queue()) + 16 * std::uint64_t{input_.below(64)});
                break;
            case 5:
                put_descriptor(kBuffers + 16 * std::uint64_t{input_.below(256)});
                break;
            case 6:
                offer(queue(), static_cast<std::uint16_t>(input_.below(size_ + 1)));
                break;
            case 7:
                put(ring_base(queue()) + kAvailAt + input_.below(8), input_.take<std::uint16_t>());
                break;
            case 8:
                set_mood();
                break;
            case 9:
                if (disk_ != nullptr) {
                    disk_->complete_one(input_.take<std::uint8_t>());
                }
                break;
            case 10:
                if (console_ != nullptr) {
                    console_->push_input(std::string(input_.below(300), 'i'));
                }
                break;
            case 11:
                if (input_.one_in(4)) {
                    bring_up(input_.take<std::uint64_t>(), input_.below(80));
                }
                break;
            case 12:
                write(kRegQueueNotify, queue());
                break;
            default:
                offer_request(queue());
                write(kRegQueueNotify, queue());
        }
    }

    unsigned queue() { return input_.below(queues_); }

    void set_mood() {
        if (disk_ != nullptr) {
            disk_->set_mood(input_.one_in(2), input_.one_in(4) ? EIO : 0);
        }
    }

    // Addresses are mostly near memory, lengths mostly small.
    void put_descriptor(std::uint64_t at) {
        Descriptor descriptor{};
        descriptor.address = input_.one_in(16)  ? input_.take<std::uint64_t>()
                             : input_.one_in(8) ? kMemory - input_.below(64)
                             : input_.one_in(8) ? input_.below(2 * kReadOnly)
                                                : kBuffers + input_.below(0x4000);
        descriptor.length = input_.one_in(16) ? input_.take<std::uint32_t>() : input_.below(2048);
        descriptor.flags = static_cast<std::uint16_t>(input_.below(8));
        descriptor.next = static_cast<std::uint16_t>(input_.below(input_.one_in(16) ? 0xffff : 64));
        put(at, descriptor);
    }

    void offer(unsigned index, std::uint16_t head) {
        const std::uint64_t avail = ring_base(index) + kAvailAt;
        const std::uint32_t slot = size_ == 0 ? 0 : avail_index_[index] % size_;
        if (slot < 64) {
            put(avail + 4 + 2ULL * slot, head);
        }
        put(avail + 2, ++avail_index_[index]);
    }

    // A request that is right in shape: a header, data of either kind, a status.
    void offer_request(unsigned index) {
        static constexpr std::array kTypes = {kBlkIn,
                                              kBlkOut,
                                              kBlkFlushRequest,
                                              kBlkGetId,
                                              kBlkDiscardRequest,
                                              kBlkWriteZeroesRequest};
        const std::uint64_t header_at = kBuffers + 0x4000;
        const std::uint32_t type = kTypes.at(input_.below(kTypes.size()));
        put(header_at, BlkHeader{type, 0, input_.below(140)});
        const bool ranges = type == kBlkDiscardRequest || type == kBlkWriteZeroesRequest;
        // Now and then what the device must refuse to write to.
        const bool forbidden = !ranges && input_.one_in(16);
        const std::uint64_t data_at = forbidden ? input_.below(kReadOnly) : kBuffers + 0x4800;
        if (ranges) {
            put(data_at, BlkRange{input_.below(140), input_.below(140), input_.below(3)});
        }
        const bool device_writes = type == kBlkIn || type == kBlkGetId;
        const std::uint32_t length = ranges ? 16U : 512U * (1 + input_.below(8));
        const auto flags =
            static_cast<std::uint16_t>(kDescriptorNext | (device_writes ? kDescriptorWrite : 0));
        const std::uint64_t table = ring_base(index);
        put(table, Descriptor{header_at, 16, kDescriptorNext, 1});
        put(table + 16, Descriptor{data_at, length, flags, 2});
        put(table + 32, Descriptor{kBuffers + 0x7000, 1, kDescriptorWrite, 0});
        offer(index, 0);
    }

    void count_answers() {
        for (unsigned i = 0; i < queues_; ++i) {
            tally_.chains_answered += get<std::uint16_t>(ring_base(i) + kUsedAt + 2) % 64;
        }
    }

    void check_works_after_reset() {
        write(kRegStatus, 0);
        LKL_CHECK(read(kRegStatus) == 0);
        LKL_CHECK(read(kRegInterruptStatus) == 0);
        if (disk_ != nullptr) {
            disk_->set_mood(false, 0);
            disk_->restore();
        }
        bring_up(0, 8);
        LKL_CHECK((read(kRegStatus) & (kStatusDriverOk | kStatusNeedsReset)) == kStatusDriverOk);
        if (disk_ != nullptr) {
            check_disk_reads();
        } else {
            check_gives_back();
        }
    }

    void check_disk_reads() {
        put(kBuffers, BlkHeader{kBlkIn, 0, 3});
        put(ring_base(0), Descriptor{kBuffers, 16, kDescriptorNext, 1});
        put(ring_base(0) + 16, Descriptor{kBuffers + 512, 1025, kDescriptorWrite, 0});
        offer(0, 0);
        write(kRegQueueNotify, 0);
        LKL_CHECK(get<std::uint16_t>(ring_base(0) + kUsedAt + 2) == 1);
        LKL_CHECK(get<std::uint32_t>(ring_base(0) + kUsedAt + 8) == 1025);
        for (std::size_t i = 0; i < 1024; ++i) {
            LKL_CHECK(memory_[kBuffers + 512 + i] == CheckedDisk::original(1536 + i));
        }
        LKL_CHECK(memory_[kBuffers + 512 + 1024] == kBlkOk);
    }

    // The rng fills a buffer; the console takes one (queue 1) that it reads.
    void check_gives_back() {
        const unsigned index = console_ != nullptr ? kConsoleTransmit : 0;
        const std::uint16_t flags = console_ != nullptr ? 0 : kDescriptorWrite;
        put(ring_base(index), Descriptor{kBuffers, 100, flags, 0});
        offer(index, 0);
        write(kRegQueueNotify, index);
        LKL_CHECK(get<std::uint16_t>(ring_base(index) + kUsedAt + 2) == 1);
        LKL_CHECK(get<std::uint32_t>(ring_base(index) + kUsedAt + 8) == (flags != 0 ? 100 : 0));
    }

    Input input_;
    Tally& tally_;
    Memory pages_;
    std::span<std::byte> memory_;
    QuietLine line_;
    CheckedDisk* disk_ = nullptr;
    VirtioConsole* console_ = nullptr;
    unsigned queues_ = 0;
    std::uint32_t size_ = 0;
    std::vector<std::uint16_t> avail_index_;
    std::unique_ptr<VirtioMmio> device_;
};

}  // namespace

void run_device_case(std::span<const std::uint8_t> bytes, Tally& tally) {
    Case(bytes, tally).run();
}

}  // namespace lkl::fuzz
