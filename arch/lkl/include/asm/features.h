/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _ASM_LKL_FEATURES_H
#define _ASM_LKL_FEATURES_H

#include <linux/types.h>

extern u8 lkl_has_avx2, lkl_has_crc32c;

void lkl_detect_features(void);

#endif /* _ASM_LKL_FEATURES_H */
