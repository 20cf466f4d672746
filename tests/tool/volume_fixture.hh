// SPDX-License-Identifier: GPL-2.0
// Volumes for the tests: made by LVM2's own commands and by cryptsetup, served by qemu-nbd.
#pragma once

#include <string>
#include <vector>

#include "tool_fixture.hh"

namespace lkl::tool_test {

class VolumeTest : public ToolTest {
  protected:
    // Fills "tree" with files to copy, and "key" with a passphrase.
    void SetUp() override;

    // An empty file of some MiB.
    std::string make_file(const std::string& name, unsigned megabytes);

    // Runs the commands of volume_group.py on images; false where they did not run, with the test
    // failed, or marked as skipped if the machine has no loop devices.
    bool lvm(const std::vector<std::string>& images, const std::vector<std::string>& commands);

    // For cryptsetup: a key derivation that takes no time.
    static constexpr const char* kCheap = " --pbkdf pbkdf2 --pbkdf-force-iterations 1000";

    // Runs it without its locks, which only root may take.
    static void cryptsetup(const std::string& arguments);
    // Has it encrypt what is in an image as LUKS2, with the passphrase in "key"; the image grows by
    // the 16 MiB that this takes.
    void encrypt(const std::string& image, const std::string& options = "");
    // Has it decrypt the image again; the header goes into a file "header".
    void decrypt(const std::string& image);

    // " --key-file ..."
    [[nodiscard]] std::string with_key(const std::string& key = "key") const;

    // Expects that a directory is the same as "tree".
    void expect_same(const std::string& copy);

    // Copies "tree" in and out again, to "out", by the options that name an image, and expects that
    // it is the same.
    void copy_in_and_out(const std::string& image_options);
};

// Serves an image by qemu-nbd while it lives.
class NbdServer {
  public:
    // `directory` is for the socket.
    NbdServer(const std::string& image, const std::string& format, std::string directory,
              const std::string& more_options = "");
    ~NbdServer();
    NbdServer(const NbdServer&) = delete;
    NbdServer& operator=(const NbdServer&) = delete;

    [[nodiscard]] std::string address() const;

  private:
    std::string directory_;
};

}  // namespace lkl::tool_test
