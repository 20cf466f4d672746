// SPDX-License-Identifier: GPL-2.0
#include "machine/machine_impl.hh"

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/check.hh"
#include "platform/entropy.hh"
#include "platform/fault.hh"
#include "platform/signal_stack.hh"

namespace lkl {
namespace {

// This thread is in a call of some instance. Written and read by the thread itself, and by the
// handlers of its signals.
__attribute__((tls_model("initial-exec"))) thread_local volatile bool in_call = false;

}  // namespace

bool Machine::Impl::calling() {
    return in_call;
}

Machine::Impl::Impl(BootOptions options, Image image, Arena arena, std::unique_ptr<Vcpu> vcpu)
    : options_(std::move(options)),
      image_(std::move(image)),
      arena_(std::move(arena)),
      vcpu_(std::move(vcpu)),
      bus_(*vcpu_) {}

Machine::Impl::~Impl() {
    unregister_for_fork(*this);
    if (generation_ != 0) {
        unregister_thread_host(generation_);
    }
    vcpu_->end(Ending::halted);
    vcpu_->stop_helper();
    vcpu_->wait_for_callers();
    bus_.unplug_all();
    {
        const std::scoped_lock lock(instances_mutex());
        debugger_entry_.reset();
    }
    if (fault_slot_ >= 0) {
        remove_fault_range(fault_slot_);
    }
}

void Machine::Impl::fill_boot(lkl_boot& boot) {
    boot.abi_version = LKL_ABI_VERSION;
    boot.operations = reinterpret_cast<lkl_u64>(&kOperations);
    boot.host = reinterpret_cast<lkl_u64>(this);
    boot.memory_size = arena_.memory_size();
    boot.modules_start = arena_.modules_start();
    boot.modules_end = arena_.modules_end();
    boot.vmalloc_start = arena_.vmalloc_start();
    boot.vmalloc_end = arena_.vmalloc_end();
    boot.io_start = arena_.io_start();
    boot.io_end = arena_.io_end();
    boot.mmio_start = kMmioStart;
    boot.mmio_end = kMmioStart + kMaxDevices * kMmioWindow;
    boot.command_line = reinterpret_cast<lkl_u64>(options_.command_line.c_str());
    fill_random(std::as_writable_bytes(std::span(boot.seed)));
}

Result<void> Machine::Impl::boot() {
    const lkl_image_header& header = image_.header();
    const std::uint64_t base = arena_.base();
    fault_slot_ = add_fault_range({.text_start = base,
                                   .text_end = base + header.text_end,
                                   .modules_start = arena_.modules_start(),
                                   .modules_end = arena_.modules_end(),
                                   .stacks_start = base,
                                   .stacks_end = base + arena_.memory_size(),
                                   .handler = base + header.fault});
    if (fault_slot_ < 0) {
        return Error::other("there are 256 instances already", "boot");
    }
    {
        const std::scoped_lock lock(instances_mutex());
        debugger_entry_.emplace(image_, base);
    }
    using BootFunction = void (*)(lkl_boot*);
    // The ABI of the image is that of this function type on this host.
    auto* boot_function = reinterpret_cast<BootFunction>(base + header.boot);  // NOLINT
    auto* enter = reinterpret_cast<Vcpu::EnterFunction>(base + header.enter);  // NOLINT
    auto* shared = reinterpret_cast<lkl_vcpu*>(base + header.vcpu);            // NOLINT
    lkl_boot boot{};
    fill_boot(boot);
    if (!vcpu_->boot(shared, enter, [&] { boot_function(&boot); })) {
        return Error::other("the kernel panicked: " + panic_reason(), "boot", image_.name());
    }
    LKL_TRY_VOID(vcpu_->start_helper());
    generation_ = register_thread_host(*this);
    register_for_fork(*this);
    vcpu_->let_go();
    return {};
}

Mailbox& Machine::Impl::mailbox() {
    Mailbox* mailbox = find_mailbox(generation_);
    if (mailbox == nullptr) [[unlikely]] {
        ensure_signal_stack();
        mailbox = &vcpu_->mailboxes().take();
        remember_mailbox(generation_, *mailbox);
    }
    return *mailbox;
}

long Machine::Impl::request(lkl_request request, long number, const std::array<long, 6>& arguments,
                            Vcpu::Duration patience) noexcept {
    // A signal handler that interrupted a call: its mailbox is in use.
    if (in_call) [[unlikely]] {
        return -EDEADLK;
    }
    in_call = true;
    Mailbox& box = mailbox();
    box.shared.request = request;
    box.shared.number = number;
    static_assert(sizeof(box.shared.args) == sizeof(arguments));
    std::memcpy(static_cast<void*>(box.shared.args), arguments.data(), sizeof(arguments));
    const long result = vcpu_->call(box, patience);
    in_call = false;
    return result;
}

Result<int> Machine::Impl::add_device(std::unique_ptr<MmioDevice> device) {
    if (in_call) {
        return Error::kernel(EDEADLK, "add", "a device from within a call");
    }
    const std::scoped_lock lock(device_mutex_);
    const std::uint64_t size = device->mmio_size();
    LKL_TRY(const unsigned id, bus_.plug(std::move(device), memory()));
    const long rc = request(LKL_REQUEST_ADD_DEVICE, 0,
                            {static_cast<long>(DeviceBus::address(id)), static_cast<long>(size),
                             static_cast<long>(DeviceBus::line(id)), static_cast<long>(id), 0, 0});
    if (rc != 0) {
        bus_.unplug(id);
        return Error::kernel(rc, "add", "a virtio device");
    }
    return static_cast<int>(id);
}

Result<void> Machine::Impl::remove_device(int id) {
    if (in_call) {
        return Error::kernel(EDEADLK, "remove", "a device from within a call");
    }
    const std::scoped_lock lock(device_mutex_);
    const long rc = request(LKL_REQUEST_REMOVE_DEVICE, 0, {id, 0, 0, 0, 0, 0});
    if (rc != 0) {
        return Error::kernel(rc, "remove", "device " + std::to_string(id));
    }
    bus_.unplug(static_cast<unsigned>(id));
    return {};
}

Result<std::string> Machine::Impl::device_name(int id) {
    std::array<char, 64> name{};
    const long rc =
        request(LKL_REQUEST_DEVICE_NAME, 0,
                {id, reinterpret_cast<long>(name.data()), static_cast<long>(name.size()), 0, 0, 0});
    if (rc < 0) {
        return Error::kernel(rc, "find", "device " + std::to_string(id));
    }
    return std::string(name.data());
}

Result<std::byte*> Machine::Impl::alloc_io(std::size_t size) {
    const long rc = request(LKL_REQUEST_ALLOC_IO, 0, {static_cast<long>(size), 0, 0, 0, 0, 0});
    if (rc < 0) {
        return Error::kernel(rc, "allocate", std::to_string(size) + " bytes for transfers");
    }
    return reinterpret_cast<std::byte*>(rc);  // NOLINT(performance-no-int-to-ptr)
}

Result<void> Machine::Impl::free_io(std::byte* buffer) {
    const long rc =
        request(LKL_REQUEST_FREE_IO, 0, {reinterpret_cast<long>(buffer), 0, 0, 0, 0, 0});
    if (rc < 0) {
        return Error::kernel(rc, "free", "memory for transfers");
    }
    return {};
}

void Machine::Impl::thread_ended(Mailbox& mailbox) {
    if (mailbox.shared.task != 0 && ending() == Ending::none) {
        ensure_signal_stack();  // the thread may have given its own back by now
        in_call = true;
        mailbox.shared.request = LKL_REQUEST_DETACH;
        vcpu_->call(mailbox);
        in_call = false;
    }
    vcpu_->mailboxes().give_back(mailbox);
}

void Machine::Impl::detach_thread() {
    // A signal handler that interrupted a call: its mailbox is in use.
    if (in_call) {
        return;
    }
    if (Mailbox* mailbox = find_mailbox(generation_)) {
        forget_mailbox(generation_);
        thread_ended(*mailbox);
    }
}

}  // namespace lkl
