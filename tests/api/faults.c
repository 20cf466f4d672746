/* SPDX-License-Identifier: GPL-2.0 */
/* An application that installs its handler of faults after the boot. */
#include "check.h"

#include <setjmp.h>
#include <signal.h>

static volatile int kernel_faults, own_faults;
static sigjmp_buf point;

static void on_fault(int signal, siginfo_t *info, void *context)
{
	if (lkl_handle_fault(signal, info, context)) {
		kernel_faults++;
		return;
	}
	own_faults++;
	siglongjmp(point, 1);
}

void test_faults(void)
{
	struct sigaction action, old;
	int fds[2];

	boot();
	memset(&action, 0, sizeof(action));
	action.sa_sigaction = on_fault;
	action.sa_flags = SA_SIGINFO | SA_ONSTACK;
	CHECK_EQ(sigaction(SIGSEGV, &action, &old), 0);
	CHECK_OK(lkl_sys_pipe(fds));
	CHECK_EQ(lkl_sys_write(fds[1], (const char *)16, 8), -LKL_EFAULT);
	CHECK(kernel_faults > 0);
	CHECK_EQ(own_faults, 0);
	if (sigsetjmp(point, 1) == 0)
		*(volatile char *)16 = 1;
	CHECK_EQ(own_faults, 1);
	CHECK_EQ(lkl_sys_getpid(), 1);
	CHECK_EQ(sigaction(SIGSEGV, &old, NULL), 0);
	CHECK_OK(lkl_sys_halt());
}
