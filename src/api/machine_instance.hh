// SPDX-License-Identifier: GPL-2.0
// The Instance of a real kernel: a lkl::Machine.
#pragma once

#include <memory>

#include "api/instance.hh"
#include "machine/machine.hh"

namespace lkl::detail {

class MachineInstance final : public Instance {
  public:
    explicit MachineInstance(std::unique_ptr<Machine> machine) : machine_(std::move(machine)) {}

    long syscall(long number, const std::array<long, 6>& arguments) noexcept override {
        return machine_->syscall(number, arguments);
    }

    Result<int> add_device(std::unique_ptr<MmioDevice> device) override {
        return machine_->add_device(std::move(device));
    }

    Result<void> remove_device(int id) override { return machine_->remove_device(id); }

    Result<std::string> device_name(int id) override { return machine_->device_name(id); }

    Result<std::byte*> alloc_io(std::size_t size) override { return machine_->alloc_io(size); }

    Result<void> free_io(std::byte* buffer) override { return machine_->free_io(buffer); }

    long halt() override { return machine_->halt(); }

    [[nodiscard]] bool running() const override { return machine_->running(); }

    [[nodiscard]] bool panicked() const override { return machine_->panicked(); }

    [[nodiscard]] std::string console_tail() const override { return machine_->console_tail(); }

    void detach_thread() override { machine_->detach_thread(); }

    [[nodiscard]] Machine& machine() { return *machine_; }

  private:
    std::unique_ptr<Machine> machine_;
};

}  // namespace lkl::detail
