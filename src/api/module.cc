// SPDX-License-Identifier: GPL-2.0
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <lkl/module.hh>
#include <memory>
#include <utility>
#include <vector>

#include "api/calls.hh"
#include "api/module_image.hh"
#include "api/text.hh"

namespace lkl {
namespace {

constexpr std::size_t kLimit = std::size_t{1} << 30U;
constexpr int kNonBlock = 04000;  // delete_module: do not wait for users

struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
};

Result<std::vector<std::byte>> read_host_file(const std::string& path) {
    const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "rbe"));
    if (!file) {
        return Error::host(errno, "open", path);
    }
    std::vector<std::byte> content;
    std::array<std::byte, 65536> buffer;
    std::size_t got = 0;
    while ((got = std::fread(buffer.data(), 1, buffer.size(), file.get())) > 0) {
        content.insert(content.end(), buffer.begin(), buffer.begin() + got);
    }
    if (std::ferror(file.get()) != 0) {
        return Error::host(errno, "read", path);
    }
    return content;
}

// The whole of an open file, wherever its position is.
Result<std::vector<std::byte>> read_file(const File& file) {
    LKL_TRY(const FileStatus status, file.status());
    std::vector<std::byte> content(std::min<std::uint64_t>(status.size, kLimit));
    LKL_TRY(const std::size_t got, file.pread_all(content, 0));
    content.resize(got);
    return content;
}

// The name that a module to load gives itself; without one it is none that the kernel would take.
Result<std::string> name_in(std::span<const std::byte> image, const std::string& origin) {
    auto name = Module::name_of(image);
    if (!name) {
        constexpr long kEnoexec = 8;
        return Error::kernel(kEnoexec, "find a kernel module's name in", origin);
    }
    return name;
}

}  // namespace

Result<std::string> Module::name_of(std::span<const std::byte> image) {
    auto name = detail::module_info(image, "name");
    if (!name || name->empty()) {
        return Error::kernel(detail::kEinval, "find the name of", "a kernel module");
    }
    return std::move(*name);
}

Result<Module> Module::load(const Kernel& kernel, std::span<const std::byte> image,
                            const std::string& parameters) {
    LKL_TRY(std::string name, name_in(image, "module from memory"));
    LKL_TRY_VOID(detail::done(kernel.try_call("load module", name, nr::init_module, image.data(),
                                              image.size(), parameters.c_str())));
    return Module(kernel.instance(), std::move(name));
}

Result<Module> Module::load(const Kernel& kernel, const File& file, const std::string& parameters) {
    LKL_TRY(const auto image, read_file(file));
    LKL_TRY(std::string name, name_in(image, file.path()));
    LKL_TRY_VOID(detail::done(
        file.descriptor().call(nr::finit_module, "load module", file.fd(), parameters.c_str(), 0)));
    return Module(kernel.instance(), std::move(name));
}

Result<Module> Module::load_host_file(const Kernel& kernel, const std::string& path,
                                      const std::string& parameters) {
    LKL_TRY(const auto image, read_host_file(path));
    if (auto name = name_in(image, path); !name) {
        return std::move(name).error();
    }
    return load(kernel, image, parameters);
}

Result<void> Module::unload() {
    const Dir tree = detail::tree(instance_);
    const long value = tree.descriptor().raw(nr::delete_module, name_.c_str(), kNonBlock);
    if (value < 0) {
        return Error::kernel(value, "unload module", name_);
    }
    return {};
}

}  // namespace lkl
