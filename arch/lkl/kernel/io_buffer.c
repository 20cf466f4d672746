// SPDX-License-Identifier: GPL-2.0
/*
 * Buffers of RAM for the application, which O_DIRECT reads and writes without a
 * copy.  The application sees their pages in a window of their own, behind the
 * instance's range: for access_ok() and the copying functions they are memory
 * like any other of the application's.
 */
#include <linux/bvec.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/uio.h>
#include <asm/host.h>
#include <asm/io_buffer.h>

/* Blocks of 2 MiB where they can be had: the application maps each at once. */
#define LKL_IO_ORDER	9

/* Disks want that of the addresses of what they transfer (dma_alignment). */
#define LKL_IO_ALIGNMENT	512

struct lkl_io_buffer {
	struct list_head list;
	struct kref ref;
	unsigned long start;	/* where the application sees it */
	unsigned long bytes;
	unsigned long count;
	struct page *pages[];
};

static LIST_HEAD(lkl_io_buffers);	/* by address */
static DEFINE_MUTEX(lkl_io_lock);

static void lkl_io_free_pages(struct lkl_io_buffer *buffer)
{
	unsigned long i;

	for (i = 0; i < buffer->count; i++)
		__free_page(buffer->pages[i]);
	kvfree(buffer);
}

static void lkl_io_release(struct kref *ref)
{
	lkl_io_free_pages(container_of(ref, struct lkl_io_buffer, ref));
}

void lkl_io_put(struct lkl_io_buffer *buffer)
{
	kref_put(&buffer->ref, lkl_io_release);
}

/* Never at the price of a task's life: the application is told that memory is short. */
static int lkl_io_alloc_pages(struct lkl_io_buffer *buffer, unsigned long pages)
{
	unsigned int order = LKL_IO_ORDER, i;

	while (buffer->count < pages) {
		gfp_t gfp = GFP_KERNEL | __GFP_ZERO | __GFP_NOWARN;
		struct page *page;

		order = min_t(unsigned int, order, ilog2(pages - buffer->count));
		page = alloc_pages(gfp | (order ? __GFP_NORETRY : __GFP_RETRY_MAYFAIL), order);
		if (!page) {
			if (!order)
				return -ENOMEM;
			order--;
			continue;
		}
		split_page(page, order);
		for (i = 0; i < 1U << order; i++)
			buffer->pages[buffer->count++] = page + i;
	}
	return 0;
}

/* How many of "most" pages lie side by side from "first" on. */
static unsigned long lkl_io_run(const struct lkl_io_buffer *buffer, unsigned long first,
				unsigned long most)
{
	unsigned long pfn = page_to_pfn(buffer->pages[first]), run = 1;

	while (run < most && page_to_pfn(buffer->pages[first + run]) == pfn + run)
		run++;
	return run;
}

static long lkl_io_show(const struct lkl_io_buffer *buffer)
{
	unsigned long first, run;
	long rc;

	for (first = 0; first < buffer->count; first += run) {
		run = lkl_io_run(buffer, first, buffer->count - first);
		rc = lkl_host_call(map, buffer->start + first * PAGE_SIZE,
				   page_to_phys(buffer->pages[first]), run * PAGE_SIZE,
				   LKL_MAP_READ | LKL_MAP_WRITE);
		if (rc)
			return rc;
	}
	return 0;
}

static long lkl_io_hide(const struct lkl_io_buffer *buffer)
{
	return lkl_host_call(map, buffer->start, 0, buffer->bytes, 0);
}

/* The first gap in the window, with a page that nobody can touch behind each buffer. */
static int lkl_io_place(struct lkl_io_buffer *buffer)
{
	unsigned long start = lkl_boot.io_start, wanted = buffer->bytes + PAGE_SIZE;
	struct list_head *next = &lkl_io_buffers;
	struct lkl_io_buffer *other;

	list_for_each_entry(other, &lkl_io_buffers, list) {
		if (other->start - start >= wanted) {
			next = &other->list;
			break;
		}
		start = other->start + other->bytes + PAGE_SIZE;
	}
	if (start > lkl_boot.io_end || lkl_boot.io_end - start < wanted)
		return -ENOMEM;
	buffer->start = start;
	list_add_tail(&buffer->list, next);
	return 0;
}

static struct lkl_io_buffer *lkl_io_find(unsigned long address)
{
	struct lkl_io_buffer *buffer;

	list_for_each_entry(buffer, &lkl_io_buffers, list)
		if (address - buffer->start < buffer->bytes)
			return buffer;
	return NULL;
}

