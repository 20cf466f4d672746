// SPDX-License-Identifier: GPL-2.0
// A value or an Error that must be looked at.
#pragma once

#include <tl/expected.hpp>
#include <utility>

#include "error.hh"

namespace lkl {

// tl::expected with [[nodiscard]] on the class, so that no call's result is dropped unseen.
template <typename T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
  public:
    using tl::expected<T, Error>::expected;

    Result(Error error) : tl::expected<T, Error>(tl::unexpect, std::move(error)) {}  // NOLINT
};

// LKL_TRY(auto x, expression) assigns the value, or returns the error from the calling function.
#define LKL_TRY_CONCAT_(a, b) a##b
#define LKL_TRY_NAME_(a, b) LKL_TRY_CONCAT_(a, b)
#define LKL_TRY(declaration, expression)                             \
    auto LKL_TRY_NAME_(lkl_try_, __LINE__) = (expression);           \
    if (!LKL_TRY_NAME_(lkl_try_, __LINE__)) {                        \
        return std::move(LKL_TRY_NAME_(lkl_try_, __LINE__)).error(); \
    }                                                                \
    declaration = std::move(LKL_TRY_NAME_(lkl_try_, __LINE__)).value()

// The same for a Result<void>.
#define LKL_TRY_VOID(expression)                      \
    do {                                              \
        auto lkl_try_result = (expression);           \
        if (!lkl_try_result) {                        \
            return std::move(lkl_try_result).error(); \
        }                                             \
    } while (false)

}  // namespace lkl
