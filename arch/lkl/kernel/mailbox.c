// SPDX-License-Identifier: GPL-2.0
/*
 * Host threads and their tasks.  A host thread that calls has a mailbox, and a
 * task of PID 1's thread group that serves it; whichever thread runs the vCPU runs
 * all of them.
 */
#include <linux/cred.h>
#include <linux/export.h>
#include <linux/fs.h>
#include <linux/init_task.h>
#include <linux/random.h>
#include <linux/resume_user_mode.h>
#include <linux/sched.h>
#include <linux/sched/clock.h>
#include <linux/sched/signal.h>
#include <linux/sched/stat.h>
#include <linux/sched/task.h>
#include <asm/host.h>
#include <asm/io_buffer.h>
#include <asm/unistd.h>

static struct task_struct *lkl_spawner;		/* PID 1 */
static struct lkl_mailbox *lkl_to_spawn;	/* mailboxes that have no task yet */

static struct lkl_mailbox *lkl_next(struct lkl_mailbox *mailbox)
{
	return (struct lkl_mailbox *)mailbox->next;
}

static void lkl_wake_mailbox(struct lkl_mailbox *mailbox)
{
	if (mailbox->task) {
		wake_up_process((struct task_struct *)mailbox->task);
		return;
	}
	mailbox->next = (u64)lkl_to_spawn;
	lkl_to_spawn = mailbox;
	wake_up_process(lkl_spawner);
}

/*
 * Whoever entered may have brought a request.  One for the task that
 * continues needs no wake-up: it looks at its mailbox itself.
 */
void lkl_wake_entered(void)
{
	struct lkl_vcpu *vcpu = lkl_this_vcpu();
	struct lkl_mailbox *mailbox = (struct lkl_mailbox *)vcpu->entered;

	vcpu->entered = 0;
	if (mailbox && mailbox != current_thread_info()->mailbox)
		lkl_wake_mailbox(mailbox);
}

static __always_inline void lkl_park(enum lkl_leave reason)
{
	struct lkl_vcpu *vcpu = lkl_this_vcpu();

	vcpu->leave_reason = reason;
	lkl_leave_vcpu(vcpu);
	vcpu->runner = vcpu->entered;
}

/*
 * Gives the vCPU back, and returns when a host thread, any, has entered.  The
 * idle task must call lkl_wake_entered() itself, later: RCU does not
 * watch it here.
 */
void lkl_vcpu_leave(enum lkl_leave reason)
{
	lkl_park(reason);
	if (reason != LKL_LEAVE_IDLE)
		lkl_wake_entered();
}

/*
 * Callers that found the vCPU taken have left their mailboxes in a stack.  Until
 * one is out of it, its task must not serve it: that uses "next" too.
 */
void lkl_mailbox_interrupt(void)
{
	struct lkl_mailbox *mailbox, *next, *ordered = NULL;

	mailbox = (struct lkl_mailbox *)lkl_shared_xchg(&lkl_this_vcpu()->submitted, 0);
	for (; mailbox; mailbox = next) {
		next = lkl_next(mailbox);
		mailbox->next = (u64)ordered;
		ordered = mailbox;
	}
	for (mailbox = ordered; mailbox; mailbox = next) {
		next = lkl_next(mailbox);
		WRITE_ONCE(mailbox->state, LKL_MAILBOX_REQUESTED);
		lkl_wake_mailbox(mailbox);
	}
}

/* The mailbox belongs to its host thread again; do not touch it afterwards. */
static void lkl_finish(struct lkl_mailbox *mailbox, long result)
{
	struct lkl_vcpu *vcpu = lkl_this_vcpu();

	if (READ_ONCE(mailbox->orphan))
		return;
	mailbox->result = result;
	if (vcpu->runner == (u64)mailbox) {
		/* Its host thread is here, and looks when the kernel leaves. */
		smp_store_release(&mailbox->state, LKL_MAILBOX_DONE);
		return;
	}
	WRITE_ONCE(mailbox->state, LKL_MAILBOX_FINISHED);
	mailbox->next = vcpu->finished;
	vcpu->finished = (u64)mailbox;
}

static void __noreturn lkl_end_task(struct lkl_mailbox *mailbox, long result)
{
	current_thread_info()->mailbox = NULL;
	mailbox->task = 0;
	lkl_finish(mailbox, result);
	do_exit(0);
}

