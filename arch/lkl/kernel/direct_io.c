// SPDX-License-Identifier: GPL-2.0
/*
 * O_DIRECT from the application's own buffers.  get_user_pages() finds no page
 * behind a host address, so the data goes through pages of RAM, as the loop
 * driver's does: file systems take pages (ITER_BVEC) as they take user memory.
 * Buffers of lkl_alloc_io() are pages of RAM themselves and need no copy.
 */
#include <linux/bvec.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/syscalls.h>
#include <linux/uio.h>
#include <linux/version.h>
#include <asm/host.h>
#include <asm/io_buffer.h>

#define LKL_BOUNCE_BYTES	SZ_1M
#define LKL_BOUNCE_ORDER	5

struct lkl_bounce {
	struct bio_vec bvec[LKL_BOUNCE_BYTES / PAGE_SIZE];
	unsigned int count;
	size_t bytes;
};

static void lkl_bounce_free(struct lkl_bounce *bounce)
{
	unsigned int i;

	for (i = 0; i < bounce->count; i++)
		__free_pages(bounce->bvec[i].bv_page, get_order(bounce->bvec[i].bv_len));
	kvfree(bounce);
}

/* Pages for "bytes", or for fewer where memory is short; large blocks make few segments. */
static struct lkl_bounce *lkl_bounce_alloc(size_t bytes)
{
	struct lkl_bounce *bounce;

	bytes = min_t(size_t, bytes, LKL_BOUNCE_BYTES);
	bounce = kvmalloc(sizeof(*bounce), GFP_KERNEL);
	if (!bounce)
		return NULL;
	bounce->count = 0;
	bounce->bytes = 0;
	while (bounce->bytes < bytes) {
		unsigned int order = min(get_order(bytes - bounce->bytes), LKL_BOUNCE_ORDER);
		gfp_t gfp = GFP_KERNEL | (order ? __GFP_NOWARN | __GFP_NORETRY : 0);
		struct page *page;
		size_t length;

		for (;;) {
			page = alloc_pages(gfp, order);
			if (page || !order)
				break;
			order--;
		}
		if (!page)
			break;
		length = PAGE_SIZE << order;
		bvec_set_page(&bounce->bvec[bounce->count++], page, length, 0);
		bounce->bytes += length;
	}
	if (!bounce->bytes) {
		lkl_bounce_free(bounce);
		return NULL;
	}
	return bounce;
}

static ssize_t lkl_direct_call(struct file *file, int rw, struct iov_iter *iter, loff_t *pos,
			       rwf_t flags)
{
	ssize_t n;

	if (rw == READ)
		return vfs_iter_read(file, iter, pos, flags);
	/* Since 6.8 vfs_iter_write() does this itself. */
	if (LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0))
		file_start_write(file);
	n = vfs_iter_write(file, iter, pos, flags);
	if (LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0))
		file_end_write(file);
	return n;
}

/* One piece of the transfer: at most the bounce buffer's size. */
static ssize_t lkl_direct_piece(struct file *file, int rw, struct iov_iter *user, loff_t *pos,
				rwf_t flags, struct lkl_bounce *bounce)
{
	size_t bytes = min(iov_iter_count(user), bounce->bytes), left = bytes, n;
	struct iov_iter iter;
	unsigned int i;
	ssize_t rc;

	if (rw == WRITE)
		for (i = 0; left; i++) {
			n = min_t(size_t, left, bounce->bvec[i].bv_len);
			if (!copy_from_iter_full(page_address(bounce->bvec[i].bv_page), n, user))
				return -EFAULT;
			left -= n;
		}
	iov_iter_bvec(&iter, rw == WRITE ? ITER_SOURCE : ITER_DEST, bounce->bvec, bounce->count,
		      bytes);
	rc = lkl_direct_call(file, rw, &iter, pos, flags);
	if (rw == WRITE) {
		/* What was not written is taken back from what was consumed. */
		iov_iter_revert(user, bytes - max_t(ssize_t, rc, 0));
		return rc;
	}
	for (i = 0, left = max_t(ssize_t, rc, 0); left; i++) {
		n = min_t(size_t, left, bounce->bvec[i].bv_len);
		if (copy_to_iter(page_address(bounce->bvec[i].bv_page), n, user) != n) {
			*pos -= rc;
			return -EFAULT;
		}
		left -= n;
	}
	return rc;
}

