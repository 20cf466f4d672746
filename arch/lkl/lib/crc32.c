// SPDX-License-Identifier: GPL-2.0
/* CRC32c by the processor's instruction; the kernel's own function is weak. */
#include <linux/crc32.h>
#include <linux/crc32poly.h>
#include <linux/export.h>
#include <asm/features.h>

/* Castagnoli's polynomial, reflected. */
#define LKL_CRC32C_POLY	0x82f63b78

static u32 lkl_crc32c_software(u32 crc, const unsigned char *p, size_t len)
{
	int bit;

	while (len--) {
		crc ^= *p++;
		for (bit = 0; bit < 8; bit++)
			crc = (crc >> 1) ^ (crc & 1 ? LKL_CRC32C_POLY : 0);
	}
	return crc;
}

u32 __pure __crc32c_le(u32 crc, const unsigned char *p, size_t len)
{
	u64 value = crc;

	if (unlikely(!lkl_has_crc32c))
		return lkl_crc32c_software(crc, p, len);
	for (; len >= 8; len -= 8, p += 8)
		asm("crc32q %1, %0" : "+r" (value) : "m" (*(const u64 *)p));
	crc = value;
	for (; len; len--, p++)
		asm("crc32b %1, %0" : "+r" (crc) : "m" (*p));
	return crc;
}
