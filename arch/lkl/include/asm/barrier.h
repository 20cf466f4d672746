/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _ASM_LKL_BARRIER_H
#define _ASM_LKL_BARRIER_H

/*
 * Between the kernel and host threads (devices, callers): the host is x86-64, which
 * keeps loads in order and stores in order.
 */
#define mb()	asm volatile("lock addl $0, -4(%%rsp)" ::: "memory", "cc")
#define rmb()	barrier()	/* the processor keeps them in order */
#define wmb()	barrier()	/* likewise */

#include <asm-generic/barrier.h>

#endif /* _ASM_LKL_BARRIER_H */
