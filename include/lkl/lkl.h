/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The C API of the Linux kernel as a library.
 *
 * Conventions:
 *  1. What can fail returns a negative Linux errno (-LKL_ENOENT) or, where it returns a pointer,
 *     NULL. lkl_strerror() gives the sentence of the number. The functions of lkl_api.h and
 *     lkl_net.h also leave a sentence that names the operation and its object in
 *     lkl_last_error_message(); plain system calls do not.
 *  2. Functions work on the process's default instance, the one lkl_start_kernel() boots. Without
 *     one (not booted, or halted) they return -LKL_ESHUTDOWN; after a panic -LKL_ENOTRECOVERABLE.
 *  3. After boot every function may be called from any thread at any time, except from a signal
 *     handler that has interrupted a call of its own thread (-LKL_EDEADLK). Boot and halt are
 *     serialised. Each host thread has a task of its own in the kernel.
 *  4. Strings and buffers stay the caller's, and are not kept beyond the call, unless said.
 *  5. No C++ exception leaves these functions; out of memory is -LKL_ENOMEM.
 *
 * Every system call of the kernel has a function lkl_sys_NAME (asm/syscalls.h), with types and
 * constants of the kernel under the prefixes lkl_ and LKL_. Older names that the kernel's generic
 * table lacks are in lkl_compat_calls.h.
 */
#ifndef LKL_LKL_H
#define LKL_LKL_H

#include <lkl/asm/syscalls.h>

#include <lkl/lkl_api.h>
#include <lkl/lkl_compat_calls.h>
#include <lkl/lkl_net.h>

#endif
