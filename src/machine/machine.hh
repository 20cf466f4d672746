// SPDX-License-Identifier: GPL-2.0
// One instance of the kernel: its memory, its vCPU, its devices.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hh"
#include "machine/device.hh"

namespace lkl {

struct BootOptions {
    std::string command_line;        // kernel parameters; "mem=" among them sets the RAM
    std::uint64_t memory_bytes = 0;  // RAM in bytes where the command line has no mem=; 0: 64 MiB
    std::string image_path;          // empty: $LKL_IMAGE, else the embedded image
    bool preferred_base = false;     // load at the linked address if it is free (for debuggers)
    bool fork_support = true;        // false: fork() does not copy this instance
    // How long halt() waits, in one step of its own (writing back, one unmount), with no device
    // answering anything: a disk that never answers must not keep the application from ending.
    std::chrono::milliseconds halt_timeout = std::chrono::seconds(10);
    // Console output, whole chunks as the kernel prints them. Called on any host thread, without
    // locks of the machine; empty: output is only kept for console_tail().
    std::function<void(std::string_view)> print;
};

class Machine {
  public:
    // Boots and returns when the kernel takes calls. Thread-safe.
    static Result<std::unique_ptr<Machine>> boot(BootOptions options);

    // Halts (if still running) and frees everything.
    ~Machine();
    Machine(const Machine&) = delete;
    Machine& operator=(const Machine&) = delete;

    // One system call of the kernel (asm-generic numbers), from any host thread. Returns what the
    // kernel returns: -errno on failure. -ESHUTDOWN: halted; -ENOTRECOVERABLE: the kernel has
    // panicked; -EDEADLK: called by a signal handler inside a call.
    long syscall(long number, const std::array<long, 6>& arguments);

    // Plugs a device in; the number names it in remove_device(). The kernel's driver has been
    // probed on return.
    Result<int> add_device(std::unique_ptr<MmioDevice> device);
    Result<void> remove_device(int id);

    // The name of the virtio device ("virtio3") that `id` became in the kernel's sysfs.
    Result<std::string> device_name(int id);

    // Zeroed RAM that the application may use, at an address outside the kernel's range; and its
    // end. Gone with the machine at the latest.
    Result<std::byte*> alloc_io(std::size_t size);
    Result<void> free_io(std::byte* buffer);

    // Closes files, unmounts, flushes devices, and releases every caller with an error. Bounded in
    // time: callers get five seconds to end, then no step waits for longer than `halt_timeout` with
    // no device answering; the first that does ends the kernel as it is, with what was not written
    // back lost: -ETIMEDOUT. 0, or -errno where something could not be written back. Idempotent.
    long halt();

    [[nodiscard]] bool running() const;
    [[nodiscard]] bool panicked() const;

    // The last console output (at most 64 KiB), for messages after a panic.
    [[nodiscard]] std::string console_tail() const;

    // Ends the calling thread's task; its next call makes a new one. Automatic when a thread ends.
    void detach_thread();

    class Impl;

  private:
    explicit Machine(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace lkl
