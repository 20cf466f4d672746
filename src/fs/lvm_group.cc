// SPDX-License-Identifier: GPL-2.0
#include "fs/lvm_group.hh"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include "fs/lvm_text.hh"

namespace lkl::fs {
namespace {

// Products of extents and of an extent's size, both below this, stay within 64 bits.
constexpr std::uint64_t kMostExtents = std::uint64_t{1} << 32;
// In bytes, places and sizes up to this one are positive numbers of 64 bits.
constexpr std::uint64_t kMostSectors = std::uint64_t{1} << 53;
constexpr std::size_t kUuidSize = 32;

bool has_flag(const LvmSection& section, std::string_view flag) {
    for (const char* name : {"status", "flags"}) {
        for (const LvmValue& value : section.list(name)) {
            if (value.text == flag) {
                return true;
            }
        }
    }
    return false;
}

// The extents of a physical volume.
struct Extents {
    std::uint64_t start = 0;  // sectors
    std::uint64_t count = 0;
    bool outdated = false;  // was away while the group was changed, as LVM2 noted
};

// Extents of a physical volume that a logical one lies on.
struct Used {
    std::size_t physical = 0;
    std::uint64_t first = 0;
    std::uint64_t end = 0;
    std::size_t volume = 0;

    friend bool operator<(const Used& left, const Used& right) {
        return std::pair(left.physical, left.first) < std::pair(right.physical, right.first);
    }
};

class GroupReader {
  public:
    GroupReader(const LvmSection& section, const std::string& path)
        : section_(section), path_(path) {}

    Result<LvmGroup> read() {
        group_.name = section_.name;
        group_.uuid = section_.text("id").value_or("");
        group_.exported = has_flag(section_, "EXPORTED");
        LKL_TRY(group_.sequence, number(section_, "seqno", 0, UINT64_MAX));
        LKL_TRY(extent_size_, number(section_, "extent_size", 1, kMostExtents - 1));
        if (const LvmSection* physicals = section_.section("physical_volumes")) {
            for (const LvmSection& physical : physicals->sections) {
                LKL_TRY_VOID(read_physical(physical));
            }
        }
        const LvmSection* volumes = section_.section("logical_volumes");
        if (volumes != nullptr) {
            for (const LvmSection& volume : volumes->sections) {
                LKL_TRY_VOID(read_volume(volume));
            }
            LKL_TRY_VOID(check_overlaps());
            mark_snapshots(*volumes);
        }
        return std::move(group_);
    }

  private:
    [[nodiscard]] Error wrong(const std::string& what) const {
        return Error::other("volume group " + section_.name + ": " + what,
                            "understand the LVM metadata of", path_);
    }

    [[nodiscard]] Result<std::uint64_t> number(const LvmSection& section, const char* name,
                                               std::uint64_t least, std::uint64_t most) const {
        const auto value = section.number(name);
        if (!value || *value < least || *value > most) {
            return wrong(section.name + ": " + name + " is missing or out of bounds");
        }
        return *value;
    }

    // How many extents behind that many sectors have places that can be told.
    [[nodiscard]] std::uint64_t most_extents(std::uint64_t before) const {
        return std::min(kMostExtents - 1, (kMostSectors - before) / extent_size_);
    }

    Result<void> read_physical(const LvmSection& section) {
        LvmPhysical physical;
        physical.name = section.name;
        physical.uuid = section.text("id").value_or("");
        std::erase(physical.uuid, '-');
        if (physical.uuid.size() != kUuidSize || !uuids_.insert(physical.uuid).second) {
            return wrong("the physical volume " + physical.name + " has no UUID of its own");
        }
        Extents extents;
        extents.outdated = has_flag(section, "MISSING");
        LKL_TRY(extents.start, number(section, "pe_start", 1, kMostSectors));
        LKL_TRY(extents.count, number(section, "pe_count", 0, most_extents(extents.start)));
        extents_.push_back(extents);
        if (!physical_index_.emplace(physical.name, group_.physicals.size()).second) {
            return wrong("there are two physical volumes " + physical.name);
        }
        group_.physicals.push_back(std::move(physical));
        return {};
    }

    Result<void> read_volume(const LvmSection& section) {
        LvmVolume volume;
        volume.name = section.name;
        volume.uuid = section.text("id").value_or("");
        volume.visible = has_flag(section, "VISIBLE");
        volume.writable = has_flag(section, "WRITE");
        LKL_TRY(const std::uint64_t count, number(section, "segment_count", 0, kMostExtents));
        std::unordered_map<std::string_view, const LvmSection*> segments;
        for (const LvmSection& segment : section.sections) {
            segments.emplace(segment.name, &segment);
        }
        std::uint64_t next = 0;
        for (std::uint64_t i = 1; i <= count; ++i) {
            const auto found = segments.find("segment" + std::to_string(i));
            if (found == segments.end()) {
                return wrong(section.name + ": segment " + std::to_string(i) + " is missing");
            }
            const LvmSection* from = found->second;
            LKL_TRY(const std::uint64_t start, number(*from, "start_extent", next, next));
            LKL_TRY(const std::uint64_t extents,
                    number(*from, "extent_count", 1, most_extents(0) - next));
            next += extents;
            LvmSegment segment;
            segment.start = start * extent_size_;
            segment.length = extents * extent_size_;
            LKL_TRY_VOID(read_stripes(section.name, *from, extents, segment));
            volume.segments.push_back(std::move(segment));
        }
        volume.length = next * extent_size_;
        if (!volume_index_.emplace(volume.name, group_.volumes.size()).second) {
            return wrong("there are two logical volumes " + volume.name);
        }
        group_.volumes.push_back(std::move(volume));
        return {};
    }

