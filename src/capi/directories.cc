// SPDX-License-Identifier: GPL-2.0
#include <lkl/lkl_api.h>

#include <array>
#include <cstring>
#include <memory>

#include "api/text.hh"
#include "api/wire.hh"
#include "capi/boundary.hh"
#include "capi/default_instance.hh"

// Entries are handed out where the kernel wrote them; each begins on 8 bytes.
struct lkl_dir {
    lkl::Descriptor descriptor;
    alignas(8) std::array<char, 4096> buffer{};
    std::size_t position = 0;
    std::size_t filled = 0;
    int status = 0;
};

namespace lkl::capi {
namespace {

constexpr long kEio = 5;
constexpr long kEnotdir = 20;
constexpr long kEinval = 22;

Result<std::unique_ptr<lkl_dir>> open_path(const std::string& path) {
    LKL_TRY(const Dir tree, current_tree("open directory " + path));
    LKL_TRY(Dir opened, tree.open_dir(path, Follow::yes));
    auto dir = std::make_unique<lkl_dir>();
    dir->descriptor = opened.take();
    return dir;
}

// Until all is known to be right, the descriptor stays the caller's.
Result<std::unique_ptr<lkl_dir>> open_descriptor(int fd) {
    const std::string name = "descriptor " + std::to_string(fd);
    LKL_TRY(const Dir tree, current_tree("read directory " + name));
    auto dir = std::make_unique<lkl_dir>();
    dir->descriptor = Descriptor(tree.descriptor().instance(), fd, name);
    wire::Statx statx{};
    auto known = dir->descriptor.call(nr::statx, "get the status of", fd, "", wire::at_empty_path,
                                      wire::statx_basic, &statx);
    const bool is_directory = known && wire::to_status(statx).is_directory();
    if (!is_directory) {
        static_cast<void>(dir->descriptor.release());
        return known ? Error::kernel(kEnotdir, "read directory", name) : std::move(known).error();
    }
    return dir;
}

template <typename Open>
lkl_dir* open_for_c(int* err, Open open) {
    lkl_dir* result = nullptr;
    const int status = int_at_boundary([&]() -> Result<void> {
        LKL_TRY(auto dir, open());
        result = dir.release();
        return {};
    });
    if (err != nullptr) {
        *err = status;
    }
    return result;
}

// The next record of the buffer, or an error where it does not lie within.
Result<lkl_linux_dirent64*> take_record(lkl_dir& dir) {
    char* const start = dir.buffer.data() + dir.position;
    wire::Dirent64 entry{};
    std::memcpy(&entry, start, wire::dirent_name_offset);
    if (entry.length <= wire::dirent_name_offset || entry.length > dir.filled - dir.position) {
        return dir.descriptor.failed(-kEio, "read directory");
    }
    dir.position += entry.length;
    return reinterpret_cast<lkl_linux_dirent64*>(start);
}

Result<lkl_linux_dirent64*> next_entry(lkl_dir& dir) {
    if (dir.position == dir.filled) {
        dir.position = 0;
        dir.filled = 0;
        LKL_TRY(const long got,
                dir.descriptor.call(nr::getdents64, "read directory", dir.descriptor.fd(),
                                    dir.buffer.data(), dir.buffer.size()));
        if (got == 0) {
            return nullptr;
        }
        dir.filled = static_cast<std::size_t>(got);
    }
    return take_record(dir);
}

}  // namespace
}  // namespace lkl::capi

struct lkl_dir* lkl_opendir(const char* path, int* err) {
    return lkl::capi::open_for_c(
        err, [&] { return lkl::capi::open_path(lkl::capi::text_or_empty(path)); });
}

struct lkl_dir* lkl_fdopendir(int fd, int* err) {
    return lkl::capi::open_for_c(err, [&] { return lkl::capi::open_descriptor(fd); });
}

struct lkl_linux_dirent64* lkl_readdir(struct lkl_dir* dir) {
    lkl_linux_dirent64* entry = nullptr;
    dir->status = lkl::capi::int_at_boundary([&]() -> lkl::Result<void> {
        LKL_TRY(entry, lkl::capi::next_entry(*dir));
        return {};
    });
    return entry;
}

int lkl_errdir(struct lkl_dir* dir) {
    return dir->status;
}

void lkl_rewinddir(struct lkl_dir* dir) {
    dir->position = 0;
    dir->filled = 0;
    dir->status = lkl::capi::int_at_boundary([&]() -> lkl::Result<void> {
        LKL_TRY_VOID(
            dir->descriptor.call(lkl::nr::lseek, "rewind directory", dir->descriptor.fd(), 0, 0));
        return {};
    });
}

int lkl_dirfd(struct lkl_dir* dir) {
    return dir->descriptor.fd();
}

int lkl_closedir(struct lkl_dir* dir) {
    const std::unique_ptr<lkl_dir> owned(dir);
    return lkl::capi::int_at_boundary([&]() -> lkl::Result<void> {
        if (!owned) {
            return lkl::Error::kernel(lkl::capi::kEinval, "close directory", "(NULL)");
        }
        return owned->descriptor.close();
    });
}
