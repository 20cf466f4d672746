// SPDX-License-Identifier: GPL-2.0
// What went wrong: the number, the operation that was attempted, and the object it was done to.
#pragma once

#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace lkl {

// The numbers of the kernel inside the library (Linux errno values, positive). They are not the
// host's numbers, even where the two coincide: the category says whose failure it was.
const std::error_category& linux_category() noexcept;

// The name ("ENOSPC") of a Linux errno value, or "" for one that Linux does not have.
std::string_view linux_errno_name(int number) noexcept;

// The sentence ("No space left on device") of a Linux errno value; never empty.
std::string_view linux_errno_text(int number) noexcept;

// A value type: copy, move and read it like a string. Safe to read from several threads.
class Error {
  public:
    Error(std::error_code code, std::string operation, std::string object)
        : code_(code), operation_(std::move(operation)), object_(std::move(object)) {}

    // A failure of the kernel in the library. `number` is an errno value of either sign.
    static Error kernel(long number, std::string operation, std::string object = {});

    // A failure of the host's system call. `number` is the host's errno.
    static Error host(int number, std::string operation, std::string object = {});

    // A failure of the kernel that its errno does not explain well; `reason` is as in other().
    static Error kernel_because(long number, std::string reason, std::string operation,
                                std::string object = {});

    // A failure that no errno explains; `reason` is a full clause ("the image has no ELF header").
    static Error other(std::string reason, std::string operation, std::string object = {});

    // The number and whose it is: linux_category() or std::system_category() (the host's).
    [[nodiscard]] const std::error_code& code() const { return code_; }

    // What was attempted, as a verb phrase: "open", "mount".
    [[nodiscard]] const std::string& operation() const { return operation_; }

    // What it was done to: a path, a device, an option; may be empty.
    [[nodiscard]] const std::string& object() const { return object_; }

    [[nodiscard]] bool is_kernel() const { return code_.category() == linux_category(); }

    // The same failure as a Linux errno value (positive), for the C API.
    [[nodiscard]] int linux_errno() const;

    // One line: "cannot OPERATION OBJECT: REASON".
    [[nodiscard]] std::string message() const;

  private:
    std::error_code code_;
    std::string operation_;
    std::string object_;
    std::string reason_;
};

}  // namespace lkl
