/* SPDX-License-Identifier: GPL-2.0 */
/* The calls on files under their older names, on the kernel's own /tmp. */
#include "check.h"

static void check_status(void)
{
	struct lkl_timeval times[2] = { { 1000, 500000 }, { 2000, 250000 } };
	struct lkl_utimbuf seconds = { 3000, 4000 };
	struct lkl_statfs fs;
	struct lkl_stat st;

	CHECK_OK(lkl_sys_chmod("/tmp/f", 0640));
	CHECK_OK(lkl_sys_chown("/tmp/f", 12, 34));
	CHECK_OK(lkl_sys_utimes("/tmp/f", times));
	CHECK_OK(lkl_sys_stat("/tmp/f", &st));
	CHECK_EQ(st.st_mode, LKL_S_IFREG | 0640);
	CHECK_EQ(st.st_uid, 12);
	CHECK_EQ(st.st_gid, 34);
	CHECK_EQ(st.st_size, 5);
	CHECK_EQ(st.lkl_st_atime, 1000);
	CHECK_EQ(st.lkl_st_mtime, 2000);
	CHECK_EQ(st.st_mtime_nsec, 250000000);
	CHECK_OK(lkl_sys_utime("/tmp/f", &seconds));
	CHECK_OK(lkl_sys_lstat("/tmp/f", &st));
	CHECK_EQ(st.lkl_st_mtime, 4000);
	times[0].tv_usec = 1000000;
	CHECK_EQ(lkl_sys_utimes("/tmp/f", times), -LKL_EINVAL);
	CHECK_OK(lkl_sys_utimes("/tmp/f", NULL));
	CHECK_OK(lkl_sys_utime("/tmp/f", NULL));
	CHECK_EQ(lkl_sys_access("/tmp/f", 4), 0);
	CHECK_EQ(lkl_sys_access("/tmp/none", 0), -LKL_ENOENT);
	CHECK_OK(lkl_sys_statfs("/tmp", &fs));
	CHECK(fs.f_bsize > 0);
	CHECK(lkl_sys_time(NULL) > 1600000000);
}

static void check_names(void)
{
	struct lkl_stat st;
	char target[64];

	CHECK_OK(lkl_sys_mkdir("/tmp/d", 0750));
	CHECK_EQ(lkl_sys_mkdir("/tmp/d", 0750), -LKL_EEXIST);
	CHECK_OK(lkl_sys_link("/tmp/f", "/tmp/d/hard"));
	CHECK_OK(lkl_sys_stat("/tmp/d/hard", &st));
	CHECK_EQ(st.st_nlink, 2);
	CHECK_OK(lkl_sys_symlink("../f", "/tmp/d/soft"));
	CHECK_EQ(lkl_sys_readlink("/tmp/d/soft", target, sizeof(target)), 4);
	CHECK_EQ(memcmp(target, "../f", 4), 0);
	CHECK_OK(lkl_sys_lstat("/tmp/d/soft", &st));
	CHECK_EQ(st.st_mode & LKL_S_IFMT, LKL_S_IFLNK);
	CHECK_OK(lkl_sys_lchown("/tmp/d/soft", 1, 2));
	CHECK_OK(lkl_sys_mknod("/tmp/d/null", LKL_S_IFCHR | 0600, LKL_MKDEV(1, 3)));
	CHECK_OK(lkl_sys_stat("/tmp/d/null", &st));
	CHECK_EQ(st.st_rdev, LKL_MKDEV(1, 3));
	CHECK_OK(lkl_sys_rename("/tmp/d/null", "/tmp/d/zero"));
	CHECK_OK(lkl_sys_unlink("/tmp/d/zero"));
	CHECK_OK(lkl_sys_unlink("/tmp/d/soft"));
	CHECK_EQ(lkl_sys_rmdir("/tmp/d"), -LKL_ENOTEMPTY);
	CHECK_OK(lkl_sys_unlink("/tmp/d/hard"));
	CHECK_OK(lkl_sys_rmdir("/tmp/d"));
}

void test_files(void)
{
	char text[16] = "";
	int fd;

	boot();
	fd = CHECK_OK(lkl_sys_creat("/tmp/f", 0600));
	CHECK_EQ(lkl_sys_write(fd, "hello", 5), 5);
	CHECK_OK(lkl_sys_close(fd));
	fd = CHECK_OK(lkl_sys_open("/tmp/f", LKL_O_RDWR, 0));
	CHECK_EQ(lkl_sys_pread64(fd, text, sizeof(text), 1), 4);
	CHECK_EQ(strcmp(text, "ello"), 0);
	CHECK_EQ(lkl_sys_lseek(fd, 0, LKL_SEEK_END), 5);
	CHECK_EQ(lkl_sys_dup2(fd, 100), 100);
	CHECK_EQ(lkl_sys_dup2(fd, fd), fd);
	CHECK_EQ(lkl_sys_dup2(99, 99), -LKL_EBADF);
	CHECK_OK(lkl_sys_close(100));
	CHECK_EQ(lkl_sys_read(fd, NULL, 5), 0); /* the end: nothing to copy */
	CHECK_EQ(lkl_sys_pread64(fd, NULL, 5, 0), -LKL_EFAULT);
	CHECK_OK(lkl_sys_close(fd));
	CHECK_EQ(lkl_sys_open("/tmp/none", LKL_O_RDONLY, 0), -LKL_ENOENT);
	check_status();
	check_names();
	CHECK_OK(lkl_sysctl("vm.drop_caches", "3"));
	CHECK_EQ(lkl_sysctl("no.such.setting", "1"), -LKL_ENOENT);
	CHECK_OK(lkl_set_fd_limit(2048));
	CHECK_OK(lkl_sys_halt());
}

void test_directories(void)
{
	struct lkl_linux_dirent64 *entry;
	struct lkl_dir *dir;
	int err = 1, count = 0, round, i;
	char path[64];

	boot();
	CHECK_EQ(lkl_opendir("/tmp/none", &err) == NULL, 1);
	CHECK_EQ(err, -LKL_ENOENT);
	CHECK_OK(lkl_sys_mkdir("/tmp/d", 0755));
	for (i = 0; i < 300; i++) {
		snprintf(path, sizeof(path), "/tmp/d/%d", i);
		CHECK_OK(lkl_sys_close(CHECK_OK(lkl_sys_creat(path, 0600))));
	}
	dir = lkl_opendir("/tmp/d", &err);
	CHECK(dir != NULL);
	CHECK_EQ(err, 0);
	for (round = 0; round < 2; round++) {
		count = 0;
		while ((entry = lkl_readdir(dir)) != NULL)
			count += entry->d_name[0] != '.';
		CHECK_EQ(lkl_errdir(dir), 0);
		CHECK_EQ(count, 300);
		lkl_rewinddir(dir);
	}
	CHECK(lkl_dirfd(dir) >= 0);
	CHECK_OK(lkl_closedir(dir));
	dir = lkl_fdopendir(CHECK_OK(lkl_sys_open("/tmp", LKL_O_RDONLY, 0)), &err);
	CHECK(dir != NULL);
	CHECK_OK(lkl_closedir(dir));
	CHECK_OK(lkl_sys_halt());
}
