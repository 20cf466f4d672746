// SPDX-License-Identifier: GPL-2.0
// Reads trees of either side into a stream.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fs/directory_reader.hh"
#include "fs/file_calls.hh"
#include "fs/owner_map.hh"
#include "fs/pattern.hh"
#include "fs/stream.hh"

namespace lkl::fs {

// How many directories may lie in each other: twice what any path of Linux can name. Each costs a
// descriptor and its path, so that a damaged or hostile tree has to end somewhere.
inline constexpr std::size_t kDeepestDirectory = 4096;

struct WalkOptions {
    Selection selection;
    OwnerMap owners;
    bool one_file_system = false;
    bool data = true;        // false: entries only
    bool attributes = true;  // extended attributes and ACLs
    // Value of security.selinux for every entry instead of its own.
    std::optional<std::string> selinux;
    // Times later than this become this, and access times become the modification times.
    std::optional<FileTime> clamp_times;
};

// Gives an entry the owner, times and label that the options ask for.
void adjust_entry(Entry& entry, const WalkOptions& options);

// Walks depth first, each directory's entries in the order of their names' bytes. Files are read
// through descriptors opened relative to their directory, so paths may be longer than PATH_MAX.
// What cannot be read becomes a Fault in the stream, also what lies below kDeepestDirectory; the
// walk goes on.
class TreeWalker {
  public:
    TreeWalker(FileCalls& calls, WalkOptions options, StreamWriter& writer);

    // Reads `source` (relative to the directory `root`; symbolic links on the way are resolved
    // inside `root` where that is a mounted image) and names it `destination` in the stream, with
    // "" for the stream's root. The last component is not followed if it is a symbolic link. With
    // `contents` only what is in the directory `source` is sent, not the directory itself.
    void walk(int root, const std::string& source, const std::string& destination, bool contents);

  private:
    struct Visit {
        At at;
        std::uint32_t type = 0;
        std::string path;    // in the stream
        std::string inside;  // relative to the source's root, for the selection
        std::string source;
    };

    // An open directory on the way to where the walk is.
    struct Level {
        OpenFile directory;
        std::vector<DirectoryEntry> children;
        std::size_t next = 0;  // child to visit
        std::string path;      // as in Visit
        std::string inside;
        std::string source;
        bool itself = false;  // the directory is an entry of the stream, not only what is in it
    };

    void visit(Visit visit);
    void visit_regular(const Visit& visit, OpenFile file, Entry entry);
    void visit_directory(const Visit& visit, bool wanted, bool itself);
    void visit_other(const Visit& visit, Entry entry);
    void walk_levels();
    void leave_level();
    bool is_repeated_link(Entry& entry);
    bool find_extents(int fd, Entry& entry);
    bool send_data(int fd, const std::string& source, Extent extent);
    bool read_metadata(At at, Entry& entry);
    // Sends the directories on the way that were held back until something below is wanted.
    void send_held_back();
    void fail(Error error);

    FileCalls& calls_;
    WalkOptions options_;
    StreamWriter& writer_;
    // Device and inode of files with several links, and the path where the stream has them.
    std::map<std::pair<DeviceNumber, std::uint64_t>, std::string> links_;
    std::vector<Level> levels_;
    std::vector<Entry> held_back_;  // of the levels that are entries themselves
    DeviceNumber device_;
};

}  // namespace lkl::fs
