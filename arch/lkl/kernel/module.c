// SPDX-License-Identifier: GPL-2.0
/* Modules: within 2 GiB of the image, so that 32-bit relative addresses reach it. */
#include <linux/elf.h>
#include <linux/moduleloader.h>
#include <linux/pgtable.h>
#include <linux/version.h>
#include <linux/vmalloc.h>
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#include <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif

int apply_relocate_add(Elf64_Shdr *sechdrs, const char *strtab, unsigned int symindex,
		       unsigned int relsec, struct module *me)
{
	Elf64_Rela *rel = (void *)sechdrs[relsec].sh_addr;
	unsigned int i, count = sechdrs[relsec].sh_size / sizeof(*rel);
	void *section = (void *)sechdrs[sechdrs[relsec].sh_info].sh_addr;
	Elf64_Sym *symbols = (Elf64_Sym *)sechdrs[symindex].sh_addr;

	for (i = 0; i < count; i++) {
		void *loc = section + rel[i].r_offset;
		u64 val = symbols[ELF64_R_SYM(rel[i].r_info)].st_value + rel[i].r_addend;

		switch (ELF64_R_TYPE(rel[i].r_info)) {
		case R_X86_64_NONE:
			break;
		case R_X86_64_64:
			put_unaligned(val, (u64 *)loc);
			break;
		case R_X86_64_32:
			if (val != (u32)val)
				goto overflow;
			put_unaligned((u32)val, (u32 *)loc);
			break;
		case R_X86_64_32S:
			if ((s64)val != (s32)val)
				goto overflow;
			put_unaligned((u32)val, (u32 *)loc);
			break;
		case R_X86_64_PC32:
		case R_X86_64_PLT32:
			val -= (u64)loc;
			if ((s64)val != (s32)val)
				goto overflow;
			put_unaligned((u32)val, (u32 *)loc);
			break;
		case R_X86_64_PC64:
			put_unaligned(val - (u64)loc, (u64 *)loc);
			break;
		default:
			pr_err("%s: unknown relocation type %llu\n", me->name,
			       ELF64_R_TYPE(rel[i].r_info));
			return -ENOEXEC;
		}
	}
	return 0;

overflow:
	pr_err("%s: relocation %u of type %llu does not reach: was it built for this kernel?\n",
	       me->name, i, ELF64_R_TYPE(rel[i].r_info));
	return -ENOEXEC;
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0)
#include <linux/execmem.h>

static struct execmem_info lkl_execmem __ro_after_init;

struct execmem_info __init *execmem_arch_setup(void)
{
	/* Writable while it is filled, executable afterwards: never both. */
	lkl_execmem.ranges[EXECMEM_DEFAULT] = (struct execmem_range) {
		.start = MODULES_VADDR,
		.end = MODULES_END,
		.pgprot = PAGE_KERNEL,
		.alignment = 1,
	};
	return &lkl_execmem;
}
#else
void *module_alloc(unsigned long size)
{
	return __vmalloc_node_range(size, 1, MODULES_VADDR, MODULES_END, GFP_KERNEL, PAGE_KERNEL,
				    0, NUMA_NO_NODE, __builtin_return_address(0));
}
#endif
