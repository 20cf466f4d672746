// SPDX-License-Identifier: GPL-2.0
// Encrypted volumes (LUKS) as the real cryptsetup makes them, and decrypts them again.

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "volume_fixture.hh"

namespace lkl::tool_test {
namespace {

class Luks : public VolumeTest {
  protected:
    // An empty ext4 that cryptsetup has encrypted in place.
    std::string make_encrypted(const std::string& options = "") {
        const std::string image = make_image("ext4");
        encrypt(image, options);
        return image;
    }

    // Options for the image and the file with its key.
    [[nodiscard]] std::string opened(const std::string& image,
                                     const std::string& key = "key") const {
        return "-i " + quote(image) + with_key(key);
    }

    // What cryptsetup decrypts is a clean file system with the tree in it.
    void expect_cryptsetup_agrees(const std::string& image) {
        decrypt(image);
        expect_clean("ext4", image);
        std::filesystem::remove_all(path("out"));
        expect_tool("cpfromfs", "-i " + quote(image) + " /tree " + quote(directory("out")));
        expect_same(path("out/tree"));
    }

    void expect_refused(const std::string& arguments, const std::string& reason) {
        const auto refused = tool("lkl", "ls " + arguments);
        EXPECT_EQ(refused.exit_code, 3) << arguments;
        EXPECT_NE(refused.errors.find(reason), std::string::npos) << refused.errors;
        EXPECT_EQ(refused.output, "");
    }

    void expect_listed(const std::string& arguments) {
        const auto listed = tool("lkl", "ls " + arguments);
        EXPECT_EQ(listed.output, "lost+found\n") << arguments << ": " << listed.errors;
        EXPECT_EQ(listed.exit_code, 0);
    }

