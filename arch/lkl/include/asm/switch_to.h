/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _ASM_LKL_SWITCH_TO_H
#define _ASM_LKL_SWITCH_TO_H

#include <asm/thread_info.h>

/* Parks the running fiber, its stack pointer in *from, and continues the one of "to". */
struct task_struct *lkl_switch_fiber(struct task_struct *prev, unsigned long *from,
				     unsigned long to);

#define switch_to(prev, next, last)						\
do {										\
	task_thread_info(next)->vcpu = task_thread_info(prev)->vcpu;		\
	(last) = lkl_switch_fiber((prev), &(prev)->thread.sp, (next)->thread.sp); \
} while (0)

#endif /* _ASM_LKL_SWITCH_TO_H */
