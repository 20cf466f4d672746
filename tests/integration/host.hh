// SPDX-License-Identifier: GPL-2.0
// The host around a test: what the process uses, programs, images, children.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "virtio/block_backend.hh"

namespace lkl::testing {

// A sanitizer takes addresses and memory of its own, which limits and sums of them then show.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

// ThreadSanitizer keeps the parent's threads in mind in a child, and ends it when one of its own
// gets the same stack. tests/integration/CMakeLists.txt leaves out what is all about such children.
#if defined(__SANITIZE_THREAD__)
inline constexpr bool kThreadSanitized = true;
#else
inline constexpr bool kThreadSanitized = false;
#endif
inline constexpr const char* kNoThreadsInChildren =
    "under ThreadSanitizer a child of a process with threads cannot have threads";

// What an instance must not leave behind.
struct ProcessState {
    std::size_t descriptors;
    std::size_t threads;
    std::size_t mappings;
    std::size_t resident_kib;
};

ProcessState process_state();

// Lines of /proc/self/maps that are writable and executable.
std::vector<std::string> writable_and_executable();

// Runs a program of the host's without fork()'s handlers, its output discarded; its exit status, -1
// if it was killed or is not there.
int run_program(const std::vector<std::string>& arguments);

// A new image file with an empty file system: mkfs.TYPE of the host. Throws where that fails.
void make_image(const std::string& path, const std::string& type, std::size_t mebibytes);

// An image file as a disk. Throws where it cannot be opened.
std::unique_ptr<BlockBackend> file_disk(const std::string& path);

// e2fsck -fn: true if it finds nothing to repair.
bool fsck_ext4(const std::string& path);

// The child's part of a fork() test: no test macros there. The first check that does not hold ends
// the process with a message; so does a wait of more than a minute.
void check_in_child(bool holds, const char* what);

// fork()s, and runs `child` in it, which ends with _exit(0) on return. The wait status.
int in_child(const std::function<void()>& child);

}  // namespace lkl::testing
