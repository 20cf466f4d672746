// SPDX-License-Identifier: GPL-2.0
// What a file system's own program has put into an image is found there through the library.
#include "fixture.hh"

namespace lkl::testing {
namespace {

class FilledImage : public FileSystemTest {};

TEST_P(FilledImage, IsReadBack) {
    const Tree tree = sample_tree(GetParam().abilities);
    make_image(tree);
    JudgedKernel kernel;
    if (!GetParam().remark.empty()) {
        kernel.expect(GetParam().remark);
    }
    expect_content(kernel, tree, mount_flags::read_only);
    check_image();
    // Another time, by the same kernel.
    expect_content(kernel, tree, mount_flags::read_only);
}

INSTANTIATE_TEST_SUITE_P(, FilledImage, ::testing::ValuesIn(filled_images()), name_of);

}  // namespace
}  // namespace lkl::testing
