// SPDX-License-Identifier: GPL-2.0
// File systems that are not simply a file: on several devices, on an array, behind a server.

#include "volume_fixture.hh"

namespace lkl::tool_test {
namespace {

class Volumes : public VolumeTest {};

TEST_F(Volumes, BtrfsOnThreeDevices) {
    const std::string a = quote(make_file("a", 256));
    const std::string b = quote(make_file("b", 256));
    const std::string c = quote(make_file("c", 256));
    const auto made = run("mkfs.btrfs -q -f -d raid1 -m raid1 " + a + " " + b + " " + c);
    ASSERT_EQ(made.exit_code, 0) << made.errors;
    copy_in_and_out("-i " + a + " --device " + b + " --device " + c);
    const auto missing = tool("lkl", "ls -i " + a + " --device " + b);
    EXPECT_EQ(missing.exit_code, 3);
    EXPECT_NE(missing.errors.find("cannot mount "), std::string::npos) << missing.errors;
    const auto degraded =
        tool("lkl", "ls -i " + a + " --device " + b + " --mount-options degraded");
    EXPECT_EQ(degraded.output, "tree\n") << degraded.errors;
}

TEST_F(Volumes, FurtherDevicesOfAFileSystemThatHasOne) {
    const auto result = tool(
        "lkl", "ls -i " + quote(make_image("ext4")) + " --device " + quote(make_file("b", 10)));
    EXPECT_EQ(result.exit_code, 3);
    EXPECT_NE(result.errors.find("its file system (ext4) has one device only"), std::string::npos)
        << result.errors;
}

class Raid : public VolumeTest {
  protected:
    // Options for an array of so many members, with an empty ext4 on it.
    std::string make_array(const std::string& level, unsigned members) {
        const std::string inside = make_image("ext4");
        std::string options;
        std::string command =
            "python3 " + quote(LKL_MAKE_ARRAY) + " " + level + " " + quote(inside);
        for (unsigned i = 0; i < members; ++i) {
            const std::string member = quote(path("member" + std::to_string(i)));
            command += " " + member;
            options += (i == 0 ? "-i " : " --device ") + member;
        }
        const auto made = run(command + " && rm " + quote(inside));
        EXPECT_EQ(made.exit_code, 0) << made.errors;
        if (has_program("mdadm")) {
            const auto examined = run("mdadm --examine " + quote(path("member0")));
            EXPECT_NE(examined.output.find("State : clean"), std::string::npos)
                << examined.output << examined.errors;
        }
        return options;
    }

    void round_trip(const std::string& level, unsigned members) {
        const std::string options = make_array(level, members);
        const std::string sums = "cat " + quote(work_.path()) + "/member* | sha256sum";
        const std::string before = run(sums).output;
        const auto listed = tool("lkl", "ls " + options);
        EXPECT_EQ(listed.output, "lost+found\n") << listed.errors;
        EXPECT_EQ(run(sums).output, before) << "reading wrote";
        copy_in_and_out(options);
        if (has_program("mdadm")) {
            const auto examined = run("mdadm --examine " + quote(path("member0")));
            EXPECT_NE(examined.output.find("State : clean"), std::string::npos)
                << examined.output << examined.errors;
        }
    }
};

TEST_F(Raid, Level0) {
    round_trip("0", 2);
}

TEST_F(Raid, Level1) {
    round_trip("1", 2);
}

TEST_F(Raid, Level5) {
    round_trip("5", 3);
}

TEST_F(Raid, RunsWithoutAMemberThatItCanSpare) {
    make_array("5", 3);
    const auto two =
        tool("lkl", "ls -i " + quote(path("member2")) + " --device " + quote(path("member0")));
    EXPECT_EQ(two.output, "lost+found\n") << two.errors;
    const auto one = tool("lkl", "ls -i " + quote(path("member2")));
    EXPECT_EQ(one.exit_code, 3);
    EXPECT_NE(one.errors.find("are all its devices given?"), std::string::npos) << one.errors;
    work_.write("other", std::string(1 << 20, 'x'));
    const auto wrong =
        tool("lkl", "ls -i " + quote(path("member2")) + " --device " + quote(path("other")));
    EXPECT_EQ(wrong.exit_code, 3);
    EXPECT_NE(wrong.errors.find("cannot find a linux_raid_member in"), std::string::npos)
        << wrong.errors;
}

class Nbd : public VolumeTest {
  protected:
    void SetUp() override {
        VolumeTest::SetUp();
        // What the scripts install may not be missing.
        ASSERT_TRUE(has_program("qemu-nbd") && has_program("qemu-img"))
            << "install the package qemu-utils";
    }
};

TEST_F(Nbd, AQcow2ImageIsFilledAndRead) {
    const std::string raw = make_image("ext4");
    const std::string image = path("disk.qcow2");
    ASSERT_EQ(run("qemu-img convert -O qcow2 " + quote(raw) + " " + quote(image)).exit_code, 0);
    {
        const NbdServer server(image, "qcow2", directory("server"));
        copy_in_and_out("-i " + quote(server.address()));
        const auto inspected = tool("lkl", "inspect " + quote(server.address()));
        EXPECT_NE(inspected.output.find(", ext4\n"), std::string::npos)
            << inspected.output << inspected.errors;
    }
    ASSERT_EQ(run("qemu-img convert -O raw " + quote(image) + " " + quote(raw)).exit_code, 0);
    expect_clean("ext4", raw);
    EXPECT_EQ(tool("lkl", "ls -i " + quote(raw)).output, "lost+found\ntree\n");
}

TEST_F(Nbd, WhatTheServerRefusesIsTold) {
    std::string address;
    {
        const NbdServer server(make_image("ext4"), "raw", directory("server"), "--read-only");
        address = quote(server.address());
        const auto refused = tool("cptofs", "-i " + address + " " + quote(path("tree")) + " /");
        EXPECT_EQ(refused.exit_code, 3);
        EXPECT_NE(refused.errors.find("the server lets it be read only"), std::string::npos)
            << refused.errors;
        EXPECT_EQ(tool("lkl", "ls -i " + address).output, "lost+found\n");
    }
    const auto gone = tool("lkl", "ls -i " + address);
    EXPECT_EQ(gone.exit_code, 3);
    EXPECT_NE(gone.errors.find("cannot connect to nbd+unix:"), std::string::npos) << gone.errors;
}

}  // namespace
}  // namespace lkl::tool_test
