// SPDX-License-Identifier: GPL-2.0
/* Interrupts: bits that host threads set, taken where the kernel enables interrupts. */
#include <linux/hardirq.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irqdesc.h>
#include <asm/host.h>
#include <asm/irq_regs.h>

/* Interrupts are enabled and something is pending. */
void lkl_irq_poll(void)
{
	struct thread_info *ti = current_thread_info();
	struct lkl_vcpu *vcpu = ti->vcpu;
	struct pt_regs regs = { }, *old_regs;
	unsigned int line;
	u64 pending;

	ti->irqs_off = 1;
	trace_hardirqs_off();
	old_regs = set_irq_regs(&regs);
	irq_enter();
	while ((pending = lkl_shared_xchg(&vcpu->pending, 0)) != 0) {
		if (pending & (1UL << LKL_IRQ_TIMER))
			lkl_timer_interrupt();
		if (pending & (1UL << LKL_IRQ_MAILBOX))
			lkl_mailbox_interrupt();
		pending >>= LKL_IRQ_FIRST_DEVICE;
		for (line = LKL_IRQ_FIRST_DEVICE; pending; pending >>= 1, line++)
			if (pending & 1)
				generic_handle_irq(line);
	}
	irq_exit();
	set_irq_regs(old_regs);
	trace_hardirqs_on();
	ti->irqs_off = 0;
}
EXPORT_SYMBOL(lkl_irq_poll);

static void lkl_irq_nothing(struct irq_data *data)
{
}

static struct irq_chip lkl_irq_chip = {
	.name = "lkl",
	.irq_enable = lkl_irq_nothing,
	.irq_disable = lkl_irq_nothing,
	.irq_mask = lkl_irq_nothing,
	.irq_unmask = lkl_irq_nothing,
};

void __init init_IRQ(void)
{
	unsigned int line;

	for (line = LKL_IRQ_FIRST_DEVICE; line < LKL_IRQ_COUNT; line++)
		irq_set_chip_and_handler(line, &lkl_irq_chip, handle_simple_irq);
}
