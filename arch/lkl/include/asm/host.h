/* SPDX-License-Identifier: GPL-2.0 */
/* The way out of the kernel: the host's operations, and words shared with its threads. */
#ifndef _ASM_LKL_HOST_H
#define _ASM_LKL_HOST_H

#include <linux/types.h>
#include <abi/machine.h>

extern struct lkl_boot lkl_boot;	/* a copy, made at the start */
extern struct lkl_operations lkl_operations;

/* Calls a function of the host on the host thread's stack. */
u64 lkl_gate(void *function, u64 host, u64 a, u64 b, u64 c, u64 d);

#define lkl_host_call(operation, a, b, c, d)				\
	lkl_gate(lkl_operations.operation, lkl_boot.host, (u64)(a), (u64)(b), (u64)(c), (u64)(d))

/*
 * Parks the fiber and gives the vCPU back; continues when a host thread enters
 * again.  Inline, with a return on the way out and a jump on the way in
 * (lkl_enter_vcpu), so that calls and returns stay paired on both sides: else the
 * processor mispredicts every return for a while after each swap of the stack.
 */
static __always_inline void lkl_leave_vcpu(struct lkl_vcpu *vcpu)
{
	asm volatile("push %%rbp\n\t"
		     "lea 1f(%%rip), %%rax\n\t"
		     "push %%rax\n\t"
		     "mov %%rsp, %c[kernel_sp](%%rdi)\n\t"
		     "mov %c[host_sp](%%rdi), %%rsp\n\t"
		     "pop %%r15\n\t"
		     "pop %%r14\n\t"
		     "pop %%r13\n\t"
		     "pop %%r12\n\t"
		     "pop %%rbx\n\t"
		     "pop %%rbp\n\t"
		     "ret\n"
		     "1:\tpop %%rbp"
		     : "+D" (vcpu)
		     : [kernel_sp] "i" (LKL_VCPU_KERNEL_SP), [host_sp] "i" (LKL_VCPU_HOST_SP)
		     : "rax", "rbx", "rcx", "rdx", "rsi", "r8", "r9", "r10", "r11", "r12",
		       "r13", "r14", "r15", "memory", "cc");
}

/* Locked operations for words that host threads write at the same time. */
static __always_inline u64 lkl_shared_xchg(lkl_u64 *word, u64 value)
{
	asm volatile("xchg %0, %1" : "+r" (value), "+m" (*word) : : "memory");
	return value;
}

static __always_inline void lkl_shared_or(lkl_u64 *word, u64 bits)
{
	asm volatile("lock orq %1, %0" : "+m" (*word) : "er" (bits) : "memory", "cc");
}

static __always_inline void lkl_shared_and(lkl_u64 *word, u64 bits)
{
	asm volatile("lock andq %1, %0" : "+m" (*word) : "er" (bits) : "memory", "cc");
}

extern char lkl_rodata_end[];	/* of what is mapped from the file: vmlinux.lds.S */

u64 lkl_host_now(void);
void lkl_time_early_init(void);
void lkl_timer_interrupt(void);

/* mailbox.c */
void lkl_vcpu_leave(enum lkl_leave reason);
void lkl_wake_entered(void);
void lkl_mailbox_interrupt(void);
void lkl_spawn_tasks(void) __noreturn;
long lkl_orphan_other_tasks(const void *entropy, size_t bytes);

/* syscall.c */
long lkl_run_syscall(long number, const lkl_s64 *args);

/* direct_io.c */
struct iovec;
long lkl_sys_read(unsigned long fd, char __user *buffer, size_t length);
long lkl_sys_write(unsigned long fd, char __user *buffer, size_t length);
long lkl_sys_pread64(unsigned long fd, char __user *buffer, size_t length, loff_t pos);
long lkl_sys_pwrite64(unsigned long fd, char __user *buffer, size_t length, loff_t pos);
long lkl_sys_readv(unsigned long fd, const struct iovec __user *vec, unsigned long count);
long lkl_sys_writev(unsigned long fd, const struct iovec __user *vec, unsigned long count);
long lkl_sys_preadv(unsigned long fd, const struct iovec __user *vec, unsigned long count,
		    loff_t pos, unsigned long pos_high);
long lkl_sys_pwritev(unsigned long fd, const struct iovec __user *vec, unsigned long count,
		     loff_t pos, unsigned long pos_high);
long lkl_sys_preadv2(unsigned long fd, const struct iovec __user *vec, unsigned long count,
		     loff_t pos, unsigned long pos_high, int flags);
long lkl_sys_pwritev2(unsigned long fd, const struct iovec __user *vec, unsigned long count,
		      loff_t pos, unsigned long pos_high, int flags);

/* device.c */
long lkl_add_device(u64 address, u64 size, u64 line, u64 id);
long lkl_remove_device(u64 id);
long lkl_device_name(u64 id, char *buffer, u64 size);

/* halt.c */
long lkl_quiesce(u64 milliseconds);
long lkl_flush_for_halt(void);
extern bool lkl_halting;

#endif /* _ASM_LKL_HOST_H */
