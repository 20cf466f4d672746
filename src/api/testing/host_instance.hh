// SPDX-License-Identifier: GPL-2.0
// An Instance for unit tests: the host's own kernel answers the calls, below a directory that
// stands for "/". What needs privileges or devices is scripted by the test.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/instance.hh"

namespace lkl::testing {

class HostInstance final : public detail::Instance {
  public:
    using Arguments = std::array<long, 6>;

    // A fresh directory below the host's temporary one, removed by the destructor.
    HostInstance();
    ~HostInstance() override;

    // Asked before the host: a value answers the call.
    std::function<std::optional<long>(long number, const Arguments& arguments)> script;

    // Where "/" is on the host.
    [[nodiscard]] const std::string& root() const { return root_; }

    // Makes a file below the root, with the directories above it.
    void put(const std::string& path, const std::string& content) const;

    // What add_device was given and remove_device has not taken, by id.
    std::map<int, std::unique_ptr<MmioDevice>> devices;

    // What alloc_io() gave and free_io() has not taken.
    std::map<std::byte*, std::vector<std::byte>> io_buffers;

    // What halt() returns, and how often it was called.
    long halt_status = 0;
    int halts = 0;
    bool is_running = true;
    bool is_panicked = false;

    long syscall(long number, const Arguments& arguments) noexcept override;
    Result<int> add_device(std::unique_ptr<MmioDevice> device) override;
    Result<void> remove_device(int id) override;
    Result<std::string> device_name(int id) override;
    Result<std::byte*> alloc_io(std::size_t size) override;
    Result<void> free_io(std::byte* buffer) override;
    long halt() override;

    [[nodiscard]] bool running() const override { return is_running; }

    [[nodiscard]] bool panicked() const override { return is_panicked; }

    [[nodiscard]] std::string console_tail() const override { return "tail"; }

    void detach_thread() override {}

  private:
    std::string root_;
};

}  // namespace lkl::testing
