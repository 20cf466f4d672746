// SPDX-License-Identifier: GPL-2.0
// Small shared steps of the public classes: results, names, values of unknown length.
#pragma once

#include <cstddef>
#include <lkl/descriptor.hh>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lkl::detail {

// Drops the value of a call that returns 0.
inline Result<void> done(Result<long> result) {
    if (!result) {
        return std::move(result).error();
    }
    return {};
}

inline Result<std::size_t> count(Result<long> result) {
    if (!result) {
        return std::move(result).error();
    }
    return static_cast<std::size_t>(*result);
}

// The kernel would take a name up to its first NUL for the whole.
inline bool has_nul(const std::string& name) {
    return name.find('\0') != std::string::npos;
}

inline constexpr long kEinval = 22;
inline constexpr long kErange = 34;

// Values whose size must be asked first (xattrs) and may have grown by the second call. `call`
// takes a pointer and a size and returns Result<long>: the size needed where the size given is 0,
// ERANGE where it does not suffice.
template <typename Call>
Result<std::vector<std::byte>> read_sized(Call call) {
    for (;;) {
        LKL_TRY(const long needed, call(nullptr, 0));
        std::vector<std::byte> value(static_cast<std::size_t>(needed));
        if (needed == 0) {
            return value;
        }
        Result<long> got = call(value.data(), value.size());
        if (got) {
            value.resize(static_cast<std::size_t>(*got));
            return value;
        }
        if (got.error().linux_errno() != kErange) {
            return std::move(got).error();
        }
    }
}

// NUL-terminated names, one after the other, as listxattr(2) gives them.
std::vector<std::string> split_names(const std::vector<std::byte>& names);

}  // namespace lkl::detail