    static void overwrite(const std::string& image, std::uint64_t offset, const std::string& data) {
        std::fstream file(image, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(static_cast<std::streamoff>(offset));
        file << data;
    }

    static std::string sum_of(const std::string& image) {
        return run("sha256sum < " + quote(image)).output;
    }
};

TEST_F(Luks, Version2IsFilledAndRead) {
    const std::string image = make_encrypted();
    copy_in_and_out(opened(image));
    expect_cryptsetup_agrees(image);
}

TEST_F(Luks, Version1IsFilledAndRead) {
    const std::string image = make_encrypted();
    cryptsetup("convert --type luks1 " + quote(image));
    const auto inspected = tool("lkl", "inspect " + quote(image));
    EXPECT_NE(inspected.output.find("version: 1\n"), std::string::npos) << inspected.output;
    EXPECT_NE(inspected.output.find("key slot 0: pbkdf2 sha256, 1000 iterations\n"),
              std::string::npos)
        << inspected.output;
    copy_in_and_out(opened(image));
    cryptsetup("convert --type luks2 " + quote(image));
    expect_cryptsetup_agrees(image);
}

TEST_F(Luks, CiphersAndSectorSizes) {
    // cryptsetup itself has serpent and twofish only where the host's kernel has them.
    for (const char* options : {"-c aes-cbc-essiv:sha256 -s 256", "-c aes-xts-plain64 -s 256",
                                "--sector-size 4096 --hash sha512"}) {
        SCOPED_TRACE(options);
        const std::string image = make_encrypted(options);
        copy_in_and_out(opened(image));
        expect_cryptsetup_agrees(image);
        for (const char* name : {"out", "header"}) {
            std::filesystem::remove_all(path(name));
        }
        std::filesystem::remove(image);
    }
}

TEST_F(Luks, EveryKeySlotOpens) {
    const std::string image = make_encrypted();
    const std::string argon = " --pbkdf-memory 32768 --pbkdf-force-iterations 4";
    work_.write("id", "slot one");
    work_.write("i", std::string("slot\0five\n", 10));
    work_.write("sha", std::string(3000, 'x'));
    const std::string add = "luksAddKey" + with_key() + " ";
    cryptsetup(add + "--pbkdf argon2id --pbkdf-parallel 4" + argon + " -S 1 " + quote(image) + " " +
               quote(path("id")));
    cryptsetup(add + "--pbkdf argon2i --pbkdf-parallel 1" + argon + " -S 5 " + quote(image) + " " +
               quote(path("i")));
    cryptsetup(add + kCheap + " --hash sha512 -S 7 " + quote(image) + " " + quote(path("sha")));
    for (const char* key : {"key", "id", "i", "sha"}) {
        expect_listed(opened(image, key));
    }
    expect_listed(opened(image, "i") + " --key-slot 5");
    expect_refused(opened(image, "i") + " --key-slot 1",
                   "key slot 1 does not open with this passphrase or key file");
    expect_refused(opened(image, "i") + " --key-slot 2", "it has no key slot 2");
    const auto inspected = tool("lkl", "inspect --json " + quote(image));
    EXPECT_NE(inspected.output.find(R"("key slot 5": "argon2i, 4 passes over 32768 KiB, 1 lane")"),
              std::string::npos)
        << inspected.output;
    EXPECT_NE(inspected.output.find("\"cipher\": \"aes-xts-plain64, key of 512 bits"),
              std::string::npos)
        << inspected.output;
}

TEST_F(Luks, WhereThePassphraseComesFrom) {
    const std::string image = make_encrypted();
    work_.write("line", "correct horse\nbattery staple\n");
    work_.write("padded", "12345correct horse67890");
    work_.write("wrong", "correct house");
    const std::string plain = "-i " + quote(image);
    expect_listed(plain + " --passphrase-fd 0 < " + quote(path("line")));
    expect_listed(plain + " --passphrase-fd 7 7< " + quote(path("key")) + " < /dev/null");
    expect_listed(plain + " --key-file - < " + quote(path("key")));
    expect_listed(opened(image, "padded") + " --keyfile-offset 5 --keyfile-size 13");
    // A key file is taken whole.
    const std::string closed = "none of its key slots opens with this passphrase or key file";
    expect_refused(opened(image, "line"), closed);
    expect_refused(opened(image, "wrong"), closed);
    expect_refused(opened(image, "padded") + " --keyfile-offset 5", closed);
    expect_refused(opened(image, "padded") + " --keyfile-offset 50", "it ends before the key");
    expect_refused(opened(image, "no-such"), "cannot open the key file");
    expect_refused(plain + " --passphrase-fd 0 < /dev/null", "it is empty");
    expect_refused(plain + " < /dev/null", "give --passphrase-fd or --key-file");
    const auto both = tool("lkl", "ls " + opened(image) + " --passphrase-fd 0");
    EXPECT_EQ(both.exit_code, 2) << both.errors;
}

TEST_F(Luks, ReadingWritesNothing) {
    const std::string image = make_encrypted();
    const std::string before = sum_of(image);
    expect_listed(opened(image));
    EXPECT_EQ(tool("lkl", "check " + opened(image)).exit_code, 0);
    EXPECT_EQ(sum_of(image), before);
}

TEST_F(Luks, OneGoodCopyOfTheHeaderIsEnough) {
    const std::string image = make_encrypted();
    constexpr std::uint64_t kSecondCopy = 0x4000;
    const std::string copy = path("copy");
    const std::string noise(64, '\xa5');
    for (const std::uint64_t offset :
         {std::uint64_t{0}, std::uint64_t{5000}, kSecondCopy, kSecondCopy + 4100}) {
        std::filesystem::copy_file(image, copy, std::filesystem::copy_options::overwrite_existing);
        overwrite(copy, offset, noise);
        expect_listed(opened(copy));
        const auto inspected = tool("lkl", "inspect " + quote(copy));
        EXPECT_NE(inspected.output.find(offset < kSecondCopy
                                            ? "damage: the first of the header's two copies"
                                            : "damage: the second of the header's two copies"),
                  std::string::npos)
            << offset << ": " << inspected.output;
    }
    overwrite(copy, 5000, noise);
    expect_refused(opened(copy), "both of its copies are damaged");
}

TEST_F(Luks, DamagedKeysAndTruncatedImages) {
    const std::string image = make_encrypted();
    const std::string cut = path("cut");
    std::filesystem::copy_file(image, cut);
    std::filesystem::resize_file(cut, 100 << 10);
    expect_refused(opened(cut), "cannot read the LUKS header of");
    // A damaged key opens with no passphrase.
    overwrite(image, 0x8000 + 4096, "damage");
    expect_refused(opened(image), "none of its key slots opens");
}

TEST_F(Luks, InAPartition) {
    ASSERT_TRUE(has_program("sfdisk")) << "install the package fdisk";
    const std::string image = make_encrypted();
    const auto megabytes = static_cast<unsigned>(std::filesystem::file_size(image) >> 20U);
    const std::string disk = make_file("disk", megabytes + 8);
    const auto made = run("printf 'label: gpt\\n,1M\\n,%sM\\n' " + std::to_string(megabytes) +
                          " | sfdisk -q " + quote(disk) + " && dd if=" + quote(image) +
                          " of=" + quote(disk) + " bs=1M seek=2 conv=notrunc status=none");
    ASSERT_EQ(made.exit_code, 0) << made.errors;
    const auto inspected = tool("lkl", "inspect " + quote(disk));
    EXPECT_NE(inspected.output.find("partition 2, cipher: aes-xts-plain64"), std::string::npos)
        << inspected.output;
    expect_listed(opened(disk));
    copy_in_and_out(opened(disk) + " -P 2");
    ASSERT_EQ(run("dd if=" + quote(disk) + " of=" + quote(image) +
                  " bs=1M skip=2 count=" + std::to_string(megabytes) + " status=none")
                  .exit_code,
              0);
    expect_cryptsetup_agrees(image);
}

TEST_F(Luks, AReencryptionThatWasBegunIsRefused) {
    const std::string image = make_encrypted();
    cryptsetup("reencrypt --init-only --force-offline-reencrypt" + with_key() + kCheap + " " +
               quote(image));
    expect_refused(opened(image), "reencrypt");
}

TEST_F(Luks, ACipherThatTheKernelHasNotIsNamed) {
    const std::string image = make_encrypted();
    const auto changed = run("python3 - " + quote(image) + R"( <<'END'
import hashlib, sys
with open(sys.argv[1], "r+b") as disk:
    for place in (0, 0x4000):
        disk.seek(place)
        header = bytearray(disk.read(0x4000))
        cipher = header.rindex(b'"encryption":"aes-')  # that of the data
        header[cipher + 14:cipher + 17] = b"xyz"
        header[448:512] = bytes(64)
        header[448:480] = hashlib.sha256(header).digest()
        disk.seek(place)
        disk.write(header)
END)");
    ASSERT_EQ(changed.exit_code, 0) << changed.errors;
    expect_refused(opened(image),
                   "decrypt with xyz-xts-plain64 /dev/vda: the kernel in the "
                   "library has no such cipher, or no device mapper");
}

// ThreadSanitizer holds Ctrl-C back if another thread gets the signal than the one that waits.
#if defined(__SANITIZE_THREAD__)
constexpr bool kSignalsMayWait = true;
#else
constexpr bool kSignalsMayWait = false;
#endif

TEST_F(Luks, LklfuseAsksBeforeItLeavesTheTerminal) {
    if (kSignalsMayWait) {
        GTEST_SKIP() << "ThreadSanitizer holds signals back";
    }
    if (::access("/dev/fuse", R_OK | W_OK) != 0) {
        GTEST_SKIP() << "/dev/fuse cannot be opened here";
    }
    const std::string image = make_encrypted();
    const std::string mount_point = directory("mnt");
    const auto asked =
        run("timeout 100 python3 " + quote(LKL_FUSE_PASSPHRASE) + " " +
            quote(LKL_TOOL_DIRECTORY "/lklfuse") + " " + quote(image) + " " + quote(mount_point));
    EXPECT_EQ(asked.exit_code, 0) << asked.output << asked.errors;
    const auto seen = tool("lkl", "cat " + opened(image) + " /file");
    EXPECT_EQ(seen.output, "content\n") << seen.errors;
}

TEST_F(Luks, TheTerminalIsAskedWithoutEcho) {
    if (kSignalsMayWait) {
        GTEST_SKIP() << "ThreadSanitizer holds signals back";
    }
    const std::string image = make_encrypted();
    const auto asked = run("python3 " + quote(LKL_ASK_PASSPHRASE) + " " +
                           quote(LKL_TOOL_DIRECTORY "/lkl") + " " + quote(image));
    EXPECT_EQ(asked.exit_code, 0) << asked.output << asked.errors;
}

}  // namespace
}  // namespace lkl::tool_test
