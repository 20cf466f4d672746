/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Types and constants of system calls that the kernel does not export: where
 * applications have them from their C library, here they come from this file.
 * Names are the kernel's; the export gives them their prefixes.
 */
#ifndef _ASM_PRIVATE_H
#define _ASM_PRIVATE_H

#include <stdint.h>

#include <linux/types.h>
#include <linux/posix_types.h>
#include <linux/stddef.h>
#include <linux/uio.h>
#include <linux/socket.h>
#include <asm/socket.h>
#include <asm/fcntl.h>

#define __user

typedef __kernel_uid32_t	qid_t;
typedef __kernel_fd_set		fd_set;
typedef __kernel_mode_t		mode_t;
typedef unsigned short		umode_t;
typedef __u32			nlink_t;
typedef __kernel_off_t		off_t;
typedef __kernel_pid_t		pid_t;
typedef __kernel_key_t		key_t;
typedef __kernel_suseconds_t	suseconds_t;
typedef __kernel_timer_t	timer_t;
typedef __kernel_clockid_t	clockid_t;
typedef __kernel_mqd_t		mqd_t;
typedef __kernel_uid32_t	uid_t;
typedef __kernel_gid32_t	gid_t;
typedef __kernel_uid16_t	uid16_t;
typedef __kernel_gid16_t	gid16_t;
typedef __kernel_loff_t		loff_t;
typedef __kernel_size_t		size_t;
typedef __kernel_ssize_t	ssize_t;
typedef __kernel_time_t		time_t;
typedef __kernel_clock_t	clock_t;
typedef __kernel_sa_family_t	sa_family_t;
typedef unsigned long		uintptr_t;
typedef __s32			key_serial_t;
typedef int			rwf_t;
typedef __u8			u8;
typedef __s8			s8;
typedef __u16			u16;
typedef __s16			s16;
typedef __u32			u32;
typedef __s32			s32;
typedef __u64			u64;
typedef __s64			s64;

struct sockaddr {
	sa_family_t	sa_family;
	char		sa_data[14];
};

#define sockaddr_storage __kernel_sockaddr_storage

struct linger {
	int		l_onoff;
	int		l_linger;
};

struct ucred {
	__u32		pid;
	__u32		uid;
	__u32		gid;
};

struct user_msghdr {
	void		*msg_name;
	int		msg_namelen;
	struct iovec	*msg_iov;
	__kernel_size_t	msg_iovlen;
	void		*msg_control;
	__kernel_size_t	msg_controllen;
	unsigned int	msg_flags;
};

struct mmsghdr {
	struct user_msghdr	msg_hdr;
	unsigned int		msg_len;
};

struct cmsghdr {
	__kernel_size_t	cmsg_len;
	int		cmsg_level;
	int		cmsg_type;
};

#define CMSG_ALIGN(len)	(((len) + sizeof(long) - 1) & ~(sizeof(long) - 1))
#define CMSG_DATA(cmsg)	((void *)((char *)(cmsg) + sizeof(struct cmsghdr)))
#define CMSG_SPACE(len)	(sizeof(struct cmsghdr) + CMSG_ALIGN(len))
#define CMSG_LEN(len)	(sizeof(struct cmsghdr) + (len))

struct linux_dirent {
	unsigned long	d_ino;
	unsigned long	d_off;
	unsigned short	d_reclen;
	char		d_name[];
};

struct linux_dirent64 {
	__u64		d_ino;
	__s64		d_off;
	unsigned short	d_reclen;
	unsigned char	d_type;
	char		d_name[];
};

/* Values of d_type. */
#define DT_UNKNOWN	0
#define DT_FIFO		1
#define DT_CHR		2
#define DT_DIR		4
#define DT_BLK		6
#define DT_REG		8
#define DT_LNK		10
#define DT_SOCK		12
#define DT_WHT		14

struct file_handle {
	__u32		handle_bytes;
	int		handle_type;
	unsigned char	f_handle[];
};

struct ustat {
	__kernel_daddr_t	f_tfree;
	unsigned long		f_tinode;
	char			f_fname[6];
	char			f_fpack[6];
};

struct getcpu_cache {
	unsigned long	blob[128 / sizeof(long)];
};

/* @EXTRACTED@ */

#endif
