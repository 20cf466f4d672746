/* SPDX-License-Identifier: GPL-2.0 */
/* RAM that the application asked for: io_buffer.c. */
#ifndef _ASM_LKL_IO_BUFFER_H
#define _ASM_LKL_IO_BUFFER_H

struct bio_vec;
struct iov_iter;
struct lkl_io_buffer;

long lkl_alloc_io(unsigned long bytes);
long lkl_free_io(unsigned long address);

struct bio_vec *lkl_io_segments(const struct iov_iter *user, unsigned int *count,
				struct lkl_io_buffer **owner);
void lkl_io_put(struct lkl_io_buffer *buffer);

#endif /* _ASM_LKL_IO_BUFFER_H */
