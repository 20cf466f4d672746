/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _ASM_LKL_FUTEX_H
#define _ASM_LKL_FUTEX_H

#include <linux/futex.h>
#include <linux/uaccess.h>

/*
 * The word lies in the application's memory, and its other threads run while
 * the kernel does: locked operations, unlike elsewhere in the kernel.
 */
#define LKL_FUTEX_OP(insn, ret, oldval, uaddr, oparg)			\
	asm volatile("1:	" insn "\n"				\
		     "2:\n"						\
		     ".pushsection .fixup, \"ax\"\n"			\
		     "3:	mov %[efault], %[ret]\n"		\
		     "	jmp 2b\n"					\
		     ".popsection\n"					\
		     LKL_EXTABLE("1b", "3b")				\
		     : [val] "=r" (oldval), [ret] "+r" (ret), "+m" (*(uaddr)) \
		     : [efault] "i" (-EFAULT), "0" (oparg), [mem] "m" (*(uaddr)) \
		     : "memory")

static inline int futex_atomic_cmpxchg_inatomic(u32 *uval, u32 __user *uaddr,
						u32 oldval, u32 newval)
{
	int ret = 0;

	if (!access_ok(uaddr, sizeof(u32)))
		return -EFAULT;
	asm volatile("1:	lock cmpxchgl %[new], %[mem]\n"
		     "2:\n"
		     ".pushsection .fixup, \"ax\"\n"
		     "3:	mov %[efault], %[ret]\n"
		     "	jmp 2b\n"
		     ".popsection\n"
		     LKL_EXTABLE("1b", "3b")
		     : [ret] "+r" (ret), "+a" (oldval), [mem] "+m" (*uaddr)
		     : [efault] "i" (-EFAULT), [new] "r" (newval)
		     : "memory", "cc");
	*uval = oldval;
	return ret;
}

/* For the operations without an instruction that gives the old value. */
static inline int lkl_futex_loop(int op, u32 oparg, int *oval, u32 __user *uaddr)
{
	u32 old, seen, new;
	int ret;

	if (get_user(old, uaddr))
		return -EFAULT;
	for (;;) {
		new = op == FUTEX_OP_OR ? old | oparg :
		      op == FUTEX_OP_ANDN ? old & ~oparg : old ^ oparg;
		ret = futex_atomic_cmpxchg_inatomic(&seen, uaddr, old, new);
		if (ret)
			return ret;
		if (seen == old)
			break;
		old = seen;
	}
	*oval = old;
	return 0;
}

static inline int arch_futex_atomic_op_inuser(int op, u32 oparg, int *oval, u32 __user *uaddr)
{
	int oldval = 0, ret = 0;

	if (!access_ok(uaddr, sizeof(u32)))
		return -EFAULT;
	switch (op) {
	case FUTEX_OP_SET:
		LKL_FUTEX_OP("xchgl %[val], %[mem]", ret, oldval, uaddr, oparg);
		break;
	case FUTEX_OP_ADD:
		LKL_FUTEX_OP("lock xaddl %[val], %[mem]", ret, oldval, uaddr, oparg);
		break;
	case FUTEX_OP_OR:
	case FUTEX_OP_ANDN:
	case FUTEX_OP_XOR:
		return lkl_futex_loop(op, oparg, oval, uaddr);
	default:
		return -ENOSYS;
	}
	if (!ret)
		*oval = oldval;
	return ret;
}

#endif /* _ASM_LKL_FUTEX_H */
