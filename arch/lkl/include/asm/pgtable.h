/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Page tables that only software reads.  The kernel's own, for vmalloc and
 * modules, are shown to the host range by range (mm/vmap.c); those of user
 * processes serve get_user_pages() and the exec of PID 1.
 */
#ifndef _ASM_LKL_PGTABLE_H
#define _ASM_LKL_PGTABLE_H

#include <linux/const.h>

#ifdef CONFIG_MMU

#include <asm-generic/pgtable-nop4d.h>

#define PMD_SHIFT	21
#define PUD_SHIFT	30
#define PGDIR_SHIFT	39
#define PMD_SIZE	(_AC(1, UL) << PMD_SHIFT)
#define PMD_MASK	(~(PMD_SIZE - 1))
#define PUD_SIZE	(_AC(1, UL) << PUD_SHIFT)
#define PUD_MASK	(~(PUD_SIZE - 1))
#define PGDIR_SIZE	(_AC(1, UL) << PGDIR_SHIFT)
#define PGDIR_MASK	(~(PGDIR_SIZE - 1))

#define PTRS_PER_PTE	512
#define PTRS_PER_PMD	512
#define PTRS_PER_PUD	512
#define PTRS_PER_PGD	512
#define USER_PTRS_PER_PGD	256

#define _PAGE_PRESENT	0x001
#define _PAGE_RW	0x002
#define _PAGE_USER	0x004
#define _PAGE_EXEC	0x008
#define _PAGE_ACCESSED	0x020
#define _PAGE_DIRTY	0x040
#define _PAGE_PROTNONE	0x100	/* present, but no access for the user */
#define _PAGE_SWP_EXCLUSIVE	0x200

#define _PAGE_TABLE	(_PAGE_PRESENT | _PAGE_RW | _PAGE_USER | _PAGE_ACCESSED | _PAGE_DIRTY)
#define _PAGE_CHG_MASK	(PAGE_MASK | _PAGE_ACCESSED | _PAGE_DIRTY)

#define PAGE_NONE	__pgprot(_PAGE_PROTNONE | _PAGE_ACCESSED)
#define PAGE_READONLY	__pgprot(_PAGE_PRESENT | _PAGE_USER | _PAGE_ACCESSED)
#define PAGE_READONLY_EXEC __pgprot(_PAGE_PRESENT | _PAGE_USER | _PAGE_ACCESSED | _PAGE_EXEC)
#define PAGE_COPY	PAGE_READONLY
#define PAGE_SHARED	__pgprot(_PAGE_PRESENT | _PAGE_RW | _PAGE_USER | _PAGE_ACCESSED)
#define PAGE_SHARED_EXEC __pgprot(_PAGE_PRESENT | _PAGE_RW | _PAGE_USER | _PAGE_ACCESSED | _PAGE_EXEC)
#define PAGE_KERNEL	__pgprot(_PAGE_PRESENT | _PAGE_RW | _PAGE_ACCESSED | _PAGE_DIRTY)
#define PAGE_KERNEL_RO	__pgprot(_PAGE_PRESENT | _PAGE_ACCESSED | _PAGE_DIRTY)
/* Executable and not writable: there is no mapping that is both. */
#define PAGE_KERNEL_EXEC __pgprot(_PAGE_PRESENT | _PAGE_ACCESSED | _PAGE_DIRTY | _PAGE_EXEC)

extern unsigned long lkl_vmalloc_start, lkl_vmalloc_end;
extern unsigned long lkl_modules_start, lkl_modules_end;

#define VMALLOC_START	lkl_vmalloc_start
#define VMALLOC_END	lkl_vmalloc_end
#define MODULES_VADDR	lkl_modules_start
#define MODULES_END	lkl_modules_end

#ifndef __ASSEMBLY__

#include <linux/mm_types.h>

extern pgd_t swapper_pg_dir[PTRS_PER_PGD];
extern char empty_zero_page[PAGE_SIZE];

