// SPDX-License-Identifier: GPL-2.0
// A running Linux kernel in this process.
#pragma once

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <lkl/numbers.hh>
#include <lkl/result.hh>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

namespace lkl {

namespace detail {

class Instance;

// Shared, because a File, Disk or Mount may outlive its Kernel: its calls then fail with
// ESHUTDOWN rather than touch freed memory. The instance's memory goes with the last holder.
using InstanceRef = std::shared_ptr<Instance>;

long syscall(Instance& instance, long number, const std::array<long, 6>& arguments);

// One argument of a system call as the register it travels in: integers and enumerators are
// widened with their own sign, pointers are taken as addresses.
template <typename T>
long to_argument(T value) {
    if constexpr (std::is_null_pointer_v<T>) {
        return 0;
    } else if constexpr (std::is_pointer_v<T>) {
        return static_cast<long>(reinterpret_cast<std::uintptr_t>(value));
    } else {
        static_assert(std::is_integral_v<T> || std::is_enum_v<T>,
                      "a system call takes integers, enumerators and pointers");
        static_assert(sizeof(T) <= sizeof(long));
        return static_cast<long>(value);
    }
}

}  // namespace detail

// One instance of the kernel: its memory, its devices, its file systems, its network. Several may
// run side by side in one process and share nothing.
//
// Threads: any member except the destructor, moves and assignment may be called from any
// thread at any time. A host thread has one task in the instance, made on its first call, with the
// kernel's usual per-task state (a thread id, an errno-free call interface).
class Kernel {
  public:
    struct Options {
        // Kernel parameters ("loglevel=4 mem=128M"). "mem=" sets the RAM.
        std::string command_line;

        // RAM in bytes where the command line has no mem=. 0: 64 MiB.
        std::uint64_t memory_bytes = 0;

        // Path of a kernel image; empty: $LKL_IMAGE, else the image inside the library.
        std::string image_path;

        // Load at the image's linked address if that is free, so that debuggers find the symbols.
        bool preferred_base = false;

        // false: a fork() of the process does not copy this instance; in the child its calls fail.
        bool fork_support = true;

        // How long halt() waits, in one step (writing back, one unmount), with no disk answering
        // any request, before it gives up with ETIMEDOUT: a disk that never answers does not keep
        // the program from ending. What is not written back by then is lost.
        std::chrono::milliseconds halt_timeout = std::chrono::seconds(10);

        // Receives console output in whole chunks, on any host thread, possibly on several at
        // once. It must not call the kernel. Empty: output is only kept for console_tail().
        std::function<void(std::string_view)> print;
    };

    // Boots a kernel; returns when it takes system calls, with /dev, /proc, /sys and /tmp mounted.
    // Errors: the host's (no memory, no image file) or a description of what is wrong with the
    // image or the options.
    static Result<Kernel> boot(Options options);

    static Result<Kernel> boot() { return boot(Options()); }

    Kernel(Kernel&& other) noexcept = default;
    // Halts what this object held before.
    Kernel& operator=(Kernel&& other) noexcept;
    Kernel(const Kernel&) = delete;
    Kernel& operator=(const Kernel&) = delete;

    // Halts, if halt() was not called. An error of that halt is lost: call halt() to see it.
    ~Kernel();

    // One system call: `number` from <lkl/numbers.hh> (or __lkl__NR_*), up to six arguments, each
    // an integer, an enumerator or a pointer. Returns what the kernel returns: -errno on failure.
    // Further values: -ESHUTDOWN after halt, -ENOTRECOVERABLE after a panic, -EDEADLK from a signal
    // handler that interrupted a call of the same thread. Pointers the kernel cannot use: -EFAULT.
    template <typename... Arguments>
    long call(long number, Arguments... arguments) const {
        static_assert(sizeof...(Arguments) <= 6, "a system call has at most six arguments");
        return detail::syscall(*instance_, number, {detail::to_argument(arguments)...});
    }

    // The same with the failure as an Error that names the operation and the object.
    template <typename... Arguments>
    Result<long> try_call(std::string_view operation, std::string_view object, long number,
                          Arguments... arguments) const {
        const long value = call(number, arguments...);
        if (value < 0 && value >= -kMaxErrno) {
            return Error::kernel(value, std::string(operation), std::string(object));
        }
        return value;
    }

    // Refuses new calls, wakes and fails blocked ones, closes files, unmounts, flushes the disks.
    // Bounded in time: blocked calls get five seconds, disks that answer nothing get
    // Options::halt_timeout; a slow disk is waited for as long as it answers.
    // Returns the first thing that could not be written back. Idempotent.
    Result<void> halt();

    // True from boot() until halt or panic.
    [[nodiscard]] bool running() const;

    // True once the kernel has panicked: all its calls fail, the process goes on.
    [[nodiscard]] bool panicked() const;

    // The last console output, at most 64 KiB: what to show after a panic.
    [[nodiscard]] std::string console_tail() const;

    // Ends the calling thread's task in this instance; its next call makes a new one. Happens by
    // itself when the thread ends.
    void detach_thread() const;

    // For the other classes of this API: what they keep of the kernel they belong to.
    [[nodiscard]] const detail::InstanceRef& instance() const { return instance_; }

    explicit Kernel(detail::InstanceRef instance);

    // Return values from -kMaxErrno to -1 are errors.
    static constexpr long kMaxErrno = 4095;

  private:
    detail::InstanceRef instance_;
};

}  // namespace lkl
