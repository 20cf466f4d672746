// SPDX-License-Identifier: GPL-2.0
// What copies are to be like, told by a manifest in the style of mtree(5): so a tree that an
// unprivileged user has gets the owners, modes and device nodes that it cannot have on the host.
#pragma once

#include <cstdint>
#include <functional>
#include <lkl/result.hh>
#include <lkl/types.hh>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "fs/report.hh"
#include "fs/stream.hh"

namespace lkl::fs {

// What a line says of an entry; what it does not say stays as it is.
struct ManifestEntry {
    std::optional<std::uint32_t> type;  // as in a mode
    std::optional<std::uint32_t> permissions;
    std::optional<std::uint32_t> uid;
    std::optional<std::uint32_t> gid;
    std::optional<FileTime> time;
    std::optional<std::string> target;  // of a symbolic link
    std::optional<DeviceNumber> device;
    bool optional = false;

    friend bool operator==(const ManifestEntry&, const ManifestEntry&) = default;
};

// By path from the target's root, without a slash at either end; "" is the root.
using Manifest = std::map<std::string, ManifestEntry>;

// Reads the text of a manifest: lines of a path and keywords (type, mode, uid, gid, time, link,
// device, optional; others are for checkers and mean nothing here), with /set and /unset, ".." for
// the parent, comments, lines that go on after a backslash, and names with octal escapes. A path
// with a slash starts at the root, one without is in the directory that was named last. `name`
// stands for the text in errors, which tell the line.
Result<Manifest> parse_manifest(std::string_view text, const std::string& name);

Result<Manifest> read_manifest(const std::string& path);

struct ManifestUse {
    Manifest manifest;
    FileTime time;                      // of what only the manifest has, where it tells none
    std::function<bool()> interrupted;  // the stream ended early: what did not come is no error
};

// A sink in front of `next` that gives entries what the manifest says of them. Directories, device
// nodes, FIFOs, sockets and symbolic links that only the manifest has are made, for root where it
// tells no owner. A regular file that only the manifest has is an error in the report, unless it is
// optional.
std::unique_ptr<Sink> make_manifest_sink(ManifestUse use, std::unique_ptr<Sink> next,
                                         Report& report);

}  // namespace lkl::fs
