// SPDX-License-Identifier: GPL-2.0
// The parts of one instance, and how they are wired together.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "abi/machine.h"
#include "machine/arena.hh"
#include "machine/console_tail.hh"
#include "machine/debugger.hh"
#include "machine/device_bus.hh"
#include "machine/image.hh"
#include "machine/machine.hh"
#include "machine/threads.hh"
#include "machine/vcpu.hh"

namespace lkl {

class Machine::Impl final : public ThreadHost {
  public:
    Impl(BootOptions options, Image image, Arena arena, std::unique_ptr<Vcpu> vcpu);
    ~Impl() override;
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    Result<void> boot();

    long request(lkl_request request, long number, const std::array<long, 6>& arguments,
                 Vcpu::Duration patience = Vcpu::kPatient) noexcept;

    // Whether the calling thread is in a call, interrupted by the handler that asks.
    static bool calling();

    Result<int> add_device(std::unique_ptr<MmioDevice> device);
    Result<void> remove_device(int id);
    Result<std::string> device_name(int id);
    Result<std::byte*> alloc_io(std::size_t size);
    Result<void> free_io(std::byte* buffer);
    long halt();

    void thread_ended(Mailbox& mailbox) override;
    void detach_thread();

    [[nodiscard]] Ending ending() const { return vcpu_->ending(); }

    [[nodiscard]] const ConsoleTail& console() const { return console_; }

    // fork.cc: the steps of pthread_atfork().
    void lock_for_fork();
    void prepare_fork();
    void fork_in_parent();
    void fork_in_child();

    // operations.cc
    static const lkl_operations kOperations;
    void print(std::string_view text);
    void panicked(std::string_view reason);

    [[nodiscard]] DeviceBus& bus() { return bus_; }

    [[nodiscard]] Arena& arena() { return arena_; }

    // For messages: what the kernel's panic said.
    [[nodiscard]] std::string panic_reason() const;

  private:
    // halt.cc
    long unmount_all();
    long halting_request(lkl_request request, long number, const std::array<long, 6>& arguments);

    [[nodiscard]] GuestMemory memory() const {
        return GuestMemory(arena_.ram(), arena_.read_only_bytes());
    }

    Mailbox& mailbox();
    void fill_boot(lkl_boot& boot);

    BootOptions options_;
    Image image_;
    Arena arena_;
    ConsoleTail console_;
    mutable std::mutex panic_mutex_;
    std::string panic_reason_;
    std::unique_ptr<Vcpu> vcpu_;
    DeviceBus bus_;
    std::mutex device_mutex_;  // one device request at a time
    std::mutex halt_mutex_;
    bool halted_ = false;
    long halt_result_ = 0;
    std::uint64_t generation_ = 0;
    int fault_slot_ = -1;
    std::optional<DebuggerEntry> debugger_entry_;
    UniqueFd forked_ram_;  // between prepare and child
    bool fork_locked_ = false;
    bool fork_held_ = false;
};

// Over the lists of all instances: here and in the debugger's view. Made anew in forked children.
std::mutex& instances_mutex();

// Instances that take part in fork().
void register_for_fork(Machine::Impl& machine);
void unregister_for_fork(Machine::Impl& machine);

}  // namespace lkl
