// SPDX-License-Identifier: GPL-2.0
// Modules through the C++ API: a real one, built outside the kernel's tree.
#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <lkl/file.hh>
#include <lkl/module.hh>
#include <string_view>
#include <vector>

#include "fixture.hh"

namespace lkl {
namespace {

std::vector<std::byte> module_bytes() {
    std::ifstream file(LKL_TEST_MODULE, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const auto bytes = as_bytes(text);
    return {bytes.begin(), bytes.end()};
}

class ModuleTest : public KernelTest {
  protected:
    ModuleTest() { expect("lkl_test: loading out-of-tree module taints kernel"); }

    std::string content(const std::string& path) {
        auto file = File::open(kernel(), path, open_flags::read_only);
        if (!file) {
            return file.error().message();
        }
        return as_text(file->read_rest(1U << 16U).value());
    }

    const std::vector<std::byte> bytes_ = module_bytes();
};

TEST_F(ModuleTest, FromMemoryWithParameters) {
    EXPECT_EQ(Module::name_of(bytes_).value(), "lkl_test");
    for (int round = 0; round < 3; ++round) {
        auto module = Module::load(kernel(), bytes_, "what=nothing");
        ASSERT_TRUE(module) << module.error().message();
        EXPECT_EQ(module->name(), "lkl_test");
        EXPECT_EQ(content("/sys/module/lkl_test/parameters/what"), "nothing\n");
        EXPECT_EQ(content("/sys/module/lkl_test/parameters/answer"), "31\n");
        EXPECT_EQ(content("/proc/modules").find("lkl_test "), 0U);
        const auto unloaded = module->unload();
        ASSERT_TRUE(unloaded) << unloaded.error().message();
        EXPECT_EQ(content("/proc/modules"), "");
        EXPECT_EQ(module->unload().error().linux_errno(), ENOENT);
    }
}

TEST_F(ModuleTest, FromAFileOfTheHostAndOneOfTheKernel) {
    auto from_host = Module::load_host_file(kernel(), LKL_TEST_MODULE, "what=host");
    ASSERT_TRUE(from_host) << from_host.error().message();
    EXPECT_EQ(content("/sys/module/lkl_test/parameters/what"), "host\n");
    ASSERT_TRUE(from_host->unload());

    auto file =
        File::open(kernel(), "/tmp/lkl_test.ko", open_flags::read_write | open_flags::create);
    ASSERT_TRUE(file) << file.error().message();
    ASSERT_TRUE(file->write_all(bytes_));
    // A file that is open for writing is none to load from (finit_module(2)).
    EXPECT_EQ(Module::load(kernel(), *file).error().linux_errno(), ETXTBSY);
    ASSERT_TRUE(file->close());
    *file = File::open(kernel(), "/tmp/lkl_test.ko", open_flags::read_only).value();
    auto from_kernel = Module::load(kernel(), *file, "what=kernel");
    ASSERT_TRUE(from_kernel) << from_kernel.error().message();
    EXPECT_EQ(content("/sys/module/lkl_test/parameters/what"), "kernel\n");
    ASSERT_TRUE(from_kernel->unload());
}

TEST_F(ModuleTest, ASecondOneOfTheNameIsRefused) {
    auto first = Module::load(kernel(), bytes_);
    ASSERT_TRUE(first) << first.error().message();
    const auto second = Module::load(kernel(), bytes_);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().linux_errno(), EEXIST);
    EXPECT_EQ(second.error().message(), "cannot load module lkl_test: File exists");
    // It stays when the object goes.
    { const Module moved = std::move(*first); }
    EXPECT_EQ(content("/proc/modules").find("lkl_test "), 0U);
}

TEST_F(ModuleTest, ItsOwnErrorIsTheError) {
    EXPECT_EQ(Module::load(kernel(), bytes_, "what=fail").error().linux_errno(), ENXIO);
    EXPECT_EQ(content("/proc/modules"), "");
}

TEST_F(ModuleTest, WhatIsNoModuleIsRefused) {
    expect("nvalid");  // the kernel's words for some of them
    const auto refused = [&](std::span<const std::byte> bytes) {
        const auto module = Module::load(kernel(), bytes);
        return module ? 0 : module.error().linux_errno();
    };
    EXPECT_EQ(refused({}), ENOEXEC);
    EXPECT_EQ(refused(as_bytes("no module at all")), ENOEXEC);
    EXPECT_EQ(refused(std::vector<std::byte>(100'000)), ENOEXEC);
    EXPECT_EQ(refused(std::span(bytes_).first(40)), ENOEXEC);
    EXPECT_EQ(refused(std::span(bytes_).first(bytes_.size() / 2)), ENOEXEC);
    std::vector<std::byte> broken = bytes_;
    broken[18] = std::byte{3};  // e_machine: i386
    EXPECT_EQ(refused(broken), ENOEXEC);
    broken = bytes_;
    broken[16] = std::byte{2};  // e_type: a program
    EXPECT_EQ(refused(broken), ENOEXEC);
    // As one of another kernel.
    broken = bytes_;
    const std::string_view marker = "vermagic=";
    const auto at =
        std::search(broken.begin(), broken.end(), as_bytes(marker).begin(), as_bytes(marker).end());
    ASSERT_NE(at, broken.end());
    *(at + static_cast<std::ptrdiff_t>(marker.size())) = std::byte{'9'};
    expect("version magic");
    EXPECT_EQ(refused(broken), ENOEXEC);
    const auto missing = Module::load_host_file(kernel(), "/nonexistent/module.ko");
    ASSERT_FALSE(missing);
    EXPECT_FALSE(missing.error().is_kernel());
    const auto text = Module::load_host_file(kernel(), "/proc/self/maps");
    ASSERT_FALSE(text);
    EXPECT_EQ(text.error().linux_errno(), ENOEXEC);
    EXPECT_NE(text.error().message().find("/proc/self/maps"), std::string::npos);
    // The kernel still takes a good one.
    auto module = Module::load(kernel(), bytes_);
    ASSERT_TRUE(module) << module.error().message();
    EXPECT_TRUE(module->unload());
}

TEST_F(ModuleTest, EachKernelHasItsOwn) {
    auto module = Module::load(kernel(), bytes_);
    ASSERT_TRUE(module) << module.error().message();
    auto other = Kernel::boot(quiet_options());
    ASSERT_TRUE(other) << other.error().message();
    auto of_the_other = Module::load(*other, bytes_);
    ASSERT_TRUE(of_the_other) << of_the_other.error().message();
    ASSERT_TRUE(module->unload());
    const auto unloaded = of_the_other->unload();
    EXPECT_TRUE(unloaded) << unloaded.error().message();
}

}  // namespace
}  // namespace lkl
