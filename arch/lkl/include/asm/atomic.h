/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _ASM_LKL_ATOMIC_H
#define _ASM_LKL_ATOMIC_H

#include <linux/types.h>
#include <asm/barrier.h>
#include <asm/cmpxchg.h>	/* says why plain C is atomic here */

#define arch_atomic_read(v)	READ_ONCE((v)->counter)
#define arch_atomic_set(v, i)	WRITE_ONCE((v)->counter, (i))
#define arch_atomic64_read(v)	READ_ONCE((v)->counter)
#define arch_atomic64_set(v, i)	WRITE_ONCE((v)->counter, (i))

#define LKL_ATOMIC_OP(bits, vtype, type, op, c_op)			\
static __always_inline void arch_atomic##bits##_##op(type i, vtype *v)	\
{									\
	WRITE_ONCE(v->counter, READ_ONCE(v->counter) c_op i);		\
}									\
static __always_inline type arch_atomic##bits##_fetch_##op(type i, vtype *v) \
{									\
	type old = READ_ONCE(v->counter);				\
									\
	WRITE_ONCE(v->counter, old c_op i);				\
	return old;							\
}

#define LKL_ATOMIC_RETURN(bits, vtype, type, op, c_op)			\
static __always_inline type arch_atomic##bits##_##op##_return(type i, vtype *v) \
{									\
	type result = READ_ONCE(v->counter) c_op i;			\
									\
	WRITE_ONCE(v->counter, result);					\
	return result;							\
}

#define LKL_ATOMIC_OPS(bits, vtype, type)				\
	LKL_ATOMIC_OP(bits, vtype, type, add, +)			\
	LKL_ATOMIC_OP(bits, vtype, type, sub, -)			\
	LKL_ATOMIC_OP(bits, vtype, type, and, &)			\
	LKL_ATOMIC_OP(bits, vtype, type, or, |)				\
	LKL_ATOMIC_OP(bits, vtype, type, xor, ^)			\
	LKL_ATOMIC_RETURN(bits, vtype, type, add, +)			\
	LKL_ATOMIC_RETURN(bits, vtype, type, sub, -)

#define ATOMIC64_INIT(i)	{ (i) }

LKL_ATOMIC_OPS(, atomic_t, int)
LKL_ATOMIC_OPS(64, atomic64_t, s64)

#define arch_atomic_add			arch_atomic_add
#define arch_atomic_sub			arch_atomic_sub
#define arch_atomic_and			arch_atomic_and
#define arch_atomic_or			arch_atomic_or
#define arch_atomic_xor			arch_atomic_xor
#define arch_atomic_add_return		arch_atomic_add_return
#define arch_atomic_sub_return		arch_atomic_sub_return
#define arch_atomic_fetch_add		arch_atomic_fetch_add
#define arch_atomic_fetch_sub		arch_atomic_fetch_sub
#define arch_atomic_fetch_and		arch_atomic_fetch_and
#define arch_atomic_fetch_or		arch_atomic_fetch_or
#define arch_atomic_fetch_xor		arch_atomic_fetch_xor
#define arch_atomic_xchg(v, n)		arch_xchg(&(v)->counter, (n))
#define arch_atomic_cmpxchg(v, o, n)	arch_cmpxchg(&(v)->counter, (o), (n))

#define arch_atomic64_add_return	arch_atomic64_add_return
#define arch_atomic64_sub_return	arch_atomic64_sub_return
#define arch_atomic64_fetch_add		arch_atomic64_fetch_add
#define arch_atomic64_fetch_sub		arch_atomic64_fetch_sub
#define arch_atomic64_fetch_and		arch_atomic64_fetch_and
#define arch_atomic64_fetch_or		arch_atomic64_fetch_or
#define arch_atomic64_fetch_xor		arch_atomic64_fetch_xor
#define arch_atomic64_xchg(v, n)	arch_xchg(&(v)->counter, (n))
#define arch_atomic64_cmpxchg(v, o, n)	arch_cmpxchg(&(v)->counter, (o), (n))

#endif /* _ASM_LKL_ATOMIC_H */
