/* SPDX-License-Identifier: GPL-2.0 */
/* What the two kernels that this port serves name differently in page tables. */
#ifndef _ASM_LKL_VERSION_H
#define _ASM_LKL_VERSION_H

#include <linux/version.h>

struct vm_area_struct;

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)

struct vm_fault;

static inline void update_mmu_cache_range(struct vm_fault *vmf, struct vm_area_struct *vma,
					  unsigned long address, pte_t *ptep, unsigned int nr)
{
}
#define update_mmu_cache(vma, addr, ptep)	do { } while (0)

#else

#define pte_mkwrite(pte)	pte_mkwrite_novma(pte)
#define update_mmu_cache(vma, addr, ptep)	do { } while (0)
#define set_pte_at(mm, addr, ptep, pte)		set_pte(ptep, pte)

#endif

#endif /* _ASM_LKL_VERSION_H */
