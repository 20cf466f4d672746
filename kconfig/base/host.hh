// SPDX-License-Identifier: GPL-2.0
// The outside world as the library sees it: environment, output, shell.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kconfig {

/// What the library needs of the process around it. The tools use
/// ProcessHost; tests and embedders may put anything else in its place.
/// One host may serve several trees, but only one thread at a time.
class Host {
  public:
    Host() = default;
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;
    virtual ~Host() = default;

    /// The value of an environment variable, or nullptr. It stays valid until
    /// the next call.
    virtual const char* env(const char* name) = 0;

    /// Writes to standard output.
    virtual void out(std::string_view text) = 0;

    /// Writes to standard error.
    virtual void err(std::string_view text) = 0;

    /// Runs a shell command and returns at most the first @p limit bytes of its
    /// standard output; nothing when it could not be started (after reporting
    /// why on standard error).
    virtual std::optional<std::string> shell(const std::string& command, std::size_t limit) = 0;
};

/// The real process: getenv(), stdio and popen().
class ProcessHost : public Host {
  public:
    const char* env(const char* name) override;
    void out(std::string_view text) override;
    void err(std::string_view text) override;
    std::optional<std::string> shell(const std::string& command, std::size_t limit) override;
};

}  // namespace kconfig
