// SPDX-License-Identifier: GPL-2.0
// Whole runs of the copying tools: what cptofs, cpfromfs and fs2tar do once their options are read.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "fs/image.hh"
#include "fs/metadata_writer.hh"
#include "fs/progress.hh"
#include "fs/tree_walker.hh"

namespace lkl::fs {

// Exit codes of all tools; after a signal it is 128 and the signal's number.
enum class ExitCode : int {
    success = 0,     // everything was done, written back and unmounted
    incomplete = 1,  // something was not copied; the rest was, and is safe
    usage = 2,       // options that make no sense
    image = 3,       // the image or the target could not be opened or mounted; nothing was done
    not_saved = 4,   // writing back or unmounting failed: the image may miss anything
    kernel = 5,      // the kernel in the library panicked
};

// Of a failure to open an image.
ExitCode open_failure_code(const Error& error);

struct JobOptions {
    std::string program;  // for messages
    // An image that is open already: the job works on it and leaves it open; `image` then only
    // names it. Lives as long as the job.
    Image* opened = nullptr;
    ImageOptions image;
    WalkOptions walk;
    Preserve preserve;
    std::vector<std::string> sources;
    std::string target;
    bool keep_going = false;
    bool strict = false;  // what a target cannot hold is an error
    bool dry_run = false;
    bool verbose = false;
    bool quiet = false;
    bool json = false;                  // result on standard output
    bool make_target = false;           // the target directory is made if it is missing
    bool target_is_name = false;        // the target is the copy's own name, not its directory
    std::string manifest;               // see manifest.hh; for copy_into_image()
    std::string checksums;              // written: SHA-256 of every file, as sha256sum does
    std::string archive_source;         // read this tar archive instead of sources; "-" is stdin
    std::string selinux_contexts_file;  // written by image_to_tar(): "PATH CONTEXT" lines
    bool print_kernel_log = false;
    // How often copy_into_image() writes back what it has done and tells so; 0: only at the end.
    std::chrono::milliseconds sync_interval{0};
    bool sandbox = true;  // the process is confined to what the options name
    ProgressMode progress = ProgressMode::automatic;
};

// Each runs a job to its end, with errors and warnings on standard error, and returns the exit
// code. To be called on the main thread, once.

// Host paths `sources` (or an archive) into the directory `target` of the image.
int copy_into_image(JobOptions options);
// Image paths `sources` into the host directory `target`.
int copy_from_image(JobOptions options);
// Image paths `sources` (none: everything) into the archive `target`, "-" is standard output.
int image_to_tar(JobOptions options);

// The name that a copy of `source` gets: its last component; "" if it stands for what is in a
// directory ("/", ".", "dir/.", "..").
std::string name_of_copy(const std::string& source);

// Names of an image's directory that a source's last component matches as a pattern, as a shell
// does for host paths. A source without pattern, or one that exists as it is, stays. An error if
// nothing matches.
Result<std::vector<std::string>> expand_pattern(FileCalls& calls, int root,
                                                const std::string& source);

// Reads SOURCE_DATE_EPOCH. Nothing if it is not set; an error if it is no number.
Result<std::optional<FileTime>> source_date_epoch();

}  // namespace lkl::fs
