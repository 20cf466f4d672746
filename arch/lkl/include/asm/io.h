/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _ASM_LKL_IO_H
#define _ASM_LKL_IO_H

#include <linux/types.h>
#include <asm/page.h>

/*
 * Device registers: an "address" is a number that only the host understands,
 * never a pointer to dereference.
 */
u64 lkl_mmio_read(const volatile void __iomem *addr, u32 size);
void lkl_mmio_write(volatile void __iomem *addr, u64 value, u32 size);

#define LKL_IO(name, type, size)						\
static inline type __raw_read##name(const volatile void __iomem *addr)		\
{										\
	return (type)lkl_mmio_read(addr, size);					\
}										\
static inline void __raw_write##name(type value, volatile void __iomem *addr)	\
{										\
	lkl_mmio_write(addr, value, size);					\
}

LKL_IO(b, u8, 1)
LKL_IO(w, u16, 2)
LKL_IO(l, u32, 4)
LKL_IO(q, u64, 8)

#define __raw_readb __raw_readb
#define __raw_readw __raw_readw
#define __raw_readl __raw_readl
#define __raw_readq __raw_readq
#define __raw_writeb __raw_writeb
#define __raw_writew __raw_writew
#define __raw_writel __raw_writel
#define __raw_writeq __raw_writeq

static inline void __iomem *ioremap(phys_addr_t offset, size_t size)
{
	return (void __iomem *)(unsigned long)offset;
}
#define ioremap ioremap
#define ioremap_wc ioremap
#define ioremap_uc ioremap

static inline void iounmap(volatile void __iomem *addr)
{
}
#define iounmap iounmap

#define virt_to_phys virt_to_phys
static inline unsigned long virt_to_phys(const volatile void *address)
{
	return __pa((unsigned long)address);
}

#define phys_to_virt phys_to_virt
static inline void *phys_to_virt(unsigned long address)
{
	return __va(address);
}

#include <asm-generic/io.h>

#endif /* _ASM_LKL_IO_H */
