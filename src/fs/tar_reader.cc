// SPDX-License-Identifier: GPL-2.0
#include "fs/tar_reader.hh"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <tuple>
#include <vector>

#include "base/unique_fd.hh"
#include "fs/attributes.hh"
#include "fs/utf8_scope.hh"

namespace lkl::fs {
namespace {

constexpr std::size_t kReadSize = std::size_t{1} << 20;

struct ArchiveDeleter {
    void operator()(archive* object) const { archive_read_free(object); }
};

// "./a//b/" is "a/b". Nothing if the name would leave the target.
std::optional<std::string> clean_name(std::string_view name) {
    std::string clean;
    while (!name.empty()) {
        const std::size_t end = name.find('/');
        const std::string_view part = name.substr(0, end);
        name.remove_prefix(end == std::string_view::npos ? name.size() : end + 1);
        if (part == "..") {
            return std::nullopt;
        }
        if (!part.empty() && part != ".") {
            clean += clean.empty() ? "" : "/";
            clean += part;
        }
    }
    return clean;
}

std::uint16_t kernel_tag(int tag) {
    switch (tag) {
        case ARCHIVE_ENTRY_ACL_USER_OBJ:
            return 0x01;
        case ARCHIVE_ENTRY_ACL_USER:
            return 0x02;
        case ARCHIVE_ENTRY_ACL_GROUP_OBJ:
            return 0x04;
        case ARCHIVE_ENTRY_ACL_GROUP:
            return 0x08;
        case ARCHIVE_ENTRY_ACL_MASK:
            return 0x10;
        case ARCHIVE_ENTRY_ACL_OTHER:
            return 0x20;
        default:
            return 0;
    }
}

// The archive's ACL of one type as the value of a system.posix_acl_* attribute, or "". `mask` gets
// the mask's permissions, if there is one.
std::string acl_value(archive_entry* from, int type, std::optional<std::uint32_t>& mask) {
    if (archive_entry_acl_reset(from, type) == 0) {
        return {};
    }
    std::vector<std::tuple<std::uint16_t, std::uint32_t, std::uint16_t>> entries;
    int entry_type = 0;
    int permissions = 0;
    int tag = 0;
    int id = 0;
    const char* name = nullptr;
    while (archive_entry_acl_next(from, type, &entry_type, &permissions, &tag, &id, &name) ==
           ARCHIVE_OK) {
        const std::uint16_t number = kernel_tag(tag);
        const bool has_id = number == 0x02 || number == 0x08;
        if (number == 0x10) {
            mask = static_cast<std::uint32_t>(permissions & 7);
        }
        if (number != 0) {
            entries.emplace_back(number, has_id ? static_cast<std::uint32_t>(id) : ~0U,
                                 static_cast<std::uint16_t>(permissions & 7));
        }
    }
    std::sort(entries.begin(), entries.end());
    std::string value("\x02\0\0\0", 4);
    for (const auto& [number, owner, bits] : entries) {
        value.append(reinterpret_cast<const char*>(&number), sizeof(number));
        value.append(reinterpret_cast<const char*>(&bits), sizeof(bits));
        value.append(reinterpret_cast<const char*>(&owner), sizeof(owner));
    }
    return value;
}

class TarReader {
  public:
    TarReader(const std::string& path, const WalkOptions& options, StreamWriter& writer)
        : name_(path == "-" ? "standard input" : path), options_(options), writer_(writer) {}

    void read(int fd) {
        fd_ = fd;
        archive_.reset(archive_read_new());
        const Utf8Scope scope;
        if (archive_ == nullptr || archive_read_support_format_tar(archive_.get()) != ARCHIVE_OK ||
            archive_read_support_format_cpio(archive_.get()) != ARCHIVE_OK ||
            archive_read_support_filter_all(archive_.get()) < ARCHIVE_WARN ||
            archive_read_open(archive_.get(), this, nullptr, read_some, nullptr) != ARCHIVE_OK) {
            return fail();
        }
        archive_entry* member = nullptr;
        for (;;) {
            const int result = archive_read_next_header(archive_.get(), &member);
            if (result == ARCHIVE_EOF || writer_.stopped()) {
                break;
            }
            if (result < ARCHIVE_WARN) {
                fail();
                break;
            }
            send(member);
        }
        std::reverse(directories_.begin(), directories_.end());
        for (Entry& entry : directories_) {
            writer_.put(LeaveDirectory{std::move(entry)});
        }
    }

