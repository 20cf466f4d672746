// SPDX-License-Identifier: GPL-2.0
/* Stack traces: by frame pointers where the kernel has them, else by scanning. */
#include <linux/kernel.h>
#include <linux/kallsyms.h>
#include <linux/printk.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/sched/debug.h>
#include <linux/sched/task_stack.h>
#include <linux/stacktrace.h>

static bool lkl_on_stack(struct task_struct *task, unsigned long address)
{
	unsigned long base = (unsigned long)task_stack_page(task);

	return address >= base && address <= base + THREAD_SIZE - sizeof(long);
}

/* Where a task that is switched out was left; or here, for the running one. */
static unsigned long *lkl_stack_start(struct task_struct *task)
{
	return task == current ? __builtin_frame_address(0) : (unsigned long *)task->thread.sp;
}

#ifdef CONFIG_FRAME_POINTER
noinline void arch_stack_walk(stack_trace_consume_fn consume, void *cookie,
			      struct task_struct *task, struct pt_regs *regs)
{
	unsigned long *frame;

	if (regs)
		frame = (unsigned long *)regs->bp;
	else if (task == current)
		frame = __builtin_frame_address(0);
	else
		frame = (unsigned long *)((unsigned long *)task->thread.sp)[5];

	while (lkl_on_stack(task, (unsigned long)(frame + 1)) && lkl_on_stack(task, (unsigned long)frame)) {
		if (!__kernel_text_address(frame[1]) || !consume(cookie, frame[1]))
			return;
		if (frame[0] <= (unsigned long)frame)
			return;
		frame = (unsigned long *)frame[0];
	}
}
#else
noinline void arch_stack_walk(stack_trace_consume_fn consume, void *cookie,
			      struct task_struct *task, struct pt_regs *regs)
{
	unsigned long *p = regs ? (unsigned long *)regs->sp : lkl_stack_start(task);

	for (; lkl_on_stack(task, (unsigned long)p); p++)
		if (__kernel_text_address(*p) && !consume(cookie, *p))
			return;
}
#endif

void show_stack(struct task_struct *task, unsigned long *sp, const char *loglvl)
{
	unsigned int lines = 0;

	if (!task)
		task = current;
	if (!sp)
		sp = lkl_stack_start(task);
	if (!try_get_task_stack(task))
		return;
	printk("%sCall Trace:\n", loglvl);
	/* Every word that could be a return address; some are left over from earlier calls. */
	for (; lkl_on_stack(task, (unsigned long)sp) && lines < 64; sp++)
		if (__kernel_text_address(*sp)) {
			printk("%s ? %pS\n", loglvl, (void *)*sp);
			lines++;
		}
	put_task_stack(task);
}
