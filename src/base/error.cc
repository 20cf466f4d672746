// SPDX-License-Identifier: GPL-2.0
#include "base/error.hh"

namespace lkl {
namespace {

class LinuxCategory final : public std::error_category {
  public:
    [[nodiscard]] const char* name() const noexcept override { return "linux"; }

    [[nodiscard]] std::string message(int number) const override {
        return std::string(linux_errno_text(number));
    }
};

}  // namespace

const std::error_category& linux_category() noexcept {
    static const LinuxCategory category;
    return category;
}

Error Error::kernel(long number, std::string operation, std::string object) {
    const int value = static_cast<int>(number < 0 ? -number : number);
    return {std::error_code(value, linux_category()), std::move(operation), std::move(object)};
}

Error Error::kernel_because(long number, std::string reason, std::string operation,
                            std::string object) {
    Error error = kernel(number, std::move(operation), std::move(object));
    error.reason_ = std::move(reason);
    return error;
}

Error Error::host(int number, std::string operation, std::string object) {
    return {std::error_code(number, std::system_category()), std::move(operation),
            std::move(object)};
}

Error Error::other(std::string reason, std::string operation, std::string object) {
    Error error(std::make_error_code(std::errc::invalid_argument), std::move(operation),
                std::move(object));
    error.reason_ = std::move(reason);
    return error;
}

int Error::linux_errno() const {
    constexpr int kEio = 5;
    if (is_kernel()) {
        return code_.value();
    }
    // The host's numbers are Linux's on Linux; elsewhere the portable condition would be asked.
    return code_.value() > 0 ? code_.value() : kEio;
}

std::string Error::message() const {
    std::string text = "cannot " + operation_;
    if (!object_.empty()) {
        text += " " + object_;
    }
    text += ": ";
    text += reason_.empty() ? code_.message() : reason_;
    return text;
}

}  // namespace lkl
