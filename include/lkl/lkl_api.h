/* SPDX-License-Identifier: GPL-2.0 */
/* The functions of the C API that are no system calls: disks, mounts, directories, errors. */
#ifndef LKL_LKL_API_H
#define LKL_LKL_API_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct lkl_dev_blk_ops;
struct lkl_dir;
struct lkl_linux_dirent64;

/* ---- System calls ---- */

/*
 * Makes the system call `no` (__lkl__NR_*) with six arguments; unused ones may hold anything.
 * Returns what the kernel returns. lkl_sys_NAME() are the typed forms of this.
 */
long lkl_syscall(long no, long *params);

/*
 * Halts the kernel: refuses new calls, fails blocked ones, closes files, unmounts, flushes the
 * disks, and frees everything. Bounded in time: blocked calls get five seconds, and when no disk has
 * answered anything for ten it gives up (-LKL_ETIMEDOUT), and what is not written back is lost.
 * Returns 0, or the first error of writing back; the kernel is gone in either case, and
 * lkl_start_kernel() boots a fresh one. Disks stay added.
 */
long lkl_sys_halt(void);

/* 1 between lkl_start_kernel() and lkl_sys_halt() or a panic, else 0. */
int lkl_is_running(void);

/* 1 if the kernel has panicked and has neither been halted nor booted anew, else 0. */
int lkl_has_panicked(void);

/*
 * Copies the end of the kernel's console output to `buffer`, NUL-terminated, at most `size` bytes
 * with the NUL. Returns the length without it. Works after a panic, and after a halt for the
 * kernel that was halted.
 */
size_t lkl_console_tail(char *buffer, size_t size);

/* Ends the calling thread's task in the kernel. By itself this happens when the thread ends. */
void lkl_detach_thread(void);

/* ---- Memory for O_DIRECT ---- */

/*
 * `size` zeroed bytes of the kernel's RAM, in whole pages. They are memory like any other;
 * O_DIRECT reads and writes of 512-byte multiples at such addresses go to the disk from there, where
 * other memory is copied first. NULL on failure, with the reason in lkl_last_error_message(): not
 * enough of the RAM ("mem=") is free, no kernel runs, or `size` is 0. lkl_free_io() frees them;
 * lkl_sys_halt() does for good: the addresses are invalid then. From any thread.
 */
void *lkl_alloc_io(size_t size);

/*
 * Frees what lkl_alloc_io() returned; NULL is allowed. A transfer that is under way ends in pages
 * that nobody sees. Returns 0; -LKL_EINVAL: no such buffer; -LKL_ESHUTDOWN: no kernel runs.
 */
int lkl_free_io(void *buffer);

/* ---- Errors ---- */

/* The sentence of an errno value of either sign; never NULL, lives forever. */
const char *lkl_strerror(int err);

/* Prints "MSG: SENTENCE" to stderr. */
void lkl_perror(char *msg, int err);

/*
 * The sentence of the calling thread's last failure of a function of this file or lkl_net.h: what
 * was attempted, on what, and why it failed. "" if there was none. Valid until the thread's next
 * failure.
 */
const char *lkl_last_error_message(void);

/* ---- Disks ---- */

/*
 * A disk of the host. Set `fd` or `handle`, and `ops`; `dev` is the library's.
 *
 * With ops == NULL, `fd` is an open file or block device, duplicated by lkl_disk_add(): a
 * descriptor that cannot be written makes a read-only disk. With ops (lkl_host.h) the application
 * serves the requests, and `fd` or `handle` is its own.
 */
struct lkl_disk {
	void *dev;
	union {
		int fd;
		void *handle;
	};
	struct lkl_dev_blk_ops *ops;
};

/*
 * Adds a disk, before or after the boot. Returns its id (0 is valid) or -errno. It stays until
 * lkl_disk_remove(), over halts and boots.
 */
int lkl_disk_add(struct lkl_disk *disk);

