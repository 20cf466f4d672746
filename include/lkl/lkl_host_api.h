/* SPDX-License-Identifier: GPL-2.0 */
/* Printing through the host's hooks, and disks that the application serves itself. */
#ifndef LKL_LKL_HOST_API_H
#define LKL_LKL_HOST_API_H

#include <sys/uio.h>

#include <lkl/lkl_api.h>

#ifdef __cplusplus
extern "C" {
#endif

/* printf through the print hook. Returns the number of bytes. */
int lkl_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The same, then the panic hook, which by default ends the process. */
void lkl_bug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * On SIGTSTP (Ctrl-Z) prints the kernel's tasks to stderr, from its log, in place of stopping the
 * process; the end of the console's output where no kernel can tell. (The existing LKL starts a
 * small shell on the terminal.)
 */
void lkl_register_dbg_handler(void);

/*
 * For an application that installs a handler of its own for SIGSEGV, SIGBUS, SIGILL, SIGFPE or SIGTRAP
 * after the boot: the kernel's faults, such as bad pointers in calls, are served by the library's
 * handler, which the application's has replaced. So it calls this first, with its own arguments
 * (SA_SIGINFO), and returns if the result is 1: the fault was a kernel's and is served. 0: it is
 * the application's own. The handler wants SA_ONSTACK. Async-signal-safe.
 */
int lkl_handle_fault(int sig, void *info, void *ctx);

/* Types of a block request, and what serving it returns. */
#define LKL_DEV_BLK_TYPE_READ		0
#define LKL_DEV_BLK_TYPE_WRITE		1
#define LKL_DEV_BLK_TYPE_FLUSH		4
#define LKL_DEV_BLK_TYPE_FLUSH_OUT	5

#define LKL_DEV_BLK_STATUS_OK		0
#define LKL_DEV_BLK_STATUS_IOERR	1
#define LKL_DEV_BLK_STATUS_UNSUP	2

/* A request: `count` buffers from `sector` (of 512 bytes) on; none for a flush. */
struct lkl_blk_req {
	unsigned int type;
	unsigned int prio;
	unsigned long long sector;
	struct iovec *buf;
	int count;
};

/*
 * A disk that the application serves. Both functions are called on any host thread; request() not
 * before the one before it has returned, for each disk. They must not call the kernel, and while
 * they run the kernel waits.
 */
struct lkl_dev_blk_ops {
	/* The size in bytes; 0, or negative for an error. */
	int (*get_capacity)(struct lkl_disk disk, unsigned long long *res);
	/* Serves the request; LKL_DEV_BLK_STATUS_*. */
	int (*request)(struct lkl_disk disk, struct lkl_blk_req *req);
};

/* Serves disk.fd with pread and pwrite: for programs that wrap it. */
extern struct lkl_dev_blk_ops lkl_dev_blk_ops;

#ifdef __cplusplus
}
#endif

#endif