    Result<void> read_stripes(const std::string& volume, const LvmSection& from,
                              std::uint64_t extents, LvmSegment& segment) {
        const std::string type = from.text("type").value_or("");
        if (type != "striped" && type != "linear") {
            segment.refused =
                type.empty() ? "it has a segment without a type"
                             : "its type " + type + " is not supported (striped and linear are)";
            return {};
        }
        LKL_TRY(const std::uint64_t count, number(from, "stripe_count", 1, extents));
        const std::vector<LvmValue> stripes = from.list("stripes");
        if (stripes.size() != 2 * count || extents % count != 0) {
            return wrong(volume + ": the stripes of a segment do not fit");
        }
        if (count > 1) {
            LKL_TRY(segment.stripe_size, number(from, "stripe_size", 1, kMostExtents - 1));
            const std::uint64_t each = extents / count * extent_size_;
            if (each % segment.stripe_size != 0) {
                return wrong(volume + ": the stripes of a segment do not fit");
            }
        }
        for (std::size_t i = 0; i < stripes.size(); i += 2) {
            const auto physical = physical_index_.find(stripes[i].text);
            if (physical == physical_index_.end()) {
                segment.refused = "it lies on " + stripes[i].text + ", which is no physical volume";
                return {};
            }
            const Extents& all = extents_[physical->second];
            const auto first = stripes[i + 1].number;
            if (!first || *first > all.count || extents / count > all.count - *first) {
                return wrong(volume + ": a segment lies outside of the physical volume " +
                             physical->first);
            }
            if (all.outdated) {
                segment.refused = "its physical volume " + physical->first +
                                  " was away while the group was changed; vgextend "
                                  "--restoremissing takes it back";
            }
            segment.stripes.push_back({physical->second, all.start + *first * extent_size_});
            used_.push_back(
                {physical->second, *first, *first + extents / count, group_.volumes.size()});
        }
        return {};
    }

    // What two volumes share, a write to one would destroy in the other.
    Result<void> check_overlaps() {
        std::sort(used_.begin(), used_.end());
        for (std::size_t i = 1; i < used_.size(); ++i) {
            const Used& before = used_[i - 1];
            if (before.physical == used_[i].physical && before.end > used_[i].first) {
                return wrong("the logical volumes " + group_.volumes[before.volume].name + " and " +
                             group_.volumes[used_[i].volume].name + " lie on the same extents of " +
                             group_.physicals[before.physical].name);
            }
        }
        return {};
    }

    // A snapshot is a hidden volume with a segment that names the volume it is of and its store.
    void mark_snapshots(const LvmSection& volumes) {
        std::set<std::string> stores;
        std::set<std::string> merged;
        for (const LvmSection& volume : volumes.sections) {
            for (const LvmSection& segment : volume.sections) {
                if (segment.text("type") != "snapshot") {
                    continue;
                }
                const std::string origin = segment.text("origin").value_or("");
                if (const auto found = volume_index_.find(origin); found != volume_index_.end()) {
                    group_.volumes[found->second].is_origin = true;
                }
                stores.insert(segment.text("cow_store").value_or(""));
                if (const auto merging = segment.text("merging_store")) {
                    stores.insert(*merging);
                    merged.insert(origin);
                }
            }
        }
        refuse(stores, "it is a snapshot, which is not supported");
        refuse(merged, "a snapshot is being merged into it");
    }

    void refuse(const std::set<std::string>& names, const char* why) {
        for (const std::string& name : names) {
            const auto found = volume_index_.find(name);
            if (found == volume_index_.end()) {
                continue;
            }
            for (LvmSegment& segment : group_.volumes[found->second].segments) {
                segment.refused = why;
            }
        }
    }

    const LvmSection& section_;
    const std::string& path_;
    LvmGroup group_;
    std::uint64_t extent_size_ = 0;  // sectors
    std::vector<Extents> extents_;   // of the physical volumes
    std::map<std::string, std::size_t> physical_index_;
    std::map<std::string, std::size_t> volume_index_;
    std::set<std::string> uuids_;  // of the physical volumes
    std::vector<Used> used_;
};

}  // namespace

Result<LvmGroup> parse_lvm_group(std::string_view text, const std::string& path) {
    LKL_TRY(const LvmSection root, parse_lvm_text(text, path));
    const auto group = std::find_if(
        root.sections.begin(), root.sections.end(),
        [](const LvmSection& section) { return section.section("physical_volumes") != nullptr; });
    if (group == root.sections.end() || root.number("version") != 1) {
        return Error::other("it describes no volume group, or one of another version",
                            "understand the LVM metadata of", path);
    }
    return GroupReader(*group, path).read();
}

}  // namespace lkl::fs
