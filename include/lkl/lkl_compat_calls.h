/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Calls that the kernel's generic table lacks, under the names they have elsewhere: each is the
 * newer call with the arguments that make it the older one. They return what system calls return.
 */
#ifndef LKL_LKL_COMPAT_CALLS_H
#define LKL_LKL_COMPAT_CALLS_H

#include <stddef.h>

#include <lkl/asm/syscalls.h>
#include <lkl/lkl_api.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Files by path ---- */

static inline long lkl_sys_open(const char *file, int flags, int mode)
{
	return lkl_sys_openat(LKL_AT_FDCWD, file, flags, (lkl_umode_t)mode);
}

static inline long lkl_sys_creat(const char *file, int mode)
{
	return lkl_sys_open(file, LKL_O_CREAT | LKL_O_WRONLY | LKL_O_TRUNC, mode);
}

static inline long lkl_sys_access(const char *file, int mode)
{
	return lkl_sys_faccessat(LKL_AT_FDCWD, file, mode);
}

static inline long lkl_sys_chown(const char *path, lkl_uid_t uid, lkl_gid_t gid)
{
	return lkl_sys_fchownat(LKL_AT_FDCWD, path, uid, gid, 0);
}

static inline long lkl_sys_lchown(const char *path, lkl_uid_t uid, lkl_gid_t gid)
{
	return lkl_sys_fchownat(LKL_AT_FDCWD, path, uid, gid, LKL_AT_SYMLINK_NOFOLLOW);
}

static inline long lkl_sys_chmod(const char *path, lkl_mode_t mode)
{
	return lkl_sys_fchmodat(LKL_AT_FDCWD, path, (lkl_umode_t)mode);
}

static inline long lkl_sys_link(const char *existing, const char *name)
{
	return lkl_sys_linkat(LKL_AT_FDCWD, existing, LKL_AT_FDCWD, name, 0);
}

static inline long lkl_sys_unlink(const char *path)
{
	return lkl_sys_unlinkat(LKL_AT_FDCWD, path, 0);
}

static inline long lkl_sys_symlink(const char *target, const char *name)
{
	return lkl_sys_symlinkat(target, LKL_AT_FDCWD, name);
}

static inline long lkl_sys_readlink(const char *path, char *buf, size_t bufsize)
{
	return lkl_sys_readlinkat(LKL_AT_FDCWD, path, buf, (int)bufsize);
}

static inline long lkl_sys_rename(const char *from, const char *to)
{
	return lkl_sys_renameat2(LKL_AT_FDCWD, from, LKL_AT_FDCWD, to, 0);
}

static inline long lkl_sys_mkdir(const char *path, lkl_mode_t mode)
{
	return lkl_sys_mkdirat(LKL_AT_FDCWD, path, (lkl_umode_t)mode);
}

static inline long lkl_sys_rmdir(const char *path)
{
	return lkl_sys_unlinkat(LKL_AT_FDCWD, path, LKL_AT_REMOVEDIR);
}

/* `dev` as LKL_MKDEV() or lkl_get_virtio_blkdev() makes it. */
static inline long lkl_sys_mknod(const char *path, lkl_mode_t mode, unsigned int dev)
{
	return lkl_sys_mknodat(LKL_AT_FDCWD, path, (lkl_umode_t)mode, dev);
}

/* ---- Status ---- */

#define lkl_sys_fstatat lkl_sys_newfstatat

static inline long lkl_sys_stat(const char *path, struct lkl_stat *buf)
{
	return lkl_sys_newfstatat(LKL_AT_FDCWD, path, buf, 0);
}

static inline long lkl_sys_lstat(const char *path, struct lkl_stat *buf)
{
	return lkl_sys_newfstatat(LKL_AT_FDCWD, path, buf, LKL_AT_SYMLINK_NOFOLLOW);
}

#define lkl_sys_newstat lkl_sys_stat
#define lkl_sys_newlstat lkl_sys_lstat

/* NULL times: now. */
static inline long lkl_sys_utime(const char *path, const struct lkl_utimbuf *times)
{
	struct __lkl__kernel_timespec ts[2];

	if (!times)
		return lkl_sys_utimensat(LKL_AT_FDCWD, path, NULL, 0);
	ts[0].tv_sec = times->actime;
	ts[1].tv_sec = times->modtime;
	ts[0].tv_nsec = ts[1].tv_nsec = 0;
	return lkl_sys_utimensat(LKL_AT_FDCWD, path, ts, 0);
}

static inline long lkl_sys_futimesat(int dfd, const char *path, const struct lkl_timeval *times)
{
	struct __lkl__kernel_timespec ts[2];
	int i;

	if (!times)
		return lkl_sys_utimensat(dfd, path, NULL, 0);
	for (i = 0; i < 2; i++) {
		if (times[i].tv_usec < 0 || times[i].tv_usec >= 1000000)
			return -LKL_EINVAL;
		ts[i].tv_sec = times[i].tv_sec;
		ts[i].tv_nsec = times[i].tv_usec * 1000;
	}
	return lkl_sys_utimensat(dfd, path, ts, 0);
}

