// SPDX-License-Identifier: GPL-2.0
#include "fixture.hh"

#include <filesystem>
#include <fstream>
#include <lkl/file.hh>
#include <lkl/numbers.hh>

#include "kernel_log.hh"

namespace lkl::testing {
namespace {

Kernel boot() {
    Kernel::Options options;
    options.command_line = "mem=160M loglevel=4";
    return must(Kernel::boot(std::move(options)));
}

// All records of the kernel's log, with their levels.
std::string records(const Kernel& kernel) {
    constexpr int kReadAll = 3;  // SYSLOG_ACTION_READ_ALL
    std::string text(std::size_t{1} << 18U, '\0');
    const long n = kernel.call(nr::syslog, kReadAll, text.data(), text.size());
    text.resize(n < 0 ? 0 : static_cast<std::size_t>(n));
    return text;
}

}  // namespace

JudgedKernel::JudgedKernel() : kernel_(boot()) {}

JudgedKernel::~JudgedKernel() {
    if (!judged_) {
        halt();
    }
}

void JudgedKernel::halt() {
    judged_ = true;
    const std::string log = records(kernel_);
    EXPECT_FALSE(log.empty()) << "the kernel has no log: it has ended before";
    for (const std::string& line : complaints_in_records(log, expected_)) {
        ADD_FAILURE() << "the kernel complained: " << line;
    }
    const auto halted = kernel_.halt();
    EXPECT_TRUE(halted) << halted.error().message();
    for (const std::string& line : complaints_on_console(kernel_.console_tail(), expected_)) {
        ADD_FAILURE() << "the kernel complained: " << line;
    }
}

bool JudgedKernel::knows(const std::string& type) const {
    File file = must(File::open(kernel_, "/proc/filesystems", open_flags::read_only));
    const std::vector<std::byte> bytes = must(file.read_rest(1U << 16U));
    const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return text.find("\t" + type + "\n") != std::string::npos;
}

MountedImage::MountedImage(JudgedKernel& kernel, const std::string& image, const std::string& type,
                           const std::string& options, unsigned long flags) {
    if (!kernel.knows(type)) {
        throw std::runtime_error("this kernel has no " + type);
    }
    Disk::Options disk;
    disk.read_only = (flags & mount_flags::read_only) != 0;
    disk_ = std::make_unique<Disk>(must(Disk::add_file(kernel.kernel(), image, disk)));
    Mount::Options wanted;
    wanted.type = type;
    wanted.options = options;
    wanted.flags = flags;
    mount_ = std::make_unique<Mount>(must(Mount::mount(*disk_, 0, wanted)));
}

void MountedImage::finish() {
    must(mount_->unmount());
    must(disk_->remove());
}

void FileSystemTest::make_image(const Tree& tree) {
    const FileSystem& file_system = GetParam();
    const Ingredients in = {image_, folder_.file("tree"), tree};
    std::filesystem::create_directory(in.folder);
    make_on_host(tree, in.folder);
    if (file_system.mebibytes > 0) {
        { std::ofstream create(image_); }
        std::filesystem::resize_file(image_, file_system.mebibytes << 20U);
    }
    file_system.make(in);
}

void FileSystemTest::check_image() const {
    if (GetParam().check) {
        ASSERT_NO_THROW(GetParam().check(image_)) << "after work on " << GetParam().name;
    }
}

void FileSystemTest::expect_content(JudgedKernel& kernel, const Tree& wanted,
                                    unsigned long flags) const {
    MountedImage mounted(kernel, image_, GetParam().type, GetParam().options, flags);
    const Tree found = read_tree(mounted.root());
    for (const std::string& difference : differences(wanted, found, GetParam().abilities)) {
        ADD_FAILURE() << difference;
    }
    mounted.finish();
}

std::string name_of(const ::testing::TestParamInfo<FileSystem>& info) {
    return info.param.name;
}

}  // namespace lkl::testing
