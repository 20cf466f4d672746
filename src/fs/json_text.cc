// SPDX-License-Identifier: GPL-2.0
#include "fs/json_text.hh"

#include <nlohmann/json.hpp>

#include "fs/entry_text.hh"

namespace lkl::fs {
namespace {

using Json = nlohmann::ordered_json;

// Delete and the second set of control characters (U+0080 to U+009F) may stand in a JSON string,
// but steer a terminal. They are in no other place of the text.
std::string text(const Json& json, int indent = -1) {
    const std::string raw = json.dump(indent, ' ', false, Json::error_handler_t::replace);
    std::string safe;
    for (std::size_t i = 0; i < raw.size(); ++i) {
        const auto byte = static_cast<unsigned char>(raw[i]);
        const auto next = static_cast<unsigned char>(i + 1 < raw.size() ? raw[i + 1] : '\0');
        const bool second_set = byte == 0xc2 && next >= 0x80 && next < 0xa0;
        if (byte != 0x7f && !second_set) {
            safe += raw[i];
            continue;
        }
        constexpr std::string_view kDigits = "0123456789abcdef";
        const unsigned char code = second_set ? next : byte;
        safe += "\\u00";
        safe += kDigits[code >> 4U];
        safe += kDigits[code & 15U];
        i += second_set ? 1 : 0;
    }
    return safe;
}

Json content_json(const ContentInfo& content) {
    Json json = Json::object();
    if (content.ambiguous) {
        json["ambiguous"] = true;
    }
    const auto put = [&](const char* name, const std::string& value) {
        if (!value.empty()) {
            json[name] = value;
        }
    };
    put("type", content.type);
    put("label", content.label);
    put("uuid", content.uuid);
    put("version", content.version);
    for (const auto& [name, value] : content.facts) {
        json["facts"][name] = value;
    }
    return json;
}

Json group_json(const VolumeGroupInfo& group) {
    Json json = {{"name", group.name}, {"uuid", group.uuid}, {"exported", group.exported}};
    json["missing"] = group.missing;
    json["volumes"] = Json::array();
    for (const VolumeInfo& volume : group.volumes) {
        Json item = {{"name", volume.name}, {"uuid", volume.uuid}, {"size", volume.size}};
        if (!volume.unusable.empty()) {
            item["unusable"] = volume.unusable;
        }
        item["content"] = content_json(volume.content);
        json["volumes"].push_back(std::move(item));
    }
    return json;
}

}  // namespace

std::string progress_json(const ProgressState& state) {
    Json json = {{"entries", state.entries}, {"bytes", state.bytes}, {"seconds", state.seconds}};
    if (state.total_entries) {
        json["total_entries"] = *state.total_entries;
    }
    if (state.total_bytes) {
        json["total_bytes"] = *state.total_bytes;
    }
    return text(json);
}

std::string inspect_json(const ImageInfo& image, const std::string& path) {
    Json json = {{"path", path}, {"size", image.size}};
    if (!image.table.empty()) {
        json["table"] = {{"type", image.table}, {"uuid", image.table_uuid}};
    }
    json["content"] = content_json(image.content);
    json["partitions"] = Json::array();
    for (const PartitionInfo& partition : image.partitions) {
        json["partitions"].push_back({{"number", partition.number},
                                      {"start", partition.start},
                                      {"size", partition.size},
                                      {"name", partition.name},
                                      {"uuid", partition.uuid},
                                      {"kind", partition.kind},
                                      {"content", content_json(partition.content)}});
    }
    for (const VolumeGroupInfo& group : image.groups) {
        json["volume_groups"].push_back(group_json(group));
    }
    if (!image.groups_error.empty()) {
        json["volume_groups_error"] = image.groups_error;
    }
    constexpr int kIndent = 2;
    return text(json, kIndent);
}

std::string entry_json(const Entry& entry) {
    const FileStatus& status = entry.status;
    const auto seconds = [](FileTime time) {
        return Json{{"seconds", time.seconds}, {"nanoseconds", time.nanoseconds}};
    };
    Json json = {{"path", entry.source},
                 {"type", std::string(1, type_letter(status.mode))},
                 {"permissions", status.permissions()},
                 {"uid", status.uid},
                 {"gid", status.gid},
                 {"size", status.size},
                 {"allocated", status.blocks * 512},
                 {"inode", status.inode},
                 {"links", status.links},
                 {"modified", seconds(status.modified)},
                 {"accessed", seconds(status.accessed)},
                 {"changed", seconds(status.changed)}};
    if (status.created) {
        json["created"] = seconds(*status.created);
    }
    if (status.is_symlink()) {
        json["target"] = entry.target;
    }
    if (status.type() == mode::block || status.type() == mode::character) {
        json["device"] = {{"major", status.special.major}, {"minor", status.special.minor}};
    }
    for (const Attribute& attribute : entry.attributes) {
        json["attributes"][attribute.name] = attribute.value;
    }
    return text(json);
}

std::string saved_json(std::uint64_t entries, std::uint64_t bytes) {
    return text(Json{{"saved_entries", entries}, {"saved_bytes", bytes}});
}

std::string usage_json(const std::string& path, std::uint64_t bytes, std::uint64_t entries) {
    return text(Json{{"path", path}, {"bytes", bytes}, {"entries", entries}});
}

std::string result_json(const Report& report, std::string_view outcome, double seconds) {
    Json json = {{"outcome", outcome},
                 {"entries", report.entries()},
                 {"bytes", report.bytes()},
                 {"errors", report.errors()},
                 {"seconds", seconds}};
    json["losses"] = report.losses();
    return text(json);
}

}  // namespace lkl::fs
