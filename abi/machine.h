/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the kernel image and the host library share: the image's header, the
 * table of operations that a host provides, and the words that both read and
 * write.  Freestanding C (and C++); every pointer is 64 bits wide; functions
 * have the System V AMD64 calling convention on every host.
 */
#ifndef LKL_ABI_MACHINE_H
#define LKL_ABI_MACHINE_H

#define LKL_ABI_VERSION		1

#define LKL_IMAGE_MAGIC		0x6567616d496c6b4cULL	/* "LklImage", little endian */

/* The fiber's stack, its thread_info at the bottom: see asm/thread_info.h. */
#define LKL_STACK_SIZE		32768

/* Interrupt lines: bits of lkl_vcpu.pending. */
#define LKL_IRQ_TIMER		0
#define LKL_IRQ_MAILBOX		1
#define LKL_IRQ_FIRST_DEVICE	2
#define LKL_IRQ_COUNT		64

#define LKL_NO_DEADLINE		(~0ULL)

/* Where the image is linked to run: free under glibc's layout, ASan and TSan. */
#define LKL_PREFERRED_BASE	0x550000000000

/* The image's base is aligned so that page blocks are aligned in both address spaces. */
#define LKL_BASE_ALIGNMENT	0x200000

/* Between an interrupted fiber's stack pointer and the fault frame below it. */
#define LKL_FAULT_GAP		128

/* Offsets into struct lkl_vcpu and thread_info for assembly. */
#define LKL_VCPU_HOST_SP	0
#define LKL_VCPU_KERNEL_SP	8

#ifndef __ASSEMBLY__

typedef unsigned int lkl_u32;
typedef unsigned long long lkl_u64;
typedef long long lkl_s64;

/* Why the kernel left the vCPU (lkl_vcpu.leave_reason). */
enum lkl_leave {
	LKL_LEAVE_READY,	/* booted: calls are served from now on */
	LKL_LEAVE_DONE,		/* nothing runnable but the fiber that left */
	LKL_LEAVE_IDLE,		/* the idle task has nothing to do */
	LKL_LEAVE_MORE,		/* other threads' answers are ready; there is more to run */
	LKL_LEAVE_LATER,	/* a caller has its answer; the rest can wait till lkl_vcpu.later */
	LKL_LEAVE_HALTED,	/* halted: never enter again */
	LKL_LEAVE_PANIC,	/* panicked: never enter again */
};

/* State of a mailbox: a futex word, so shared with waiting host threads. */
enum lkl_mailbox_state {
	LKL_MAILBOX_IDLE,
	LKL_MAILBOX_REQUESTED,
	LKL_MAILBOX_FINISHED,	/* the result is there; in vcpu.finished, for the host to take out */
	LKL_MAILBOX_DONE,
};

/* Requests that are not system calls. */
enum lkl_request {
	LKL_REQUEST_SYSCALL,
	LKL_REQUEST_DETACH,		/* end the task of this mailbox */
	LKL_REQUEST_ADD_DEVICE,		/* args: mmio address, size, irq, id */
	LKL_REQUEST_REMOVE_DEVICE,	/* args: id */
	LKL_REQUEST_DEVICE_NAME,	/* args: id, buffer, size */
	LKL_REQUEST_ALLOC_IO,		/* args: bytes; the result is an address in the window */
	LKL_REQUEST_FREE_IO,		/* args: that address */
	LKL_REQUEST_QUIESCE,		/* args: milliseconds: end all other calls, close files */
	LKL_REQUEST_HALT,		/* flush what is left; the kernel leaves for good */
	LKL_REQUEST_FORKED,		/* in the child of a fork: args: entropy, bytes */
};

/*
 * A host thread's place to ask: one for each thread and instance, in memory of
 * the host.  The thread writes it while the state is IDLE or DONE, the kernel
 * while it is REQUESTED.
 */
struct lkl_mailbox {
	lkl_u32 state;		/* enum lkl_mailbox_state */
	lkl_u32 request;	/* enum lkl_request */
	lkl_s64 number;		/* system call */
	lkl_s64 args[6];
	lkl_s64 result;
	lkl_u64 task;		/* the kernel's task for this mailbox, 0: none yet */
	lkl_u64 next;		/* in vcpu.submitted, then in vcpu.finished */
	lkl_u64 orphan;		/* the host thread is gone: end the task, touch nothing else */
};

/*
 * A virtual CPU.  It lies in the image's data.  Words that host threads write
 * while another owns the vCPU are marked *; both sides use locked operations
 * on those.
 */
