// SPDX-License-Identifier: GPL-2.0
// An owned file descriptor of a kernel in the library: what File, Dir and Socket are made of.
#pragma once

#include <lkl/kernel.hh>
#include <string>
#include <string_view>
#include <utility>

namespace lkl {

// Closes its descriptor when it goes out of scope. The number is one of the kernel's table, not of
// the host's. Move-only; one object is for one thread at a time, the descriptor itself for all.
class Descriptor {
  public:
    // Means "none" or, for a Dir, "the caller's working directory" (AT_FDCWD).
    static constexpr int kNone = -1;
    static constexpr int kWorkingDirectory = -100;

    Descriptor() = default;

    // Takes ownership of `fd`. `name` is what errors call it, mostly its path.
    Descriptor(detail::InstanceRef instance, int fd, std::string name)
        : instance_(std::move(instance)), fd_(fd), name_(std::move(name)) {}

    Descriptor(Descriptor&& other) noexcept
        : instance_(std::move(other.instance_)),
          fd_(std::exchange(other.fd_, kNone)),
          name_(std::move(other.name_)) {}

    Descriptor& operator=(Descriptor&& other) noexcept;
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor();

    [[nodiscard]] int fd() const { return fd_; }

    [[nodiscard]] bool is_open() const { return fd_ >= 0; }

    [[nodiscard]] const std::string& name() const { return name_; }

    [[nodiscard]] const detail::InstanceRef& instance() const { return instance_; }

    // Gives up ownership.
    [[nodiscard]] int release() { return std::exchange(fd_, kNone); }

    // Closes now and says the error (EIO and ENOSPC of network and FUSE file systems come here).
    // The descriptor is gone even then. Closing a closed one succeeds.
    Result<void> close();

    // A system call that returns what the kernel returns; -EBADF without a kernel (default-made or
    // moved from).
    template <typename... Arguments>
    long raw(long number, Arguments... arguments) const {
        static_assert(sizeof...(Arguments) <= 6, "a system call has at most six arguments");
        constexpr long kEbadf = 9;
        return instance_ ? detail::syscall(*instance_, number, {detail::to_argument(arguments)...})
                         : -kEbadf;
    }

    // A system call whose errors carry `operation` and name(): call(nr, "read", fd(), ...).
    template <typename... Arguments>
    Result<long> call(long number, std::string_view operation, Arguments... arguments) const {
        const long value = raw(number, arguments...);
        if (value < 0 && value >= -Kernel::kMaxErrno) {
            return failed(value, operation);
        }
        return value;
    }

    // The Error that call() would give for -errno `value`.
    [[nodiscard]] Error failed(long value, std::string_view operation) const {
        return Error::kernel(value, std::string(operation), name_);
    }

  private:
    detail::InstanceRef instance_;
    int fd_ = kNone;
    std::string name_;
};

}  // namespace lkl
