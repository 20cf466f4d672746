// SPDX-License-Identifier: GPL-2.0
// The host's side of the table of operations (abi/machine.h). All run on the stack of the thread
// that is inside the kernel, which is not prepared for exceptions.
#include <string_view>

#include "machine/machine_impl.hh"
#include "platform/clock.hh"
#include "platform/entropy.hh"

namespace lkl {
namespace {

Machine::Impl& machine(void* host) {
    return *static_cast<Machine::Impl*>(host);
}

void op_print(void* host, const char* text, lkl_u64 length) noexcept {
    machine(host).print({text, length});
}

void op_panic(void* host, const char* text, lkl_u64 length) noexcept {
    machine(host).panicked({text, length});
}

lkl_u64 op_now(void* /*host*/) noexcept {
    return monotonic_ns();
}

void op_clock(void* /*host*/, lkl_clock* clock) noexcept {
    const WallTime wall = wall_time();
    clock->tsc_khz = tsc_khz();
    clock->wall_sec = wall.seconds;
    clock->wall_nsec = wall.nanoseconds;
}

lkl_u64 op_mmio_read(void* host, lkl_u64 address, lkl_u32 size) noexcept {
    return machine(host).bus().read(address, size);
}

void op_mmio_write(void* host, lkl_u64 address, lkl_u64 value, lkl_u32 size) noexcept {
    machine(host).bus().write(address, value, size);
}

lkl_s64 op_map(void* host, lkl_u64 address, lkl_u64 physical, lkl_u64 length,
               lkl_u32 protection) noexcept {
    return machine(host).arena().map(address, physical, length, protection);
}

void op_entropy(void* /*host*/, void* buffer, lkl_u64 length) noexcept {
    fill_random({static_cast<std::byte*>(buffer), length});
}

}  // namespace

const lkl_operations Machine::Impl::kOperations = {
    .print = op_print,
    .panic = op_panic,
    .now = op_now,
    .clock = op_clock,
    .mmio_read = op_mmio_read,
    .mmio_write = op_mmio_write,
    .map = op_map,
    .entropy = op_entropy,
};

void Machine::Impl::print(std::string_view text) {
    console_.append(text);
    if (options_.print) {
        options_.print(text);
    }
}

void Machine::Impl::panicked(std::string_view reason) {
    const std::scoped_lock lock(panic_mutex_);
    panic_reason_ = reason;
}

std::string Machine::Impl::panic_reason() const {
    const std::scoped_lock lock(panic_mutex_);
    return panic_reason_;
}

}  // namespace lkl