/*
 * Removes a disk, while the kernel runs or not. Unmount before: what is mounted fails with EIO
 * afterwards. -LKL_EINVAL: not added.
 */
int lkl_disk_remove(struct lkl_disk disk);

/*
 * The device number of a disk (part 0) or of its partition `part`, as mknod takes it. Partitions
 * are those the kernel has found. -LKL_ENXIO: no such partition.
 */
int lkl_get_virtio_blkdev(int disk_id, unsigned int part, uint32_t *pdevid);

/* The number in a "dev" file of sysfs ("MAJOR:MINOR"), as mknod takes it. */
int lkl_encode_dev_from_sysfs(const char *sysfs_path, uint32_t *pdevid);

/* ---- Mounting ---- */

/*
 * Mounts a disk (part 0) or a partition at a directory that is made for it and whose path is
 * written to `mnt_str` ("/mnt/" and the device number, 8 hexadecimal digits). `fs_type` NULL:
 * every type the kernel has is tried. `flags`: LKL_MS_*. `opts` may be NULL. -LKL_ENOMEM:
 * mnt_str_len is less than 14.
 */
long lkl_mount_dev(unsigned int disk_id, unsigned int part, const char *fs_type, int flags,
		   const char *opts, char *mnt_str, unsigned int mnt_str_len);

/* The same for the block device of that number (LKL_MKDEV(major, minor)). */
long lkl_mount_blkdev(unsigned long dev, const char *fs_type, int flags, const char *opts,
		      char *mnt_str, unsigned int mnt_str_len);

/*
 * Undoes lkl_mount_dev(): writes everything back, unmounts, waits until the device is released,
 * removes the directory. On success the data is on the disk. Reports write errors that nobody has
 * seen yet (it is unmounted then), and -LKL_EBUSY where files are still open after `timeout_ms`
 * (then it is not). `flags`: LKL_MNT_*.
 */
long lkl_umount_dev(unsigned int disk_id, unsigned int part, int flags, long timeout_ms);
long lkl_umount_blkdev(unsigned long dev, int flags, long timeout_ms);

/* The same for any mount, by its path; the directory stays. */
long lkl_umount_timeout(char *path, int flags, long timeout_ms);

/*
 * Mounts a file system without a device ("proc", "sysfs") on "/" and its name. Returns 0, or 1 if
 * it was mounted there already.
 */
int lkl_mount_fs(char *fstype);

/* ---- Directories ---- */

/*
 * Opens a directory for reading. NULL on failure, with -errno in *err; on success *err is 0.
 * lkl_closedir() frees it. One thread at a time may use it.
 */
struct lkl_dir *lkl_opendir(const char *path, int *err);

/* The same for an open descriptor of a directory, which lkl_closedir() will close. */
struct lkl_dir *lkl_fdopendir(int fd, int *err);

/*
 * The next entry ("." and ".." among them), valid until the next call; NULL at the end and on
 * errors, which lkl_errdir() tells apart.
 */
struct lkl_linux_dirent64 *lkl_readdir(struct lkl_dir *dir);

/* 0, or the -errno of the last lkl_readdir(). */
int lkl_errdir(struct lkl_dir *dir);

/* Back to the first entry. */
void lkl_rewinddir(struct lkl_dir *dir);

/* The kernel's descriptor; it stays the directory's. */
int lkl_dirfd(struct lkl_dir *dir);

int lkl_closedir(struct lkl_dir *dir);

/* ---- Settings ---- */

/* Writes a kernel setting: "net.ipv4.tcp_wmem" or "net/ipv4/tcp_wmem". */
int lkl_sysctl(const char *path, const char *value);

/* Several: "key=value;key=value". What fails is printed with lkl_printf(). */
void lkl_sysctl_parse_write(const char *sysctls);

/* Sets RLIMIT_NOFILE, which all threads share. */
int lkl_set_fd_limit(unsigned int fd_limit);

#ifdef __cplusplus
}
#endif

#endif
