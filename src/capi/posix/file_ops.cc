// SPDX-License-Identifier: GPL-2.0
// lkl_dev_blk_ops: a descriptor of the host served with pread and pwrite, for programs that wrap
// it in operations of their own. Disks without operations do not come here.
#include <linux/fs.h>
#include <lkl/lkl_host_api.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace {

constexpr unsigned long long kSector = 512;

int get_capacity(struct lkl_disk disk, unsigned long long* res) {
    struct stat status {};

    if (::fstat(disk.fd, &status) != 0) {
        return -errno;
    }
    if (S_ISBLK(status.st_mode)) {
        return ::ioctl(disk.fd, BLKGETSIZE64, res) == 0 ? 0 : -errno;
    }
    *res = static_cast<unsigned long long>(status.st_size);
    return 0;
}

// Moves the whole segment, or says why not: false on errors and at the end of the file.
template <typename Transfer>
bool move_segment(Transfer transfer, char* data, std::size_t size, off_t offset) {
    while (size > 0) {
        const ssize_t moved = transfer(data, size, offset);
        if (moved < 0 && errno == EINTR) {
            continue;
        }
        if (moved <= 0) {
            return false;
        }
        data += moved;
        size -= static_cast<std::size_t>(moved);
        offset += moved;
    }
    return true;
}

template <typename Transfer>
int move_all(const lkl_blk_req& request, Transfer transfer) {
    auto offset = static_cast<off_t>(request.sector * kSector);
    for (int i = 0; i < request.count; ++i) {
        const iovec& segment = request.buf[i];
        if (!move_segment(transfer, static_cast<char*>(segment.iov_base), segment.iov_len,
                          offset)) {
            return LKL_DEV_BLK_STATUS_IOERR;
        }
        offset += static_cast<off_t>(segment.iov_len);
    }
    return LKL_DEV_BLK_STATUS_OK;
}

int request(struct lkl_disk disk, struct lkl_blk_req* req) {
    switch (req->type) {
        case LKL_DEV_BLK_TYPE_READ:
            return move_all(*req, [&](char* data, std::size_t size, off_t offset) {
                return ::pread(disk.fd, data, size, offset);
            });
        case LKL_DEV_BLK_TYPE_WRITE:
            return move_all(*req, [&](const char* data, std::size_t size, off_t offset) {
                return ::pwrite(disk.fd, data, size, offset);
            });
        case LKL_DEV_BLK_TYPE_FLUSH:
        case LKL_DEV_BLK_TYPE_FLUSH_OUT:
            return ::fdatasync(disk.fd) == 0 ? LKL_DEV_BLK_STATUS_OK : LKL_DEV_BLK_STATUS_IOERR;
        default:
            return LKL_DEV_BLK_STATUS_UNSUP;
    }
}

}  // namespace

struct lkl_dev_blk_ops lkl_dev_blk_ops = {get_capacity, request};
