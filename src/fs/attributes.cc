// SPDX-License-Identifier: GPL-2.0
#include "fs/attributes.hh"

#include <cstring>
#include <memory>

#include "fs/linux_errno.hh"

namespace lkl::fs {
namespace {

constexpr std::size_t kListMax = 65536;   // XATTR_LIST_MAX
constexpr std::size_t kValueMax = 65536;  // XATTR_SIZE_MAX

bool is_wanted(std::string_view name) {
    // ntfs3 lists what it keeps owners and modes in ("$LXUID").
    // xfs shows how it stores the POSIX ACLs beside the ACLs themselves.
    if (name.substr(0, 1) == "$" || name.substr(0, 16) == "trusted.SGI_ACL_") {
        return false;
    }
    return name.substr(0, 7) != "system." || name == kAclAccess || name == kAclDefault;
}

}  // namespace

Result<std::vector<Attribute>> read_attributes(FileCalls& calls, At at, std::string_view path) {
    thread_local const std::unique_ptr<char[]> list(new char[kListMax]);
    thread_local const std::unique_ptr<std::byte[]> value(new std::byte[kValueMax]);
    std::vector<Attribute> attributes;
    const long size = calls.list_attributes(at, {list.get(), kListMax});
    if (size == -errno_value::not_supported) {
        return attributes;
    }
    if (size < 0) {
        return calls.error(size, "list the extended attributes of", std::string(path));
    }
    for (const char* name = list.get(); name < list.get() + size; name += std::strlen(name) + 1) {
        if (!is_wanted(name)) {
            continue;
        }
        const long length = calls.get_attribute(at, name, {value.get(), kValueMax});
        if (length == -errno_value::no_data || length == -errno_value::not_supported) {
            continue;  // gone since the list was made, or a name without a value to read
        }
        if (length < 0) {
            return calls.error(length, "read the attribute " + std::string(name) + " of",
                               std::string(path));
        }
        attributes.push_back({name, std::string(reinterpret_cast<const char*>(value.get()),
                                                static_cast<std::size_t>(length))});
    }
    return attributes;
}

}  // namespace lkl::fs