static void lkl_serve(struct lkl_mailbox *mailbox)
{
	const lkl_s64 *args = mailbox->args;
	long result;

	switch (mailbox->request) {
	case LKL_REQUEST_SYSCALL:
		if (mailbox->number == __NR_exit)
			lkl_end_task(mailbox, 0);
		result = lkl_run_syscall(mailbox->number, args);
		break;
	case LKL_REQUEST_DETACH:
		lkl_end_task(mailbox, 0);
	case LKL_REQUEST_ADD_DEVICE:
		result = lkl_add_device(args[0], args[1], args[2], args[3]);
		break;
	case LKL_REQUEST_REMOVE_DEVICE:
		result = lkl_remove_device(args[0]);
		break;
	case LKL_REQUEST_DEVICE_NAME:
		result = lkl_device_name(args[0], (char *)args[1], args[2]);
		break;
	case LKL_REQUEST_ALLOC_IO:
		result = lkl_alloc_io(args[0]);
		break;
	case LKL_REQUEST_FREE_IO:
		result = lkl_free_io(args[0]);
		break;
	case LKL_REQUEST_QUIESCE:
		result = lkl_quiesce(args[0]);
		break;
	case LKL_REQUEST_HALT:
		lkl_finish(mailbox, lkl_flush_for_halt());
		local_irq_disable();
		for (;;)
			lkl_vcpu_leave(LKL_LEAVE_HALTED);
	case LKL_REQUEST_FORKED:
		result = lkl_orphan_other_tasks((const void *)args[0], args[1]);
		break;
	default:
		result = -EINVAL;
	}
	lkl_finish(mailbox, result);
}

/*
 * A caller has its answer, and others can run.  Run at once they cost it time, and,
 * where its calls wake the task of another host thread, each call costs that thread a wake-up
 * and a context switch: a stream of small writes is then read one write at a
 * time.  So a caller that keeps coming back at once goes first, and they run when one of
 * its calls blocks or LKL_PUT_OFF_NS are over; the helper thread sees to it if
 * against expectation no call comes.  Not so a caller whose next call waits for the
 * others' answer: there it gains nothing, and the other thread starts later.
 */
#define LKL_SOON_NS		5000	/* a next call before that came at once */
#define LKL_HABIT		4	/* that many times in a row make a habit */
#define LKL_LATE		(-8)	/* the score after a next call that came late */
#define LKL_WAITED		(-1000)	/* and after one that had to wait */
#define LKL_LONG_NS		4000	/* calls that take so long gain little */
#define LKL_PUT_OFF_NS		50000
#define LKL_PUT_OFF_LIMIT_NS	200000

static bool lkl_put_off(struct lkl_mailbox *mailbox)
{
	struct thread_info *ti = current_thread_info();
	struct lkl_vcpu *vcpu = ti->vcpu;
	u64 now;

	if (vcpu->runner != (u64)mailbox)
		return false;
	if (ti->put_off_score < 0) {
		ti->put_off_score++;
		return false;
	}
	now = sched_clock();
	ti->put_off_at = now;
	if (ti->put_off_score < LKL_HABIT)
		return false;
	if (vcpu->later == LKL_NO_DEADLINE) {
		WRITE_ONCE(vcpu->later, lkl_host_now() + LKL_PUT_OFF_LIMIT_NS);
		ti->put_off_end = now + LKL_PUT_OFF_NS;
		return true;
	}
	if (now < ti->put_off_end)
		return true;
	/* How soon the next call comes will say nothing: others run before it. */
	ti->put_off_at = 0;
	return false;
}

/* A caller comes back that others waited for, or could have. */
static noinline void lkl_serve_next(struct lkl_mailbox *mailbox)
{
	struct thread_info *ti = current_thread_info();
	bool habit = ti->put_off_score >= LKL_HABIT;
	unsigned long switches = current->nvcsw;
	u64 began = sched_clock();

	if (began - ti->put_off_at >= LKL_SOON_NS)
		ti->put_off_score = habit ? LKL_LATE : 0;
	else if (!habit)
		ti->put_off_score++;
	ti->put_off_at = 0;
	lkl_serve(mailbox);
	if (current->nvcsw != switches)
		ti->put_off_score = habit ? LKL_WAITED : min(ti->put_off_score, 0);
	else if (sched_clock() - began >= LKL_LONG_NS)
		ti->put_off_score = min(ti->put_off_score, 0);
}

