/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _ASM_LKL_IRQ_H
#define _ASM_LKL_IRQ_H

#include <abi/machine.h>

#define NR_IRQS		LKL_IRQ_COUNT

#include <asm-generic/irq.h>

#endif /* _ASM_LKL_IRQ_H */
