// SPDX-License-Identifier: GPL-2.0
#include <lkl/lkl_api.h>
#include <lkl/lkl_host_api.h>

#include <algorithm>
#include <array>

#include "api/text.hh"
#include "capi/boundary.hh"
#include "capi/default_instance.hh"

namespace lkl::capi {
namespace {

// "net.ipv4.tcp_wmem" as a path; a name with slashes already is one, and may have dots.
std::string sysctl_path(std::string name) {
    if (name.find('/') == std::string::npos) {
        std::replace(name.begin(), name.end(), '.', '/');
    }
    return "/proc/sys/" + name;
}

Result<void> write_sysctl(const std::string& name, const std::string& value) {
    LKL_TRY(const Dir tree, current_tree("set " + name));
    return detail::write_text(tree, sysctl_path(name), value);
}

Result<void> set_descriptor_limit(unsigned limit) {
    constexpr int kNoFile = 7;  // RLIMIT_NOFILE
    const std::array<std::uint64_t, 2> limits = {limit, limit};
    LKL_TRY(const Dir tree, current_tree("set the limit of open files"));
    const long status = tree.descriptor().raw(nr::prlimit64, 0, kNoFile, limits.data(), nullptr);
    if (status < 0) {
        return Error::kernel(status, "set the limit of open files to", std::to_string(limit));
    }
    return {};
}

}  // namespace
}  // namespace lkl::capi

int lkl_sysctl(const char* path, const char* value) {
    return lkl::capi::int_at_boundary([&] {
        return lkl::capi::write_sysctl(lkl::capi::text_or_empty(path),
                                       lkl::capi::text_or_empty(value));
    });
}

void lkl_sysctl_parse_write(const char* sysctls) {
    lkl::capi::at_boundary([&]() -> lkl::Result<void> {
        const std::string text = lkl::capi::text_or_empty(sysctls);
        for (const std::string_view setting : lkl::detail::split(text, ';')) {
            const std::size_t equals = setting.find('=');
            if (equals == std::string_view::npos) {
                lkl_printf("no '=' in kernel setting %s\n", std::string(setting).c_str());
                continue;
            }
            const std::string name(setting.substr(0, equals));
            if (auto set = lkl::capi::write_sysctl(name, std::string(setting.substr(equals + 1)));
                !set) {
                lkl::capi::fail(set.error());
                lkl_printf("%s\n", lkl_last_error_message());
            }
        }
        return {};
    });
}

int lkl_set_fd_limit(unsigned int fd_limit) {
    return lkl::capi::int_at_boundary([&] { return lkl::capi::set_descriptor_limit(fd_limit); });
}
