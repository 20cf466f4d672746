// SPDX-License-Identifier: GPL-2.0
/*
 * The generic function asks access_ok() for all that may follow the string's
 * start, which, for a string below the instance, is the instance too.
 */
#include <linux/uaccess.h>
#include <asm/word-at-a-time.h>

/* How far a string that starts at "addr" may reach. */
static unsigned long lkl_string_limit(unsigned long addr)
{
	if (addr < lkl_range_start)
		return lkl_range_start - addr;
	if (addr < lkl_range_end || addr >= TASK_SIZE)
		return 0;
	return TASK_SIZE - addr;
}

/* The length with the NUL; more than "count" if there is none within it; 0: a fault. */
long strnlen_user(const char __user *str, long count)
{
	const struct word_at_a_time constants = WORD_AT_A_TIME_CONSTANTS;
	unsigned long limit = lkl_string_limit((unsigned long)str), length = 0;
	unsigned long word, data;
	char c;

	if (unlikely(count <= 0))
		return 0;
	while (length < count && length < limit) {
		const char __user *at = str + length;

		if (IS_ALIGNED((unsigned long)at, sizeof(word)) && limit - length >= sizeof(word)) {
			if (__get_user(word, (const unsigned long __user *)at))
				return 0;
			if (has_zero(word, &data, &constants)) {
				data = prep_zero_mask(word, data, &constants);
				length += find_zero(create_zero_mask(data)) + 1;
				return min_t(unsigned long, length, count + 1UL);
			}
			length += sizeof(word);
			continue;
		}
		if (__get_user(c, at))
			return 0;
		length++;
		if (!c)
			return length;
	}
	return length >= count ? count + 1 : 0;
}
EXPORT_SYMBOL(strnlen_user);
