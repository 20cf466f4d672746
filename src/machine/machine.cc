// SPDX-License-Identifier: GPL-2.0
#include "machine/machine.hh"

#include <cstdlib>
#include <utility>

#include "machine/command_line.hh"
#include "machine/machine_impl.hh"

namespace lkl {
namespace {

Result<Image> find_image(const std::string& path) {
    if (!path.empty()) {
        return Image::open(path);
    }
    const char* variable = std::getenv("LKL_IMAGE");
    if (variable != nullptr && *variable != '\0') {
        return Image::open(variable);
    }
    return Image::embedded();
}

Result<std::uint64_t> memory_size(const BootOptions& options) {
    constexpr std::uint64_t kDefault = std::uint64_t{64} << 20U;
    LKL_TRY(const auto mem, parse_mem(options.command_line));
    return mem.value_or(options.memory_bytes != 0 ? options.memory_bytes : kDefault);
}

}  // namespace

Machine::Machine(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Machine::~Machine() {
    if (impl_) {
        impl_->halt();
    }
}

Result<std::unique_ptr<Machine>> Machine::boot(BootOptions options) {
    constexpr std::size_t kLongestCommandLine = 4095;
    if (options.command_line.size() > kLongestCommandLine) {
        return Error::other("the kernel takes at most 4095 bytes", "use the command line");
    }
    LKL_TRY(const std::uint64_t memory, memory_size(options));
    LKL_TRY(Image image, find_image(options.image_path));
    LKL_TRY(Arena arena, Arena::create(image, memory, options.preferred_base));
    LKL_TRY(auto vcpu, Vcpu::create());
    auto impl = std::make_unique<Impl>(std::move(options), std::move(image), std::move(arena),
                                       std::move(vcpu));
    LKL_TRY_VOID(impl->boot());
    return std::unique_ptr<Machine>(new Machine(std::move(impl)));
}

long Machine::syscall(long number, const std::array<long, 6>& arguments) {
    return impl_->request(LKL_REQUEST_SYSCALL, number, arguments);
}

Result<int> Machine::add_device(std::unique_ptr<MmioDevice> device) {
    return impl_->add_device(std::move(device));
}

Result<void> Machine::remove_device(int id) {
    return impl_->remove_device(id);
}

Result<std::string> Machine::device_name(int id) {
    return impl_->device_name(id);
}

Result<std::byte*> Machine::alloc_io(std::size_t size) {
    return impl_->alloc_io(size);
}

Result<void> Machine::free_io(std::byte* buffer) {
    return impl_->free_io(buffer);
}

long Machine::halt() {
    return impl_->halt();
}

bool Machine::running() const {
    return impl_->ending() == Ending::none;
}

bool Machine::panicked() const {
    return impl_->ending() == Ending::panicked;
}

std::string Machine::console_tail() const {
    return impl_->console().text();
}

void Machine::detach_thread() {
    impl_->detach_thread();
}

}  // namespace lkl
