// SPDX-License-Identifier: GPL-2.0
#include "fs/lvm_group.hh"

#include <algorithm>
#include <map>
#include <utility>

#include "fs/lvm_text.hh"

namespace lkl::fs {
namespace {

// Products of extents and of an extent's size, both below this, stay within 64 bits.
constexpr std::uint64_t kMostExtents = std::uint64_t{1} << 32;
constexpr std::uint64_t kMostSectors = std::uint64_t{1} << 54;

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

    Result<void> read_physical(const LvmSection& section) {
        LvmPhysical physical;
        physical.name = section.name;
        physical.uuid = section.text("id").value_or("");
        std::erase(physical.uuid, '-');
        Extents extents;
        extents.outdated = has_flag(section, "MISSING");
        LKL_TRY(extents.start, number(section, "pe_start", 1, kMostSectors));
        LKL_TRY(extents.count, number(section, "pe_count", 0, kMostExtents - 1));
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
        if (count > section.sections.size()) {
            return wrong(section.name + ": it has fewer segments than it says");
        }
        std::uint64_t next = 0;
        for (std::uint64_t i = 1; i <= count; ++i) {
            const LvmSection* from = section.section("segment" + std::to_string(i));
            if (from == nullptr) {
                return wrong(section.name + ": segment " + std::to_string(i) + " is missing");
            }
            LKL_TRY(const std::uint64_t start, number(*from, "start_extent", next, next));
            LKL_TRY(const std::uint64_t extents,
                    number(*from, "extent_count", 1, kMostExtents - 1 - next));
            next += extents;
            LvmSegment segment;
            segment.start = start * extent_size_;
            segment.length = extents * extent_size_;
            LKL_TRY_VOID(read_stripes(section.name, *from, extents, segment));
            volume.segments.push_back(std::move(segment));
        }
        volume.length = next * extent_size_;
        const auto twice = [&](const LvmVolume& other) { return other.name == volume.name; };
        if (std::any_of(group_.volumes.begin(), group_.volumes.end(), twice)) {
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
        }
        return {};
    }

    // A snapshot is a hidden volume with a segment that names the volume it is of and its store.
    void mark_snapshots(const LvmSection& volumes) {
        const auto mark = [this](const std::optional<std::string>& name, const auto& action) {
            for (LvmVolume& volume : group_.volumes) {
                if (volume.name == name) {
                    action(volume);
                }
            }
        };
        for (const LvmSection& volume : volumes.sections) {
            for (const LvmSection& segment : volume.sections) {
                if (segment.text("type") != "snapshot") {
                    continue;
                }
                mark(segment.text("origin"), [](LvmVolume& origin) { origin.is_origin = true; });
                const auto refuse = [](LvmVolume& store) {
                    for (LvmSegment& part : store.segments) {
                        part.refused = "it is a snapshot, which is not supported";
                    }
                };
                mark(segment.text("cow_store"), refuse);
                if (const auto merging = segment.text("merging_store")) {
                    mark(merging, refuse);
                    mark(segment.text("origin"), [](LvmVolume& origin) {
                        for (LvmSegment& part : origin.segments) {
                            part.refused = "a snapshot is being merged into it";
                        }
                    });
                }
            }
        }
    }

    const LvmSection& section_;
    const std::string& path_;
    LvmGroup group_;
    std::uint64_t extent_size_ = 0;  // sectors
    std::vector<Extents> extents_;   // of the physical volumes
    std::map<std::string, std::size_t> physical_index_;
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
