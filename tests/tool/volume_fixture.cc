// SPDX-License-Identifier: GPL-2.0
#include "volume_fixture.hh"

#include <filesystem>
#include <fstream>

namespace lkl::tool_test {
namespace {

constexpr int kNoLoopDevices = 77;
constexpr std::uintmax_t kMegabyte = std::uintmax_t{1} << 20;

}  // namespace

void VolumeTest::SetUp() {
    // What the scripts install may not be missing.
    ASSERT_TRUE(has_program("lvcreate")) << "install the package lvm2";
    ASSERT_TRUE(has_program("cryptsetup")) << "install the package cryptsetup-bin";
    ASSERT_TRUE(has_program("python3"));
    work_.write("key", "correct horse");
    for (int i = 0; i < 200; ++i) {
        work_.write(
            "tree/d" + std::to_string(i % 7) + "/f" + std::to_string(i),
            std::string(static_cast<std::size_t>(i) * 400, static_cast<char>('a' + i % 26)));
    }
}

std::string VolumeTest::make_file(const std::string& name, unsigned megabytes) {
    std::ofstream(path(name)).close();
    std::filesystem::resize_file(path(name), megabytes * kMegabyte);
    return path(name);
}

bool VolumeTest::lvm(const std::vector<std::string>& images,
                     const std::vector<std::string>& commands) {
    std::string line = "python3 " + quote(LKL_VOLUME_GROUP);
    for (const std::string& image : images) {
        line += " " + quote(image);
    }
    line += " --";
    for (const std::string& command : commands) {
        line += " " + quote(command);
    }
    const auto done = run(line);
    if (done.exit_code == kNoLoopDevices) {
        [] { GTEST_SKIP() << "no loop devices here, or not for this user"; }();
        return false;
    }
    EXPECT_EQ(done.exit_code, 0) << done.output << done.errors;
    return done.exit_code == 0;
}

void VolumeTest::cryptsetup(const std::string& arguments) {
    const auto done = run("cryptsetup -q --disable-locks " + arguments);
    ASSERT_EQ(done.exit_code, 0) << arguments << ": " << done.errors;
}

void VolumeTest::encrypt(const std::string& image, const std::string& options) {
    std::filesystem::resize_file(image, std::filesystem::file_size(image) + 16 * kMegabyte);
    cryptsetup(
        "reencrypt --encrypt --type luks2 --force-offline-reencrypt --reduce-device-size 16M" +
        with_key() + " " + options + kCheap + " " + quote(image));
}

void VolumeTest::decrypt(const std::string& image) {
    cryptsetup("reencrypt --decrypt --force-offline-reencrypt --header " + quote(path("header")) +
               with_key() + " " + quote(image));
}

std::string VolumeTest::with_key(const std::string& key) const {
    return " --key-file " + quote(path(key));
}

void VolumeTest::expect_same(const std::string& copy) {
    const auto same = run("diff -r " + quote(path("tree")) + " " + quote(copy));
    EXPECT_EQ(same.exit_code, 0) << same.output << same.errors;
}

void VolumeTest::copy_in_and_out(const std::string& image_options) {
    expect_tool("cptofs", image_options + " " + quote(path("tree")) + " /");
    expect_tool("cpfromfs", image_options + " /tree " + quote(directory("out")));
    expect_same(path("out/tree"));
}

NbdServer::NbdServer(const std::string& image, const std::string& format, std::string directory,
                     const std::string& more_options)
    : directory_(std::move(directory)) {
    const auto started =
        run("qemu-nbd --fork --persistent --shared=4 --pid-file=" + quote(directory_ + "/pid") +
            " --socket=" + quote(directory_ + "/socket") + " --format=" + format + " " +
            more_options + " " + quote(image));
    EXPECT_EQ(started.exit_code, 0) << started.errors << "(install the package qemu-utils)";
}

NbdServer::~NbdServer() {
    // The server ends when it has written everything.
    run("p=$(cat " + quote(directory_ + "/pid") +
        ") && kill $p && while kill -0 $p 2>/dev/null; do sleep 0.05; done");
}

std::string NbdServer::address() const {
    return "nbd+unix:///?socket=" + directory_ + "/socket";
}

}  // namespace lkl::tool_test
