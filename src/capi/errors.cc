// SPDX-License-Identifier: GPL-2.0
#include <lkl/lkl_api.h>

#include <cstdio>

#include "capi/boundary.hh"

namespace lkl::capi {
namespace {

constexpr long kEio = 5;
constexpr long kEnomem = 12;
constexpr long kEshutdown = 108;

thread_local std::string last_error;

// Never throws: a message that finds no memory is left out.
void remember(const char* first, const char* second = "") noexcept {
    try {
        last_error.assign(first);
        last_error.append(second);
    } catch (...) {
        last_error.clear();
    }
}

}  // namespace

long fail(const Error& error) noexcept {
    try {
        last_error = error.message();
    } catch (...) {
        last_error.clear();
    }
    return -error.linux_errno();
}

long fail_without_memory() noexcept {
    remember("out of memory");
    return -kEnomem;
}

long fail_unexpectedly(const char* what) noexcept {
    remember("internal error: ", what);
    return -kEio;
}

Error not_running(std::string operation) {
    return Error::kernel(kEshutdown, std::move(operation), "(no kernel is running)");
}

}  // namespace lkl::capi

const char* lkl_strerror(int err) {
    // Every sentence of the table is a literal, and so ends with a NUL.
    return lkl::linux_errno_text(err < 0 ? -err : err).data();
}

void lkl_perror(char* msg, int err) {
    std::fprintf(stderr, "%s: %s\n", msg != nullptr ? msg : "", lkl_strerror(err));
}

const char* lkl_last_error_message(void) {
    return lkl::capi::last_error.c_str();
}
