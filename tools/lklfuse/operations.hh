// SPDX-License-Identifier: GPL-2.0
// FUSE's requests, each as a call of a ServedTree. The session's user data is a FuseContext.
#pragma once

#define FUSE_USE_VERSION 35
#include <fuse_lowlevel.h>

#include "lklfuse/fuse_server.hh"

namespace lkl::tools {

const fuse_lowlevel_ops& fuse_operations();

// Parts of them.
void set_name_operations(fuse_lowlevel_ops& operations);
void set_file_operations(fuse_lowlevel_ops& operations);
void set_directory_operations(fuse_lowlevel_ops& operations);

// What they share.
FuseContext& context_of(fuse_req_t request);
fs::Creator creator_of(fuse_req_t request);

inline fs::ServedTree& tree_of(fuse_req_t request) {
    return context_of(request).tree;
}

struct stat to_stat(const FileStatus& status);
fuse_entry_param to_entry(const fs::FoundNode& found);
int to_open_flags(int host_flags);

// The answers "done" and "not done"; `result` is 0 or a negative errno.
void reply_result(fuse_req_t request, long result);
void reply_entry(fuse_req_t request, long result, const fs::FoundNode& found);

// How long the host's kernel may believe what it was told, in seconds. Names change through it
// alone, attributes also behind its back (a file system frees blocks when it likes).
inline constexpr double kNamesLast = 3600;
inline constexpr double kAttributesLast = 1;

}  // namespace lkl::tools
