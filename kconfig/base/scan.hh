// SPDX-License-Identifier: GPL-2.0
// Runs of characters, sixteen at a time.
#pragma once

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "kconfig/base/text.hh"

namespace kconfig {

/// A word of up to eight characters, as a number.
class ShortWord {
  public:
    static constexpr std::size_t kSize = 8;
    static constexpr std::size_t kSlots = 256;

    ShortWord() = default;

    /// @p size is at most kSize; as many bytes may be looked at.
    ShortWord(const char* text, std::size_t size) {
        static constexpr char kOnes[2 * kSize + 1] = "\xff\xff\xff\xff\xff\xff\xff\xff";
        std::uint64_t mask = 0;
        std::memcpy(&mask, kOnes + kSize - size, kSize);
        std::memcpy(&word_, text, kSize);
        word_ &= mask;
    }

    bool operator==(const ShortWord&) const = default;

    /// A place for it in a table of kSlots.
    std::size_t slot() const { return word_ * 0x9E3779B97F4A7C15ULL >> 56; }

  private:
    std::uint64_t word_ = 0;
};

#ifdef __SSE2__

// Which of sixteen bytes are characters of words, as bits.
inline unsigned word_chars(__m128i bytes) {
    const auto within = [](__m128i value, char first, char last) {
        const __m128i offset = _mm_sub_epi8(value, _mm_set1_epi8(first));
        const __m128i width = _mm_set1_epi8(static_cast<char>(last - first));
        return _mm_cmpeq_epi8(_mm_min_epu8(offset, width), offset);
    };
    const __m128i letters = within(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), 'a', 'z');
    const __m128i digits = within(bytes, '0', '9');
    const __m128i others = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('_')),
                                        _mm_cmpeq_epi8(bytes, _mm_set1_epi8('-')));
    return static_cast<unsigned>(
        _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(letters, digits), others)));
}

// How long the word is that begins there. Up to sixteen bytes behind it are looked at.
inline std::size_t word_length(const char* begin) {
    std::size_t size = 0;
    for (;; size += 16) {
        const unsigned found = word_chars(
            _mm_loadu_si128(static_cast<const __m128i*>(static_cast<const void*>(begin + size))));
        if (found != 0xffff) {
            return size + static_cast<std::size_t>(std::countr_one(found));
        }
    }
}

// How many characters from there on are of a string, and stay as they are written: none ends it,
// expands or escapes. Up to sixteen bytes behind them are looked at.
inline std::size_t plain_length(const char* begin) {
    const auto is = [](__m128i bytes, char c) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); };
    for (std::size_t size = 0;; size += 16) {
        const __m128i bytes =
            _mm_loadu_si128(static_cast<const __m128i*>(static_cast<const void*>(begin + size)));
        const __m128i quotes = _mm_or_si128(is(bytes, '"'), is(bytes, '\''));
        const __m128i others = _mm_or_si128(is(bytes, '$'), is(bytes, '\\'));
        const __m128i ends = _mm_or_si128(is(bytes, '\n'), is(bytes, '\0'));
        const auto found = static_cast<unsigned>(
            _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quotes, others), ends)));
        if (found != 0) {
            return size + static_cast<std::size_t>(std::countr_zero(found));
        }
    }
}

// text.find('\n', at), for lines that are short.
inline std::size_t find_newline(std::string_view text, std::size_t at) {
    const auto newlines = [&](std::size_t from) {
        const __m128i bytes = _mm_loadu_si128(
            static_cast<const __m128i*>(static_cast<const void*>(text.data() + from)));
        return static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n'))));
    };
    for (; text.size() - at >= 32; at += 32) {
        const unsigned found = newlines(at) | newlines(at + 16) << 16;
        if (found != 0) {
            return at + static_cast<std::size_t>(std::countr_zero(found));
        }
    }
    return text.find('\n', at);
}

#else

inline std::size_t word_length(const char* begin) {
    std::size_t size = 0;
    while (kWordChars[static_cast<unsigned char>(begin[size])]) {
        ++size;
    }
    return size;
}

inline std::size_t plain_length(const char* begin) {
    return std::strcspn(begin, "\"'$\\\n");
}

inline std::size_t find_newline(std::string_view text, std::size_t at) {
    return text.find('\n', at);
}

#endif

}  // namespace kconfig