/* Nothing to serve, and it is not as simple as to leave: let others run. */
static noinline void lkl_wait(struct lkl_mailbox *mailbox)
{
	struct lkl_vcpu *vcpu = lkl_this_vcpu();
	struct lkl_mailbox *runner;

	if (READ_ONCE(vcpu->pending))
		lkl_irq_poll();
	if (!single_task_running() || need_resched()) {
		if (lkl_put_off(mailbox)) {
			lkl_vcpu_leave(LKL_LEAVE_LATER);
			if (READ_ONCE(mailbox->state) == LKL_MAILBOX_REQUESTED)
				return;
		} else if (vcpu->finished) {
			/* Others' answers must not wait until all is idle. */
			runner = (struct lkl_mailbox *)vcpu->runner;
			if (!runner || READ_ONCE(runner->state) == LKL_MAILBOX_REQUESTED)
				lkl_vcpu_leave(LKL_LEAVE_MORE);
		}
	}
	WRITE_ONCE(lkl_this_vcpu()->later, LKL_NO_DEADLINE);
	set_current_state(TASK_IDLE);
	if (READ_ONCE(mailbox->state) != LKL_MAILBOX_REQUESTED && !READ_ONCE(mailbox->orphan))
		schedule();
	__set_current_state(TASK_RUNNING);
}

static int lkl_host_task(void *argument)
{
	struct thread_info *ti = current_thread_info();
	struct lkl_mailbox *mailbox = argument;

	mailbox->task = (u64)current;
	ti->mailbox = mailbox;
	ti->put_off_at = 0;
	ti->put_off_score = 0;
	while (!READ_ONCE(mailbox->orphan)) {
		if (READ_ONCE(mailbox->state) == LKL_MAILBOX_REQUESTED) {
			if (unlikely(ti->put_off_at))
				lkl_serve_next(mailbox);
			else
				lkl_serve(mailbox);
		} else if (READ_ONCE(ti->vcpu->pending) || !single_task_running() ||
			   need_resched()) {
			lkl_wait(mailbox);
		} else {
			/* Alone: stay the parked fiber, which serves the next call at once. */
			WRITE_ONCE(ti->vcpu->later, LKL_NO_DEADLINE);
			lkl_park(LKL_LEAVE_DONE);
			lkl_wake_entered();
			if (READ_ONCE(mailbox->state) != LKL_MAILBOX_REQUESTED)
				lkl_wait(mailbox);
		}
	}
	ti->mailbox = NULL;
	do_exit(0);
}

/* PID 1, once it has executed /init. */
void __noreturn lkl_spawn_tasks(void)
{
	struct lkl_mailbox *mailbox;

	lkl_spawner = current;
	lkl_vcpu_leave(LKL_LEAVE_READY);
	for (;;) {
		while ((mailbox = lkl_to_spawn) != NULL) {
			struct kernel_clone_args args = {
				.flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND |
					 CLONE_THREAD | CLONE_SYSVSEM,
				.fn = lkl_host_task,
				.fn_arg = mailbox,
			};
			pid_t pid;

			lkl_to_spawn = lkl_next(mailbox);
			pid = kernel_clone(&args);
			if (pid < 0)
				lkl_finish(mailbox, pid);
		}
		set_current_state(TASK_IDLE);
		if (!lkl_to_spawn)
			schedule();
		__set_current_state(TASK_RUNNING);
	}
}

/*
 * In the child of a fork of the process: only the calling host thread lives
 * on, so the tasks of all others end as soon as they can.
 */
long lkl_orphan_other_tasks(const void *entropy, size_t bytes)
{
	const struct cred *cred = override_creds(&init_cred);
	struct task_struct *task;

	/* The generator's key is a copy too: until a reseed both processes draw the same bytes. */
	add_device_randomness(entropy, bytes);
	random_fops.unlocked_ioctl(NULL, RNDRESEEDCRNG, 0);
	revert_creds(cred);
	rcu_read_lock();
	for_each_thread(current, task) {
		struct lkl_mailbox *mailbox = task_thread_info(task)->mailbox;

		if (task == current || !mailbox)
			continue;
		WRITE_ONCE(mailbox->orphan, 1);
		set_notify_signal(task);
		wake_up_process(task);
	}
	rcu_read_unlock();
	return 0;
}
