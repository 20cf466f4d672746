// SPDX-License-Identifier: GPL-2.0
/* Fibers: how a task gets its stack, idles, and what a shutdown means here. */
#include <linux/cpu.h>
#include <linux/kernel.h>
#include <linux/ptrace.h>
#include <linux/reboot.h>
#include <linux/sched.h>
#include <linux/sched/debug.h>
#include <linux/sched/task.h>
#include <linux/sched/task_stack.h>
#include <linux/version.h>
#include <asm/host.h>

asmlinkage void lkl_ret_from_fork(void);

/* What lkl_switch_fiber() pops. */
struct lkl_fiber_frame {
	unsigned long r15, r14, r13, r12, bx, bp, ip;
};

/*
 * No task returns to user mode: all of them, those of host threads too, run a
 * function of the kernel.
 */
int copy_thread(struct task_struct *p, const struct kernel_clone_args *args)
{
	struct thread_info *ti = task_thread_info(p);
	struct lkl_fiber_frame *frame;

	if (!args->fn)
		return -ENOSYS;
	memset(task_pt_regs(p), 0, sizeof(struct pt_regs));
	task_pt_regs(p)->user = 1;
	/* The stack is 16-byte aligned once the frame has been popped. */
	frame = (void *)round_down((unsigned long)task_pt_regs(p) - 16, 16);
	frame = (void *)((unsigned long)frame - sizeof(*frame));
	memset(frame, 0, sizeof(*frame));
	frame->bx = (unsigned long)args->fn;
	frame->r12 = (unsigned long)args->fn_arg;
	frame->ip = (unsigned long)lkl_ret_from_fork;
	p->thread.sp = (unsigned long)frame;
	ti->irqs_off = 1;
	ti->mailbox = NULL;
	return 0;
}

void flush_thread(void)
{
}

/* The registers of a host thread are its own. */
void ptrace_disable(struct task_struct *child)
{
}

long arch_ptrace(struct task_struct *child, long request, unsigned long addr, unsigned long data)
{
	return -EIO;
}

void start_thread(struct pt_regs *regs, unsigned long ip, unsigned long sp)
{
}

/*
 * Nothing to run: give the vCPU back.  Whoever enters next has either a caller's
 * request or an interrupt.
 */
void arch_cpu_idle(void)
{
	struct lkl_vcpu *vcpu = lkl_this_vcpu();

	WRITE_ONCE(vcpu->later, LKL_NO_DEADLINE);
	if (!READ_ONCE(vcpu->pending))
		lkl_vcpu_leave(LKL_LEAVE_IDLE);
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
	raw_local_irq_enable();
#endif
}

/* Back in the idle loop, where RCU is watching again. */
void arch_cpu_idle_exit(void)
{
	lkl_wake_entered();
}

void cpu_relax(void)
{
	struct lkl_vcpu *vcpu = lkl_this_vcpu();

	asm volatile("pause" ::: "memory");
	if (irqs_disabled())
		return;
	if (lkl_host_now() >= READ_ONCE(vcpu->deadline))
		lkl_shared_or(&vcpu->pending, 1UL << LKL_IRQ_TIMER);
	if (READ_ONCE(vcpu->pending))
		lkl_irq_poll();
}
EXPORT_SYMBOL(cpu_relax);

unsigned long __get_wchan(struct task_struct *task)
{
	return 0;
}

void (*pm_power_off)(void);
EXPORT_SYMBOL(pm_power_off);

static void __noreturn lkl_stop(void)
{
	local_irq_disable();
	for (;;)
		lkl_vcpu_leave(LKL_LEAVE_HALTED);
}

void machine_restart(char *command)
{
	lkl_stop();
}

void machine_halt(void)
{
	lkl_stop();
}

void machine_power_off(void)
{
	lkl_stop();
}
