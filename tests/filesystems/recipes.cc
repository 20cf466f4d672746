// SPDX-License-Identifier: GPL-2.0
#include "recipes.hh"

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace lkl::testing {
namespace {

using Check = std::function<void(const std::string&)>;
using Make = std::function<void(const Ingredients&)>;

// A command with the image's path at its end.
Check check_with(Command command) {
    return [command = std::move(command)](const std::string& image) {
        Command line = command;
        line.push_back(image);
        must_run(line);
    };
}

Make make_with(Command command) {
    return [check = check_with(std::move(command))](const Ingredients& in) { check(in.image); };
}

// mkudffs' package has no checker; its udfinfo tells whether the file system was closed in order.
void check_udf(const std::string& image) {
    const std::string facts = must_run({"udfinfo", image});
    if (facts.find("integrity=closed") == std::string::npos) {
        throw std::runtime_error("the file system was not closed:\n" + facts);
    }
}

// ntfs-3g's has none that reads everything; ntfsfix looks at the journal and the master file table.
void check_ntfs(const std::string& image) {
    must_run({"ntfsfix", "--no-action", image});
}

const Check kCheckExt = check_with({"e2fsck", "-fn"});
const Check kCheckXfs = check_with({"xfs_repair", "-n", "-f"});
const Check kCheckBtrfs = check_with({"btrfs", "check", "--readonly", "--check-data-csum"});
const Check kCheckFat = check_with({"fsck.vfat", "-n"});
const Check kCheckErofs = check_with({"fsck.erofs"});

// It answers 0 to anything without --dry-run's own message.
void check_f2fs(const std::string& image) {
    const std::string report = must_run({"fsck.f2fs", "--dry-run", image});
    if (report.find("[Fail]") != std::string::npos) {
        throw std::runtime_error(report);
    }
}

// mkfs.xfs' description of the files to make. It knows no hard links, and no spaces.
std::string xfs_prototype(const Ingredients& in) {
    std::ostringstream text;
    text << "/dev/null\n0 0\nd--755 0 0\n";
    std::string open = "";  // the folder that is being described, with a slash at its end
    const auto close_folder = [&] {
        text << "$\n";
        open.pop_back();
        const std::size_t slash = open.rfind('/');
        open.erase(slash == std::string::npos ? 0 : slash + 1);
    };
    // With the separator before every other character a folder's entries follow it at once.
    const auto before = [](const std::string& a, const std::string& b) {
        return std::lexicographical_compare(
            a.begin(), a.end(), b.begin(), b.end(),
            [](char x, char y) { return (x == '/' ? '\0' : x) < (y == '/' ? '\0' : y); });
    };
    std::map<std::string, Node, decltype(before)> sorted(in.tree.begin(), in.tree.end(), before);
    for (const auto& [path, node] : sorted) {
        while (path.compare(0, open.size(), open) != 0) {
            close_folder();
        }
        std::ostringstream permissions;
        permissions << std::oct << (node.mode & 0777U);
        const std::uint32_t type = node.mode & mode::type_mask;
        text << path.substr(open.size()) << ' '
             << (type == mode::directory ? 'd' : (type == mode::symlink ? 'l' : '-')) << "--"
             << permissions.str() << " 0 0";
        if (type == mode::directory) {
            text << "\n";
            open = path + "/";
        } else {
            text << ' ' << (type == mode::symlink ? node.content : in.folder + "/" + path) << "\n";
        }
    }
    while (!open.empty()) {
        close_folder();
    }
    text << "$\n";
    return text.str();
}

void make_xfs(const Ingredients& in) {
    const std::string prototype = in.image + ".prototype";
    std::ofstream(prototype) << xfs_prototype(in);
    must_run({"mkfs.xfs", "-q", "-f", "-p", prototype, in.image});
}

void make_f2fs(const Ingredients& in) {
    must_run({"mkfs.f2fs", "-q", "-f", in.image});
    must_run({"sload.f2fs", "-P", "-f", in.folder, in.image});
}

void make_fat(const Ingredients& in) {
    must_run({"mkfs.vfat", "-F", "32", in.image});
    Command copy = {"mcopy", "-s", "-i", in.image};
    for (const auto& [path, node] : in.tree) {
        if (path.find('/') == std::string::npos) {
            copy.push_back(in.folder + "/" + path);
        }
    }
    copy.emplace_back("::");
    must_run(copy);
}

// ntfs-3g's package writes files without a mount, but makes no folders.
void make_ntfs(const Ingredients& in) {
    must_run({"mkntfs", "-q", "-F", "-Q", in.image});
    for (const auto& [path, node] : in.tree) {
        must_run({"ntfscp", "-q", in.image, in.folder + "/" + path, path});
    }
}

Make make_ext(const std::string& type) {
    return [type](const Ingredients& in) {
        must_run({"mke2fs", "-q", "-F", "-t", type, "-d", in.folder, in.image});
    };
}

Make make_squashfs(const std::string& compression) {
    return [compression](const Ingredients& in) {
        must_run({"mksquashfs", in.folder, in.image, "-noappend", "-no-progress", "-quiet", "-comp",
                  compression});
    };
}

// The arguments of mkisofs; the folder comes last.
Make make_iso(Command command) {
    return [command = std::move(command)](const Ingredients& in) {
        Command line = command;
        line.insert(line.end(), {"-o", in.image, in.folder});
        must_run(line);
    };
}

Make make_erofs(const Command& options) {
    return [options](const Ingredients& in) {
        Command line = {"mkfs.erofs", "--quiet"};
        line.insert(line.end(), options.begin(), options.end());
        line.insert(line.end(), {in.image, in.folder});
        must_run(line);
    };
}

constexpr Abilities kAll{};
constexpr Abilities kNoHardLinks{.hard_links = false};
// Names, folders and data, as the file systems of DOS and Windows have them.
constexpr Abilities kPlain{.modes = false, .symlinks = false, .hard_links = false};

}  // namespace

const std::vector<FileSystem>& filled_images() {
    static const Abilities kFlat{
        .modes = false, .symlinks = false, .hard_links = false, .folders = false};
    static const Abilities kNoSpaces{.hard_links = false, .spaces = false};
    static const Abilities kJoliet{
        .modes = false, .symlinks = false, .hard_links = false, .name_length = 60};
    static const std::vector<FileSystem> kImages = {
        {"ext2", "ext2", "", 64, kAll, make_ext("ext2"), kCheckExt},
        {"ext3", "ext3", "", 64, kAll, make_ext("ext3"), kCheckExt},
        {"ext4", "ext4", "", 64, kAll, make_ext("ext4"), kCheckExt},
        {"xfs", "xfs", "", 320, kNoSpaces, make_xfs, kCheckXfs},
        {"btrfs", "btrfs", "", 256, kAll,
         [](const Ingredients& in) {
             must_run({"mkfs.btrfs", "-q", "-f", "--rootdir", in.folder, in.image});
         },
         kCheckBtrfs},
        {"f2fs", "f2fs", "", 128, kNoHardLinks, make_f2fs, check_f2fs},
        {"vfat", "vfat", "", 64, kPlain, make_fat, kCheckFat},
        {"ntfs3", "ntfs3", "", 64, kFlat, make_ntfs, check_ntfs},
        {"squashfs_gzip", "squashfs", "", 0, kAll, make_squashfs("gzip"), {}},
        {"squashfs_lz4", "squashfs", "", 0, kAll, make_squashfs("lz4"), {}},
        {"squashfs_lzo", "squashfs", "", 0, kAll, make_squashfs("lzo"), {}},
        {"squashfs_xz", "squashfs", "", 0, kAll, make_squashfs("xz"), {}},
        {"squashfs_zstd", "squashfs", "", 0, kAll, make_squashfs("zstd"), {}},
        {"erofs", "erofs", "", 0, kAll, make_erofs({}), kCheckErofs},
        {"erofs_lz4", "erofs", "", 0, kAll, make_erofs({"-zlz4"}), kCheckErofs},
        {"erofs_lz4hc_big", "erofs", "", 0, kAll, make_erofs({"-zlz4hc", "-C65536"}), kCheckErofs},
        {"iso9660_rock_ridge",
         "iso9660",
         "",
         0,
         kNoHardLinks,
         make_iso({"xorriso", "-as", "mkisofs", "-quiet", "-R"}),
         {}},
        {"iso9660_joliet",
         "iso9660",
         "iocharset=utf8",
         0,
         kJoliet,
         make_iso({"genisoimage", "-quiet", "-input-charset", "utf-8", "-J", "-l"}),
         {}},
        {"udf",
         "udf",
         "iocharset=utf8",
         0,
         kPlain,
         make_iso({"genisoimage", "-quiet", "-input-charset", "utf-8", "-udf", "-R"}),
         {},
         // The blocks are a CD's; the disk's are tried first.
         "No anchor found"},
    };
    return kImages;
}

const std::vector<FileSystem>& empty_images() {
    static const std::vector<FileSystem> kImages = {
        {"ext2", "ext2", "", 64, kAll, make_with({"mke2fs", "-q", "-F", "-t", "ext2"}), kCheckExt},
        {"ext3", "ext3", "", 64, kAll, make_with({"mke2fs", "-q", "-F", "-t", "ext3"}), kCheckExt},
        {"ext4", "ext4", "", 64, kAll, make_with({"mke2fs", "-q", "-F", "-t", "ext4"}), kCheckExt},
        {"ext4_1k_blocks", "ext4", "", 64, kAll,
         make_with({"mke2fs", "-q", "-F", "-t", "ext4", "-b", "1024"}), kCheckExt},
        {"xfs", "xfs", "", 320, kAll, make_with({"mkfs.xfs", "-q", "-f"}), kCheckXfs},
        {"btrfs", "btrfs", "", 256, kAll, make_with({"mkfs.btrfs", "-q", "-f"}), kCheckBtrfs},
        {"btrfs_zstd", "btrfs", "compress-force=zstd", 256, kAll,
         make_with({"mkfs.btrfs", "-q", "-f"}), kCheckBtrfs},
        {"f2fs", "f2fs", "", 128, kAll, make_with({"mkfs.f2fs", "-q", "-f"}), check_f2fs},
        {"vfat_16", "vfat", "", 64, kPlain, make_with({"mkfs.vfat", "-F", "16"}), kCheckFat},
        {"vfat_32", "vfat", "", 64, kPlain, make_with({"mkfs.vfat", "-F", "32"}), kCheckFat},
        {"exfat", "exfat", "", 64, kPlain, make_with({"mkfs.exfat"}),
         check_with({"fsck.exfat", "-n"})},
        {"ntfs3", "ntfs3", "iocharset=utf8", 64, kPlain, make_with({"mkntfs", "-q", "-F", "-Q"}),
         check_ntfs},
        {"udf", "udf", "iocharset=utf8", 64, kAll,
         make_with({"mkudffs", "--media-type=hd", "--blocksize=512"}), check_udf},
    };
    return kImages;
}

}  // namespace lkl::testing
