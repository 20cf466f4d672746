// SPDX-License-Identifier: GPL-2.0
#include "fs/directory_reader.hh"

#include <algorithm>
#include <cstring>
#include <memory>

namespace lkl::fs {
namespace {

constexpr std::size_t kBufferSize = std::size_t{128} << 10;

// struct linux_dirent64, up to its name.
constexpr std::size_t kLengthOffset = 16;
constexpr std::size_t kTypeOffset = 18;
constexpr std::size_t kNameOffset = 19;

void parse(std::span<const std::byte> records, std::vector<DirectoryEntry>& entries) {
    while (records.size() > kNameOffset) {
        std::uint16_t length = 0;
        std::memcpy(&length, records.data() + kLengthOffset, sizeof(length));
        if (length <= kNameOffset || length > records.size()) {
            return;
        }
        const auto* name = reinterpret_cast<const char*>(records.data() + kNameOffset);
        const std::string_view text(name, ::strnlen(name, length - kNameOffset));
        if (text != "." && text != "..") {
            // DT_* is the file type of a mode, shifted.
            const auto type = static_cast<std::uint32_t>(records[kTypeOffset]) << 12;
            entries.push_back({std::string(text), type});
        }
        records = records.subspan(length);
    }
}

}  // namespace

Result<std::vector<DirectoryEntry>> read_directory(FileCalls& calls, int fd, bool sorted,
                                                   std::string_view path) {
    thread_local const std::unique_ptr<std::byte[]> buffer(new std::byte[kBufferSize]);
    std::vector<DirectoryEntry> entries;
    for (;;) {
        const long size = calls.read_directory(fd, {buffer.get(), kBufferSize});
        if (size < 0) {
            return calls.error(size, "list", std::string(path));
        }
        if (size == 0) {
            break;
        }
        parse({buffer.get(), static_cast<std::size_t>(size)}, entries);
    }
    if (sorted) {
        std::sort(entries.begin(), entries.end(),
                  [](const auto& a, const auto& b) { return a.name < b.name; });
    }
    return entries;
}

}  // namespace lkl::fs
