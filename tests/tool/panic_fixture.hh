// SPDX-License-Identifier: GPL-2.0
// An image that makes the kernel panic.
#pragma once

#include "tool_fixture.hh"

namespace lkl::tool_test {

class PanicTest : public ToolTest {
  protected:
    // ext4 with a directory /d whose block is garbage. With the mount option errors=panic, making
    // something in it is the end of the kernel.
    std::string make_treacherous_image() {
        const std::string image = make_image("ext4");
        work_.write("d/file", "x");
        expect_tool("cptofs", "-i " + quote(image) + " " + quote(path("d")) + " /");
        const auto blocks = run("debugfs -R 'blocks /d' " + quote(image)).output;
        EXPECT_EQ(run("dd if=/dev/urandom bs=4096 count=1 conv=notrunc seek=" +
                      std::to_string(std::stoul(blocks)) + " of=" + quote(image))
                      .exit_code,
                  0);
        return image;
    }
};

}  // namespace lkl::tool_test
