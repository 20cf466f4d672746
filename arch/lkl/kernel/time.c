// SPDX-License-Identifier: GPL-2.0
/* The clock, the timer and short delays. */
#include <linux/clockchips.h>
#include <linux/clocksource.h>
#include <linux/delay.h>
#include <linux/init.h>
#include <linux/math64.h>
#include <linux/sched/clock.h>
#include <linux/time64.h>
#include <linux/timekeeping.h>
#include <asm/host.h>

static u64 lkl_tsc_base;
static u32 lkl_tsc_mult;	/* nanoseconds a cycle, 32 bits of fraction; 0: ask the host */

void __init lkl_time_early_init(void)
{
	struct lkl_clock clock = { };

	lkl_host_call(clock, &clock, 0, 0, 0);
	lkl_tsc_base = lkl_rdtsc();
	/* A counter slower than 1 MHz would not fit the multiplier. */
	if (clock.tsc_khz > 1000)
		lkl_tsc_mult = div64_u64(1000000ULL << 32, clock.tsc_khz);
}

/* For the scheduler and the log: cheap, and not held to the host's clock. */
unsigned long long notrace sched_clock(void)
{
	if (!lkl_tsc_mult)
		return lkl_host_now();
	return mul_u64_u32_shr(lkl_rdtsc() - lkl_tsc_base, lkl_tsc_mult, 32);
}

static u64 lkl_clocksource_read(struct clocksource *cs)
{
	return lkl_host_now();
}

static struct clocksource lkl_clocksource = {
	.name = "lkl",
	.rating = 499,
	.read = lkl_clocksource_read,
	.mask = CLOCKSOURCE_MASK(64),
	.flags = CLOCK_SOURCE_IS_CONTINUOUS,
};

void read_persistent_clock64(struct timespec64 *ts)
{
	struct lkl_clock clock = { };

	lkl_host_call(clock, &clock, 0, 0, 0);
	ts->tv_sec = clock.wall_sec;
	ts->tv_nsec = clock.wall_nsec;
}

static int lkl_set_next_event(unsigned long delta, struct clock_event_device *evt)
{
	WRITE_ONCE(lkl_this_vcpu()->deadline, lkl_host_now() + delta);
	return 0;
}

static int lkl_timer_shutdown(struct clock_event_device *evt)
{
	WRITE_ONCE(lkl_this_vcpu()->deadline, LKL_NO_DEADLINE);
	return 0;
}

static struct clock_event_device lkl_clockevent = {
	.name = "lkl",
	.rating = 400,
	.features = CLOCK_EVT_FEAT_ONESHOT,
	.set_state_shutdown = lkl_timer_shutdown,
	.set_state_oneshot = lkl_timer_shutdown,
	.set_next_event = lkl_set_next_event,
};

void lkl_timer_interrupt(void)
{
	struct lkl_vcpu *vcpu = lkl_this_vcpu();

	/* The host may be early: it looks at the deadline without holding the vCPU. */
	if (lkl_host_now() < vcpu->deadline)
		return;
	vcpu->deadline = LKL_NO_DEADLINE;
	lkl_clockevent.event_handler(&lkl_clockevent);
}

void __init time_init(void)
{
	lkl_clockevent.cpumask = cpumask_of(0);
	clocksource_register_hz(&lkl_clocksource, NSEC_PER_SEC);
	clockevents_config_and_register(&lkl_clockevent, NSEC_PER_SEC, 1, LONG_MAX);
	/* __delay() counts nanoseconds; calibration by counting would take a while. */
	lpj_fine = NSEC_PER_SEC / HZ;
}

void __delay(unsigned long loops)
{
	u64 end = lkl_host_now() + loops;

	while (lkl_host_now() < end)
		cpu_relax();
}
EXPORT_SYMBOL(__delay);

void __udelay(unsigned long usecs)
{
	__delay(usecs * NSEC_PER_USEC);
}
EXPORT_SYMBOL(__udelay);

void __ndelay(unsigned long nsecs)
{
	__delay(nsecs);
}
EXPORT_SYMBOL(__ndelay);
