// SPDX-License-Identifier: GPL-2.0
#include <lkl/io_buffer.hh>
#include <utility>

#include "api/instance.hh"

namespace lkl {

Result<IoBuffer> IoBuffer::allocate(const Kernel& kernel, std::size_t size) {
    LKL_TRY(std::byte* const start, kernel.instance()->alloc_io(size));
    return IoBuffer(kernel.instance(), {start, size});
}

IoBuffer::IoBuffer(IoBuffer&& other) noexcept
    : instance_(std::move(other.instance_)), bytes_(std::exchange(other.bytes_, {})) {}

IoBuffer& IoBuffer::operator=(IoBuffer&& other) noexcept {
    if (this != &other) {
        reset();
        instance_ = std::move(other.instance_);
        bytes_ = std::exchange(other.bytes_, {});
    }
    return *this;
}

// A kernel that has ended cannot take them back: they go with the instance.
void IoBuffer::reset() {
    if (instance_ != nullptr) {
        (void)instance_->free_io(bytes_.data());
    }
    bytes_ = {};
    instance_.reset();
}

}  // namespace lkl
