/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _ASM_LKL_XOR_H
#define _ASM_LKL_XOR_H

#include <asm-generic/xor.h>

/* Measuring all of them would take longer than the rest of the boot. */
#define XOR_SELECT_TEMPLATE(fastest)	(&xor_block_32regs)

#endif /* _ASM_LKL_XOR_H */
