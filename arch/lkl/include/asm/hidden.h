/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Included before every C file: all symbols are hidden, so that the compiler
 * reaches them relative to the instruction pointer and never through a GOT.
 */
#pragma GCC visibility push(hidden)
