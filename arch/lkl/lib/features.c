// SPDX-License-Identifier: GPL-2.0
/*
 * What the processor can do.  The image's C code never touches vector
 * registers, a call into the kernel clobbers them by the ABI, and interrupts come at
 * polls only: assembly here may use them without saving anything.
 */
#include <linux/bits.h>
#include <linux/cache.h>
#include <linux/init.h>
#include <asm/features.h>

u8 lkl_has_avx2 __ro_after_init;
u8 lkl_has_crc32c __ro_after_init;

static void __init lkl_cpuid(u32 leaf, u32 subleaf, u32 *ebx, u32 *ecx)
{
	u32 eax = leaf, edx;

	*ecx = subleaf;
	asm volatile("cpuid" : "+a" (eax), "=b" (*ebx), "+c" (*ecx), "=d" (edx));
}

void __init lkl_detect_features(void)
{
	u32 eax, ebx, ecx, edx, unused;

	lkl_cpuid(1, 0, &unused, &ecx);
	lkl_has_crc32c = !!(ecx & BIT(20));	/* SSE4.2 */
	/* AVX needs the host's system to save its registers: OSXSAVE, and XCR0 says so. */
	if (!(ecx & BIT(27)) || !(ecx & BIT(28)))
		return;
	asm volatile("xgetbv" : "=a" (eax), "=d" (edx) : "c" (0));
	if ((eax & 6) != 6)
		return;
	lkl_cpuid(7, 0, &ebx, &unused);
	lkl_has_avx2 = !!(ebx & BIT(5));
}
