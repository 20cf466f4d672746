/* SPDX-License-Identifier: GPL-2.0 */
/* The C API, under the name that programs know it by. */
#ifndef LKL_H_WRAPPER
#define LKL_H_WRAPPER

#include <lkl/lkl.h>

#endif
