// SPDX-License-Identifier: GPL-2.0
// The instance that the C API works on: booted and halted under one lock, found without any.
#pragma once

#include <functional>
#include <lkl/dir.hh>
#include <lkl/kernel.hh>
#include <string>

namespace lkl::capi {

// What belongs to the running instance beside it: `attach` after its boot (a failure halts again),
// `detach` after its halt and before it is freed. Both under the lock that serialises boot and
// halt.
struct Attachments {
    std::function<Result<void>(Kernel&)> attach;
    std::function<void()> detach;
};

// Boots. EBUSY: one is running. What has panicked is replaced.
Result<void> start(Kernel::Options options, Attachments attachments);

// Halts and frees the running (or panicked) instance; ESHUTDOWN if there is none, EDEADLK from
// within a call of the same thread.
Result<void> halt();

// Runs `body` with the running Kernel, or nullptr if there is none, while nobody boots or halts.
Result<long> with_kernel(const std::function<Result<long>(Kernel* kernel)>& body);

// The running instance, kept alive by the caller; empty if there is none.
detail::InstanceRef current();

// Its tree, or ESHUTDOWN for `operation`.
Result<Dir> current_tree(const std::string& operation);

// Console output of the running instance, or of the last one.
std::string console_tail();

}  // namespace lkl::capi
