/* SPDX-License-Identifier: GPL-2.0 */
/* Ctrl-Z with lkl_register_dbg_handler(): the kernel's tasks on stderr, and everything goes on. */
#include "check.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

/* Waits until the file has the text; the test's time limit bounds it. */
static void wait_for_text(const char *path, const char *text)
{
	static char content[1 << 20];
	ssize_t n;
	int fd;

	for (;;) {
		fd = open(path, O_RDONLY);
		CHECK(fd >= 0);
		n = read(fd, content, sizeof(content) - 1);
		close(fd);
		CHECK(n >= 0);
		content[n] = '\0';
		if (strstr(content, text) != NULL)
			return;
		usleep(1000);
	}
}

void test_debug_handler(void)
{
	char path[512];
	int err, file;

	snprintf(path, sizeof(path), "%s", make_image("stderr", 0));
	file = open(path, O_WRONLY | O_APPEND);
	err = dup(STDERR_FILENO);
	CHECK(file >= 0 && err >= 0);

	lkl_register_dbg_handler();
	lkl_register_dbg_handler();
	boot();
	fflush(stderr);
	CHECK(dup2(file, STDERR_FILENO) >= 0);
	CHECK_EQ(raise(SIGTSTP), 0);
	/* The table's words for a task: the caller's own, whose name is the first process'. */
	wait_for_text(path, "task:init");
	CHECK_EQ(lkl_sys_getpid(), 1);
	CHECK_OK(lkl_sys_halt());

	/* Nothing to show, and no harm. */
	CHECK_EQ(ftruncate(file, 0), 0);
	CHECK_EQ(raise(SIGTSTP), 0);
	boot();
	CHECK_EQ(raise(SIGTSTP), 0);
	wait_for_text(path, "task:init");
	CHECK_OK(lkl_sys_halt());

	CHECK(dup2(err, STDERR_FILENO) >= 0);
	close(err);
	close(file);
	signal(SIGTSTP, SIG_DFL);
}