  private:
    // libarchive's source of bytes. A pipe may be silent for long: look for a cancelled copy.
    static la_ssize_t read_some(archive* reader, void* self, const void** buffer) {
        auto& tar = *static_cast<TarReader*>(self);
        constexpr int kLook = 100;  // milliseconds
        pollfd poll{tar.fd_, POLLIN, 0};
        for (int ready = 0; (ready = ::poll(&poll, 1, kLook)) <= 0;) {
            if (ready < 0 && errno != EINTR) {
                break;  // read() tells
            }
            if (tar.writer_.stopped()) {
                archive_set_error(reader, EINTR, "%s", std::strerror(EINTR));
                return -1;
            }
        }
        const ssize_t size = ::read(tar.fd_, tar.buffer_.get(), kReadSize);
        if (size < 0) {
            archive_set_error(reader, errno, "%s", std::strerror(errno));
        }
        *buffer = tar.buffer_.get();
        return size;
    }

    void fail() {
        const int number = archive_ == nullptr ? ENOMEM : archive_errno(archive_.get());
        const char* text = archive_ == nullptr ? nullptr : archive_error_string(archive_.get());
        if (text == nullptr || (number > 0 && std::strcmp(text, std::strerror(number)) == 0)) {
            writer_.put(Fault{Error::host(number > 0 ? number : EIO, "read the archive", name_)});
        } else {
            writer_.put(Fault{Error::other(text, "read the archive", name_)});
        }
    }

    void refuse(const std::string& member, const char* reason) {
        writer_.put(Fault{Error::other(reason, "copy the member", member)});
    }

    void fill_attributes(archive_entry* from, Entry& entry) {
        if (!options_.attributes) {
            return;
        }
        const char* name = nullptr;
        const void* value = nullptr;
        std::size_t size = 0;
        archive_entry_xattr_reset(from);
        while (archive_entry_xattr_next(from, &name, &value, &size) == ARCHIVE_OK) {
            entry.attributes.push_back({name, std::string(static_cast<const char*>(value), size)});
        }
        constexpr int kBoth = ARCHIVE_ENTRY_ACL_TYPE_ACCESS | ARCHIVE_ENTRY_ACL_TYPE_DEFAULT;
        const int types = archive_entry_acl_types(from) & kBoth;
        std::optional<std::uint32_t> mask;
        if ((types & ARCHIVE_ENTRY_ACL_TYPE_ACCESS) != 0) {
            std::string acl = acl_value(from, ARCHIVE_ENTRY_ACL_TYPE_ACCESS, mask);
            entry.attributes.push_back({std::string(kAclAccess), std::move(acl)});
            if (mask) {
                // With an ACL the mode's group bits are its mask, not the group's own rights.
                constexpr std::uint32_t kGroupBits = 070;
                entry.status.mode = (entry.status.mode & ~kGroupBits) | (*mask << 3);
            }
        }
        if ((types & ARCHIVE_ENTRY_ACL_TYPE_DEFAULT) != 0) {
            std::optional<std::uint32_t> ignored;
            entry.attributes.push_back({std::string(kAclDefault),
                                        acl_value(from, ARCHIVE_ENTRY_ACL_TYPE_DEFAULT, ignored)});
        }
    }

    void fill(archive_entry* from, Entry& entry) {
        FileStatus& status = entry.status;
        status.mode = archive_entry_mode(from);
        status.uid = static_cast<std::uint32_t>(archive_entry_uid(from));
        status.gid = static_cast<std::uint32_t>(archive_entry_gid(from));
        status.size = static_cast<std::uint64_t>(std::max<la_int64_t>(archive_entry_size(from), 0));
        status.modified = {archive_entry_mtime(from),
                           static_cast<std::uint32_t>(archive_entry_mtime_nsec(from))};
        status.accessed = status.modified;
        if (archive_entry_atime_is_set(from) != 0) {
            status.accessed = {archive_entry_atime(from),
                               static_cast<std::uint32_t>(archive_entry_atime_nsec(from))};
        }
        status.special = {static_cast<std::uint32_t>(archive_entry_rdevmajor(from)),
                          static_cast<std::uint32_t>(archive_entry_rdevminor(from))};
        if (const char* target = archive_entry_symlink(from); target != nullptr) {
            entry.target = target;
        }
        fill_attributes(from, entry);
        if (archive_entry_sparse_reset(from) > 0) {
            entry.sparse = true;
            la_int64_t offset = 0;
            la_int64_t length = 0;
            while (archive_entry_sparse_next(from, &offset, &length) == ARCHIVE_OK) {
                entry.extents.push_back(
                    {static_cast<std::uint64_t>(offset), static_cast<std::uint64_t>(length)});
            }
        }
        adjust_entry(entry, options_);
    }

