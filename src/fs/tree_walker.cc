// SPDX-License-Identifier: GPL-2.0
#include "fs/tree_walker.hh"

#include <algorithm>
#include <array>
#include <limits>

#include "fs/attributes.hh"
#include "fs/directory_reader.hh"
#include "fs/linux_errno.hh"

namespace lkl::fs {
namespace {

constexpr int kReadFlags =
    open_flags::read_only | open_flags::no_follow | open_flags::non_block | open_flags::no_atime;
constexpr std::uint64_t kLargeFile = std::uint64_t{1} << 20;

std::string join(const std::string& directory, const std::string& name) {
    if (directory.empty()) {
        return name;
    }
    return directory.back() == '/' ? directory + name : directory + "/" + name;
}

std::size_t last_slash(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string::npos ? 0 : slash + 1;
}

}  // namespace

void adjust_entry(Entry& entry, const WalkOptions& options) {
    FileStatus& status = entry.status;
    if (!options.owners.identity()) {
        status.uid = options.owners.users.map(status.uid);
        status.gid = options.owners.groups.map(status.gid);
        for (Attribute& attribute : entry.attributes) {
            if (attribute.name == kAclAccess || attribute.name == kAclDefault) {
                map_acl(attribute.value, options.owners);
            }
        }
    }
    if (options.clamp_times) {
        status.modified = std::min(status.modified, *options.clamp_times);
        status.accessed = status.modified;
    }
    if (options.selinux) {
        auto& all = entry.attributes;
        all.erase(std::remove_if(all.begin(), all.end(),
                                 [](const auto& a) { return a.name == "security.selinux"; }),
                  all.end());
        all.push_back({"security.selinux", *options.selinux});
    }
}

TreeWalker::TreeWalker(FileCalls& calls, WalkOptions options, StreamWriter& writer)
    : calls_(calls), options_(std::move(options)), writer_(writer) {}

void TreeWalker::fail(Error error) {
    writer_.put(Fault{std::move(error)});
}

void TreeWalker::walk(int root, const std::string& source, const std::string& destination,
                      bool contents) {
    const std::size_t cut = last_slash(source);
    const std::string name = source.substr(cut);
    const bool is_directory_itself = name.empty() || name == "." || name == "..";
    const std::string parent = is_directory_itself ? source : source.substr(0, cut);
    const long fd =
        calls_.open_resolved(root, parent.empty() ? "." : parent.c_str(),
                             open_flags::path | open_flags::directory | open_flags::close_on_exec);
    if (fd < 0) {
        return fail(calls_.error(fd, "find the source", source));
    }
    const OpenFile directory(calls_, static_cast<int>(fd));
    Visit start{{directory.get(), name.c_str()}, 0, destination, "", source};
    if (is_directory_itself) {
        start.at.name = "";
    }
    FileStatus status;
    if (const long result = calls_.status(start.at, status); result < 0) {
        return fail(calls_.error(result, "find the source", source));
    }
    device_ = status.device;
    start.type = status.type();
    if (status.is_directory()) {
        visit_directory(start, true, !contents);
    } else {
        start.inside = name;
        visit(std::move(start));
    }
    walk_levels();
}

void TreeWalker::visit(Visit visit) {
    const auto verdict = options_.selection.judge(visit.inside, visit.type == mode::directory);
    if (visit.type != 0 && verdict == Selection::Verdict::skip) {
        return;
    }
    if (visit.type == mode::directory) {
        return visit_directory(visit, verdict == Selection::Verdict::take, true);
    }
    Entry entry;
    entry.path = visit.path;
    entry.source = visit.source;
    if (visit.type == mode::regular) {
        auto file = open_file(calls_, visit.at, kReadFlags, 0, visit.source);
        if (!file) {
            return fail(std::move(file).error());
        }
        if (!read_metadata({file->get(), ""}, entry)) {
            return;
        }
        if (entry.status.is_regular()) {
            send_held_back();
            return visit_regular(visit, std::move(*file), std::move(entry));
        }
    }
    if (const long result = calls_.status(visit.at, entry.status); result < 0) {
        return fail(calls_.error(result, "read the status of", visit.source));
    }
    if (visit.type != entry.status.type() &&
        (entry.status.is_directory() || entry.status.is_regular())) {
        visit.type = entry.status.type();  // the directory did not tell the type
        return this->visit(std::move(visit));
    }
    if (visit.type == 0 &&
        options_.selection.judge(visit.inside, false) == Selection::Verdict::skip) {
        return;
    }
    send_held_back();
    visit_other(visit, std::move(entry));
}

bool TreeWalker::read_metadata(At at, Entry& entry) {
    if (const long result = calls_.status(at, entry.status); result < 0) {
        fail(calls_.error(result, "read the status of", entry.source));
        return false;
    }
    if (options_.attributes) {
        auto attributes = read_attributes(calls_, at, entry.source);
        if (!attributes) {
            fail(std::move(attributes).error());
            return false;
        }
        entry.attributes = std::move(*attributes);
    }
    return true;
}

bool TreeWalker::is_repeated_link(Entry& entry) {
    if (entry.status.links < 2) {
        return false;
    }
    const auto [place, is_new] =
        links_.try_emplace({entry.status.device, entry.status.inode}, entry.path);
    if (!is_new) {
        entry.link = place->second;
    }
    return !is_new;
}

bool TreeWalker::find_extents(int fd, Entry& entry) {
    const std::uint64_t size = entry.status.size;
    if (entry.status.blocks * 512 >= size) {
        entry.extents.clear();
        return true;
    }
    std::vector<Extent> extents;
    for (std::uint64_t at = 0; at < size;) {
        const long data = calls_.seek_data(fd, at);
        if (data == -errno_value::no_device_address) {
            break;
        }
        const long hole = data < 0 ? data : calls_.seek_hole(fd, static_cast<std::uint64_t>(data));
        if (hole == -errno_value::invalid || hole == -errno_value::not_supported) {
            return true;  // this file system does not tell: all is data
        }
        if (hole < 0) {
            fail(calls_.error(hole, "find the holes of", entry.source));
            return false;
        }
        const auto begin = static_cast<std::uint64_t>(data);
        const auto end = std::min(static_cast<std::uint64_t>(hole), size);
        if (begin >= size || end <= begin) {
            break;
        }
        extents.push_back({begin, end - begin});
        at = end;
    }
    entry.sparse = !(extents.size() == 1 && extents[0] == Extent{0, size});
    entry.extents = std::move(extents);
    return true;
}

void TreeWalker::visit_regular(const Visit& visit, OpenFile file, Entry entry) {
    const std::uint64_t size = entry.status.size;
    adjust_entry(entry, options_);
    if (is_repeated_link(entry)) {
        return writer_.put(std::move(entry));
    }
    if (options_.data && size > kLargeFile) {
        calls_.will_need(file.get(), size);
    }
    if (options_.data && size == 0) {
        // Files of /proc and the like have contents that their size does not tell.
        std::array<std::byte, 1> probe{};
        if (calls_.read(file.get(), probe, 0) > 0) {
            return fail(
                Error::other("its status says 0 bytes, but it has contents (a generated "
                             "file, as in /proc)",
                             "copy", visit.source));
        }
    }
    if (!find_extents(file.get(), entry)) {
        return;
    }
    const std::vector<Extent> extents =
        entry.sparse ? entry.extents : std::vector<Extent>{{0, size}};
    writer_.put(std::move(entry));
    for (const Extent& extent : extents) {
        if (!options_.data || !send_data(file.get(), visit.source, extent)) {
            break;
        }
    }
    if (options_.data && size != 0) {
        calls_.wont_need(file.get());
    }
    writer_.put(EndOfFile{});
}

bool TreeWalker::send_data(int fd, const std::string& source, Extent extent) {
    while (extent.length > 0) {
        const auto room = writer_.room(extent.length);
        if (room.empty()) {
            return false;
        }
        const long size = calls_.read(fd, room, extent.offset);
        if (size == -errno_value::interrupted) {
            continue;
        }
        if (size < 0) {
            fail(calls_.error(size, "read", source));
            return false;
        }
        if (size == 0) {
            fail(Error::other("it became shorter while it was read", "read", source));
            return false;
        }
        writer_.put_data(extent.offset, static_cast<std::size_t>(size));
        extent.offset += static_cast<std::uint64_t>(size);
        extent.length -= static_cast<std::uint64_t>(size);
    }
    return true;
}

void TreeWalker::visit_other(const Visit& visit, Entry entry) {
    if (options_.attributes) {
        auto attributes = read_attributes(calls_, visit.at, visit.source);
        if (!attributes) {
            return fail(std::move(attributes).error());
        }
        entry.attributes = std::move(*attributes);
    }
    if (entry.status.is_symlink()) {
        std::array<char, 4096> buffer{};
        const long size = calls_.read_link(visit.at, buffer);
        if (size < 0) {
            return fail(calls_.error(size, "read the symbolic link", visit.source));
        }
        entry.target.assign(buffer.data(), static_cast<std::size_t>(size));
    }
    adjust_entry(entry, options_);
    is_repeated_link(entry);
    writer_.put(std::move(entry));
}

void TreeWalker::send_held_back() {
    for (Entry& entry : held_back_) {
        if (!entry.source.empty()) {
            Entry sent = entry;
            entry.source.clear();  // sent; the entry stays for its LeaveDirectory
            writer_.put(std::move(sent));
        }
    }
}

// Adds a level, whose children walk_levels() visits: a tree's depth does not count on the stack.
void TreeWalker::visit_directory(const Visit& visit, bool wanted, bool itself) {
    if (levels_.size() == kDeepestDirectory) {
        return fail(Error::other(
            "it lies in more than " + std::to_string(kDeepestDirectory) + " directories", "read",
            visit.source));
    }
    const int flags = kReadFlags | open_flags::directory;
    const At at = visit.at.is_descriptor() ? At{visit.at.dir, "."} : visit.at;
    auto directory = open_file(calls_, at, flags, 0, visit.source);
    if (!directory) {
        return fail(std::move(directory).error());
    }
    bool enters = true;
    if (itself) {
        Entry entry;
        entry.path = visit.path;
        entry.source = visit.source;
        if (!read_metadata({directory->get(), ""}, entry)) {
            return;
        }
        enters = !options_.one_file_system || entry.status.device == device_;
        adjust_entry(entry, options_);
        held_back_.push_back(std::move(entry));
        if (wanted) {
            send_held_back();
        }
    }
    Level level{std::move(*directory), {}, 0, visit.path, visit.inside, visit.source, itself};
    if (enters) {
        auto children = read_directory(calls_, level.directory.get(), true, visit.source);
        if (children) {
            level.children = std::move(*children);
        } else {
            fail(std::move(children).error());
        }
    }
    levels_.push_back(std::move(level));
}

void TreeWalker::walk_levels() {
    while (!levels_.empty()) {
        Level& level = levels_.back();
        if (level.next == level.children.size() || writer_.stopped()) {
            leave_level();
            continue;
        }
        // Its name stays where it is when visit() adds a level.
        const DirectoryEntry& child = level.children[level.next++];
        visit({{level.directory.get(), child.name.c_str()},
               child.type,
               join(level.path, child.name),
               join(level.inside, child.name),
               join(level.source, child.name)});
    }
}

void TreeWalker::leave_level() {
    const Level level = std::move(levels_.back());
    levels_.pop_back();
    if (!level.itself) {
        return;
    }
    Entry entry = std::move(held_back_.back());
    held_back_.pop_back();
    if (entry.source.empty()) {
        entry.source = level.source;
        writer_.put(LeaveDirectory{std::move(entry)});
    }
}

}  // namespace lkl::fs
