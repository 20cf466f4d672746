/* SPDX-License-Identifier: GPL-2.0 */
/* Host operations: hooks the library calls, helpers programs call, and the boot. */
#ifndef LKL_LKL_HOST_OPS_H
#define LKL_LKL_HOST_OPS_H

#ifdef __cplusplus
extern "C" {
#endif

struct lkl_mutex;
struct lkl_sem;
struct lkl_tls_key;
typedef unsigned long lkl_thread_t;

struct lkl_jmp_buf {
	unsigned long buf[128];
};

/*
 * The library calls `print` and `panic`, as they are at that moment, of the structure the kernel
 * was booted with. The rest are helpers over the host's own facilities, set in lkl_host_ops;
 * the library does not call them, so replacing them changes nothing in the kernel.
 */
struct lkl_host_operations {
	/* Kept for source compatibility; the library does not look at it. */
	const char *virtio_devices;

	/*
	 * Console output, `len` bytes, not NUL-terminated. On any host thread; must not call the
	 * kernel. NULL: none. By default it is written to standard output.
	 */
	void (*print)(const char *str, int len);

	/*
	 * The kernel has panicked: called once, on the thread that first learns it from a failing
	 * call. The default, which the library does not call but lkl_bug() does, ends the process.
	 */
	void (*panic)(void);

	/* Counting semaphores. NULL: out of memory. */
	struct lkl_sem *(*sem_alloc)(int count);
	void (*sem_free)(struct lkl_sem *sem);
	void (*sem_up)(struct lkl_sem *sem);
	void (*sem_down)(struct lkl_sem *sem);

	/* Mutexes; with `recursive` != 0 the owner may lock again. NULL: out of memory. */
	struct lkl_mutex *(*mutex_alloc)(int recursive);
	void (*mutex_free)(struct lkl_mutex *mutex);
	void (*mutex_lock)(struct lkl_mutex *mutex);
	void (*mutex_unlock)(struct lkl_mutex *mutex);

	/* Host threads. thread_create: 0 if there is none; thread_join: 0 or -1. */
	lkl_thread_t (*thread_create)(void (*f)(void *), void *arg);
	void (*thread_detach)(void);
	void (*thread_exit)(void);
	int (*thread_join)(lkl_thread_t tid);
	lkl_thread_t (*thread_self)(void);
	int (*thread_equal)(lkl_thread_t a, lkl_thread_t b);
	long (*gettid)(void);

	/* A pointer a thread; the destructor, if any, gets it when its thread ends. 0 or -1. */
	struct lkl_tls_key *(*tls_alloc)(void (*destructor)(void *));
	void (*tls_free)(struct lkl_tls_key *key);
	int (*tls_set)(struct lkl_tls_key *key, void *data);
	void *(*tls_get)(struct lkl_tls_key *key);

	/* Memory, and nanoseconds of a monotonic clock. */
	void *(*mem_alloc)(unsigned long size);
	void (*mem_free)(void *memory);
	void *(*memcpy)(void *dest, const void *src, unsigned long count);
	void *(*memset)(void *s, int c, unsigned long count);
	unsigned long long (*time)(void);

	/*
	 * jmp_buf_set calls f, from which (at any depth) jmp_buf_longjmp returns to the end of
	 * jmp_buf_set. Never across a call into the kernel.
	 */
	void (*jmp_buf_set)(struct lkl_jmp_buf *jmpb, void (*f)(void));
	void (*jmp_buf_longjmp)(struct lkl_jmp_buf *jmpb, int val);
};

/* The library's own, ready for use. Its hooks may be changed before or after the boot. */
extern struct lkl_host_operations lkl_host_ops;

/*
 * Says which operations the next lkl_start_kernel(fmt, ...) uses; it keeps the pointer. Returns 0,
 * or -LKL_EINVAL for NULL. Not needed in the other form.
 */
int lkl_init(struct lkl_host_operations *ops);

/* Forgets the operations of lkl_init(). Halt before. */
void lkl_cleanup(void);

/*
 * Boots a kernel as the default instance with the kernel parameters that `fmt` makes ("mem=64M
 * loglevel=4"), and plugs in the disks that were added. Returns when system calls are possible:
 * 0, or -errno with the reason in lkl_last_error_message(). -LKL_EBUSY: one is running. After a
 * panic it takes the place of the kernel that panicked.
 */
#ifdef LKL_API_INIT
#define lkl_start_kernel lkl_start_kernel_init
int lkl_start_kernel(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
#else
int lkl_start_kernel(struct lkl_host_operations *ops, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
#endif

#ifdef __cplusplus
}
#endif

#endif
