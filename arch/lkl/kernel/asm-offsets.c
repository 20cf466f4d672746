// SPDX-License-Identifier: GPL-2.0
/* Offsets for assembly; those of the ABI are constants, checked here. */
#define COMPILE_OFFSETS
#include <linux/build_bug.h>
#include <linux/kbuild.h>
#include <linux/sched.h>
#include <linux/stddef.h>

static_assert(offsetof(struct lkl_vcpu, host_sp) == LKL_VCPU_HOST_SP);
static_assert(offsetof(struct lkl_vcpu, kernel_sp) == LKL_VCPU_KERNEL_SP);

int main(void)
{
	OFFSET(TI_VCPU, thread_info, vcpu);
	DEFINE(FAULT_FRAME_RIP, offsetof(struct lkl_fault_frame, rip));
	DEFINE(FAULT_FRAME_RSP, offsetof(struct lkl_fault_frame, rsp));
	return 0;
}
