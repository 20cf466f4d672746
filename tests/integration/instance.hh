// SPDX-License-Identifier: GPL-2.0
// A booted kernel for tests, whose log is judged at its end.
#pragma once

#include <array>
#include <cstdint>
#include <lkl/numbers.hh>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "kernel_log.hh"
#include "machine/machine.hh"
#include "virtio/block_backend.hh"

namespace lkl::testing {

// A system call's argument as the register that it travels in.
template <typename T>
long argument(T value) {
    if constexpr (std::is_null_pointer_v<T>) {
        return 0;
    } else if constexpr (std::is_pointer_v<T>) {
        return reinterpret_cast<long>(value);
    } else {
        return static_cast<long>(value);
    }
}

// Boots in the constructor (throws where that fails), halts in the destructor, and fails the test
// if the kernel complained: printed a WARNING, BUG, oops, lockdep splat or stack trace, or logged
// anything as a warning or worse. A test that provokes a complaint declares it with expect(), and
// then it must come.
class Instance {
  public:
    explicit Instance(BootOptions options = {});
    ~Instance();
    Instance(const Instance&) = delete;
    Instance& operator=(const Instance&) = delete;

    // Declares a complaint: a part of the line.
    void expect(std::string pattern) { expected_.push_back(std::move(pattern)); }

    template <typename... Arguments>
    long call(long number, Arguments... arguments) {
        static_assert(sizeof...(Arguments) <= 6);
        return machine_->syscall(number, std::array<long, 6>{argument(arguments)...});
    }

    // A call that is to succeed: fails the test if it does not.
    template <typename... Arguments>
    long must(std::string_view what, long number, Arguments... arguments) {
        return checked(what, call(number, arguments...));
    }

    long open(const std::string& path, int flags, unsigned mode = 0644);
    // Whole content of a small file; what /proc says may change in between. Empty on failure.
    std::string read_file(const std::string& path);
    // 0 or -errno.
    long write_file(const std::string& path, std::string_view content);
    // Names without "." and ".."; empty on failure.
    std::vector<std::string> list(const std::string& path);

    // Tasks of the process that callers belong to, that is PID 1 and those of host threads.
    std::size_t tasks() { return list("/proc/1/task").size(); }

    // Plugs a disk in; its device file.
    std::string add_disk(std::unique_ptr<BlockBackend> backend);
    // Mounts at /mnt/NAME, which is made; the path.
    std::string mount(const std::string& device, const std::string& type, const std::string& name);

    // Judges the log up to now, as the destructor does; for a copy in the child of a fork: the
    // complaints. The kernel's own records are looked at if it still runs.
    std::vector<std::string> complaints();

    // Halts after a look at the records. Repeatable.
    long halt();

    [[nodiscard]] Machine& machine() { return *machine_; }

    [[nodiscard]] KernelLog& log() { return *log_; }

    // Frees the machine, as the destructor does: the destructor then only judges.
    void destroy();

    // In the child of a fork: nothing is judged there.
    void stop_judging() { judging_ = false; }

  private:
    static long checked(std::string_view what, long result);
    void look_at_records();

    std::shared_ptr<KernelLog> log_;  // the machine's print function has it too
    std::vector<std::string> expected_;
    std::vector<std::string> in_records_;
    bool judging_ = true;
    char next_disk_ = 'a';
    std::unique_ptr<Machine> machine_;
};

}  // namespace lkl::testing
