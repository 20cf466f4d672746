// SPDX-License-Identifier: GPL-2.0
// What the tools say to other programs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fs/probe.hh"
#include "fs/progress.hh"
#include "fs/stream.hh"

namespace lkl::fs {

// One line, without newline. Bytes that are no UTF-8 are replaced by U+FFFD.
std::string progress_json(const ProgressState& state);
std::string saved_json(std::uint64_t entries, std::uint64_t bytes);
std::string inspect_json(const ImageInfo& image, const std::string& path);
std::string entry_json(const Entry& entry);
std::string usage_json(const std::string& path, std::uint64_t bytes, std::uint64_t entries);
std::string result_json(const Report& report, std::string_view outcome, double seconds);

}  // namespace lkl::fs
