/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Three segments.  Text and constants need no relocation and may be mapped from
 * the file; whatever holds addresses is data, copied into RAM.  Init text
 * stays with the text, since pages that RAM does not back cannot be freed; init data
 * is freed.
 */
#include <abi/machine.h>
#include <asm/cache.h>
#include <asm/thread_info.h>
#include <linux/const.h>

#define PAGE_SIZE	0x1000
#define RO_EXCEPTION_TABLE_ALIGN	16

#include <asm-generic/vmlinux.lds.h>

OUTPUT_FORMAT("elf64-x86-64")
OUTPUT_ARCH(i386:x86-64)
ENTRY(lkl_image_start)

jiffies = jiffies_64;

PHDRS
{
	text PT_LOAD FLAGS(5);
	rodata PT_LOAD FLAGS(4);
	data PT_LOAD FLAGS(6);
	dynamic PT_DYNAMIC FLAGS(4);
	note PT_NOTE FLAGS(4);
}

SECTIONS
{
	. = LKL_PREFERRED_BASE;
	_text = .;
	.head.text : { HEAD_TEXT } :text
	.text : {
		_stext = .;
		TEXT_TEXT
		SCHED_TEXT
		LOCK_TEXT
		KPROBES_TEXT
		IRQENTRY_TEXT
		SOFTIRQENTRY_TEXT
#ifdef CPUIDLE_TEXT
		CPUIDLE_TEXT
#endif
		*(.fixup)
	}
	_etext = .;
	.init.text : {
		_sinittext = .;
		INIT_TEXT
		_einittext = .;
	}
	.exit.text : { EXIT_TEXT }
	. = ALIGN(PAGE_SIZE);
	lkl_text_end = .;

	.constants : { *(.rodata .rodata.*) } :rodata
	.notes_lkl : { *(.note.*) } :rodata :note
	.dynamic : { *(.dynamic) } :rodata :dynamic
	.dynsym : { *(.dynsym) } :rodata
	.dynstr : { *(.dynstr) }
	.hash : { *(.hash) *(.gnu.hash) }
	.rela.dyn : { *(.rela.*) *(.rela_*) }
	.relr.dyn : { *(.relr.dyn) }
	. = ALIGN(PAGE_SIZE);
	lkl_rodata_end = .;

	.relocated : { *(.data.rel.ro .data.rel.ro.*) } :data
	RO_DATA(PAGE_SIZE)
	/* Constants too: lockdep wants its keys, many of them string literals, within. */
	__start_rodata = ADDR(.constants);

	_sdata = .;
	RW_DATA(L1_CACHE_BYTES, PAGE_SIZE, THREAD_SIZE)
	.data.rel : { *(.data.rel .data.rel.*) }
	.got : { *(.got) *(.got.plt) *(.igot*) }
	. = ALIGN(PAGE_SIZE);
	_edata = .;

	__init_begin = .;
	INIT_DATA_SECTION(16)
	.exit.data : { EXIT_DATA }
	/* To the byte, as the segment's size in the file: the host compares the two. */
	lkl_data_end = .;
	. = ALIGN(PAGE_SIZE);
	__init_end = .;

	BSS_SECTION(0, PAGE_SIZE, PAGE_SIZE)
	. = ALIGN(PAGE_SIZE);
	_end = .;

	STABS_DEBUG
	DWARF_DEBUG
	ELF_DETAILS

	DISCARDS
}
