// SPDX-License-Identifier: GPL-2.0
// A cache of the answers to $(shell,...).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kconfig/base/host.hh"
#include "kconfig/macro/expander.hh"

namespace kconfig {

/// What a command printed.
struct ProbeOutput {
    std::string out;
    std::string err;
};

/// Whether the answer to @p command follows from things that can be checked
/// cheaply: it is made of the shell's own words, of text filters, of compilers
/// and other build tools, and of scripts named by their path, and redirects
/// nothing to a file. With @p piped_input also whether it leaves standard input
/// alone.
bool is_understood(std::string_view command, bool piped_input);

/// @p command with every "$NAME" outside of single quotes replaced by the value
/// that the environment has for it, as the shell would; those that the command
/// itself may set, or whose value is more than one plain word, stay. This is to
/// look at, not to run.
std::string with_variables(Host& host, std::string_view command);

/// The words of a shell command, without quotes and operators.
std::vector<std::string> shell_words(std::string_view command);

/// Path, size and times of every file that @p command names, as text: it
/// changes when any of them does.
class FileStamps {
  public:
    /// @p search is the value of PATH.
    explicit FileStamps(std::string search);
    ~FileStamps();

    std::string of(std::string_view command);

  private:
    struct Memory;

    std::string search_;
    std::unique_ptr<Memory> memory_;
};

/// Remembers answers in one file for each working directory. An answer is used
/// when the command, the directory, the whole environment, the kind of standard
/// input and the stamps of all named files are the same. Answers that have
/// become stale are asked again in parallel when the cache is opened.
class ProbeCache {
  public:
    /// Opens the cache for the current directory. @p directory is where the
    /// files live; without one (empty) nothing is remembered.
    ProbeCache(Host& host, std::string directory);
    ProbeCache(const ProbeCache&) = delete;
    ProbeCache& operator=(const ProbeCache&) = delete;
    /// Saves what is new.
    ~ProbeCache();

    /// The output of the command, from memory or by running it.
    std::optional<std::string> run(const std::string& command);

    /// For load_tree().
    ShellRunner runner() {
        return [this](const std::string& command) { return run(command); };
    }

    /// How many answers came from memory, and how many commands were run.
    int hits() const { return hits_; }

    int runs() const { return runs_; }

  private:
    struct Store;

    void prefetch();

    Host& host_;
    std::unique_ptr<Store> store_;
    int hits_ = 0;
    int runs_ = 0;
};

/// $KCONFIG_PROBE_CACHE, else kconfig below the user's cache directory; empty
/// when the variable is empty or there is no such directory.
std::string default_probe_directory(Host& host);

}  // namespace kconfig
