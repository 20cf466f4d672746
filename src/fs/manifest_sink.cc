// SPDX-License-Identifier: GPL-2.0
// Applies a manifest to a stream, and makes what only the manifest has.

#include <set>

#include "fs/manifest.hh"

namespace lkl::fs {
namespace {

constexpr std::uint32_t kTypeMask = mode::type_mask;

std::string parent_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string::npos ? "" : path.substr(0, slash);
}

class ManifestSink final : public Sink {
  public:
    ManifestSink(ManifestUse use, std::unique_ptr<Sink> next, Report& report)
        : use_(std::move(use)), next_(std::move(next)), report_(report) {
        for (const auto& [path, entry] : manifest_) {
            if (!path.empty()) {
                children_.emplace(parent_of(path), path);
            }
        }
    }

    Result<void> take(Item& item) override {
        if (auto* entry = std::get_if<Entry>(&item)) {
            apply(*entry);
            seen_.insert(entry->path);
        } else if (auto* leave = std::get_if<LeaveDirectory>(&item)) {
            apply(leave->entry);
            LKL_TRY_VOID(make_children(leave->entry.path));
        }
        return next_->take(item);
    }

    Result<void> finish() override {
        // After an interruption or an error the rest is missing anyway.
        if (!report_.should_stop() && !use_.interrupted()) {
            for (const auto& [path, entry] : manifest_) {
                LKL_TRY_VOID(make(path, entry));
            }
        }
        return next_->finish();
    }

  private:
    void apply(Entry& entry) {
        const auto found = manifest_.find(entry.path);
        if (found == manifest_.end()) {
            return;
        }
        const ManifestEntry& wanted = found->second;
        FileStatus& status = entry.status;
        if (wanted.type && *wanted.type != status.type() && !entry.link) {
            report_.add_error(
                Error::other("the manifest gives it another type", "copy", entry.source));
            return;
        }
        fill(wanted, status);
        if (wanted.target && status.is_symlink()) {
            entry.target = *wanted.target;
        }
    }

    static void fill(const ManifestEntry& wanted, FileStatus& status) {
        status.uid = wanted.uid.value_or(status.uid);
        status.gid = wanted.gid.value_or(status.gid);
        if (wanted.permissions) {
            status.mode = (status.mode & kTypeMask) | *wanted.permissions;
        }
        if (wanted.time) {
            status.modified = status.accessed = *wanted.time;
        }
        status.special = wanted.device.value_or(status.special);
    }

    Result<void> make_children(const std::string& directory) {
        const auto [begin, end] = children_.equal_range(directory);
        for (auto child = begin; child != end; ++child) {
            LKL_TRY_VOID(make(child->second, manifest_.at(child->second)));
        }
        return {};
    }

    // Makes an entry that no source had.
    Result<void> make(const std::string& path, const ManifestEntry& wanted) {
        if (path.empty() || !seen_.insert(path).second) {
            return {};
        }
        if (!wanted.type || *wanted.type == mode::regular) {
            if (!wanted.optional) {
                report_.add_error(
                    Error::other("the manifest names it, but no source has it", "copy", path));
            }
            return {};
        }
        Entry entry;
        entry.path = path;
        entry.source = path;
        entry.status.links = 1;
        entry.status.mode =
            *wanted.type |
            (*wanted.type == mode::directory || *wanted.type == mode::symlink ? 0755U : 0644U);
        entry.status.modified = entry.status.accessed = use_.time;
        fill(wanted, entry.status);
        entry.target = wanted.target.value_or("");
        const bool directory = entry.status.is_directory();
        Item item = entry;
        LKL_TRY_VOID(next_->take(item));
        if (directory) {
            LKL_TRY_VOID(make_children(path));
            item = LeaveDirectory{std::move(entry)};
            LKL_TRY_VOID(next_->take(item));
        }
        return {};
    }

    const ManifestUse use_;
    const Manifest& manifest_ = use_.manifest;
    std::unique_ptr<Sink> next_;
    Report& report_;
    std::multimap<std::string, std::string> children_;  // by their directory
    std::set<std::string> seen_;
};

}  // namespace

std::unique_ptr<Sink> make_manifest_sink(ManifestUse use, std::unique_ptr<Sink> next,
                                         Report& report) {
    return std::make_unique<ManifestSink>(std::move(use), std::move(next), report);
}

}  // namespace lkl::fs
