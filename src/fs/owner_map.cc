// SPDX-License-Identifier: GPL-2.0
#include "fs/owner_map.hh"

#include <charconv>
#include <cstring>

namespace lkl::fs {
namespace {

// system.posix_acl_access (include/uapi/linux/posix_acl_xattr.h): a version, then entries of tag,
// permissions and id, all little-endian.
constexpr std::size_t kAclHeader = 4;
constexpr std::size_t kAclEntry = 8;
constexpr std::uint16_t kAclUser = 0x02;
constexpr std::uint16_t kAclGroup = 0x08;

std::string_view next_part(std::string_view& text, char separator) {
    const std::size_t end = text.find(separator);
    const std::string_view part = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return part;
}

}  // namespace

Result<std::uint32_t> parse_id(std::string_view text, std::string_view option) {
    std::uint32_t id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (error != std::errc() || end != text.data() + text.size() || id == ~0U) {
        return Error::other("\"" + std::string(text) + "\" is not a number of a user or group",
                            "use", std::string(option));
    }
    return id;
}

Result<void> IdMap::add_ranges(std::string_view text, std::string_view option) {
    while (!text.empty()) {
        std::string_view range = next_part(text, ',');
        LKL_TRY(const std::uint32_t from, parse_id(next_part(range, ':'), option));
        LKL_TRY(const std::uint32_t to, parse_id(next_part(range, ':'), option));
        std::uint32_t count = 1;
        if (!range.empty()) {
            LKL_TRY(count, parse_id(range, option));
        }
        ranges_.push_back({from, to, count});
    }
    return {};
}

std::uint32_t IdMap::map(std::uint32_t id) const {
    if (fixed_) {
        return *fixed_;
    }
    for (const Range& range : ranges_) {
        if (id >= range.from && id - range.from < range.count) {
            return range.to + (id - range.from);
        }
    }
    return id;
}

Result<void> OwnerMap::set_owner(std::string_view text, std::string_view option) {
    const std::size_t colon = text.find(':');
    const std::string_view user = text.substr(0, colon);
    if (!user.empty() || colon == std::string_view::npos) {
        LKL_TRY(const std::uint32_t uid, parse_id(user, option));
        users.fix(uid);
    }
    if (colon != std::string_view::npos) {
        LKL_TRY(const std::uint32_t gid, parse_id(text.substr(colon + 1), option));
        groups.fix(gid);
    }
    return {};
}

void map_acl(std::string& acl, const OwnerMap& map) {
    if (acl.size() < kAclHeader || (acl.size() - kAclHeader) % kAclEntry != 0) {
        return;
    }
    for (std::size_t at = kAclHeader; at < acl.size(); at += kAclEntry) {
        std::uint16_t tag = 0;
        std::uint32_t id = 0;
        std::memcpy(&tag, &acl[at], sizeof(tag));
        std::memcpy(&id, &acl[at + 4], sizeof(id));
        if (tag == kAclUser) {
            id = map.users.map(id);
        } else if (tag == kAclGroup) {
            id = map.groups.map(id);
        }
        std::memcpy(&acl[at + 4], &id, sizeof(id));
    }
}

}  // namespace lkl::fs
