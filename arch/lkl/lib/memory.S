/* SPDX-License-Identifier: GPL-2.0 */
/* memcpy and its kin, and the copies to and from the application's memory. */
#include <linux/linkage.h>
#include <asm/extable.h>

	.text

/* An instruction that may fault, if "fixup" is given. */
.macro TRY fixup, insn:vararg
.Ltry\@:
	\insn
	.ifnb \fixup
	LKL_EXTABLE .Ltry\@, \fixup
	.endif
.endm

/* 128 bytes from rsi to rdi, and both on; after a fault both are as before. */
.macro COPY_BLOCK fixup
	TRY	\fixup, vmovdqu (%rsi), %ymm0
	TRY	\fixup, vmovdqu 32(%rsi), %ymm1
	TRY	\fixup, vmovdqu 64(%rsi), %ymm2
	TRY	\fixup, vmovdqu 96(%rsi), %ymm3
	TRY	\fixup, vmovdqu %ymm0, (%rdi)
	TRY	\fixup, vmovdqu %ymm1, 32(%rdi)
	TRY	\fixup, vmovdqu %ymm2, 64(%rdi)
	TRY	\fixup, vmovdqu %ymm3, 96(%rdi)
	sub	$-128, %rsi
	sub	$-128, %rdi
.endm

SYM_FUNC_START(memmove)
	mov	%rdi, %rax
	sub	%rsi, %rax
	cmp	%rdx, %rax
	jb	.Lbackward
	jmp	memcpy
.Lbackward:
	mov	%rdi, %rax
	mov	%rdx, %rcx
	lea	-8(%rdi, %rdx), %rdi
	lea	-8(%rsi, %rdx), %rsi
1:	cmp	$8, %rcx
	jb	2f
	mov	(%rsi), %r8
	mov	%r8, (%rdi)
	sub	$8, %rsi
	sub	$8, %rdi
	sub	$8, %rcx
	jmp	1b
2:	test	%rcx, %rcx
	jz	4f
3:	movb	7(%rsi), %r8b
	movb	%r8b, 7(%rdi)
	dec	%rsi
	dec	%rdi
	dec	%rcx
	jnz	3b
4:	ret
SYM_FUNC_END(memmove)

SYM_FUNC_START(memcpy)
	mov	%rdi, %rax
	cmp	$16, %rdx
	jb	.Lsmall
	cmp	$256, %rdx
	jae	.Llarge
	/* 16 to 255 bytes: pairs of words, the last pair overlapping. */
	mov	-16(%rsi, %rdx), %r8
	mov	-8(%rsi, %rdx), %r9
	lea	-16(%rdi, %rdx), %r10
1:	mov	(%rsi), %rcx
	mov	8(%rsi), %r11
	mov	%rcx, (%rdi)
	mov	%r11, 8(%rdi)
	add	$16, %rsi
	add	$16, %rdi
	sub	$16, %rdx
	cmp	$16, %rdx
	ja	1b
	mov	%r8, (%r10)
	mov	%r9, 8(%r10)
	ret
.Llarge:
	mov	%rdx, %rcx
	cmpb	$0, lkl_has_avx2(%rip)
	je	6f
	/* memmove comes here when the ranges overlap with "to" below "from". */
	shr	$7, %rcx
	and	$127, %edx
7:	COPY_BLOCK
	dec	%rcx
	jnz	7b
	vzeroupper
	mov	%rdx, %rcx
6:	rep movsb
	ret
.Lsmall:
	cmp	$8, %edx
	jb	2f
	mov	(%rsi), %rcx
	mov	-8(%rsi, %rdx), %r8
	mov	%rcx, (%rdi)
	mov	%r8, -8(%rdi, %rdx)
	ret
2:	cmp	$4, %edx
	jb	3f
	mov	(%rsi), %ecx
	mov	-4(%rsi, %rdx), %r8d
	mov	%ecx, (%rdi)
	mov	%r8d, -4(%rdi, %rdx)
	ret
3:	test	%edx, %edx
	jz	5f
	/* 1 to 3 bytes: all loads before the stores, since memmove comes here too. */
	movzbl	(%rsi), %ecx
	movzbl	-1(%rsi, %rdx), %r8d
	mov	%edx, %r10d
	shr	$1, %r10d
	movzbl	(%rsi, %r10), %r9d
	movb	%cl, (%rdi)
	movb	%r9b, (%rdi, %r10)
	movb	%r8b, -1(%rdi, %rdx)
