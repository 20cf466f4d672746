/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _ASM_LKL_UACCESS_H
#define _ASM_LKL_UACCESS_H

#include <linux/string.h>
#include <asm/extable.h>
#include <asm/processor.h>

/* The host addresses that belong to the instance: image, RAM, modules, vmalloc. */
extern unsigned long lkl_range_start, lkl_range_end;

static __always_inline int __access_ok(const void __user *ptr, unsigned long size)
{
	unsigned long addr = (unsigned long)ptr;

	if (size > TASK_SIZE || addr > TASK_SIZE - size)
		return 0;
	return addr + size <= lkl_range_start || addr >= lkl_range_end;
}
#define __access_ok __access_ok
#define access_ok(addr, size) likely(__access_ok(addr, size))
#define TASK_SIZE_MAX TASK_SIZE

/* Copies and clears memory of the application; the bytes left over are the result. */
unsigned long lkl_copy_user(void *to, const void *from, unsigned long n);
unsigned long lkl_clear_user(void __user *to, unsigned long n);

static __always_inline __must_check unsigned long
raw_copy_from_user(void *to, const void __user *from, unsigned long n)
{
	return lkl_copy_user(to, (__force const void *)from, n);
}

static __always_inline __must_check unsigned long
raw_copy_to_user(void __user *to, const void *from, unsigned long n)
{
	return lkl_copy_user((__force void *)to, from, n);
}
#define INLINE_COPY_FROM_USER
#define INLINE_COPY_TO_USER

#define __clear_user(to, n)	lkl_clear_user(to, n)

static inline __must_check unsigned long clear_user(void __user *to, unsigned long n)
{
	might_fault();
	return access_ok(to, n) ? lkl_clear_user(to, n) : n;
}

#define LKL_GET_ASM(err, x, addr, suffix, constraint)			\
	asm volatile("1:	mov" suffix " %[mem], %[val]\n"		\
		     "2:\n"						\
		     ".pushsection .fixup, \"ax\"\n"			\
		     "3:	mov %[efault], %[error]\n"		\
		     "	xor %[val], %[val]\n"				\
		     "	jmp 2b\n"					\
		     ".popsection\n"					\
		     LKL_EXTABLE("1b", "3b")				\
		     : [error] "+r" (err), [val] constraint (x)		\
		     : [mem] "m" (*(addr)), [efault] "i" (-EFAULT))

#define LKL_GET_AS(type, err, x, addr, suffix, constraint)		\
do {									\
	type __v;							\
	LKL_GET_ASM(err, __v, (type *)(addr), suffix, constraint);	\
	(x) = *(__force __typeof__(*(addr)) *)&__v;			\
} while (0)

#define LKL_GET(err, x, addr)						\
do {									\
	switch (sizeof(*(addr))) {					\
	case 1:								\
		LKL_GET_AS(u8, err, x, addr, "b", "=q");		\
		break;							\
	case 2:								\
		LKL_GET_AS(u16, err, x, addr, "w", "=r");		\
		break;							\
	case 4:								\
		LKL_GET_AS(u32, err, x, addr, "l", "=r");		\
		break;							\
	case 8:								\
		LKL_GET_AS(u64, err, x, addr, "q", "=r");		\
		break;							\
	default:							\
		BUILD_BUG();						\
	}								\
} while (0)

#define LKL_PUT_ASM(x, addr, suffix, constraint, label)			\
	asm goto("1:	mov" suffix " %[val], %[mem]\n"			\
		 LKL_EXTABLE("1b", "%l[" #label "]")			\
		 : : [val] constraint (x), [mem] "m" (*(addr)) : "memory" : label)

#define LKL_PUT(x, addr, label)						\
do {									\
	__typeof__(*(addr)) __pv = (x);					\
	switch (sizeof(*(addr))) {					\
	case 1:								\
		LKL_PUT_ASM(*(u8 *)&__pv, (u8 *)(addr), "b", "iq", label); break; \
	case 2:								\
		LKL_PUT_ASM(*(u16 *)&__pv, (u16 *)(addr), "w", "ir", label); break; \
	case 4:								\
		LKL_PUT_ASM(*(u32 *)&__pv, (u32 *)(addr), "l", "ir", label); break; \
	case 8:								\
		LKL_PUT_ASM(*(u64 *)&__pv, (u64 *)(addr), "q", "er", label); break; \
	default:							\
		BUILD_BUG();						\
	}								\
} while (0)

#define __get_user(x, ptr)						\
({									\
	const __typeof__(*(ptr)) __user *__gu_p = (ptr);		\
	int __gu_err = 0;						\
									\
	__chk_user_ptr(__gu_p);						\
	LKL_GET(__gu_err, x, (__force const __typeof__(*(ptr)) *)__gu_p); \
	__gu_err;							\
})

#define get_user(x, ptr)						\
({									\
	const __typeof__(*(ptr)) __user *__g_p = (ptr);			\
									\
	might_fault();							\
	access_ok(__g_p, sizeof(*__g_p)) ? __get_user(x, __g_p) :	\
		((x) = (__typeof__(*(ptr)))0, -EFAULT);			\
})

#define __put_user(x, ptr)						\
({									\
	__label__ __pu_fault, __pu_out;					\
	__typeof__(*(ptr)) __user *__pu_p = (ptr);			\
	__typeof__(*(ptr)) __pu_x = (x);				\
	int __pu_err = 0;						\
									\
	__chk_user_ptr(__pu_p);						\
	LKL_PUT(__pu_x, (__force __typeof__(*(ptr)) *)__pu_p, __pu_fault); \
	goto __pu_out;							\
__pu_fault:								\
	__pu_err = -EFAULT;						\
__pu_out:								\
	__pu_err;							\
})

#define put_user(x, ptr)						\
({									\
	__typeof__(*(ptr)) __user *__p_p = (ptr);			\
	__typeof__(*(ptr)) __p_x = (x);					\
									\
	might_fault();							\
	access_ok(__p_p, sizeof(*__p_p)) ? __put_user(__p_x, __p_p) : -EFAULT; \
})

#define __get_kernel_nofault(dst, src, type, err_label)			\
do {									\
	int __gk_err = 0;						\
									\
	LKL_GET(__gk_err, *((type *)(dst)), (type *)(src));		\
	if (unlikely(__gk_err))						\
		goto err_label;						\
} while (0)

#define __put_kernel_nofault(dst, src, type, err_label)			\
	LKL_PUT(*((type *)(src)), (type *)(dst), err_label)

__must_check long strncpy_from_user(char *dst, const char __user *src, long count);
__must_check long strnlen_user(const char __user *src, long n);

#endif /* _ASM_LKL_UACCESS_H */
