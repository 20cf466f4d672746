// SPDX-License-Identifier: GPL-2.0
// The calling thread's character set while libarchive works.
#pragma once

#include <clocale>

namespace lkl::fs {

// libarchive converts names from the locale of the thread; ours are bytes, mostly UTF-8.
class Utf8Scope {
  public:
    Utf8Scope() : old_(::uselocale(locale())) {}

    ~Utf8Scope() { ::uselocale(old_); }

    Utf8Scope(const Utf8Scope&) = delete;
    Utf8Scope& operator=(const Utf8Scope&) = delete;

  private:
    static locale_t locale() {
        static const locale_t utf8 = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
        return utf8 != nullptr ? utf8 : LC_GLOBAL_LOCALE;
    }

    locale_t old_;
};

}  // namespace lkl::fs