    void send(archive_entry* member) {
        const char* raw = archive_entry_pathname(member);
        const std::string shown = raw != nullptr ? raw : "(no name)";
        const auto name = raw != nullptr ? clean_name(raw) : std::nullopt;
        if (!name) {
            return refuse(shown, "its name leads out of the target");
        }
        const bool directory = (archive_entry_mode(member) & mode::type_mask) == mode::directory;
        if (options_.selection.judge(*name, directory) != Selection::Verdict::take) {
            return;
        }
        Entry entry;
        entry.path = *name;
        entry.source = shown;
        fill(member, entry);
        if (const char* link = archive_entry_hardlink(member); link != nullptr) {
            const auto target = clean_name(link);
            if (!target) {
                return refuse(shown, "its link leads out of the target");
            }
            if (entry.status.type() == 0) {
                entry.status.mode |= mode::regular;
            }
            if (entry.status.size != 0) {
                return send_contents_of_links(*target, std::move(entry));
            }
            names_[*target].push_back(entry.path);
            entry.link = *target;
            return writer_.put(std::move(entry));
        }
        if (directory) {
            directories_.push_back(entry);
            return writer_.put(std::move(entry));
        }
        const bool regular = entry.status.is_regular();
        writer_.put(std::move(entry));
        if (regular) {
            send_data(shown);
            writer_.put(EndOfFile{});
        }
    }

    // cpio has the contents of a file with several names with the last of them. That one becomes
    // the file, and those that came before become links to it.
    void send_contents_of_links(const std::string& target, Entry entry) {
        std::vector<std::string> earlier = names_[target];
        earlier.push_back(target);
        names_[target].push_back(entry.path);
        Entry link = entry;
        link.link = entry.path;
        writer_.put(std::move(entry));
        send_data(link.source);
        writer_.put(EndOfFile{});
        for (const std::string& name : earlier) {
            if (name != link.link &&
                options_.selection.judge(name, false) == Selection::Verdict::take) {
                link.path = name;
                writer_.put(link);
            }
        }
    }

    void send_data(const std::string& shown) {
        for (;;) {
            const void* block = nullptr;
            std::size_t size = 0;
            la_int64_t offset = 0;
            const int result = archive_read_data_block(archive_.get(), &block, &size, &offset);
            if (result == ARCHIVE_EOF || writer_.stopped()) {
                return;
            }
            if (result < ARCHIVE_WARN) {
                const char* text = archive_error_string(archive_.get());
                return refuse(shown, text != nullptr ? text : "its data cannot be read");
            }
            const auto* bytes = static_cast<const std::byte*>(block);
            auto at = static_cast<std::uint64_t>(offset);
            while (size > 0) {
                const auto room = writer_.room(size);
                if (room.empty()) {
                    return;
                }
                std::memcpy(room.data(), bytes, room.size());
                writer_.put_data(at, room.size());
                bytes += room.size();
                at += room.size();
                size -= room.size();
            }
        }
    }

    std::string name_;
    const WalkOptions& options_;
    StreamWriter& writer_;
    int fd_ = -1;
    const std::unique_ptr<std::byte[]> buffer_{new std::byte[kReadSize]};
    std::unique_ptr<archive, ArchiveDeleter> archive_;
    std::vector<Entry> directories_;
    std::map<std::string, std::vector<std::string>> names_;  // links that came, by their file
};

}  // namespace

void read_tar(const std::string& path, const WalkOptions& options, StreamWriter& writer) {
    UniqueFd file;
    int fd = STDIN_FILENO;
    if (path != "-") {
        file.reset(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
        if (!file) {
            writer.put(Fault{Error::host(errno, "open the archive", path)});
            return;
        }
        fd = file.get();
    }
    TarReader(path, options, writer).read(fd);
}

}  // namespace lkl::fs
