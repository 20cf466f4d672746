#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Compiles the exported kernel headers: all of them, alone and beside the host's in either order.

    check_headers.py KERNEL-SOURCE INCLUDE-DIRECTORY WORK-DIRECTORY

Also checks that <lkl/asm/syscalls.h> brings no name into a program but its own.
"""

import os
import re
import subprocess
import sys

HOST = """
sys/types.h sys/stat.h sys/socket.h sys/time.h sys/epoll.h sys/mount.h sys/statfs.h sys/un.h sys/uio.h
sys/resource.h sys/ioctl.h sys/mman.h sys/xattr.h netinet/in.h netinet/ip.h netinet/tcp.h net/if.h
arpa/inet.h fcntl.h poll.h signal.h time.h stdio.h stdlib.h string.h unistd.h pthread.h linux/fs.h
linux/if_tun.h linux/loop.h linux/netlink.h linux/rtnetlink.h linux/bpf.h linux/perf_event.h
linux/stat.h linux/virtio_blk.h linux/futex.h
""".split()

# Contradicts ipt_ECN.h in the kernel's own headers.
CONTRADICTORY = {"linux/netfilter_ipv4/ipt_ecn.h"}

USE = """
int constants[] = {LKL_O_RDONLY, LKL_AF_INET, LKL_SOCK_STREAM, LKL_SOL_SOCKET, LKL_S_IFREG,
                   LKL_ENOENT, LKL_PIPE_BUF, LKL_SEEK_SET, LKL_MS_RDONLY, LKL_DT_DIR, LKL_MSG_PEEK,
                   LKL_SHUT_WR, __lkl__NR_openat, LKL_EPOLL_CTL_ADD, LKL_IPPROTO_TCP};
unsigned long members(struct lkl_sockaddr_in *address, struct lkl_stat *status,
                      struct lkl_ifreq *request, struct __lkl__kernel_timespec *time,
                      struct lkl_timespec *old, struct lkl_linux_dirent64 *entry)
{
    return address->sin_addr.lkl_s_addr + status->lkl_st_atime + request->lkl_ifr_ifindex +
           time->tv_sec + old->tv_nsec + entry->d_ino;
}
long call(void *buffer) { return lkl_sys_read(0, (char *)buffer, 1); }
"""


def all_headers(directory, source):
    """The headers to compile: those that the kernel compiles by themselves."""
    with open(os.path.join(source, "usr/include/Makefile"), encoding="utf-8") as makefile:
        untested = set(re.findall(r"^no-header-test \+= (\S+)", makefile.read(), re.MULTILINE))
    found = []
    for folder, _, files in os.walk(os.path.join(directory, "lkl")):
        for file in files:
            name = os.path.relpath(os.path.join(folder, file), os.path.join(directory, "lkl"))
            if (name.endswith(".h") and not name.startswith("asm-generic/")
                    and name not in untested | CONTRADICTORY):
                found.append(f"lkl/{name}")
    return sorted(found)


def compiles(compiler, directory, work, name, text):
    path = os.path.join(work, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    run = subprocess.run([*compiler, f"-I{directory}", "-fsyntax-only", path], capture_output=True,
                         text=True, check=False)
    if run.returncode:
        print(f"{' '.join(compiler)}: {name}:\n{run.stderr[:4000]}")
    return run.returncode == 0


def stray_macros(directory):
    """Macros that the call header defines under names that are not its own."""
    def macros(text):
        output = subprocess.run(["gcc", "-E", "-dM", f"-I{directory}", "-x", "c", "-"], input=text,
                                capture_output=True, text=True, check=True).stdout
        return set(re.findall(r"^#define (\w+)", output, re.MULTILINE))

    ours = macros("#include <lkl/asm/syscalls.h>\n") - macros("#include <stdint.h>\n")
    if len(ours) < 1000:
        sys.exit(f"only {len(ours)} macros in <lkl/asm/syscalls.h>")
    return sorted(name for name in ours if not re.match(r"_{0,2}(lkl|LKL)", name))


def main():
    source, directory, work = sys.argv[1:]
    os.makedirs(work, exist_ok=True)
    headers = all_headers(directory, source)
    if len(headers) < 500:
        sys.exit(f"only {len(headers)} headers in {directory}")

    def includes(names):
        return "".join(f"#include <{name}>\n" for name in names)

    calls = "#include <lkl/asm/syscalls.h>\n"
    c = ["gcc", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror"]
    cc = ["g++", "-D_GNU_SOURCE", "-std=c++20", "-Wall", "-Wextra", "-Wpedantic", "-Werror"]
    results = [
        compiles(["gcc", "-D_GNU_SOURCE"], directory, work, "all_alone.c", includes(headers)),
        compiles(["gcc", "-D_GNU_SOURCE"], directory, work, "all_after_host.c",
                 includes(HOST) + includes(headers)),
        compiles(["gcc", "-D_GNU_SOURCE"], directory, work, "all_before_host.c",
                 includes(headers) + includes(HOST)),
        compiles(c, directory, work, "calls_after_host.c", includes(HOST) + calls + USE),
        compiles(c, directory, work, "calls_before_host.c", calls + includes(HOST) + USE),
        compiles(cc, directory, work, "calls_after_host.cc", includes(HOST) + calls + USE),
        compiles(cc, directory, work, "calls_before_host.cc", calls + includes(HOST) + USE),
    ]
    stray = stray_macros(directory)
    for name in stray:
        print(f"<lkl/asm/syscalls.h> defines {name}")
    if stray or not all(results):
        sys.exit(1)
    print(f"{len(headers)} headers compile")


if __name__ == "__main__":
    main()
