/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _ASM_LKL_EXTABLE_H
#define _ASM_LKL_EXTABLE_H

#define ARCH_HAS_RELATIVE_EXTABLE

#ifdef __ASSEMBLY__

.macro LKL_EXTABLE insn, fixup
	.pushsection __ex_table, "a"
	.balign 4
	.long \insn - .
	.long \fixup - .
	.popsection
.endm

#else

struct exception_table_entry {
	int insn, fixup;	/* relative to their own addresses */
};

#define LKL_EXTABLE(insn, fixup)		\
	".pushsection __ex_table, \"a\"\n"	\
	".balign 4\n"				\
	".long (" insn ") - .\n"		\
	".long (" fixup ") - .\n"		\
	".popsection\n"

struct pt_regs;
int fixup_exception(struct pt_regs *regs);

#endif /* !__ASSEMBLY__ */
#endif /* _ASM_LKL_EXTABLE_H */
