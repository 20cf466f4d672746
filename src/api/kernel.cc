// SPDX-License-Identifier: GPL-2.0
#include <lkl/kernel.hh>

#include "api/instance.hh"

namespace lkl {

namespace detail {

long syscall(Instance& instance, long number, const std::array<long, 6>& arguments) {
    return instance.syscall(number, arguments);
}

}  // namespace detail

Kernel::Kernel(detail::InstanceRef instance) : instance_(std::move(instance)) {}

Kernel& Kernel::operator=(Kernel&& other) noexcept {
    if (this != &other) {
        if (instance_) {
            instance_->halt();
        }
        instance_ = std::move(other.instance_);
    }
    return *this;
}

Kernel::~Kernel() {
    if (instance_) {
        instance_->halt();
    }
}

Result<void> Kernel::halt() {
    const long status = instance_->halt();
    if (status < 0) {
        return Error::kernel(status, "halt", "the kernel");
    }
    return {};
}

bool Kernel::running() const {
    return instance_->running();
}

bool Kernel::panicked() const {
    return instance_->panicked();
}

std::string Kernel::console_tail() const {
    return instance_->console_tail();
}

void Kernel::detach_thread() const {
    instance_->detach_thread();
}

}  // namespace lkl
