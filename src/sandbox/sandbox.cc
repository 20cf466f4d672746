// SPDX-License-Identifier: GPL-2.0
#include "sandbox/sandbox.hh"

#include <sys/prctl.h>

#include <cerrno>

#include "sandbox/landlock.hh"
#include "sandbox/system_calls.hh"

namespace lkl {
namespace {

// The sanitizers' own threads and reports need what a sandbox takes away.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kHasSanitizer = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kHasSanitizer = true;
#else
constexpr bool kHasSanitizer = false;
#endif
#else
constexpr bool kHasSanitizer = false;
#endif

}  // namespace

Sandbox Sandbox::confine_files(const SandboxOptions& options) {
    Sandbox sandbox;
    sandbox.changes_files_ = !options.writable.empty();
    sandbox.opens_files_ = sandbox.changes_files_ || !options.readable.empty();
    sandbox.serves_ = options.serves;
    if (kHasSanitizer) {
        sandbox.missing_.emplace_back("this build has a sanitizer, which a sandbox would break");
        return sandbox;
    }
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        sandbox.missing_.push_back(
            Error::host(errno, "give up new privileges", "the process").message());
    }
    if (const auto entered = enter_landlock(options); !entered) {
        sandbox.missing_.push_back(entered.error().message() +
                                   "; access to other files is not confined");
    }
    return sandbox;
}

void Sandbox::confine_calls() {
    if (kHasSanitizer) {
        return;
    }
    if (const auto entered = enter_seccomp({opens_files_, changes_files_, serves_}); !entered) {
        missing_.push_back(entered.error().message() + "; system calls are not confined");
    }
}

}  // namespace lkl
