/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Booting, and what an application and the host give each other: hooks, helpers, disks that the
 * application serves itself. Brings <lkl/lkl.h> with it.
 *
 * Two ways to boot, chosen when a program is compiled:
 *     lkl_start_kernel(&lkl_host_ops, "mem=64M loglevel=%d", level);
 *     with LKL_API_INIT defined: lkl_init(&lkl_host_ops); lkl_start_kernel("mem=64M ...");
 */
#ifndef LKL_LKL_HOST_H
#define LKL_LKL_HOST_H

#include <lkl/lkl.h>
#include <lkl/lkl_host_api.h>
#include <lkl/lkl_host_ops.h>

#endif
