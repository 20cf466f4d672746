// SPDX-License-Identifier: GPL-2.0
#include "fs/metadata_writer.hh"

#include <algorithm>
#include <array>

#include "fs/attributes.hh"
#include "fs/linux_errno.hh"

namespace lkl::fs {
namespace {

constexpr std::uint32_t kSetIdBits = 06000;
constexpr std::uint32_t kSpecialBits = 07000;

// Magic numbers (include/uapi/linux/magic.h) of file systems that keep what they accept: ext2 to
// ext4, xfs, btrfs, f2fs, tmpfs, overlayfs, zfs.
constexpr std::array<std::uint64_t, 7> kFaithful = {0xef53,     0x58465342, 0x9123683e, 0xf2f52010,
                                                    0x01021994, 0x794c7630, 0x2fc12fc1};

// The target, or who runs the tool, cannot do this at all: a loss rather than a failure.
bool is_inability(long code) {
    return code == -errno_value::not_permitted || code == -errno_value::not_supported ||
           code == -errno_value::not_implemented || code == -errno_value::invalid;
}

Loss attribute_loss(const std::string& name) {
    return name.compare(0, 9, "security.") == 0 ? Loss::security : Loss::attributes;
}

}  // namespace

void MetadataWriter::look_at(int fd) {
    FileSystemStatus status;
    verify_ = calls_.file_system(fd, status) != 0 ||
              std::find(kFaithful.begin(), kFaithful.end(), status.type) == kFaithful.end();
}

void MetadataWriter::verify(At at, const Entry& entry, const std::string& path) {
    FileStatus written;
    if (!options_.preserve.mode || entry.status.is_symlink() || calls_.status(at, written) < 0 ||
        written.permissions() == entry.status.permissions()) {
        return;
    }
    report_.add_loss(Loss::mode,
                     Error::other("the file system has no such modes", "keep the mode of", path));
}

bool MetadataWriter::owner_changes(const Entry& entry) const {
    return options_.preserve.owner &&
           (entry.status.uid != options_.own_uid || entry.status.gid != options_.own_gid);
}

std::uint32_t MetadataWriter::creation_mode(const Entry& entry) const {
    const std::uint32_t mode = entry.status.permissions() & ~kSpecialBits;
    return options_.visible_to_others && owner_changes(entry) ? mode & 0700 : mode;
}

bool MetadataWriter::apply(At at, const Entry& entry, bool fresh, const std::string& path) {
    bool owner_kept = true;
    // Changing the owner drops set-id bits and capabilities, so it comes first. The times come
    // last, because every other change moves them.
    const bool owner = apply_owner(at, entry, fresh, path, owner_kept);
    const bool attributes = apply_attributes(at, entry, fresh, path);
    const bool mode = apply_mode(at, entry, fresh, owner_kept, path);
    const bool times = apply_times(at, entry, path);
    if (verify_) {
        verify(at, entry, path);
    }
    return owner && attributes && mode && times;
}

bool MetadataWriter::apply_owner(At at, const Entry& entry, bool fresh, const std::string& path,
                                 bool& kept) {
    if (!options_.preserve.owner || (fresh && !owner_changes(entry))) {
        return true;
    }
    const long result = calls_.set_owner(at, entry.status.uid, entry.status.gid);
    kept = result == 0;
    if (result == 0) {
        return true;
    }
    const Error error = calls_.error(result, "set the owner of", path);
    if (is_inability(result)) {
        report_.add_loss(Loss::owner, error);
        return true;
    }
    report_.add_error(error);
    return false;
}

bool MetadataWriter::apply_attributes(At at, const Entry& entry, bool fresh,
                                      const std::string& path) {
    if (!options_.preserve.attributes) {
        return true;
    }
    bool good = true;
    bool has_acl = false;
    for (const Attribute& attribute : entry.attributes) {
        has_acl = has_acl || attribute.name == kAclAccess;
        const long result = calls_.set_attribute(at, attribute.name.c_str(),
                                                 std::as_bytes(std::span(attribute.value)));
        if (result == 0) {
            continue;
        }
        const Error error =
            calls_.error(result, "set the attribute " + attribute.name + " of", path);
        if (is_inability(result)) {
            report_.add_loss(attribute_loss(attribute.name), error);
        } else {
            report_.add_error(error);
            good = false;
        }
    }
    if (!fresh && !has_acl && !entry.status.is_symlink()) {
        // The directory may have handed an ACL down that the source does not have.
        static_cast<void>(calls_.remove_attribute(at, std::string(kAclAccess).c_str()));
    }
    return good;
}

bool MetadataWriter::apply_mode(At at, const Entry& entry, bool fresh, bool owner_kept,
                                const std::string& path) {
    std::uint32_t mode = entry.status.permissions();
    if (!options_.preserve.mode || entry.status.is_symlink()) {
        return true;
    }
    if (!owner_kept && !entry.status.is_directory()) {
        mode &= ~kSetIdBits;  // they would give another user's rights away
    }
    const bool right_already = fresh && !entry.status.is_directory() &&
                               mode == creation_mode(entry) && (mode & kSpecialBits) == 0;
    if (right_already) {
        return true;
    }
    const long result = calls_.set_mode(at, mode);
    if (result == 0) {
        return true;
    }
    const Error error = calls_.error(result, "set the mode of", path);
    if (is_inability(result)) {
        if (!verify_) {  // else verify() counts it
            report_.add_loss(Loss::mode, error);
        }
        return true;
    }
    report_.add_error(error);
    return false;
}

bool MetadataWriter::apply_times(At at, const Entry& entry, const std::string& path) {
    if (!options_.preserve.times) {
        return true;
    }
    const long result = calls_.set_times(at, entry.status.accessed, entry.status.modified);
    if (result != 0) {
        const Error error = calls_.error(result, "set the times of", path);
        if (is_inability(result)) {
            report_.add_loss(Loss::times, error);
            return true;
        }
        report_.add_error(error);
        return false;
    }
    if (entry.status.modified.nanoseconds != 0) {
        check_fraction(at, entry, path);
    }
    return true;
}

void MetadataWriter::check_fraction(At at, const Entry& entry, const std::string& path) {
    if (fractions_ == Fractions::unknown) {
        FileStatus written;
        if (calls_.status(at, written) < 0) {
            return;
        }
        fractions_ = written.modified == entry.status.modified ? Fractions::kept : Fractions::lost;
    }
    if (fractions_ == Fractions::lost) {
        report_.add_loss(Loss::time_precision, Error::other("the file system's times are coarser",
                                                            "keep the exact time of", path));
    }
}

}  // namespace lkl::fs
