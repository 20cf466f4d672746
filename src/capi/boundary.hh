// SPDX-License-Identifier: GPL-2.0
// The edge between C++ and C: results become numbers, no exception passes.
#pragma once

#include <lkl/result.hh>
#include <new>
#include <string>
#include <type_traits>

namespace lkl::capi {

// Keeps the sentence for lkl_last_error_message() of this thread; returns -errno.
long fail(const Error& error) noexcept;

// The same where memory has run out, or an exception says something unforeseen.
long fail_without_memory() noexcept;
long fail_unexpectedly(const char* what) noexcept;

// The Error of a call that wants a running kernel.
Error not_running(std::string operation);

// Runs `body`, which returns Result<void> or Result<integer>: 0 or the value, or -errno.
template <typename Body>
long at_boundary(Body body) noexcept {
    try {
        auto result = body();
        if (!result) {
            return fail(result.error());
        }
        if constexpr (std::is_same_v<decltype(result), Result<void>>) {
            return 0;
        } else {
            return static_cast<long>(*result);
        }
    } catch (const std::bad_alloc&) {
        return fail_without_memory();
    } catch (const std::exception& exception) {
        return fail_unexpectedly(exception.what());
    } catch (...) {
        return fail_unexpectedly("an exception of unknown type");
    }
}

template <typename Body>
int int_at_boundary(Body body) noexcept {
    return static_cast<int>(at_boundary(std::move(body)));
}

// A string that C gave, NULL as empty.
inline std::string text_or_empty(const char* text) {
    return text != nullptr ? text : "";
}

}  // namespace lkl::capi
