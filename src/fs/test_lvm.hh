// SPDX-License-Identifier: GPL-2.0
// A volume group of LVM2's and its physical volumes, made by hand for tests.
#pragma once

#include <cstddef>
#include <cstring>
#include <string>
#include <vector>

#include "fs/lvm_member.hh"

namespace lkl::fs::testing {

// Two physical volumes of 8 extents of 16 sectors; "both" takes turns in chunks of 4 sectors on the
// extents 1 and 2 of each, then goes on with extent 5 of the first.
extern const char* const kLvmGroup;

// The group with a piece of it changed, which must be there.
std::string changed_lvm_group(const std::string& from, const std::string& to);

// A store with a checked label and the group's text in a ring of which the text passes the end.
class LvmStore {
  public:
    static constexpr std::size_t kSector = 512;
    static constexpr std::size_t kArea = 8 * kSector;  // where the metadata area begins

    // The physical volume whose UUID is that character all over.
    LvmStore(char uuid, const std::string& group);

    // To be read as long as the store lives; `path` names it in errors.
    [[nodiscard]] LvmMember member(const std::string& path) const;

    std::vector<std::byte>& bytes() { return bytes_; }

    template <typename T>
    void put(std::size_t at, T number) {
        std::memcpy(&bytes_[at], &number, sizeof(number));
    }

    // Makes the checksums of the label and of the area's header good.
    void seal();

  private:
    void put(std::size_t at, const std::string& text);

    std::vector<std::byte> bytes_;
};

}  // namespace lkl::fs::testing
