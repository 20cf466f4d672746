// SPDX-License-Identifier: GPL-2.0
#include "fs/metadata_writer.hh"

#include "fs/attributes.hh"
#include "fs/linux_errno.hh"

namespace lkl::fs {
namespace {

constexpr std::uint32_t kSetIdBits = 06000;
constexpr std::uint32_t kSpecialBits = 07000;

// The target, or who runs the tool, cannot do this at all: a loss rather than a failure.
bool is_inability(long code) {
    return code == -errno_value::not_permitted || code == -errno_value::not_supported ||
           code == -errno_value::not_implemented || code == -errno_value::invalid;
}

Loss attribute_loss(const std::string& name) {
    return name.compare(0, 9, "security.") == 0 ? Loss::security : Loss::attributes;
}

}  // namespace

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
        report_.add_loss(Loss::mode, error);
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
