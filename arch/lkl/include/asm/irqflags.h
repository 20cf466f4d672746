/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _ASM_LKL_IRQFLAGS_H
#define _ASM_LKL_IRQFLAGS_H

#include <asm/thread_info.h>

/*
 * Interrupts are bits that host threads set; the kernel looks at them when it
 * enables interrupts.  A context switch happens with interrupts off on both
 * sides, so the state can live with the fiber.
 */
void lkl_irq_poll(void);

static __always_inline unsigned long arch_local_save_flags(void)
{
	return *(volatile unsigned int *)&current_thread_info()->irqs_off;
}

static __always_inline void arch_local_irq_disable(void)
{
	*(volatile unsigned int *)&current_thread_info()->irqs_off = 1;
	barrier();
}

static __always_inline void arch_local_irq_enable(void)
{
	struct thread_info *ti = current_thread_info();

	barrier();
	*(volatile unsigned int *)&ti->irqs_off = 0;
	if (__builtin_expect(*(volatile lkl_u64 *)&ti->vcpu->pending != 0, 0))
		lkl_irq_poll();
}

static __always_inline unsigned long arch_local_irq_save(void)
{
	unsigned long flags = arch_local_save_flags();

	arch_local_irq_disable();
	return flags;
}

static __always_inline void arch_local_irq_restore(unsigned long flags)
{
	if (!flags)
		arch_local_irq_enable();
}

static __always_inline int arch_irqs_disabled_flags(unsigned long flags)
{
	return flags != 0;
}

static __always_inline int arch_irqs_disabled(void)
{
	return arch_irqs_disabled_flags(arch_local_save_flags());
}

#endif /* _ASM_LKL_IRQFLAGS_H */
