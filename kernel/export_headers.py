#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Exports a kernel's headers to applications of the library, as <lkl/linux/...> and <lkl/asm/...>.

    export_headers.py --source KERNEL --build OBJECTS --output DIRECTORY

KERNEL is the source, OBJECTS its build directory after `make headers`. What comes out under
DIRECTORY/lkl/{linux,asm,asm-generic,scsi,mtd} is the kernel's user-space interface with every name
prefixed, plus asm/private.h (types that the kernel does not export) and asm/syscalls.h (a typed
function lkl_sys_NAME for each call in the kernel's table). Files that would not change are left
alone, so that nothing is compiled anew without need.
"""

import argparse
import os
import re
import sys

from headers import lexer, rename, symbols, syscalls

FOLDERS = ("linux", "asm", "asm-generic", "scsi", "mtd", "rdma")

# Of the other byte order, of hypervisors and graphics processors: of no use in a process.
EXCLUDED = re.compile(r"linux/(byteorder/big_endian|kfd_\w+|vbox\w*)\.h")

# What <lkl/asm/syscalls.h> brings with it: enough for files, sockets, time, events and mounts.
CORE = """
    linux/types.h linux/time.h linux/times.h linux/timex.h linux/capability.h linux/stat.h
    linux/errno.h linux/fcntl.h linux/fs.h linux/limits.h linux/mount.h linux/openat2.h
    asm/statfs.h asm/stat.h asm/mman.h asm/ioctls.h asm/termbits.h linux/bpf.h linux/msg.h
    linux/resource.h linux/sysinfo.h linux/shm.h linux/aio_abi.h linux/socket.h linux/perf_event.h
    linux/sem.h linux/futex.h linux/poll.h linux/mqueue.h linux/eventpoll.h linux/eventfd.h
    linux/signalfd.h linux/timerfd.h linux/inotify.h linux/fanotify.h linux/memfd.h linux/uio.h
    linux/utsname.h linux/utime.h linux/xattr.h linux/falloc.h linux/fiemap.h linux/random.h
    linux/reboot.h linux/prctl.h linux/sched.h linux/sched/types.h linux/rseq.h linux/landlock.h
    linux/io_uring.h linux/kexec.h linux/quota.h linux/module.h linux/loop.h linux/membarrier.h
    asm/signal.h asm/siginfo.h asm/socket.h asm/private.h linux/netlink.h linux/rtnetlink.h
    linux/if.h linux/if_link.h linux/if_addr.h linux/if_ether.h linux/if_packet.h linux/neighbour.h
    linux/in.h linux/in6.h linux/ip.h linux/ipv6.h linux/icmp.h linux/icmpv6.h linux/tcp.h
    linux/udp.h linux/un.h linux/sockios.h linux/route.h linux/ipv6_route.h linux/pkt_sched.h
    linux/kdev_t.h linux/virtio_blk.h linux/virtio_net.h linux/virtio_ring.h linux/unistd.h
""".split()

# Functions in these turn void pointers into others without a word, which C++ does not take.
C_ONLY = {"linux/virtio_ring.h"}

# Constants that applications have from their C library and the kernel keeps in its own headers.
INTERNAL_CONSTANTS = {
    "include/linux/socket.h": re.compile(r"(AF|PF|MSG|SOL|SCM)_\w+|SOMAXCONN"),
    "include/linux/net.h": re.compile(r"SOCK_(STREAM|DGRAM|RAW|RDM|SEQPACKET|DCCP|PACKET|CLOEXEC|"
                                      r"NONBLOCK)|SHUT_\w+"),
}

BANNER = "/* Made from the kernel's headers: not to be edited. */\n#pragma GCC system_header\n"


def read_headers(build):
    """{name: Header} of all exported headers of the kernel."""
    headers = {}
    base = os.path.join(build, "usr/include")
    for folder in FOLDERS:
        for directory, _, files in os.walk(os.path.join(base, folder)):
            for file in files:
                if file.endswith(".h"):
                    path = os.path.join(directory, file)
                    name = os.path.relpath(path, base)
                    if EXCLUDED.fullmatch(name):
                        continue
                    with open(path, encoding="utf-8", errors="surrogateescape") as stream:
                        headers[name] = symbols.Header(name, stream.read())
    if "asm/unistd.h" not in headers:
        sys.exit(f"export_headers: no headers in {base}: run `make headers` there first")
    return headers


def internal_constants(source):
    """#define lines for the constants of INTERNAL_CONSTANTS."""
    lines = []
    for path, wanted in INTERNAL_CONSTANTS.items():
        with open(os.path.join(source, path), encoding="utf-8") as file:
            text = file.read()
        plain = lexer.without_comments(text)
        for name, value in re.findall(r"^[ \t]*#[ \t]*define[ \t]+(\w+)[ \t]+(\S[^\n]*)$", plain,
                                      re.MULTILINE):
            if wanted.fullmatch(name):
                lines.append(f"#define {name} {value.strip()}")
        lines += enumeration_lines(lexer.code_only(text), wanted)
    if not any(line.startswith("#define AF_INET ") for line in lines):
        sys.exit("export_headers: the address families were not found in include/linux/socket.h")
    return "\n".join(lines)


def enumeration_lines(code, wanted):
    """#define lines for the enumerators that are wanted."""
    lines = []
    for body in symbols.ENUM.findall(code):
        value = -1
        for entry in symbols.split_top_level(body):
            name, _, explicit = (part.strip() for part in entry.partition("="))
            if not name:
                continue
            value = int(explicit, 0) if re.fullmatch(r"\d+", explicit) else value + 1
            if wanted.fullmatch(name):
                lines.append(f"#define {name} {value}")
    return lines


def private_header(source):
    template = os.path.join(os.path.dirname(os.path.abspath(__file__)), "headers/private.h")
    with open(template, encoding="utf-8") as file:
        text = file.read()
    return text.replace("/* @EXTRACTED@ */", internal_constants(source))


def call_header(calls, headers, renamer):
    """The text of <lkl/asm/syscalls.h>."""
    tags = {word for word in syscalls.type_words(calls)
            if word.split()[0] in ("struct", "union")}

    def translate(kind):
        text, _ = rename.rename_line(kind, renamer.core_symbols | renamer.everywhere, set(), False)
        return text

    includes = [name for name in CORE if name in headers]
    lines = ["/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */", BANNER.rstrip(), "",
             "/* A function for every call of the kernel: each returns what the kernel returns,",
             " * a value, or the negative of an error number. Thread-safe once the kernel runs. */",
             "#ifndef _LKL_ASM_SYSCALLS_H", "#define _LKL_ASM_SYSCALLS_H", ""]
    lines += [f"#include <lkl/{name}>" for name in includes if name not in C_ONLY]
    lines.append("#ifndef __cplusplus")
    lines += [f"#include <lkl/{name}>" for name in includes if name in C_ONLY]
    lines.append("#endif")
    lines += ["", "#ifdef __cplusplus", 'extern "C" {', "#endif", "",
              "/* Makes call `no` with six arguments, unused ones 0. */",
              "long lkl_syscall(long no, long *params);", ""]
    lines += sorted(f"{translate(tag)};" for tag in tags)
    lines.append("")
    for name, constant, parameters in calls:
        lines.append(syscalls.definition(name, constant, parameters, translate))
    lines += ["#ifdef __cplusplus", "}", "#endif", "", "#endif", ""]
    return "\n".join(lines)


def check_types(calls, renamer):
    """Fails on a type that no header defines: the call would not compile."""
    known = renamer.core_symbols | renamer.everywhere
    unknown = {word for word in syscalls.type_words(calls)
               if not syscalls.is_builtin(word) and word.split()[0] not in ("struct", "union", "enum")
               and word not in known}
    if unknown:
        sys.exit(f"export_headers: types that no exported header defines: {sorted(unknown)}")


def write_if_changed(path, text):
    data = text.encode("utf-8", errors="surrogateescape")
    if os.path.exists(path):
        with open(path, "rb") as old:
            if old.read() == data:
                return
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as new:
        new.write(data)


def remove_others(base, kept):
    """Takes away headers of an earlier run that this kernel does not have."""
    for directory, _, files in os.walk(base):
        for file in files:
            path = os.path.join(directory, file)
            if path not in kept:
                os.remove(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--source", required=True, help="the kernel's source")
    parser.add_argument("--build", required=True, help="its build directory, after `make headers`")
    parser.add_argument("--output", required=True, help="gets a folder lkl/")
    parser.add_argument("--arch", default="lkl", help=argparse.SUPPRESS)
    arguments = parser.parse_args()

    headers = read_headers(arguments.build)
    private = private_header(arguments.source)
    headers["asm/private.h"] = symbols.Header("asm/private.h", private)
    renamer = rename.Renamer(headers, [name for name in CORE if name in headers])
    try:
        calls = syscalls.all_calls(arguments.build, arguments.source, arguments.arch)
    except syscalls.CallError as error:
        sys.exit(f"export_headers: {error}")
    check_types(calls, renamer)

    base = os.path.join(arguments.output, "lkl")
    written = {os.path.join(base, "asm/syscalls.h"): call_header(calls, headers, renamer)}
    for name in headers:
        written[os.path.join(base, name)] = BANNER + renamer.rename(name)
    for path, text in written.items():
        write_if_changed(path, text)
    remove_others(base, written.keys())
    print(f"{len(headers)} headers, {len(calls)} calls in {base}")


if __name__ == "__main__":
    main()