5:	ret
SYM_FUNC_END(memcpy)

SYM_FUNC_START(memset)
	mov	%rdi, %r9
	movzbl	%sil, %eax
	mov	$0x0101010101010101, %rcx
	imul	%rcx, %rax
	cmp	$8, %rdx
	jb	2f
	cmp	$256, %rdx
	jae	3f
	mov	%rax, -8(%rdi, %rdx)
	shr	$3, %edx
1:	mov	%rax, (%rdi)
	add	$8, %rdi
	dec	%edx
	jnz	1b
	mov	%r9, %rax
	ret
2:	test	%edx, %edx
	jz	4f
5:	movb	%al, -1(%rdi, %rdx)
	dec	%edx
	jnz	5b
	jmp	4f
3:	mov	%rdx, %rcx
	rep stosb
4:	mov	%r9, %rax
	ret
SYM_FUNC_END(memset)

SYM_FUNC_START(lkl_clear_page)
	mov	$512, %ecx
	xor	%eax, %eax
	rep stosq
	ret
SYM_FUNC_END(lkl_clear_page)

SYM_FUNC_START(lkl_copy_page)
	mov	$512, %ecx
	rep movsq
	ret
SYM_FUNC_END(lkl_copy_page)

/* unsigned long lkl_copy_user(to, from, n): the bytes that were not copied */
SYM_FUNC_START(lkl_copy_user)
	cmp	$256, %rdx
	jae	.Lcopy_large
	mov	%edx, %ecx
	and	$7, %edx
	shr	$3, %ecx
	jz	.Lcopy_bytes
1:	mov	(%rsi), %rax
2:	mov	%rax, (%rdi)
	add	$8, %rsi
	add	$8, %rdi
	dec	%ecx
	jnz	1b
.Lcopy_bytes:
	test	%edx, %edx
	jz	5f
3:	movb	(%rsi), %al
4:	movb	%al, (%rdi)
	inc	%rsi
	inc	%rdi
	dec	%edx
	jnz	3b
5:	xor	%eax, %eax
	ret
.Lcopy_large:
	mov	%rdx, %rcx
	cmpb	$0, lkl_has_avx2(%rip)
	je	6f
	shr	$7, %rcx
	and	$127, %edx
10:	COPY_BLOCK .Lcopy_block_fault
	dec	%rcx
	jnz	10b
	vzeroupper
	mov	%edx, %ecx
	and	$7, %edx
	shr	$3, %ecx
	jnz	1b
	jmp	.Lcopy_bytes
6:	rep movsb
	xor	%eax, %eax
	ret
	/* Nothing of the block counts as copied yet: from its start byte by byte. */
.Lcopy_block_fault:
	vzeroupper
	shl	$7, %rcx
	add	%rcx, %rdx
13:	movb	(%rsi), %al
14:	movb	%al, (%rdi)
	inc	%rsi
	inc	%rdi
	dec	%rdx
	jnz	13b
	xor	%eax, %eax
	ret
15:	mov	%rdx, %rax
	ret
	/* A word faulted: what of it can be copied goes byte by byte. */
7:	lea	(%rdx, %rcx, 8), %edx
	jmp	3b
8:	mov	%edx, %eax
	ret
9:	mov	%rcx, %rax
	ret
	LKL_EXTABLE 1b, 7b
	LKL_EXTABLE 2b, 7b
	LKL_EXTABLE 3b, 8b
	LKL_EXTABLE 4b, 8b
	LKL_EXTABLE 6b, 9b
	LKL_EXTABLE 13b, 15b
	LKL_EXTABLE 14b, 15b

SYM_FUNC_END(lkl_copy_user)

/* unsigned long lkl_clear_user(to, n): the bytes that were not cleared */
SYM_FUNC_START(lkl_clear_user)
	mov	%rsi, %rcx
	xor	%eax, %eax
1:	rep stosb
2:	mov	%rcx, %rax
	ret
	LKL_EXTABLE 1b, 2b
SYM_FUNC_END(lkl_clear_user)

	.section .note.GNU-stack, "", @progbits
