// SPDX-License-Identifier: GPL-2.0
#include <lkl/descriptor.hh>

namespace lkl {

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
    if (this != &other) {
        if (is_open()) {
            detail::syscall(*instance_, nr::close, {fd_});
        }
        instance_ = std::move(other.instance_);
        fd_ = std::exchange(other.fd_, kNone);
        name_ = std::move(other.name_);
    }
    return *this;
}

Descriptor::~Descriptor() {
    if (is_open()) {
        detail::syscall(*instance_, nr::close, {fd_});
    }
}

Result<void> Descriptor::close() {
    if (!is_open()) {
        return {};
    }
    LKL_TRY(auto closed, call(nr::close, "close", release()));
    static_cast<void>(closed);
    return {};
}

}  // namespace lkl
