// SPDX-License-Identifier: GPL-2.0
#include "fs/entry_text.hh"

#include <array>
#include <cstdio>
#include <ctime>

namespace lkl::fs {
namespace {

std::string size_text(const FileStatus& status) {
    if (status.type() == mode::block || status.type() == mode::character) {
        return std::to_string(status.special.major) + "," + std::to_string(status.special.minor);
    }
    return std::to_string(status.size);
}

constexpr unsigned char kDelete = 0x7f;

// The control characters of ISO 6429's second set in UTF-8: "\xc2\x9b" is ESC [ for a terminal.
bool is_second_set(std::string_view text) {
    return text.size() >= 2 && text[0] == '\xc2' && static_cast<unsigned char>(text[1]) >= 0x80 &&
           static_cast<unsigned char>(text[1]) < 0xa0;
}

// What `wants` it for and the characters of the second set as \ooo.
template <typename Wants>
std::string escaped(std::string_view from, const Wants& wants) {
    std::string text;
    const auto escape = [&](unsigned char byte) {
        std::array<char, 8> octal{};
        std::snprintf(octal.data(), octal.size(), "\\%03o", static_cast<unsigned>(byte));
        text += octal.data();
    };
    for (std::size_t i = 0; i < from.size(); ++i) {
        const auto byte = static_cast<unsigned char>(from[i]);
        if (is_second_set(from.substr(i))) {
            escape(byte);
            escape(static_cast<unsigned char>(from[++i]));
        } else if (wants(byte)) {
            escape(byte);
        } else {
            text += from[i];
        }
    }
    return text;
}

}  // namespace

char type_letter(std::uint32_t mode) {
    switch (mode & mode::type_mask) {
        case mode::regular:
            return 'f';
        case mode::directory:
            return 'd';
        case mode::symlink:
            return 'l';
        case mode::block:
            return 'b';
        case mode::character:
            return 'c';
        case mode::fifo:
            return 'p';
        case mode::socket:
            return 's';
        default:
            return '?';
    }
}

std::string mode_text(std::uint32_t mode) {
    const char letter = type_letter(mode);
    std::string text(1, letter == 'f' ? '-' : letter);
    constexpr std::string_view kLetters = "rwxrwxrwx";
    for (std::size_t i = 0; i < kLetters.size(); ++i) {
        text += (mode & (0400U >> i)) != 0 ? kLetters[i] : '-';
    }
    const auto special = [&](std::uint32_t bit, std::size_t at, char with, char without) {
        if ((mode & bit) != 0) {
            text[at] = text[at] == 'x' ? with : without;
        }
    };
    special(04000, 3, 's', 'S');
    special(02000, 6, 's', 'S');
    special(01000, 9, 't', 'T');
    return text;
}

std::string time_text(FileTime time) {
    const auto seconds = static_cast<time_t>(time.seconds);
    std::tm parts{};
    if (::gmtime_r(&seconds, &parts) == nullptr) {
        return std::to_string(time.seconds);
    }
    std::array<char, 64> text{};
    const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    std::snprintf(text.data() + size, text.size() - size, ".%09uZ", time.nanoseconds);
    return text.data();
}

std::string printable(std::string_view name) {
    return escaped(
        name, [](unsigned char byte) { return byte < ' ' || byte == kDelete || byte == '\\'; });
}

std::string printable_lines(std::string_view text) {
    return escaped(text, [](unsigned char byte) {
        return (byte < ' ' && byte != '\n' && byte != '\t') || byte == kDelete;
    });
}

std::string long_line(const FileStatus& status, std::string_view name, std::string_view target) {
    std::array<char, 128> columns{};
    std::snprintf(columns.data(), columns.size(), "%s %3u %5u %5u %11s ",
                  mode_text(status.mode).c_str(), status.links, status.uid, status.gid,
                  size_text(status).c_str());
    std::string line = columns.data() + time_text(status.modified) + " " + printable(name);
    if (status.is_symlink()) {
        line += " -> " + printable(target);
    }
    return line;
}

std::string full_text(const Entry& entry) {
    const FileStatus& status = entry.status;
    std::array<char, 32> octal{};
    std::snprintf(octal.data(), octal.size(), "%04o", status.permissions());
    std::string text = "Path: " + printable(entry.source) + "\n";
    if (status.is_symlink()) {
        text += "Target: " + printable(entry.target) + "\n";
    }
    text += "Mode: " + mode_text(status.mode) + " (" + octal.data() + ")\n";
    text += "Owner: " + std::to_string(status.uid) + ":" + std::to_string(status.gid) + "\n";
    text += "Size: " + size_text(status) + "\n";
    text += "Allocated: " + std::to_string(status.blocks * 512) + "\n";
    text += "Inode: " + std::to_string(status.inode) + "\n";
    text += "Links: " + std::to_string(status.links) + "\n";
    text += "Modified: " + time_text(status.modified) + "\n";
    text += "Accessed: " + time_text(status.accessed) + "\n";
    text += "Changed: " + time_text(status.changed) + "\n";
    if (status.created) {
        text += "Created: " + time_text(*status.created) + "\n";
    }
    for (const Attribute& attribute : entry.attributes) {
        text +=
            "Attribute: " + printable(attribute.name) + " = " + printable(attribute.value) + "\n";
    }
    return text;
}

}  // namespace lkl::fs
