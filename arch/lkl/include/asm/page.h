/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _ASM_LKL_PAGE_H
#define _ASM_LKL_PAGE_H

#include <linux/const.h>

#define PAGE_SHIFT	12
#define PAGE_SIZE	(_AC(1, UL) << PAGE_SHIFT)
#define PAGE_MASK	(~(PAGE_SIZE - 1))

#ifndef __ASSEMBLY__

#include <linux/pfn.h>
#include <linux/types.h>

void *memset(void *s, int c, size_t n);
void *memcpy(void *to, const void *from, size_t n);

void lkl_clear_page(void *page);
void lkl_copy_page(void *to, const void *from);

#define clear_page(page)	lkl_clear_page(page)
#define copy_page(to, from)	lkl_copy_page(to, from)

#define clear_user_page(page, vaddr, pg)	clear_page(page)
#define copy_user_page(to, from, vaddr, pg)	copy_page(to, from)

typedef struct { unsigned long pte; } pte_t;
typedef struct { unsigned long pmd; } pmd_t;
typedef struct { unsigned long pud; } pud_t;
typedef struct { unsigned long pgd; } pgd_t;
typedef struct { unsigned long pgprot; } pgprot_t;
typedef struct page *pgtable_t;

#define pte_val(x)	((x).pte)
#define pmd_val(x)	((x).pmd)
#define pud_val(x)	((x).pud)
#define pgd_val(x)	((x).pgd)
#define pgprot_val(x)	((x).pgprot)
#define __pte(x)	((pte_t) { (x) })
#define __pmd(x)	((pmd_t) { (x) })
#define __pud(x)	((pud_t) { (x) })
#define __pgd(x)	((pgd_t) { (x) })
#define __pgprot(x)	((pgprot_t) { (x) })

/*
 * The image is the start of RAM: physical 0 is its first byte, and every
 * address of the linear map lies at a fixed distance from it.
 */
extern char lkl_image_start[];
extern unsigned long lkl_memory_size;

#define PAGE_OFFSET	((unsigned long)lkl_image_start)

#define __pa(x)		((unsigned long)(x) - PAGE_OFFSET)
#define __va(x)		((void *)((unsigned long)(x) + PAGE_OFFSET))

#define ARCH_PFN_OFFSET	0

#define virt_to_pfn(kaddr)	(__pa(kaddr) >> PAGE_SHIFT)
#define pfn_to_virt(pfn)	__va((unsigned long)(pfn) << PAGE_SHIFT)
#define virt_to_page(addr)	pfn_to_page(virt_to_pfn(addr))
#define page_to_virt(page)	pfn_to_virt(page_to_pfn(page))
#ifndef CONFIG_MMU
#define page_to_phys(page)	PFN_PHYS(page_to_pfn(page))
#define phys_to_page(phys)	pfn_to_page(PHYS_PFN(phys))
#endif

/* An address below the image wraps to a huge offset and fails too. */
#define virt_addr_valid(kaddr)	(__pa(kaddr) < lkl_memory_size)

#include <asm-generic/memory_model.h>
#include <asm-generic/getorder.h>

/* Since 6.3 the flat memory model brings its own. */
#ifndef pfn_valid
extern unsigned long max_mapnr;
#define pfn_valid(pfn)	((unsigned long)(pfn) < max_mapnr)
#endif

#endif /* !__ASSEMBLY__ */
#endif /* _ASM_LKL_PAGE_H */
