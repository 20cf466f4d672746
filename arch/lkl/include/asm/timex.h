/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _ASM_LKL_TIMEX_H
#define _ASM_LKL_TIMEX_H

typedef unsigned long cycles_t;

static __always_inline cycles_t lkl_rdtsc(void)
{
	unsigned int low, high;

	asm volatile("rdtsc" : "=a" (low), "=d" (high));
	return ((cycles_t)high << 32) | low;
}

#define get_cycles()		lkl_rdtsc()
#define random_get_entropy()	get_cycles()

#endif /* _ASM_LKL_TIMEX_H */