/* The address of zeroed memory, or a negative errno. */
long lkl_alloc_io(unsigned long bytes)
{
	struct lkl_io_buffer *buffer;
	unsigned long pages;
	long rc;

	if (!bytes)
		return -EINVAL;
	if (bytes > totalram_pages() << PAGE_SHIFT)
		return -ENOMEM;
	pages = DIV_ROUND_UP(bytes, PAGE_SIZE);
	buffer = kvzalloc(struct_size(buffer, pages, pages), GFP_KERNEL | __GFP_NOWARN);
	if (!buffer)
		return -ENOMEM;
	kref_init(&buffer->ref);
	buffer->bytes = pages * PAGE_SIZE;
	rc = lkl_io_alloc_pages(buffer, pages);
	if (rc) {
		lkl_io_free_pages(buffer);
		return rc;
	}
	mutex_lock(&lkl_io_lock);
	rc = lkl_io_place(buffer);
	if (!rc) {
		rc = lkl_io_show(buffer);
		if (rc) {
			lkl_io_hide(buffer);
			list_del(&buffer->list);
		}
	}
	mutex_unlock(&lkl_io_lock);
	if (rc) {
		lkl_io_free_pages(buffer);
		return rc;
	}
	return buffer->start;
}

/* Transfers that are under way keep the pages. */
long lkl_free_io(unsigned long address)
{
	struct lkl_io_buffer *buffer;
	long rc = -EINVAL;

	mutex_lock(&lkl_io_lock);
	buffer = lkl_io_find(address);
	if (buffer && buffer->start == address) {
		rc = lkl_io_hide(buffer);
		/* As long as the application sees the pages, nobody else may have them. */
		if (!rc)
			list_del(&buffer->list);
	}
	mutex_unlock(&lkl_io_lock);
	if (!rc)
		lkl_io_put(buffer);
	return rc;
}

/* Segments for a part of the buffer; only counted if "vec" is NULL. */
static unsigned int lkl_io_slice(const struct lkl_io_buffer *buffer, unsigned long address,
				 size_t bytes, struct bio_vec *vec)
{
	unsigned long offset = address - buffer->start;
	unsigned int count = 0;

	while (bytes) {
		unsigned long first = offset / PAGE_SIZE, within = offset % PAGE_SIZE;
		unsigned long most = DIV_ROUND_UP(within + bytes, PAGE_SIZE);
		size_t part = min_t(size_t, bytes,
				    lkl_io_run(buffer, first, most) * PAGE_SIZE - within);

		if (vec)
			bvec_set_page(&vec[count], buffer->pages[first], part, within);
		count++;
		offset += part;
		bytes -= part;
	}
	return count;
}

/* Since 6.4; before that a vector is all there is here. */
#ifndef iter_iov_addr
#define iter_iov_addr(iter)	(iov_iter_iovec(iter).iov_base)
#endif

/* The next segment, if it may go without a copy. */
static bool lkl_io_next(const struct lkl_io_buffer *buffer, const struct iov_iter *iter,
			unsigned long *address, size_t *bytes)
{
	*address = (unsigned long)iter_iov_addr(iter);
	*bytes = iov_iter_single_seg_count(iter);
	return *bytes && *address - buffer->start < buffer->bytes &&
	       *bytes <= buffer->start + buffer->bytes - *address &&
	       IS_ALIGNED(*address | *bytes, LKL_IO_ALIGNMENT);
}

/*
 * The segments of "iter" if all of it lies in one buffer, else NULL.  The caller
 * gives back both, with kvfree() and lkl_io_put().
 */
struct bio_vec *lkl_io_segments(const struct iov_iter *user, unsigned int *count,
				struct lkl_io_buffer **owner)
{
	unsigned long address = (unsigned long)iter_iov_addr(user);
	struct lkl_io_buffer *buffer;
	struct bio_vec *vec = NULL;
	struct iov_iter iter;
	size_t bytes;

	if (address - lkl_boot.io_start >= lkl_boot.io_end - lkl_boot.io_start)
		return NULL;
	mutex_lock(&lkl_io_lock);
	buffer = lkl_io_find(address);
	if (buffer)
		kref_get(&buffer->ref);
	mutex_unlock(&lkl_io_lock);
	if (!buffer)
		return NULL;
	*count = 0;
	for (iter = *user; iov_iter_count(&iter); iov_iter_advance(&iter, bytes)) {
		if (!lkl_io_next(buffer, &iter, &address, &bytes))
			goto out;
		*count += lkl_io_slice(buffer, address, bytes, NULL);
	}
	vec = kvmalloc_array(*count, sizeof(*vec), GFP_KERNEL | __GFP_NOWARN);
	if (!vec)
		goto out;
	*count = 0;
	for (iter = *user; iov_iter_count(&iter); iov_iter_advance(&iter, bytes)) {
		lkl_io_next(buffer, &iter, &address, &bytes);
		*count += lkl_io_slice(buffer, address, bytes, vec + *count);
	}
	*owner = buffer;
	return vec;
out:
	lkl_io_put(buffer);
	return NULL;
}
