// SPDX-License-Identifier: GPL-2.0
// Kernel modules (.ko) loaded into a kernel in the library.
#pragma once

#include <cstddef>
#include <lkl/file.hh>
#include <lkl/kernel.hh>
#include <span>
#include <string>

namespace lkl {

// The name of a loaded module. It stays loaded when the object goes: unload() ends it, or halt.
// The file must be built for the very kernel of the library (same configuration): otherwise
// ENOEXEC, and the console tells why. Threads: any member from any thread.
class Module {
  public:
    // From memory, from a file of the kernel's own tree, from a file of the host. `parameters` are
    // module parameters, "name=value name=value". Errors: EEXIST (loaded already), ENOEXEC (no
    // module, or one of another kernel), ENOENT (unresolved symbols: load what it depends on
    // before), the module's own; the host's for its files.
    static Result<Module> load(const Kernel& kernel, std::span<const std::byte> image,
                               const std::string& parameters = {});
    static Result<Module> load(const Kernel& kernel, const File& file,
                               const std::string& parameters = {});
    static Result<Module> load_host_file(const Kernel& kernel, const std::string& path,
                                         const std::string& parameters = {});

    // The name that a module's image gives itself ("modinfo -F name"). EINVAL: it has none.
    static Result<std::string> name_of(std::span<const std::byte> image);

    [[nodiscard]] const std::string& name() const { return name_; }

    // EWOULDBLOCK: in use.
    Result<void> unload();

  private:
    Module(detail::InstanceRef instance, std::string name)
        : instance_(std::move(instance)), name_(std::move(name)) {}

    detail::InstanceRef instance_;
    std::string name_;
};

}  // namespace lkl
