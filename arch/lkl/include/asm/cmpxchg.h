/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One virtual CPU, and interrupts come at polls only: plain loads and stores
 * are atomic.  Words that host threads write go through asm/host.h instead.
 */
#ifndef _ASM_LKL_CMPXCHG_H
#define _ASM_LKL_CMPXCHG_H

#include <linux/compiler.h>

#ifdef CONFIG_SMP
#error "the operations below are for one virtual CPU"
#endif

#define arch_xchg(ptr, x)						\
({									\
	__typeof__(ptr) __xp = (ptr);					\
	__typeof__(*(ptr)) __xold = *(volatile __typeof__(*__xp) *)__xp; \
									\
	*(volatile __typeof__(*__xp) *)__xp = (__typeof__(*(ptr)))(x);	\
	__xold;								\
})

#define arch_cmpxchg(ptr, o, n)						\
({									\
	__typeof__(ptr) __cp = (ptr);					\
	__typeof__(*(ptr)) __cexp = (__typeof__(*(ptr)))(o);		\
	__typeof__(*(ptr)) __cseen = *(volatile __typeof__(*__cp) *)__cp; \
									\
	if (__cseen == __cexp)						\
		*(volatile __typeof__(*__cp) *)__cp = (__typeof__(*(ptr)))(n); \
	__cseen;								\
})

#define arch_cmpxchg_local	arch_cmpxchg
#define arch_cmpxchg64		arch_cmpxchg
#define arch_cmpxchg64_local	arch_cmpxchg

#endif /* _ASM_LKL_CMPXCHG_H */
