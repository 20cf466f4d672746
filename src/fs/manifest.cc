// SPDX-License-Identifier: GPL-2.0
#include "fs/manifest.hh"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <utility>
#include <vector>

namespace lkl::fs {
namespace {

constexpr std::array<std::pair<std::string_view, std::uint32_t>, 7> kTypes = {{
    {"file", mode::regular},
    {"dir", mode::directory},
    {"link", mode::symlink},
    {"block", mode::block},
    {"char", mode::character},
    {"fifo", mode::fifo},
    {"socket", mode::socket},
}};

template <typename Number>
bool parse_number(std::string_view text, Number& number, int base = 10) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
    return error == std::errc() && end == text.data() + text.size();
}

std::string_view next_word(std::string_view& line) {
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    const std::string_view word = line.substr(0, line.find_first_of(" \t"));
    line.remove_prefix(word.size());
    return word;
}

// Undoes vis(3): \ooo, \s for a blank and the like, \# and \\.
std::string unescape(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned value = 0;
        if (text[i] != '\\' || i + 1 == text.size()) {
            plain += text[i];
        } else if (i + 3 < text.size() && parse_number(text.substr(i + 1, 3), value, 8)) {
            plain += static_cast<char>(value);
            i += 3;
        } else {
            ++i;
            const std::string_view letters = "snt";
            const std::size_t known = letters.find(text[i]);
            plain += known == std::string_view::npos ? text[i] : " \n\t"[known];
        }
    }
    return plain;
}

// "123" or "123.000000456".
bool parse_time(std::string_view text, FileTime& time) {
    const std::size_t dot = text.find('.');
    std::string fraction(dot == std::string_view::npos ? "" : text.substr(dot + 1));
    fraction.resize(9, '0');
    return parse_number(text.substr(0, dot), time.seconds) &&
           parse_number(fraction, time.nanoseconds);
}

// "native,8,1", "linux,0x8,1" or "8,1".
bool parse_device(std::string_view text, DeviceNumber& device) {
    const std::size_t minor = text.rfind(',');
    if (minor == std::string_view::npos || minor == 0) {
        return false;
    }
    const auto number = [](std::string_view digits, std::uint32_t& value) {
        const bool hex = digits.substr(0, 2) == "0x";
        return parse_number(digits.substr(hex ? 2 : 0), value, hex ? 16 : 10);
    };
    const std::size_t before = text.rfind(',', minor - 1);
    const std::size_t major = before == std::string_view::npos ? 0 : before + 1;
    return number(text.substr(major, minor - major), device.major) &&
           number(text.substr(minor + 1), device.minor);
}

// Returns what is wrong with a keyword, or "".
std::string apply_keyword(std::string_view word, ManifestEntry& entry) {
    const std::size_t equals = word.find('=');
    const std::string_view key = word.substr(0, equals);
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view() : word.substr(equals + 1);
    bool good = true;
    if (key == "type") {
        const auto* type = std::find_if(kTypes.begin(), kTypes.end(),
                                        [&](const auto& one) { return one.first == value; });
        good = type != kTypes.end();
        if (good) {
            entry.type = type->second;
        }
    } else if (key == "mode") {
        good = parse_number(value, entry.permissions.emplace(), 8) && *entry.permissions <= 07777;
    } else if (key == "uid") {
        good = parse_number(value, entry.uid.emplace());
    } else if (key == "gid") {
        good = parse_number(value, entry.gid.emplace());
    } else if (key == "time") {
        good = parse_time(value, entry.time.emplace());
    } else if (key == "device") {
        good = parse_device(value, entry.device.emplace());
    } else if (key == "link") {
        entry.target = unescape(value);
    } else if (key == "optional") {
        entry.optional = true;
    } else if (key == "uname" || key == "gname") {
        return std::string(key) + " names somebody of the host; use " +
               (key == "uname" ? "uid" : "gid");
    }
    return good ? "" : "it cannot be read: " + std::string(word);
}

