// SPDX-License-Identifier: GPL-2.0
// A bump allocator for text that lives as long as its owner.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace kconfig {

/// Keeps copies of strings; every view it returns is NUL-terminated and stays
/// valid until the arena is destroyed. Not for concurrent use.
class TextArena {
  public:
    TextArena() = default;
    TextArena(const TextArena&) = delete;
    TextArena& operator=(const TextArena&) = delete;
    TextArena(TextArena&&) = default;
    TextArena& operator=(TextArena&&) = default;
    ~TextArena() = default;

    /// Copies @p text and returns the copy.
    std::string_view keep(std::string_view text) {
        char* const place = reserve(text.size() + 1);
        if (!text.empty()) {
            std::memcpy(place, text.data(), text.size());
        }
        place[text.size()] = '\0';
        return {place, text.size()};
    }

  private:
    char* reserve(std::size_t size) {
        if (size > static_cast<std::size_t>(end_ - next_)) {
            const std::size_t block = size > kBlock ? size : kBlock;
            blocks_.push_back(std::make_unique_for_overwrite<char[]>(block));
            next_ = blocks_.back().get();
            end_ = next_ + block;
        }
        char* const place = next_;
        next_ += size;
        return place;
    }

    static constexpr std::size_t kBlock = 64 * 1024;

    std::vector<std::unique_ptr<char[]>> blocks_;
    char* next_ = nullptr;
    char* end_ = nullptr;
};

}  // namespace kconfig
