// SPDX-License-Identifier: GPL-2.0
// Groups of options that several tools share. Includes CLI11: for .cc files of the tools only.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fs/job.hh"

namespace lkl::tools {

// Adds -i, -P, -t, -m, --mount-options and -p.
void add_image_options(CLI::App& app, fs::JobOptions& options);

// Adds --include, --exclude, --one-file-system and --no-xattrs.
void add_selection_options(CLI::App& app, fs::JobOptions& options);

// Adds --owner, --group, --map-users and --map-groups.
void add_owner_options(CLI::App& app, fs::JobOptions& options);

// Adds --keep-going, --dry-run, --verbose, --quiet, --progress, --json and --strict.
void add_report_options(CLI::App& app, fs::JobOptions& options);

// Adds --version and the hidden options that print the manual page and completions.
void add_document_options(CLI::App& app);

// Parses; returns an exit code when there is nothing more to do. `details` is the manual page's
// text below the options, in paragraphs.
std::optional<int> parse(CLI::App& app, const std::string& program,
                         std::vector<std::string> arguments, const std::string& details);

// What --help shows, at most 80 columns wide.
std::string help_text(const CLI::App& app, const std::string& name);

// The manual page (roff) and the completion scripts of an application with its options.
std::string manual_page(const CLI::App& app, const std::string& name, const std::string& details);
std::string bash_completion(const CLI::App& app, const std::string& name);
std::string zsh_completion(const CLI::App& app, const std::string& name);

}  // namespace lkl::tools
