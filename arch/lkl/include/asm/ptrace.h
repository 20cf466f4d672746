/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _ASM_LKL_PTRACE_H
#define _ASM_LKL_PTRACE_H

#include <uapi/asm/ptrace.h>

#ifndef __ASSEMBLY__

/*
 * The "user" side of a task is a host thread, whose registers the kernel never
 * sees: these regs are filled in for faults inside the kernel only.
 */
struct pt_regs {
	unsigned long r15, r14, r13, r12, bp, bx, r11, r10, r9, r8;
	unsigned long ax, cx, dx, si, di;
	unsigned long ip, flags, sp;
	unsigned long user;	/* not interrupted in the kernel */
};

#define user_mode(regs)			((regs)->user != 0)
#define instruction_pointer(regs)	((regs)->ip)
#define kernel_stack_pointer(regs)	((regs)->sp)
#define user_stack_pointer(regs)	((regs)->sp)
#define profile_pc(regs)		((regs)->ip)
#define frame_pointer(regs)		((regs)->bp)
#define current_pt_regs()		task_pt_regs(current)

#define task_pt_regs(tsk) \
	((struct pt_regs *)((unsigned long)task_stack_page(tsk) + THREAD_SIZE - 16) - 1)

static inline void instruction_pointer_set(struct pt_regs *regs, unsigned long ip)
{
	regs->ip = ip;
}

static inline unsigned long regs_return_value(struct pt_regs *regs)
{
	return regs->ax;
}

static inline void regs_set_return_value(struct pt_regs *regs, unsigned long value)
{
	regs->ax = value;
}

#endif /* !__ASSEMBLY__ */
#endif /* _ASM_LKL_PTRACE_H */