#define ZERO_PAGE(vaddr)	virt_to_page(empty_zero_page)

#define page_to_phys(page)	PFN_PHYS(page_to_pfn(page))
#define phys_to_page(phys)	pfn_to_page(PHYS_PFN(phys))

#define pte_ERROR(e)	pr_err("%s:%d: bad pte %016lx\n", __FILE__, __LINE__, pte_val(e))
#define pmd_ERROR(e)	pr_err("%s:%d: bad pmd %016lx\n", __FILE__, __LINE__, pmd_val(e))
#define pud_ERROR(e)	pr_err("%s:%d: bad pud %016lx\n", __FILE__, __LINE__, pud_val(e))
#define pgd_ERROR(e)	pr_err("%s:%d: bad pgd %016lx\n", __FILE__, __LINE__, pgd_val(e))

/* The four levels above the page: a physical address and flags each. */
#define pmd_none(pmd)		(!pmd_val(pmd))
#define pmd_present(pmd)	(pmd_val(pmd) & _PAGE_PRESENT)
#define pmd_bad(pmd)		((pmd_val(pmd) & ~PAGE_MASK) != _PAGE_TABLE)
#define pmd_pfn(pmd)		(pmd_val(pmd) >> PAGE_SHIFT)
#define pmd_page(pmd)		pfn_to_page(pmd_pfn(pmd))
#define pmd_leaf(pmd)		false

#define pud_none(pud)		(!pud_val(pud))
#define pud_present(pud)	(pud_val(pud) & _PAGE_PRESENT)
#define pud_bad(pud)		((pud_val(pud) & ~PAGE_MASK) != _PAGE_TABLE)
#define pud_pfn(pud)		(pud_val(pud) >> PAGE_SHIFT)
#define pud_page(pud)		pfn_to_page(pud_pfn(pud))
#define pud_leaf(pud)		false

#define p4d_none(p4d)		(!p4d_val(p4d))
#define p4d_present(p4d)	(p4d_val(p4d) & _PAGE_PRESENT)
#define p4d_bad(p4d)		((p4d_val(p4d) & ~PAGE_MASK) != _PAGE_TABLE)
#define p4d_page(p4d)		pfn_to_page(p4d_val(p4d) >> PAGE_SHIFT)

static inline void set_pte(pte_t *ptep, pte_t pte)
{
	*ptep = pte;
}

static inline void set_pmd(pmd_t *pmdp, pmd_t pmd)
{
	*pmdp = pmd;
}

static inline void set_pud(pud_t *pudp, pud_t pud)
{
	*pudp = pud;
}

static inline void set_p4d(p4d_t *p4dp, p4d_t p4d)
{
	*p4dp = p4d;
}

#define pte_clear(mm, addr, ptep)	set_pte((ptep), __pte(0))
#define pmd_clear(pmdp)			set_pmd((pmdp), __pmd(0))
#define pud_clear(pudp)			set_pud((pudp), __pud(0))
#define p4d_clear(p4dp)			set_p4d((p4dp), __p4d(0))

static inline unsigned long pmd_page_vaddr(pmd_t pmd)
{
	return (unsigned long)__va(pmd_val(pmd) & PAGE_MASK);
}

static inline pmd_t *pud_pgtable(pud_t pud)
{
	return (pmd_t *)__va(pud_val(pud) & PAGE_MASK);
}

static inline pud_t *p4d_pgtable(p4d_t p4d)
{
	return (pud_t *)__va(p4d_val(p4d) & PAGE_MASK);
}

#define pte_none(pte)		(!pte_val(pte))
#define pte_present(pte)	(pte_val(pte) & (_PAGE_PRESENT | _PAGE_PROTNONE))
#define pte_pfn(pte)		(pte_val(pte) >> PAGE_SHIFT)
#define pte_page(pte)		pfn_to_page(pte_pfn(pte))
#define PFN_PTE_SHIFT		PAGE_SHIFT
#define pfn_pte(pfn, prot)	__pte(((unsigned long)(pfn) << PAGE_SHIFT) | pgprot_val(prot))
#define mk_pte(page, prot)	pfn_pte(page_to_pfn(page), prot)