static ssize_t lkl_direct_iter(struct file *file, int rw, struct iov_iter *user, loff_t *pos,
			       rwf_t flags)
{
	size_t wanted = iov_iter_count(user);
	struct lkl_io_buffer *buffer;
	struct lkl_bounce *bounce;
	struct bio_vec *segments;
	unsigned int count;
	ssize_t done = 0, n = 0;

	if (!wanted)
		return lkl_direct_call(file, rw, user, pos, flags);
	segments = lkl_io_segments(user, &count, &buffer);
	if (segments) {
		struct iov_iter iter;

		iov_iter_bvec(&iter, rw == WRITE ? ITER_SOURCE : ITER_DEST, segments, count,
			      wanted);
		n = lkl_direct_call(file, rw, &iter, pos, flags);
		kvfree(segments);
		lkl_io_put(buffer);
		return n;
	}
	bounce = lkl_bounce_alloc(wanted);
	if (!bounce)
		return -ENOMEM;
	while (iov_iter_count(user)) {
		size_t piece = min(iov_iter_count(user), bounce->bytes);

		n = lkl_direct_piece(file, rw, user, pos, flags, bounce);
		if (n <= 0)
			break;
		done += n;
		if ((size_t)n < piece)
			break;
	}
	lkl_bounce_free(bounce);
	return done ? done : n;
}

/*
 * The file if the call is ours to do, with a reference; NULL: the kernel's own
 * function does it.  Nothing else runs between looking and taking the reference.
 */
static struct file *lkl_direct_file(unsigned int fd)
{
	struct file *file = files_lookup_fd_raw(current->files, fd);

	if (likely(!file || !(file->f_flags & O_DIRECT)))
		return NULL;
	if (!S_ISREG(file_inode(file)->i_mode) && !S_ISBLK(file_inode(file)->i_mode))
		return NULL;
	return get_file(file);
}

/* "pos" is NULL for the file's own position.  Gives the reference back. */
static ssize_t lkl_direct_run(struct file *file, int rw, struct iov_iter *iter, loff_t *pos,
			      rwf_t flags)
{
	loff_t position;
	ssize_t rc;

	if (!(file->f_mode & (rw == READ ? FMODE_READ : FMODE_WRITE))) {
		rc = -EBADF;
	} else if (pos) {
		rc = *pos < 0 ? -EINVAL : lkl_direct_iter(file, rw, iter, pos, flags);
	} else {
		mutex_lock(&file->f_pos_lock);
		position = file->f_pos;
		rc = lkl_direct_iter(file, rw, iter, &position, flags);
		if (rc >= 0)
			file->f_pos = position;
		mutex_unlock(&file->f_pos_lock);
	}
	fput(file);
	return rc;
}

static ssize_t lkl_direct(struct file *file, int rw, const struct iovec __user *vec,
			  unsigned long count, loff_t *pos, rwf_t flags)
{
	struct iovec stack[UIO_FASTIOV], *iov = stack;
	struct iov_iter iter;
	ssize_t rc;

	rc = import_iovec(rw == WRITE ? ITER_SOURCE : ITER_DEST, vec, count, ARRAY_SIZE(stack),
			  &iov, &iter);
	if (rc < 0) {
		fput(file);
		return rc;
	}
	rc = lkl_direct_run(file, rw, &iter, pos, flags);
	kfree(iov);
	return rc;
}

