// SPDX-License-Identifier: GPL-2.0
/* Thin calls of the host's operations. */
#include <linux/export.h>
#include <linux/io.h>
#include <asm/host.h>

u64 lkl_host_now(void)
{
	return lkl_host_call(now, 0, 0, 0, 0);
}

u64 lkl_mmio_read(const volatile void __iomem *addr, u32 size)
{
	return lkl_host_call(mmio_read, addr, size, 0, 0);
}
EXPORT_SYMBOL(lkl_mmio_read);

void lkl_mmio_write(volatile void __iomem *addr, u64 value, u32 size)
{
	lkl_host_call(mmio_write, addr, value, size, 0);
}
EXPORT_SYMBOL(lkl_mmio_write);
