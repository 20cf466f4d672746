// SPDX-License-Identifier: GPL-2.0
// Looking at what is in an image, and small changes: the subcommands of `lkl`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fs/job.hh"

namespace lkl::fs {

// What `find` looks for; everything that is set must hold.
struct FindCriteria {
    std::string name;                       // pattern for the last component
    char type = 0;                          // as type_letter() tells
    std::optional<std::uint64_t> at_least;  // size in bytes
    std::optional<std::uint64_t> at_most;
    std::optional<std::int64_t> newer_than;  // seconds since 1970

    [[nodiscard]] bool match(const Entry& entry) const;
};

// A size with an optional unit: "10", "4k", "3M", "1G", "2T" (powers of 1024).
Result<std::uint64_t> parse_size(std::string_view text, std::string_view option);

struct BrowseOptions {
    JobOptions job;  // image, sources (paths in the image), json, keep_going
    bool long_lines = false;
    bool recursive = false;
    bool parents = false;
    bool force = false;
    FindCriteria find;
};

// Each writes to standard output, tells errors on standard error, and returns the exit code.
int list_entries(const BrowseOptions& options);      // ls
int print_files(const BrowseOptions& options);       // cat
int show_status(const BrowseOptions& options);       // stat
int sum_usage(const BrowseOptions& options);         // du
int find_entries(const BrowseOptions& options);      // find
int hash_files(const BrowseOptions& options);        // hash: lines as sha256sum writes them
int check_image(const BrowseOptions& options);       // check: mounts and reads everything
int compare_trees(const BrowseOptions& options);     // diff: IMAGE:PATH or host directory, twice
int inspect_image(const BrowseOptions& options);     // inspect: partitions and file systems
int make_directories(const BrowseOptions& options);  // mkdir
int remove_entries(const BrowseOptions& options);    // rm
int move_entry(const BrowseOptions& options);        // mv

}  // namespace lkl::fs