#define pte_write(pte)		(!!(pte_val(pte) & _PAGE_RW))
#define pte_dirty(pte)		(!!(pte_val(pte) & _PAGE_DIRTY))
#define pte_young(pte)		(!!(pte_val(pte) & _PAGE_ACCESSED))
#define pte_exec(pte)		(!!(pte_val(pte) & _PAGE_EXEC))

#define LKL_PTE_SET(name, bits)				\
static inline pte_t name(pte_t pte)			\
{							\
	return __pte(pte_val(pte) | (bits));		\
}

#define LKL_PTE_CLEAR(name, bits)			\
static inline pte_t name(pte_t pte)			\
{							\
	return __pte(pte_val(pte) & ~(bits));		\
}

LKL_PTE_CLEAR(pte_wrprotect, _PAGE_RW)
LKL_PTE_CLEAR(pte_mkclean, _PAGE_DIRTY)
LKL_PTE_CLEAR(pte_mkold, _PAGE_ACCESSED)
LKL_PTE_SET(pte_mkdirty, _PAGE_DIRTY)
LKL_PTE_SET(pte_mkyoung, _PAGE_ACCESSED)
LKL_PTE_SET(pte_mkwrite_novma, _PAGE_RW)
LKL_PTE_SET(lkl_pte_mkexec, _PAGE_EXEC)
LKL_PTE_CLEAR(lkl_pte_mknoexec, _PAGE_EXEC)
LKL_PTE_SET(pte_swp_mkexclusive, _PAGE_SWP_EXCLUSIVE)
LKL_PTE_CLEAR(pte_swp_clear_exclusive, _PAGE_SWP_EXCLUSIVE)

#define pte_swp_exclusive(pte)	(!!(pte_val(pte) & _PAGE_SWP_EXCLUSIVE))
#define __HAVE_ARCH_PTE_SWP_EXCLUSIVE

static inline pte_t pte_modify(pte_t pte, pgprot_t newprot)
{
	return __pte((pte_val(pte) & _PAGE_CHG_MASK) | pgprot_val(newprot));
}

/* Swap entries: type in bits 1 to 5, offset from bit 12; neither present bit. */
#define __swp_type(x)		(((x).val >> 1) & 0x1f)
#define __swp_offset(x)		((x).val >> PAGE_SHIFT)
#define __swp_entry(type, offset) \
	((swp_entry_t) { (((type) & 0x1f) << 1) | ((offset) << PAGE_SHIFT) })
#define __pte_to_swp_entry(pte)	((swp_entry_t) { pte_val(pte) })
#define __swp_entry_to_pte(x)	__pte((x).val)

#include <asm/lkl_version.h>

#endif /* !__ASSEMBLY__ */

#else /* !CONFIG_MMU */

#include <asm-generic/pgtable-nop4d.h>

#define PGDIR_SHIFT	39
#define PTRS_PER_PGD	512

#define PAGE_NONE	__pgprot(0)
#define PAGE_SHARED	__pgprot(0)
#define PAGE_COPY	__pgprot(0)
#define PAGE_READONLY	__pgprot(0)
#define PAGE_KERNEL	__pgprot(0)

#define VMALLOC_START	0UL
#define VMALLOC_END	ULONG_MAX

#ifndef __ASSEMBLY__
extern pgd_t swapper_pg_dir[PTRS_PER_PGD];
extern char empty_zero_page[PAGE_SIZE];
#define ZERO_PAGE(vaddr)	virt_to_page(empty_zero_page)
#endif

#endif /* CONFIG_MMU */
#endif /* _ASM_LKL_PGTABLE_H */
