// SPDX-License-Identifier: GPL-2.0
// A file system is written in many ways through the library, unmounted, judged by its own checker,
// and mounted again: by the same kernel and by another one. Everything is as it was left.
#include "fixture.hh"
#include "writer.hh"

namespace lkl::testing {
namespace {

class EmptyImage : public FileSystemTest {};

TEST_P(EmptyImage, KeepsWhatIsWritten) {
    make_image({});
    Tree model;
    {
        JudgedKernel kernel;
        {
            MountedImage mounted(kernel, image_, GetParam().type, GetParam().options);
            {
                Writer writer(mounted.root(), GetParam().abilities);
                writer.add_tree();
                writer.write_in_pieces();
                writer.change_sizes();
                writer.rename();
                writer.remove();
                model = writer.model();
            }
            mounted.finish();
        }
        check_image();
        expect_content(kernel, model, 0);
        check_image();
    }
    JudgedKernel another;
    expect_content(another, model, mount_flags::read_only);
    // And changed by the other one.
    {
        MountedImage mounted(another, image_, GetParam().type, GetParam().options);
        {
            Writer writer(mounted.root(), GetParam().abilities, model);
            writer.remove_everything_but("many");
            model = writer.model();
        }
        mounted.finish();
    }
    check_image();
    expect_content(another, model, mount_flags::read_only);
}

// Neither unmounted nor synced: the halt sees to it.
TEST_P(EmptyImage, IsInOrderAfterAHalt) {
    make_image({});
    Tree model;
    {
        JudgedKernel kernel;
        MountedImage mounted(kernel, image_, GetParam().type, GetParam().options);
        Writer writer(mounted.root(), GetParam().abilities);
        writer.add_tree();
        model = writer.model();
        kernel.halt();
    }
    check_image();
    JudgedKernel another;
    expect_content(another, model, mount_flags::read_only);
}

INSTANTIATE_TEST_SUITE_P(, EmptyImage, ::testing::ValuesIn(empty_images()), name_of);

}  // namespace
}  // namespace lkl::testing
