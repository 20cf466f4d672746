// SPDX-License-Identifier: GPL-2.0
// Gives a written entry its owner, attributes, mode and times, in the order that keeps them.
#pragma once

#include <cstdint>
#include <string>

#include "fs/file_calls.hh"
#include "fs/report.hh"
#include "fs/stream.hh"

namespace lkl::fs {

struct Preserve {
    bool owner = true;
    bool mode = true;
    bool times = true;
    bool attributes = true;
};

struct MetadataOptions {
    Preserve preserve;
    // Owner that a file gets by itself, from who creates it.
    std::uint32_t own_uid = 0;
    std::uint32_t own_gid = 0;
    // Others can see the target while it is written: modes are opened up only at the end.
    bool visible_to_others = false;
};

class MetadataWriter {
  public:
    MetadataWriter(FileCalls& calls, MetadataOptions options, Report& report)
        : calls_(calls), options_(options), report_(report) {}

    // Learns from the target's root `fd` whether its file system is known to keep modes and owners;
    // from any other, what was set is read back.
    void look_at(int fd);

    // The mode to create a regular file with.
    [[nodiscard]] std::uint32_t creation_mode(const Entry& entry) const;

    // Sets everything of `entry` on `at`. `fresh`: it was created just now by creation_mode() (not
    // a directory's) in a directory that hands nothing down, so what is right already is left out.
    // What the target cannot hold is a loss in the report; other failures are errors. `path` is
    // for messages. False after an error.
    bool apply(At at, const Entry& entry, bool fresh, const std::string& path);

  private:
    bool apply_owner(At at, const Entry& entry, bool fresh, const std::string& path, bool& kept);
    bool apply_attributes(At at, const Entry& entry, bool fresh, const std::string& path);
    bool apply_mode(At at, const Entry& entry, bool fresh, bool owner_kept,
                    const std::string& path);
    bool apply_times(At at, const Entry& entry, const std::string& path);
    void verify(At at, const Entry& entry, const std::string& path);
    void check_fraction(At at, const Entry& entry, const std::string& path);
    [[nodiscard]] bool owner_changes(const Entry& entry) const;

    FileCalls& calls_;
    MetadataOptions options_;
    Report& report_;
    bool verify_ = false;
    // What the first fractional second told: does the target keep them?
    enum class Fractions { unknown, kept, lost } fractions_ = Fractions::unknown;
};

}  // namespace lkl::fs
