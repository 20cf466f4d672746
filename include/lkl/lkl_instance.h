/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Several kernels in one process, beside the default instance of lkl.h or without it. They share
 * nothing. The functions of lkl.h work on the default instance only; on these, everything is a
 * system call.
 */
#ifndef LKL_LKL_INSTANCE_H
#define LKL_LKL_INSTANCE_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct lkl_instance;

/*
 * Boots a kernel with the parameters `command_line` ("mem=64M loglevel=4"). Console output goes to
 * `print`, unless NULL: on any host thread, with `data`; it must not call the kernel. Returns NULL
 * on failure, with -errno in *err (unless err is NULL) and the reason in
 * lkl_last_error_message(). lkl_instance_free() frees it.
 */
struct lkl_instance *lkl_instance_boot(const char *command_line,
				       void (*print)(const char *text, int length, void *data),
				       void *data, int *err);

/* lkl_syscall() on that instance. From any thread. */
long lkl_instance_syscall(struct lkl_instance *instance, long no, const long *params);

/* lkl_alloc_io() and lkl_free_io() of that instance. From any thread. */
void *lkl_instance_alloc_io(struct lkl_instance *instance, size_t size);
int lkl_instance_free_io(struct lkl_instance *instance, void *buffer);

/* 1 until halt or panic. */
int lkl_instance_is_running(struct lkl_instance *instance);
int lkl_instance_has_panicked(struct lkl_instance *instance);

/*
 * lkl_sys_halt() of that instance: calls of other threads fail from then on. Returns 0 or the first
 * error of writing back. From any thread; again does nothing.
 */
long lkl_instance_halt(struct lkl_instance *instance);

/* Halts, if it runs, and frees. No other thread may be in one of these functions with it, or come. */
void lkl_instance_free(struct lkl_instance *instance);

#ifdef __cplusplus
}
#endif

#endif