static inline long lkl_sys_utimes(const char *path, const struct lkl_timeval *times)
{
	return lkl_sys_futimesat(LKL_AT_FDCWD, path, times);
}

/* ---- Descriptors ---- */

static inline long lkl_sys_pipe(int fd[2])
{
	return lkl_sys_pipe2(fd, 0);
}

static inline long lkl_sys_dup2(int from, int to)
{
	/* dup3 refuses what dup2 takes: the same descriptor twice. */
	if (from == to) {
		long rc = lkl_sys_fcntl((unsigned int)from, LKL_F_GETFD, 0);

		return rc < 0 ? rc : to;
	}
	return lkl_sys_dup3((unsigned int)from, (unsigned int)to, 0);
}

static inline long lkl_sys_eventfd(unsigned int count)
{
	return lkl_sys_eventfd2(count, 0);
}

static inline long lkl_sys_inotify_init(void)
{
	return lkl_sys_inotify_init1(0);
}

static inline long lkl_sys_signalfd(int fd, lkl_sigset_t *mask, size_t size)
{
	return lkl_sys_signalfd4(fd, mask, size, 0);
}

/* ---- Sockets ---- */

static inline long lkl_sys_send(int fd, void *buf, size_t len, int flags)
{
	return lkl_sys_sendto(fd, buf, len, (unsigned int)flags, NULL, 0);
}

static inline long lkl_sys_recv(int fd, void *buf, size_t len, int flags)
{
	return lkl_sys_recvfrom(fd, buf, len, (unsigned int)flags, NULL, NULL);
}

/* ---- Waiting ---- */

/* Unlike the older call this leaves *tv as it is. */
static inline long lkl_sys_select(int n, lkl_fd_set *rfds, lkl_fd_set *wfds, lkl_fd_set *efds,
				  struct lkl_timeval *tv)
{
	struct __lkl__kernel_timespec ts;

	if (!tv)
		return lkl_sys_pselect6(n, rfds, wfds, efds, NULL, NULL);
	if (tv->tv_sec < 0 || tv->tv_usec < 0)
		return -LKL_EINVAL;
	ts.tv_sec = tv->tv_sec + tv->tv_usec / 1000000;
	ts.tv_nsec = tv->tv_usec % 1000000 * 1000;
	return lkl_sys_pselect6(n, rfds, wfds, efds, &ts, NULL);
}

/* `timeout` in milliseconds; negative: none. */
static inline long lkl_sys_poll(struct lkl_pollfd *fds, int n, int timeout)
{
	struct __lkl__kernel_timespec ts;

	if (timeout < 0)
		return lkl_sys_ppoll(fds, (unsigned int)n, NULL, NULL, _LKL_NSIG / 8);
	ts.tv_sec = timeout / 1000;
	ts.tv_nsec = timeout % 1000 * 1000000;
	return lkl_sys_ppoll(fds, (unsigned int)n, &ts, NULL, _LKL_NSIG / 8);
}

static inline long lkl_sys_epoll_create(int size)
{
	return size > 0 ? lkl_sys_epoll_create1(0) : -LKL_EINVAL;
}

static inline long lkl_sys_epoll_wait(int fd, struct lkl_epoll_event *events, int count,
				      int timeout)
{
	return lkl_sys_epoll_pwait(fd, events, count, timeout, NULL, _LKL_NSIG / 8);
}

/* ---- The rest ---- */

/* Seconds since 1970; also stored in *t unless that is NULL. */
static inline long lkl_sys_time(lkl_time_t *t)
{
	struct __lkl__kernel_timespec ts;
	long rc = lkl_sys_clock_gettime(LKL_CLOCK_REALTIME, &ts);

	if (rc < 0)
		return rc;
	if (t)
		*t = ts.tv_sec;
	return ts.tv_sec;
}

static inline long lkl_sys_getpgrp(void)
{
	return lkl_sys_getpgid(0);
}

/*
 * mmap with the arguments of the C library's: the result is an address, or -errno as a pointer.
 * lkl_sys_mmap_pgoff() counts the offset in pages.
 */
static inline void *lkl_mmap_by_bytes(void *addr, size_t length, int prot, int flags, int fd,
				      long long offset)
{
	long params[6] = { (long)addr, (long)length, prot, flags, fd, (long)offset };

	return (void *)lkl_syscall(__lkl__NR_mmap, params);
}

static inline long lkl_sys_mmap_pgoff(unsigned long addr, unsigned long length,
				      unsigned long prot, unsigned long flags, unsigned long fd,
				      unsigned long pgoff)
{
	long params[6] = { (long)addr, (long)length, (long)prot, (long)flags, (long)fd,
			   (long)(pgoff << 12) };

	return lkl_syscall(__lkl__NR_mmap, params);
}

#define lkl_sys_mmap lkl_mmap_by_bytes
#define lkl_sys_mmap2 lkl_sys_mmap_pgoff

/* Every host thread has a task of its own: there is nothing to do. */
static inline int lkl_create_syscall_thread(void)
{
	return 0;
}

static inline int lkl_stop_syscall_thread(void)
{
	lkl_detach_thread();
	return 0;
}

#ifdef __cplusplus
}
#endif

#endif
