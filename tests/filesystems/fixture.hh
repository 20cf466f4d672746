// SPDX-License-Identifier: GPL-2.0
// A booted kernel with an image in it, whose log is judged at the end.
#pragma once

#include <gtest/gtest.h>

#include <lkl/disk.hh>
#include <lkl/kernel.hh>
#include <lkl/mount.hh>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "block/testing/temporary.hh"
#include "recipes.hh"

namespace lkl::testing {

// The value, or an exception with the error's message: a test's set-up either works or ends it.
template <typename T>
T must(Result<T> result) {
    if (!result) {
        throw std::runtime_error(result.error().message());
    }
    if constexpr (!std::is_void_v<T>) {
        return std::move(*result);
    }
}

// A kernel of a test's own. Its end fails the test if the kernel logged a warning or worse that the
// test has not declared.
class JudgedKernel {
  public:
    JudgedKernel();
    // As halt(), unless that was called.
    ~JudgedKernel();
    JudgedKernel(const JudgedKernel&) = delete;
    JudgedKernel& operator=(const JudgedKernel&) = delete;

    // Judges the log, halts, and fails the test if the halt does.
    void halt();

    // Declares a complaint: a part of the line.
    void expect(std::string pattern) { expected_.push_back(std::move(pattern)); }

    [[nodiscard]] Kernel& kernel() { return kernel_; }

    // True if /proc/filesystems has the type.
    [[nodiscard]] bool knows(const std::string& type) const;

  private:
    Kernel kernel_;
    std::vector<std::string> expected_;
    bool judged_ = false;
};

// An image file of the host's, plugged into a kernel and mounted.
class MountedImage {
  public:
    MountedImage(JudgedKernel& kernel, const std::string& image, const std::string& type,
                 const std::string& options, unsigned long flags = 0);

    [[nodiscard]] Dir root() const { return must(mount_->root()); }

    [[nodiscard]] const std::string& path() const { return mount_->path(); }

    // Unmounts and unplugs. An exception where that fails.
    void finish();

  private:
    std::unique_ptr<Disk> disk_;
    std::unique_ptr<Mount> mount_;
};

// A test of one file system: gtest's parameter is its recipe.
class FileSystemTest : public ::testing::TestWithParam<FileSystem> {
  protected:
    // Makes the image with the recipe, filled with the tree (which may be empty).
    void make_image(const Tree& tree);

    // By the file system's own checker: fails the test with what it found.
    void check_image() const;

    // Mounts the image in a kernel, reads everything, unmounts: fails the test if the tree is
    // another.
    void expect_content(JudgedKernel& kernel, const Tree& wanted, unsigned long flags) const;

    const TemporaryFolder folder_;
    const std::string image_ = folder_.file("image");
};

// The parameter's name as gtest wants it.
std::string name_of(const ::testing::TestParamInfo<FileSystem>& info);

}  // namespace lkl::testing
