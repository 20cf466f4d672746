/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The image's header, and every place where a stack is swapped: into the
 * kernel and out of it, from fiber to fiber, to the host's functions and back, and
 * from a fault to its handler.
 */
#include <linux/linkage.h>
#include <asm/asm-offsets.h>
#include <asm/thread_info.h>

	.section .head.text, "ax"
	.globl	lkl_image_start
lkl_image_start:
	.quad	LKL_IMAGE_MAGIC
	.long	LKL_ABI_VERSION
	.long	0
	.quad	LKL_PREFERRED_BASE
	.quad	lkl_boot_entry - lkl_image_start
	.quad	lkl_enter_vcpu - lkl_image_start
	.quad	lkl_fault_entry - lkl_image_start
	.quad	lkl_boot_vcpu - lkl_image_start
	.quad	lkl_text_end - lkl_image_start
	.quad	lkl_rodata_end - lkl_image_start
	.quad	lkl_data_end - lkl_image_start
	.quad	_end - lkl_image_start
	.quad	lkl_release - lkl_image_start

/* An entry point is preceded by the magic number: the host checks what it jumps to. */
.macro ENTRY_MARK
	.balign	16
	.quad	0
	.quad	LKL_IMAGE_MAGIC
.endm

/* What the System V ABI lets a function keep across a call. */
.macro PUSH_CALLEE_SAVED
	push	%rbp
	push	%rbx
	push	%r12
	push	%r13
	push	%r14
	push	%r15
.endm

.macro POP_CALLEE_SAVED
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbx
	pop	%rbp
.endm

	/* Refers to init text, and is gone from then on. */
	.section .ref.text, "ax"
/* void boot(struct lkl_boot *): returns when the kernel leaves for the first time. */
	ENTRY_MARK
SYM_CODE_START_NOALIGN(lkl_boot_entry)
	PUSH_CALLEE_SAVED
	lea	lkl_boot_vcpu(%rip), %rax
	mov	%rsp, LKL_VCPU_HOST_SP(%rax)
	lea	init_stack + LKL_STACK_SIZE - 256(%rip), %rsp
	xor	%ebp, %ebp
	call	lkl_start
	ud2
SYM_CODE_END(lkl_boot_entry)

	.text

/*
 * void enter(struct lkl_vcpu *): continues the parked fiber; returns when the
 * kernel leaves, by the return in lkl_leave_vcpu().
 */
	ENTRY_MARK
SYM_CODE_START_NOALIGN(lkl_enter_vcpu)
	PUSH_CALLEE_SAVED
	mov	%rsp, LKL_VCPU_HOST_SP(%rdi)
	mov	LKL_VCPU_KERNEL_SP(%rdi), %rsp
	pop	%rax
	jmp	*%rax
SYM_CODE_END(lkl_enter_vcpu)

/*
 * u64 lkl_gate(void *function, u64 host, u64 a, u64 b, u64 c, u64 d): calls
 * function(host, a, b, c, d) on the host thread's stack, above what lkl_enter_vcpu
 * saved there; 8 bytes more align it.
 */
SYM_CODE_START(lkl_gate)
	push	%rbp
	mov	%rsp, %rbp
	mov	%rdi, %rax
	mov	%rsi, %rdi
	mov	%rdx, %rsi
	mov	%rcx, %rdx
	mov	%r8, %rcx
	mov	%r9, %r8
	mov	%rsp, %r10
	and	$~(LKL_STACK_SIZE - 1), %r10
	mov	TI_VCPU(%r10), %r10
	mov	LKL_VCPU_HOST_SP(%r10), %rsp
	sub	$8, %rsp
	call	*%rax
	mov	%rbp, %rsp
	pop	%rbp
	ret
SYM_CODE_END(lkl_gate)

/* task *lkl_switch_fiber(task *prev, unsigned long *from, unsigned long to) */
SYM_CODE_START(lkl_switch_fiber)
	PUSH_CALLEE_SAVED
	mov	%rsp, (%rsi)
	mov	%rdx, %rsp
	POP_CALLEE_SAVED
	mov	%rdi, %rax
	ret
SYM_CODE_END(lkl_switch_fiber)

/* A new fiber begins here: function in rbx, its argument in r12 (copy_thread). */
SYM_CODE_START(lkl_ret_from_fork)
	mov	%rax, %rdi
	call	schedule_tail
	mov	%r12, %rdi
	call	*%rbx
	/* PID 1 has "executed" /init: from now on it makes tasks for host threads. */
	call	lkl_spawn_tasks
	ud2
SYM_CODE_END(lkl_ret_from_fork)

/*
 * The host's fault handler has laid a struct lkl_fault_frame on the fiber's stack
 * and continues here with its address in rdi and rsp.  On the return of lkl_fault() the
 * frame says where to go on.
 */
	ENTRY_MARK
SYM_CODE_START_NOALIGN(lkl_fault_entry)
	cld
	mov	%rdi, %rbx
	call	lkl_fault
	mov	%rbx, %rsp
	/* The address to continue at goes below the stack pointer to continue with. */
	mov	FAULT_FRAME_RSP(%rsp), %rax
	mov	FAULT_FRAME_RIP(%rsp), %rcx
	sub	$8, %rax
	mov	%rcx, (%rax)
	mov	%rax, FAULT_FRAME_RSP(%rsp)
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbp
	pop	%rbx
	pop	%r11
	pop	%r10
	pop	%r9
	pop	%r8
	pop	%rax
	pop	%rcx
	pop	%rdx
	pop	%rsi
	pop	%rdi
	add	$8, %rsp
	popfq
	pop	%rsp
	ret
SYM_CODE_END(lkl_fault_entry)

	.section .note.GNU-stack, "", @progbits
