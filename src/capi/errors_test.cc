// SPDX-License-Identifier: GPL-2.0
#include <gtest/gtest.h>
#include <lkl/lkl_api.h>

#include <new>
#include <stdexcept>

#include "capi/boundary.hh"

namespace lkl {
namespace {

TEST(StrerrorTest, TakesBothSigns) {
    EXPECT_STREQ(lkl_strerror(-2), "No such file or directory");
    EXPECT_STREQ(lkl_strerror(2), "No such file or directory");
    EXPECT_STREQ(lkl_strerror(0), "Success");
    EXPECT_STREQ(lkl_strerror(-12345), "Unknown error");
}

TEST(ErrnoTableTest, KnowsEveryNumberOnce) {
    for (int number = 1; number <= 133; ++number) {
        const bool gap = number == 41 || number == 58;  // aliases of EAGAIN and EDEADLK elsewhere
        EXPECT_EQ(linux_errno_name(number).empty(), gap) << number;
        EXPECT_FALSE(linux_errno_text(number).empty());
    }
    EXPECT_EQ(linux_errno_name(133), "EHWPOISON");
    EXPECT_EQ(linux_errno_name(134), "");
    for (int number = 512; number <= 531; ++number) {
        EXPECT_EQ(linux_errno_name(number).empty(), number == 520) << number;
    }
    EXPECT_EQ(linux_errno_name(-1), "");
    EXPECT_EQ(linux_errno_name(0), "");
}

TEST(BoundaryTest, TurnsExceptionsIntoNumbers) {
    EXPECT_EQ(capi::at_boundary([]() -> Result<long> { throw std::bad_alloc(); }), -12);
    EXPECT_STREQ(lkl_last_error_message(), "out of memory");
    EXPECT_EQ(capi::at_boundary([]() -> Result<void> { throw std::runtime_error("odd"); }), -5);
    EXPECT_STREQ(lkl_last_error_message(), "internal error: odd");
    EXPECT_EQ(capi::at_boundary([]() -> Result<long> { throw 1; }), -5);
    EXPECT_EQ(capi::at_boundary([]() -> Result<long> { return 17; }), 17);
    EXPECT_EQ(capi::at_boundary([]() -> Result<void> { return {}; }), 0);
    EXPECT_EQ(capi::at_boundary([]() -> Result<long> { return Error::host(2, "open", "f"); }), -2);
    EXPECT_STREQ(lkl_last_error_message(), "cannot open f: No such file or directory");
}

}  // namespace
}  // namespace lkl
