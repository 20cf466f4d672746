// SPDX-License-Identifier: GPL-2.0
/* Faults of the kernel's own code: a bad pointer of a caller's, or an oops. */
#include <linux/console.h>
#include <linux/cpu.h>
#include <linux/extable.h>
#include <linux/kallsyms.h>
#include <linux/kdebug.h>
#include <linux/kernel.h>
#include <linux/notifier.h>
#include <linux/panic_notifier.h>
#include <linux/ptrace.h>
#include <linux/signal.h>
#include <linux/sched/debug.h>
#include <linux/uaccess.h>
#include <asm/host.h>

int fixup_exception(struct pt_regs *regs)
{
	const struct exception_table_entry *entry = search_exception_tables(regs->ip);

	if (!entry)
		return 0;
	regs->ip = (unsigned long)&entry->fixup + entry->fixup;
	return 1;
}

void show_regs(struct pt_regs *regs)
{
	show_regs_print_info(KERN_DEFAULT);
	printk("RIP: %pS\n", (void *)regs->ip);
	printk("RSP: %016lx EFLAGS: %08lx\n", regs->sp, regs->flags);
	printk("RAX: %016lx RBX: %016lx RCX: %016lx\n", regs->ax, regs->bx, regs->cx);
	printk("RDX: %016lx RSI: %016lx RDI: %016lx\n", regs->dx, regs->si, regs->di);
	printk("RBP: %016lx R08: %016lx R09: %016lx\n", regs->bp, regs->r8, regs->r9);
	printk("R10: %016lx R11: %016lx R12: %016lx\n", regs->r10, regs->r11, regs->r12);
	printk("R13: %016lx R14: %016lx R15: %016lx\n", regs->r13, regs->r14, regs->r15);
}

static const char *lkl_signal_text(u64 signal)
{
	switch (signal) {
	case SIGSEGV:
		return "unable to handle page fault";
	case SIGBUS:
		return "memory is gone (a full or truncated file behind it)";
	case SIGILL:
		return "invalid opcode";
	case SIGFPE:
		return "divide error";
	default:
		return "unexpected trap";
	}
}

asmlinkage void lkl_fault(struct lkl_fault_frame *frame);

/*
 * Runs on the faulting fiber, below the interrupted frame.  The state of
 * interrupts is that of the interrupted code.
 */
asmlinkage void lkl_fault(struct lkl_fault_frame *frame)
{
	struct pt_regs regs;

	BUILD_BUG_ON(offsetof(struct pt_regs, sp) != offsetof(struct lkl_fault_frame, rsp));
	memcpy(&regs, frame, offsetof(struct pt_regs, user));
	regs.user = 0;
	if (fixup_exception(&regs)) {
		frame->rip = regs.ip;
		return;
	}

	console_verbose();
	bust_spinlocks(1);
	pr_emerg("BUG: %s for address %016llx\n", lkl_signal_text(frame->signal), frame->address);
	notify_die(DIE_OOPS, "Oops", &regs, 0, 0, frame->signal);
	show_regs(&regs);
	show_stack(NULL, (unsigned long *)regs.sp, KERN_EMERG);
	add_taint(TAINT_DIE, LOCKDEP_NOW_UNRELIABLE);
	/*
	 * Going on would mean a caller that never gets an answer, with locks
	 * held: an oops ends the instance, and the application boots another.
	 */
	panic("Fatal exception at %pS", (void *)regs.ip);
}

/* The last of panic()'s notifiers: tell the host, and never run again. */
static int lkl_panic_event(struct notifier_block *nb, unsigned long event, void *text)
{
	bust_spinlocks(0);
	console_flush_on_panic(CONSOLE_FLUSH_PENDING);
	lkl_host_call(panic, text, strlen(text), 0, 0);
	for (;;)
		lkl_vcpu_leave(LKL_LEAVE_PANIC);
	return NOTIFY_DONE;
}

static struct notifier_block lkl_panic_block = {
	.notifier_call = lkl_panic_event,
	.priority = INT_MIN,
};

void __init trap_init(void)
{
	atomic_notifier_chain_register(&panic_notifier_list, &lkl_panic_block);
}