void forget_keyword(std::string_view key, ManifestEntry& entry) {
    const bool all = key == "all";
    const auto reset = [&](std::string_view name, auto& value) {
        if (all || key == name) {
            value.reset();
        }
    };
    reset("type", entry.type);
    reset("mode", entry.permissions);
    reset("uid", entry.uid);
    reset("gid", entry.gid);
    reset("time", entry.time);
    reset("device", entry.device);
    reset("link", entry.target);
    if (all || key == "optional") {
        entry.optional = false;
    }
}

class Parser {
  public:
    explicit Parser(const std::string& name) : name_(name) {}

    Result<void> line(std::string_view line, std::size_t number) {
        number_ = number;
        std::string_view rest = line;
        const std::string_view first = next_word(rest);
        if (first.empty() || first[0] == '#') {
            return {};
        }
        if (first == "..") {
            if (directories_.empty()) {
                return fail("\"..\" leads out of the root");
            }
            directories_.pop_back();
            return {};
        }
        if (first == "/set") {
            return keywords(rest, defaults_);
        }
        if (first == "/unset") {
            for (auto key = next_word(rest); !key.empty(); key = next_word(rest)) {
                forget_keyword(key, defaults_);
            }
            return {};
        }
        return entry(first, rest);
    }

    Manifest take() { return std::move(manifest_); }

  private:
    Result<void> fail(const std::string& what) const {
        return Error::other(what, "read line " + std::to_string(number_) + " of", name_);
    }

    Result<void> keywords(std::string_view rest, ManifestEntry& entry) const {
        for (auto word = next_word(rest); !word.empty(); word = next_word(rest)) {
            if (const std::string complaint = apply_keyword(word, entry); !complaint.empty()) {
                return fail(complaint);
            }
        }
        return {};
    }

    Result<void> entry(std::string_view word, std::string_view rest) {
        const bool full = word.find('/') != std::string_view::npos;
        std::string path = full || directories_.empty() ? "" : directories_.back();
        const std::string name = unescape(word);
        for (std::string_view left = name; !left.empty();) {
            const std::size_t end = left.find('/');
            const std::string_view part = left.substr(0, end);
            left.remove_prefix(end == std::string_view::npos ? left.size() : end + 1);
            if (part == "..") {
                return fail("the path leads out of the root: " + name);
            }
            if (!part.empty() && part != ".") {
                path.append(path.empty() ? "" : "/").append(part);
            }
        }
        ManifestEntry entry = defaults_;
        LKL_TRY_VOID(keywords(rest, entry));
        if ((entry.type == mode::block || entry.type == mode::character) && !entry.device) {
            return fail("a device needs device=MAJOR,MINOR: " + name);
        }
        if (entry.type == mode::symlink && !entry.target) {
            return fail("a link needs link=TARGET: " + name);
        }
        if (!full && entry.type == mode::directory) {
            directories_.push_back(path);
        }
        manifest_[path] = std::move(entry);
        return {};
    }

    const std::string& name_;
    std::size_t number_ = 0;
    ManifestEntry defaults_;
    std::vector<std::string> directories_;  // that the line is in, the root first
    Manifest manifest_;
};

}  // namespace

Result<Manifest> parse_manifest(std::string_view text, const std::string& name) {
    Parser parser(name);
    std::string joined;
    std::size_t number = 0;
    while (!text.empty() || !joined.empty()) {
        const std::size_t end = text.find('\n');
        joined += text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        ++number;
        if (!text.empty() && !joined.empty() && joined.back() == '\\') {
            joined.back() = ' ';
            continue;
        }
        LKL_TRY_VOID(parser.line(joined, number));
        joined.clear();
    }
    return parser.take();
}

Result<Manifest> read_manifest(const std::string& path) {
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    std::string text;
    std::array<char, 65536> buffer{};
    while (file.read(buffer.data(), buffer.size()) || file.gcount() > 0) {
        text.append(buffer.data(), static_cast<std::size_t>(file.gcount()));
    }
    // Without eof: it could not be opened, or, as a directory, not read.
    if (!file.eof()) {
        return Error::host(errno != 0 ? errno : EIO, "read the manifest", path);
    }
    return parse_manifest(text, path);
}

}  // namespace lkl::fs
