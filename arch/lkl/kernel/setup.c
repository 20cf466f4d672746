// SPDX-License-Identifier: GPL-2.0
/* From the host's description of the machine to a booting kernel. */
#include <linux/init.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/seq_file.h>
#include <linux/start_kernel.h>
#include <linux/string.h>
#include <linux/utsname.h>
#include <generated/utsrelease.h>
#include <asm/features.h>
#include <asm/host.h>
#include <asm/sections.h>
#include <asm/setup.h>
#include <asm/processor.h>
#include <linux/uaccess.h>
#include <linux/delay.h>

struct lkl_boot lkl_boot;
struct lkl_operations lkl_operations;
struct lkl_vcpu lkl_boot_vcpu = {
	.later = LKL_NO_DEADLINE,
	.deadline = LKL_NO_DEADLINE,
};

/* Read by the host before the boot. */
const char lkl_release[] = UTS_RELEASE;

unsigned long lkl_memory_size;
EXPORT_SYMBOL(lkl_memory_size);
unsigned long lkl_range_start __ro_after_init, lkl_range_end __ro_after_init;
EXPORT_SYMBOL(lkl_range_start);
EXPORT_SYMBOL(lkl_range_end);
EXPORT_SYMBOL(lkl_image_start);

#ifdef CONFIG_MMU
unsigned long lkl_vmalloc_start __ro_after_init, lkl_vmalloc_end __ro_after_init;
unsigned long lkl_modules_start __ro_after_init, lkl_modules_end __ro_after_init;
EXPORT_SYMBOL(lkl_vmalloc_start);
EXPORT_SYMBOL(lkl_vmalloc_end);
#endif

/* The first C function, on the stack of init_task. */
asmlinkage void lkl_start(const struct lkl_boot *boot);

asmlinkage void __init lkl_start(const struct lkl_boot *boot)
{
	lkl_boot = *boot;
	lkl_operations = *(const struct lkl_operations *)boot->operations;
	lkl_memory_size = boot->memory_size;
	lkl_range_start = min_t(unsigned long, PAGE_OFFSET, boot->modules_start);
	lkl_range_end = max_t(unsigned long, PAGE_OFFSET + boot->memory_size, boot->vmalloc_end);
#ifdef CONFIG_MMU
	lkl_vmalloc_start = boot->vmalloc_start;
	lkl_vmalloc_end = boot->vmalloc_end;
	lkl_modules_start = boot->modules_start;
	lkl_modules_end = boot->modules_end;
#endif
	lkl_detect_features();
	strscpy(boot_command_line, (const char *)boot->command_line, COMMAND_LINE_SIZE);
	start_kernel();
}

/* The host has made RAM of this size; here it is only kept from being "unknown". */
static int __init lkl_mem_parameter(char *value)
{
	return 0;
}
early_param("mem", lkl_mem_parameter);

void __init setup_arch(char **cmdline_p)
{
	*cmdline_p = boot_command_line;
	setup_initial_init_mm(_stext, _etext, _edata, _end);

	min_low_pfn = 0;
	max_low_pfn = PFN_DOWN(lkl_memory_size);
	max_pfn = max_low_pfn;
	high_memory = __va(lkl_memory_size);
	set_max_mapnr(max_pfn);

	memblock_add(0, lkl_memory_size);
	memblock_reserve(0, PAGE_ALIGN(_end - lkl_image_start));
	lkl_time_early_init();
	parse_early_param();
	paging_init();

	/* The host's generator seeded these: getrandom() never has to wait. */
	add_bootloader_randomness(lkl_boot.seed, sizeof(lkl_boot.seed));
	memzero_explicit(lkl_boot.seed, sizeof(lkl_boot.seed));
}

static int c_show(struct seq_file *m, void *v)
{
	seq_printf(m, "processor\t: 0\nmodel name\t: LKL virtual CPU\nBogoMIPS\t: %lu.%02lu\n\n",
		   loops_per_jiffy / (500000 / HZ), loops_per_jiffy / (5000 / HZ) % 100);
	return 0;
}

static void *c_start(struct seq_file *m, loff_t *pos)
{
	return *pos < 1 ? (void *)1 : NULL;
}

static void *c_next(struct seq_file *m, void *v, loff_t *pos)
{
	++*pos;
	return NULL;
}

static void c_stop(struct seq_file *m, void *v)
{
}

const struct seq_operations cpuinfo_op = {
	.start = c_start,
	.next = c_next,
	.stop = c_stop,
	.show = c_show,
};
