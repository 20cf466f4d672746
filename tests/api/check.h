/* SPDX-License-Identifier: GPL-2.0 */
/* Assertions of the C test of the C API: a failure says where and what, and ends the program. */
#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lkl.h>
#include <lkl_host.h>

static inline void check_failed(const char *file, int line, const char *what, long value,
				long wanted)
{
	fprintf(stderr, "%s:%d: %s is %ld, not %ld (%s; last message: %s)\n", file, line, what,
		value, wanted, lkl_strerror((int)value), lkl_last_error_message());
	exit(1);
}

/* The value must be what is wanted. */
#define CHECK_EQ(expression, wanted)                                                        \
	do {                                                                                \
		long value_ = (long)(expression), wanted_ = (long)(wanted);                 \
		if (value_ != wanted_)                                                      \
			check_failed(__FILE__, __LINE__, #expression, value_, wanted_);     \
	} while (0)

#define CHECK(condition) CHECK_EQ(!!(condition), 1)

/* A call that must succeed; its value. */
static inline long check_ok(const char *file, int line, const char *what, long value)
{
	if (value < 0)
		check_failed(file, line, what, value, 0);
	return value;
}
#define CHECK_OK(expression) check_ok(__FILE__, __LINE__, #expression, (long)(expression))

/* Boots with a quiet console. */
void boot(void);

/* Runs a program of the host and returns its exit status. */
int run(const char *format, ...);

/* Makes a file of that many bytes in the directory of the test; the path lives until the next call. */
const char *make_image(const char *name, long size);

void test_lifecycle(void);
void test_newer_boot(void);
void test_files(void);
void test_waiting(void);
void test_disks(void);
void test_application_disk(void);
void test_network(void);
void test_directories(void);
void test_faults(void);
void test_instances(void);
void test_debug_handler(void);

#endif
