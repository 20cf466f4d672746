// SPDX-License-Identifier: GPL-2.0
#include <algorithm>
#include <vector>

#include "fs/entry_text.hh"
#include "fs/probe.hh"
#include "fs/progress.hh"

namespace lkl::fs {
namespace {

using Row = std::vector<std::string>;

std::string table(const std::vector<Row>& rows) {
    std::vector<std::size_t> widths(rows.front().size());
    for (const Row& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            widths[i] = std::max(widths[i], row[i].size());
        }
    }
    std::string text;
    for (const Row& row : rows) {
        std::string line = " ";
        for (std::size_t i = 0; i < row.size(); ++i) {
            line += " " + row[i] + std::string(widths[i] - row[i].size(), ' ');
        }
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + "\n";
    }
    return text;
}

std::string type_of(const ContentInfo& content) {
    if (content.ambiguous) {
        return "(ambiguous)";
    }
    return content.type.empty() ? "(unknown)" : content.type;
}

std::string groups_text(const ImageInfo& image) {
    std::string text;
    for (const VolumeGroupInfo& group : image.groups) {
        text += "volume group " + printable(group.name) + ", uuid " + printable(group.uuid) +
                (group.exported ? ", exported" : "") + "\n";
        for (const std::string& uuid : group.missing) {
            text += "  missing: physical volume " + printable(uuid) + "\n";
        }
        std::vector<Row> rows{{"VOLUME", "SIZE", "TYPE", "LABEL", "UUID"}};
        for (const VolumeInfo& volume : group.volumes) {
            rows.push_back({printable(volume.name), format_bytes(volume.size),
                            volume.unusable.empty() ? type_of(volume.content) : "(unusable)",
                            printable(volume.content.label), printable(volume.content.uuid)});
        }
        text += table(rows);
        for (const VolumeInfo& volume : group.volumes) {
            text += volume.unusable.empty() ? "" : "  " + printable(volume.unusable) + "\n";
            for (const auto& [name, value] : volume.content.facts) {
                text +=
                    "  " + printable(volume.name) + ", " + name + ": " + printable(value) + "\n";
            }
        }
    }
    if (!image.groups_error.empty()) {
        text += "volume groups: " + printable(image.groups_error) + "\n";
    }
    return text;
}

}  // namespace

std::string inspect_text(const ImageInfo& image, const std::string& path) {
    std::string text = path + ": " + format_bytes(image.size);
    if (!image.table.empty()) {
        text += ", partition table " + image.table;
    } else {
        text += ", " + type_of(image.content);
    }
    text += "\n";
    if (!image.partitions.empty()) {
        std::vector<Row> rows{{"NUMBER", "START", "SIZE", "TYPE", "LABEL", "UUID", "NAME"}};
        for (const PartitionInfo& partition : image.partitions) {
            rows.push_back({std::to_string(partition.number), std::to_string(partition.start),
                            format_bytes(partition.size), type_of(partition.content),
                            printable(partition.content.label), printable(partition.content.uuid),
                            printable(partition.name)});
        }
        text += table(rows);
        for (const PartitionInfo& partition : image.partitions) {
            for (const auto& [name, value] : partition.content.facts) {
                text += "  partition " + std::to_string(partition.number) + ", " + name + ": " +
                        printable(value) + "\n";
            }
        }
        return text + groups_text(image);
    }
    const auto line = [&](const std::string& name, const std::string& value) {
        if (!value.empty()) {
            text += "  " + name + ": " + printable(value) + "\n";
        }
    };
    line("label", image.content.label);
    line("uuid", image.content.uuid);
    line("version", image.content.version);
    for (const auto& [name, value] : image.content.facts) {
        line(name, value);
    }
    return text + groups_text(image);
}

}  // namespace lkl::fs
