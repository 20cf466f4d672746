// SPDX-License-Identifier: GPL-2.0
/* The assembly's symbols, for modules. */
#include <linux/export.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <asm/page.h>

EXPORT_SYMBOL(memcpy);
EXPORT_SYMBOL(memmove);
EXPORT_SYMBOL(memset);
EXPORT_SYMBOL(lkl_clear_page);
EXPORT_SYMBOL(lkl_copy_page);
EXPORT_SYMBOL(lkl_copy_user);
EXPORT_SYMBOL(lkl_clear_user);