struct lkl_vcpu {
	lkl_u64 host_sp;	/* while inside: where the host's stack was left */
	lkl_u64 kernel_sp;	/* while outside: where the parked fiber's stack was left */
	lkl_u64 pending;	/* * interrupt lines raised and not yet taken */
	lkl_u64 submitted;	/* * stack of mailboxes of callers that found the vCPU taken */
	lkl_u64 entered;	/* the mailbox of the thread that entered; 0: none */
	lkl_u64 runner;		/* the same, until it leaves */
	lkl_u64 finished;	/* list of other threads' mailboxes that are FINISHED */
	lkl_u64 deadline;	/* next timer event, nanoseconds of the host's monotonic clock */
	lkl_u64 later;		/* as deadline: when to enter for tasks that were put off */
	lkl_u32 leave_reason;	/* enum lkl_leave */
	lkl_u32 reserved;
};

/* Protection bits of lkl_operations.map. */
#define LKL_MAP_READ	1
#define LKL_MAP_WRITE	2
#define LKL_MAP_EXEC	4

struct lkl_clock {
	lkl_u64 tsc_khz;	/* of an invariant time stamp counter; 0: there is none */
	lkl_u64 wall_sec;	/* the host's wall clock */
	lkl_u64 wall_nsec;
};

/*
 * What a host provides.  "host" is lkl_boot.host.  All run on the stack of
 * the host thread that entered, and must not enter the vCPU.
 */
struct lkl_operations {
	/* Console output. */
	void (*print)(void *host, const char *text, lkl_u64 length);
	/* The kernel has panicked; "text" says why.  It leaves the vCPU after the return. */
	void (*panic)(void *host, const char *text, lkl_u64 length);
	/* Monotonic time in nanoseconds. */
	lkl_u64 (*now)(void *host);
	/* Calibration and wall time. */
	void (*clock)(void *host, struct lkl_clock *clock);
	/* Device registers. */
	lkl_u64 (*mmio_read)(void *host, lkl_u64 address, lkl_u32 size);
	void (*mmio_write)(void *host, lkl_u64 address, lkl_u64 value, lkl_u32 size);
	/*
	 * Make "length" bytes at "address" show RAM from "physical" on, or, if
	 * "protection" is 0, nothing.  A range within RAM or the image only
	 * has its protection changed.  0 or a negative errno.
	 */
	lkl_s64 (*map)(void *host, lkl_u64 address, lkl_u64 physical, lkl_u64 length,
		       lkl_u32 protection);
	/* Random bytes. */
	void (*entropy)(void *host, void *buffer, lkl_u64 length);
};

/* What the host tells the kernel at its start; read during boot only, "ops" and "host" always. */
struct lkl_boot {
	lkl_u32 abi_version;
	lkl_u32 reserved;
	lkl_u64 operations;	/* struct lkl_operations * */
	lkl_u64 host;		/* first argument of every operation */
	lkl_u64 memory_size;	/* bytes from the image's start to the end of RAM */
	lkl_u64 modules_start;	/* within 2 GiB of the image */
	lkl_u64 modules_end;
	lkl_u64 vmalloc_start;
	lkl_u64 vmalloc_end;
	lkl_u64 io_start;	/* window that shows the application RAM of its own */
	lkl_u64 io_end;
	lkl_u64 mmio_start;	/* addresses here are device registers, never memory */
	lkl_u64 mmio_end;
	lkl_u64 command_line;	/* const char * */
	lkl_u64 seed[8];	/* entropy */
};

/*
 * The registers of an interrupted kernel fiber, laid down by the host's fault
 * handler below the fiber's stack pointer; the host then continues at
 * lkl_image_header.fault with the frame's address in rdi and rsp.
 */
struct lkl_fault_frame {
	lkl_u64 r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8;
	lkl_u64 rax, rcx, rdx, rsi, rdi;
	lkl_u64 rip, flags, rsp;
	lkl_u64 address;	/* that was accessed, for memory faults */
	lkl_u64 signal;		/* Linux signal number: SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP */
};

/*
 * At the start of the image.  Offsets count from there, and are those of
 * System V functions: boot(struct lkl_boot *), enter(struct lkl_vcpu *).  Both
 * return when the kernel leaves.
 */
struct lkl_image_header {
	lkl_u64 magic;
	lkl_u32 abi_version;
	lkl_u32 reserved;
	lkl_u64 preferred_base;	/* the address that it was linked for */
	lkl_u64 boot;
	lkl_u64 enter;
	lkl_u64 fault;
	lkl_u64 vcpu;		/* struct lkl_vcpu */
	lkl_u64 text_end;	/* executable: from the start to here */
	lkl_u64 rodata_end;	/* read-only, from the file, to here */
	lkl_u64 data_end;	/* initialised data, from the file, to here */
	lkl_u64 image_end;	/* zeros to here */
	lkl_u64 version;	/* string: the kernel's release */
};

#endif /* !__ASSEMBLY__ */
#endif /* LKL_ABI_MACHINE_H */