static ssize_t lkl_direct_buffer(struct file *file, int rw, void __user *buffer, size_t length,
				 loff_t *pos)
{
	struct iovec iov;
	struct iov_iter iter;

	if ((ssize_t)length < 0 || !access_ok(buffer, length)) {
		fput(file);
		return (ssize_t)length < 0 ? -EINVAL : -EFAULT;
	}
	iov.iov_base = buffer;
	iov.iov_len = min_t(size_t, length, MAX_RW_COUNT);
	iov_iter_init(&iter, rw == WRITE ? ITER_SOURCE : ITER_DEST, &iov, 1, iov.iov_len);
	return lkl_direct_run(file, rw, &iter, pos, 0);
}

long lkl_sys_read(unsigned long fd, char __user *buffer, size_t length)
{
	struct file *file = lkl_direct_file(fd);

	return file ? lkl_direct_buffer(file, READ, buffer, length, NULL) :
		      sys_read(fd, buffer, length);
}

long lkl_sys_write(unsigned long fd, char __user *buffer, size_t length)
{
	struct file *file = lkl_direct_file(fd);

	return file ? lkl_direct_buffer(file, WRITE, buffer, length, NULL) :
		      sys_write(fd, buffer, length);
}

long lkl_sys_pread64(unsigned long fd, char __user *buffer, size_t length, loff_t pos)
{
	struct file *file = lkl_direct_file(fd);

	return file ? lkl_direct_buffer(file, READ, buffer, length, &pos) :
		      sys_pread64(fd, buffer, length, pos);
}

long lkl_sys_pwrite64(unsigned long fd, char __user *buffer, size_t length, loff_t pos)
{
	struct file *file = lkl_direct_file(fd);

	return file ? lkl_direct_buffer(file, WRITE, buffer, length, &pos) :
		      sys_pwrite64(fd, buffer, length, pos);
}

long lkl_sys_readv(unsigned long fd, const struct iovec __user *vec, unsigned long count)
{
	struct file *file = lkl_direct_file(fd);

	return file ? lkl_direct(file, READ, vec, count, NULL, 0) : sys_readv(fd, vec, count);
}

long lkl_sys_writev(unsigned long fd, const struct iovec __user *vec, unsigned long count)
{
	struct file *file = lkl_direct_file(fd);

	return file ? lkl_direct(file, WRITE, vec, count, NULL, 0) : sys_writev(fd, vec, count);
}

/* On 64 bits the position comes whole in the first of its two arguments. */
long lkl_sys_preadv(unsigned long fd, const struct iovec __user *vec, unsigned long count,
		    loff_t pos, unsigned long pos_high)
{
	struct file *file = lkl_direct_file(fd);

	return file ? lkl_direct(file, READ, vec, count, &pos, 0) :
		      sys_preadv(fd, vec, count, pos, pos_high);
}

long lkl_sys_pwritev(unsigned long fd, const struct iovec __user *vec, unsigned long count,
		     loff_t pos, unsigned long pos_high)
{
	struct file *file = lkl_direct_file(fd);

	return file ? lkl_direct(file, WRITE, vec, count, &pos, 0) :
		      sys_pwritev(fd, vec, count, pos, pos_high);
}

long lkl_sys_preadv2(unsigned long fd, const struct iovec __user *vec, unsigned long count,
		     loff_t pos, unsigned long pos_high, int flags)
{
	struct file *file = lkl_direct_file(fd);

	return file ? lkl_direct(file, READ, vec, count, pos == -1 ? NULL : &pos, flags) :
		      sys_preadv2(fd, vec, count, pos, pos_high, flags);
}

long lkl_sys_pwritev2(unsigned long fd, const struct iovec __user *vec, unsigned long count,
		      loff_t pos, unsigned long pos_high, int flags)
{
	struct file *file = lkl_direct_file(fd);

	return file ? lkl_direct(file, WRITE, vec, count, pos == -1 ? NULL : &pos, flags) :
		      sys_pwritev2(fd, vec, count, pos, pos_high, flags);
}
