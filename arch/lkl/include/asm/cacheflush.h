/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _ASM_LKL_CACHEFLUSH_H
#define _ASM_LKL_CACHEFLUSH_H

#ifdef CONFIG_MMU
/* Called after kernel page tables were filled in: show the host. */
void lkl_show_kernel_range(unsigned long start, unsigned long end);

#define flush_cache_vmap(start, end)		lkl_show_kernel_range(start, end)
#define flush_cache_vmap_early(start, end)	lkl_show_kernel_range(start, end)
#endif

#include <asm-generic/cacheflush.h>

#endif /* _ASM_LKL_CACHEFLUSH_H */
