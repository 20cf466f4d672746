// SPDX-License-Identifier: GPL-2.0
// Messages about Kconfig files: byte-exact, or with the source line and advice.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "kconfig/base/host.hh"

namespace kconfig {

struct SourceFile;

/// How messages look.
enum class MessageStyle {
    strict,  ///< Exactly as the kernel's conf.
    rich,    ///< Followed by the source line, a caret and what to do.
};

/// Where a message points to. Column 0 means the line's first word.
struct SourcePoint {
    const SourceFile* file = nullptr;
    int line = 0;
    int column = 0;
};

/// Collects the outcome of reading Kconfig files and prints the messages.
class Diagnostics {
  public:
    Diagnostics(Host& host, MessageStyle style) : host_(host), style_(style) {}

    /// Prints "FILE:LINE: MESSAGE". In rich style the source and @p advice follow.
    void report(const SourcePoint& at, std::string_view message, std::string_view advice = {});

    /// The same with "FILE:LINE:warning: MESSAGE".
    void warn(const SourcePoint& at, std::string_view message, std::string_view advice = {});

    /// Prints text as it is on standard error.
    void raw(std::string_view text) { host_.err(text); }

    /// Source line and advice after a message printed with raw().
    void explain(const SourcePoint& at, std::string_view advice);

    /// Counts an error that makes parse() fail at its end.
    void count_error() { ++errors_; }

    int errors() const { return errors_; }

    /// Marks the input as unusable: reading stops at once.
    /// The first call decides the exit code that the original would have.
    void set_fatal(int exit_code = 1) {
        if (exit_code_ == 0) {
            exit_code_ = exit_code;
        }
    }

    bool fatal() const { return exit_code_ != 0; }

    /// What the tools exit with: 0 while nothing is wrong.
    int exit_code() const { return exit_code_ != 0 ? exit_code_ : (errors_ != 0 ? 1 : 0); }

    /// Whether remember() keeps what it is given.
    bool keeps_texts() const { return style_ == MessageStyle::rich; }

    /// Tells which text belongs to a file, for rich messages. It must stay where it is.
    void remember(const SourceFile* file, std::string_view text);

    Host& host() { return host_; }

  private:
    Host& host_;
    MessageStyle style_;
    int errors_ = 0;
    int exit_code_ = 0;
    std::unordered_map<const SourceFile*, std::string_view> texts_;
};

}  // namespace kconfig
