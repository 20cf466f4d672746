// SPDX-License-Identifier: GPL-2.0
/*
 * What vmalloc, vmap and modules put into the kernel's page tables is shown to
 * the host, which maps the same pages of RAM at the same addresses.
 */
#include <linux/mm.h>
#include <linux/pgtable.h>
#include <linux/set_memory.h>
#include <linux/vmalloc.h>
#include <asm/cacheflush.h>
#include <asm/host.h>
#include <asm/tlbflush.h>

/* Pages that one call of the host can change: contiguous on both sides, of one kind. */
struct lkl_run {
	unsigned long start, end;
	unsigned long phys;
	u32 protection;
};

static void lkl_flush_run(struct lkl_run *run)
{
	long rc;

	if (run->start == run->end)
		return;
	rc = lkl_host_call(map, run->start, run->phys, run->end - run->start, run->protection);
	/* The callers cannot fail any more: the page tables already say otherwise. */
	if (rc)
		panic("lkl: the host cannot map %lu pages (error %ld): is vm.max_map_count too small?",
		      (run->end - run->start) >> PAGE_SHIFT, -rc);
	run->start = run->end;
}

static u32 lkl_protection(pte_t pte)
{
	if (!pte_present(pte))
		return 0;
	if (pte_exec(pte))
		return LKL_MAP_READ | LKL_MAP_EXEC;
	return pte_write(pte) ? LKL_MAP_READ | LKL_MAP_WRITE : LKL_MAP_READ;
}

/* The entry for "address", or NULL and in *size what surely has none from there on. */
static pte_t *lkl_walk(unsigned long address, unsigned long *size)
{
	pgd_t *pgd = pgd_offset_k(address);
	p4d_t *p4d = p4d_offset(pgd, address);
	pud_t *pud;
	pmd_t *pmd;

	*size = PGDIR_SIZE;
	if (p4d_none(*p4d))
		return NULL;
	pud = pud_offset(p4d, address);
	*size = PUD_SIZE;
	if (pud_none(*pud))
		return NULL;
	pmd = pmd_offset(pud, address);
	*size = PMD_SIZE;
	if (pmd_none(*pmd))
		return NULL;
	*size = PAGE_SIZE;
	return pte_offset_kernel(pmd, address);
}

/* Shows the host the entries of a range that are present, or those that are not. */
static void lkl_sync_range(unsigned long start, unsigned long end, bool present)
{
	struct lkl_run run = { .start = start, .end = start };
	unsigned long address, next, size;

	for (address = start; address < end; address = next) {
		pte_t *ptep = lkl_walk(address, &size);
		u32 protection = ptep ? lkl_protection(*ptep) : 0;
		unsigned long phys = protection ? pte_pfn(*ptep) << PAGE_SHIFT : 0;

		next = min((address & ~(size - 1)) + size, end);
		if (!!protection != present) {
			lkl_flush_run(&run);
			run.start = run.end = next;
			continue;
		}
		if (run.start != run.end &&
		    (protection != run.protection ||
		     (protection && phys != run.phys + (run.end - run.start))))
			lkl_flush_run(&run);
		if (run.start == run.end) {
			run.start = address;
			run.phys = phys;
			run.protection = protection;
		}
		run.end = next;
	}
	lkl_flush_run(&run);
}

void lkl_show_kernel_range(unsigned long start, unsigned long end)
{
	lkl_sync_range(start & PAGE_MASK, PAGE_ALIGN(end), true);
}
EXPORT_SYMBOL(lkl_show_kernel_range);

static void lkl_hide_within(unsigned long start, unsigned long end, unsigned long low,
			    unsigned long high)
{
	start = max(start & PAGE_MASK, low);
	end = min(end, high);
	if (start < end)
		lkl_sync_range(start, PAGE_ALIGN(end), false);
}

/* Entries were cleared; what is still there is left alone. */
void flush_tlb_kernel_range(unsigned long start, unsigned long end)
{
	lkl_hide_within(start, end, VMALLOC_START, VMALLOC_END);
	lkl_hide_within(start, end, MODULES_VADDR, MODULES_END);
}

void flush_tlb_all(void)
{
	flush_tlb_kernel_range(0, ULONG_MAX & PAGE_MASK);
}

static int lkl_change(unsigned long start, int numpages, unsigned long set, unsigned long clear)
{
	unsigned long end = start + (unsigned long)numpages * PAGE_SIZE, address, size;

	if (!is_vmalloc_or_module_addr((void *)start))
		return -EINVAL;
	for (address = start; address < end; address += PAGE_SIZE) {
		pte_t *ptep = lkl_walk(address, &size);

		if (!ptep || !pte_present(*ptep))
			return -EINVAL;
		set_pte(ptep, __pte((pte_val(*ptep) | set) & ~clear));
	}
	lkl_show_kernel_range(start, end);
	return 0;
}

int set_memory_ro(unsigned long addr, int numpages)
{
	return lkl_change(addr, numpages, 0, _PAGE_RW);
}

int set_memory_rw(unsigned long addr, int numpages)
{
	return lkl_change(addr, numpages, _PAGE_RW, _PAGE_EXEC);
}

int set_memory_x(unsigned long addr, int numpages)
{
	return lkl_change(addr, numpages, _PAGE_EXEC, _PAGE_RW);
}

int set_memory_nx(unsigned long addr, int numpages)
{
	return lkl_change(addr, numpages, 0, _PAGE_EXEC);
}

int set_memory_rox(unsigned long addr, int numpages)
{
	return set_memory_x(addr, numpages);
}
