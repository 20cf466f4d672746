/* SPDX-License-Identifier: GPL-2.0 */
/* Disks before and after the boot, of a file and of the application. */
#include "check.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#define SIZE (16L << 20)

static int open_image(const char *path, int flags)
{
	int fd = open(path, flags);

	CHECK(fd >= 0);
	return fd;
}

static void write_file(const char *directory, const char *name, const char *text)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	fd = CHECK_OK(lkl_sys_open(path, LKL_O_WRONLY | LKL_O_CREAT | LKL_O_EXCL, 0600));
	CHECK_EQ(lkl_sys_write(fd, text, strlen(text)), strlen(text));
	CHECK_OK(lkl_sys_close(fd));
}

static void check_file(const char *directory, const char *name, const char *text)
{
	char path[128], got[128];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	fd = CHECK_OK(lkl_sys_open(path, LKL_O_RDONLY, 0));
	CHECK_EQ(lkl_sys_read(fd, got, sizeof(got)), strlen(text));
	CHECK_EQ(memcmp(got, text, strlen(text)), 0);
	CHECK_OK(lkl_sys_close(fd));
}

static void check_mount_errors(int id, const char *mounted)
{
	char path[32];
	uint32_t device = 0;
	int fd;

	CHECK_EQ(lkl_mount_dev(id, 7, "ext4", 0, NULL, path, sizeof(path)), -LKL_ENXIO);
	CHECK_EQ(lkl_mount_dev(999, 0, "ext4", 0, NULL, path, sizeof(path)), -LKL_EINVAL);
	CHECK_EQ(lkl_get_virtio_blkdev(id, 0, &device), 0);
	CHECK(device != 0);
	snprintf(path, sizeof(path), "/mnt/%08x", device);
	CHECK_EQ(strcmp(path, mounted), 0);
	/* Busy: it stays mounted. */
	fd = CHECK_OK(lkl_sys_open(mounted, LKL_O_RDONLY, 0));
	CHECK_EQ(lkl_umount_dev(id, 0, 0, 50), -LKL_EBUSY);
	CHECK_OK(lkl_sys_close(fd));
}

void test_disks(void)
{
	const char *path = make_image("disk.ext4", SIZE);
	struct lkl_disk disk = { .ops = NULL };
	char mounted[32];
	int id;

	CHECK_EQ(run("mkfs.ext4 -q -F '%s'", path), 0);
	disk.fd = open_image(path, O_RDWR);
	id = CHECK_OK(lkl_disk_add(&disk));
	close(disk.fd); /* the library has its own */
	boot();
	CHECK_OK(lkl_mount_dev(id, 0, "ext4", 0, NULL, mounted, sizeof(mounted)));
	check_mount_errors(id, mounted);
	write_file(mounted, "first", "before the boot");
	CHECK_OK(lkl_umount_dev(id, 0, 0, 10000));
	CHECK_EQ(lkl_sys_access(mounted, 0), -LKL_ENOENT);
	/* The unmount is finished: the image is whole while the kernel still runs. */
	CHECK_EQ(run("e2fsck -fn '%s' > /dev/null 2>&1", path), 0);

	/* Any type, by path, and again in the next kernel. */
	CHECK_OK(lkl_mount_dev(id, 0, NULL, LKL_MS_RDONLY, NULL, mounted, sizeof(mounted)));
	check_file(mounted, "first", "before the boot");
	CHECK_OK(lkl_umount_timeout(mounted, 0, 10000));
	CHECK_OK(lkl_sys_halt());
	boot();
	CHECK_OK(lkl_mount_dev(id, 0, "ext4", 0, "data=journal", mounted, sizeof(mounted)));
	write_file(mounted, "second", "in another kernel");
	/* A halt unmounts what is mounted. */
	CHECK_OK(lkl_sys_halt());
	CHECK_EQ(run("e2fsck -fn '%s' > /dev/null 2>&1", path), 0);
	CHECK_OK(lkl_disk_remove(disk));
	CHECK_EQ(lkl_disk_remove(disk), -LKL_EINVAL);

	/* After the boot, from a descriptor that cannot be written. */
	boot();
	disk.fd = open_image(path, O_RDONLY);
	id = CHECK_OK(lkl_disk_add(&disk));
	CHECK_EQ(lkl_mount_dev(id, 0, "ext4", 0, NULL, mounted, sizeof(mounted)), -LKL_EACCES);
	CHECK_OK(lkl_mount_dev(id, 0, "ext4", LKL_MS_RDONLY, NULL, mounted, sizeof(mounted)));
	check_file(mounted, "second", "in another kernel");
	CHECK_OK(lkl_umount_dev(id, 0, 0, 10000));
	CHECK_OK(lkl_disk_remove(disk));
	close(disk.fd);
	CHECK_EQ(lkl_mount_dev(id, 0, "ext4", 0, NULL, mounted, sizeof(mounted)), -LKL_EINVAL);
	CHECK_OK(lkl_sys_halt());
}

static int flushes;

static int memory_capacity(struct lkl_disk disk, unsigned long long *res)
{
	(void)disk;
	*res = SIZE;
	return 0;
}

static int memory_request(struct lkl_disk disk, struct lkl_blk_req *req)
{
	char *place = (char *)disk.handle + req->sector * 512;
	int i;

	if (req->type == LKL_DEV_BLK_TYPE_FLUSH) {
		flushes++;
		return LKL_DEV_BLK_STATUS_OK;
	}
	if (req->type != LKL_DEV_BLK_TYPE_READ && req->type != LKL_DEV_BLK_TYPE_WRITE)
		return LKL_DEV_BLK_STATUS_UNSUP;
	for (i = 0; i < req->count; i++) {
		if (req->type == LKL_DEV_BLK_TYPE_READ)
			memcpy(req->buf[i].iov_base, place, req->buf[i].iov_len);
		else
			memcpy(place, req->buf[i].iov_base, req->buf[i].iov_len);
		place += req->buf[i].iov_len;
	}
	return LKL_DEV_BLK_STATUS_OK;
}

void test_application_disk(void)
{
	struct lkl_dev_blk_ops ops = { memory_capacity, memory_request };
	const char *path = make_image("memory.ext4", SIZE);
	struct lkl_disk disk = { .ops = &ops };
	char mounted[32];
	int fd, id;

	CHECK_EQ(run("mkfs.ext4 -q -F '%s'", path), 0);
	fd = open_image(path, O_RDWR);
	disk.handle = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CHECK(disk.handle != MAP_FAILED);
	boot();
	id = CHECK_OK(lkl_disk_add(&disk));
	CHECK_OK(lkl_mount_dev(id, 0, "ext4", 0, NULL, mounted, sizeof(mounted)));
	write_file(mounted, "file", "served by the application");
	CHECK_OK(lkl_umount_dev(id, 0, 0, 10000));
	CHECK(flushes > 0);
	CHECK_OK(lkl_disk_remove(disk));
	CHECK_OK(lkl_sys_halt());
	CHECK_EQ(msync(disk.handle, SIZE, MS_SYNC), 0);
	CHECK_EQ(munmap(disk.handle, SIZE), 0);
	close(fd);
	CHECK_EQ(run("e2fsck -fn '%s' > /dev/null 2>&1", path), 0);
	CHECK_EQ(run("debugfs -R 'cat file' '%s' 2> /dev/null | grep -qx 'served by the application'",
		     path), 0);
}
