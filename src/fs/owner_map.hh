// SPDX-License-Identifier: GPL-2.0
// Who owns the copies.
#pragma once

#include <cstdint>
#include <lkl/result.hh>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lkl::fs {

// Maps numbers of users or groups: a fixed one for all, or ranges, else unchanged.
class IdMap {
  public:
    void fix(std::uint32_t id) { fixed_ = id; }

    // Adds ranges from "FROM:TO[:COUNT],...": COUNT ids (1) from FROM on become those from TO on.
    // `option` names the option in the error.
    Result<void> add_ranges(std::string_view text, std::string_view option);

    [[nodiscard]] std::uint32_t map(std::uint32_t id) const;

    [[nodiscard]] bool identity() const { return !fixed_ && ranges_.empty(); }

  private:
    struct Range {
        std::uint32_t from, to, count;
    };

    std::optional<std::uint32_t> fixed_;
    std::vector<Range> ranges_;
};

struct OwnerMap {
    IdMap users;
    IdMap groups;

    // Fixes the owner from "UID", "UID:GID" or ":GID".
    Result<void> set_owner(std::string_view text, std::string_view option);

    [[nodiscard]] bool identity() const { return users.identity() && groups.identity(); }
};

// A decimal number of a user or group.
Result<std::uint32_t> parse_id(std::string_view text, std::string_view option);

// Maps the users and groups that a POSIX ACL (the value of system.posix_acl_*) names. Values that
// are no such ACL stay as they are.
void map_acl(std::string& acl, const OwnerMap& map);

}  // namespace lkl::fs
