// SPDX-License-Identifier: GPL-2.0
#include "api/text.hh"

#include <charconv>

#include "api/calls.hh"

namespace lkl::detail {
namespace {

constexpr std::size_t kLimit = 1U << 20;

// The whole of `text` as a decimal number.
template <typename Number>
bool parse(std::string_view text, Number& number) {
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    return failure == std::errc() && end == text.data() + text.size();
}

}  // namespace

Dir tree(const InstanceRef& instance) {
    return Dir(Descriptor(instance, Descriptor::kWorkingDirectory, ""));
}

Result<std::string> read_text(const Dir& tree, const std::string& path) {
    LKL_TRY(File file, tree.open_file(path, open_flags::read_only | open_flags::close_on_exec));
    LKL_TRY(const auto bytes, file.read_rest(kLimit));
    std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (!text.empty() && text.back() == '\n') {
        text.pop_back();
    }
    return text;
}

Result<std::uint64_t> read_number(const Dir& tree, const std::string& path) {
    LKL_TRY(const std::string text, read_text(tree, path));
    std::uint64_t number = 0;
    if (!parse(text, number)) {
        return Error::kernel(kEinval, "read a number from", path);
    }
    return number;
}

Result<DeviceNumber> read_device(const Dir& tree, const std::string& path) {
    LKL_TRY(const std::string text, read_text(tree, path));
    const auto parts = split(text, ':');
    DeviceNumber device;
    if (parts.size() != 2 || !parse(parts[0], device.major) || !parse(parts[1], device.minor)) {
        return Error::kernel(kEinval, "read a device number from", path);
    }
    return device;
}

Result<void> write_text(const Dir& tree, const std::string& path, std::string_view text) {
    LKL_TRY(File file, tree.open_file(path, open_flags::write_only | open_flags::close_on_exec));
    LKL_TRY_VOID(file.write_all(std::as_bytes(std::span(text))));
    return file.close();
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    while (!text.empty()) {
        const std::size_t end = text.find(separator);
        if (end != 0) {
            parts.push_back(text.substr(0, end));
        }
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return parts;
}

}  // namespace lkl::detail
