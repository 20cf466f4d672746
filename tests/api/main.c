/* SPDX-License-Identifier: GPL-2.0 */
/* The C API used from C, with a real kernel. Argument: the only test to run. */
#include "check.h"

#include <fcntl.h>
#include <stdarg.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *directory;

void boot(void)
{
	lkl_host_ops.print = NULL;
	CHECK_OK(lkl_start_kernel(&lkl_host_ops, "mem=%dM loglevel=%d", 64, 4));
}

int run(const char *format, ...)
{
	char command[1024];
	va_list arguments;
	int status;

	va_start(arguments, format);
	vsnprintf(command, sizeof(command), format, arguments);
	va_end(arguments);
	status = system(command);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

const char *make_image(const char *name, long size)
{
	static char path[512];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	CHECK(fd >= 0);
	CHECK_EQ(ftruncate(fd, size), 0);
	close(fd);
	return path;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} tests[] = {
		{ "lifecycle", test_lifecycle },
		{ "newer boot", test_newer_boot },
		{ "files", test_files },
		{ "directories", test_directories },
		{ "waiting", test_waiting },
		{ "disks", test_disks },
		{ "application's disk", test_application_disk },
		{ "network", test_network },
		{ "faults", test_faults },
		{ "instances", test_instances },
		{ "debug handler", test_debug_handler },
	};
	char template[] = "/tmp/lkl-c-api-XXXXXX";
	size_t i;

	directory = mkdtemp(template);
	CHECK(directory != NULL);
	for (i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
		if (argc > 1 && strcmp(argv[1], tests[i].name) != 0)
			continue;
		printf("%s\n", tests[i].name);
		fflush(stdout);
		tests[i].run();
	}
	CHECK_EQ(run("rm -rf '%s'", directory), 0);
	return 0;
}
