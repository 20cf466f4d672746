/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The smallest C program: boots a Linux kernel in this process, asks it who it is, halts it.
 *
 *     cc hello.c -o hello $(pkg-config --cflags --libs lkl)
 */
#include <stdio.h>

#include <lkl.h>
#include <lkl_host.h>

int main(void)
{
	struct lkl_new_utsname name;
	long status;

	lkl_host_ops.print = NULL; /* no kernel messages */
	status = lkl_start_kernel(&lkl_host_ops, "mem=64M");
	if (status < 0) {
		fprintf(stderr, "%s\n", lkl_last_error_message());
		return 1;
	}
	status = lkl_sys_newuname(&name);
	if (status < 0) {
		fprintf(stderr, "uname: %s\n", lkl_strerror((int)status));
		return 1;
	}
	printf("%s %s on %s\n", name.sysname, name.release, name.nodename);
	return lkl_sys_halt() < 0;
}
