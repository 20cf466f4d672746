/* SPDX-License-Identifier: GPL-2.0 */
/* The host operations of the C API, under the name that programs know it by. */
#ifndef LKL_HOST_H_WRAPPER
#define LKL_HOST_H_WRAPPER

#include <lkl/lkl_host.h>

#endif
