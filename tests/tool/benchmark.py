#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Measures the tools against what people use instead, in one run and in turn.

    benchmark.py [--rounds 5] [--only CASE[,CASE]] --bin DIRECTORY --source KERNEL-SOURCE

The tree, about 500 MB in 30,000 files, is made from files of a kernel's source. Tree, images and
copies lie in memory (--work, /dev/shm). Every contestant of a case does the whole job from the
same start; the order is the same in every round. Wall time, CPU time and peak memory are those of
the processes; what kernel threads do for a loop mount is in the wall time only. Needs root for the
loop mounts; without it those contestants are left out, and the table says so.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

PARTS = ["fs", "net", "sound", "kernel", "include", "drivers/net", "drivers/media", "drivers/gpu"]
LEFT_OUT = "drivers/gpu/drm/amd/include"  # 400 MB in 500 files
MKFS = {"ext4": "mkfs.ext4 -q -F -N 40000", "xfs": "mkfs.xfs -q -f", "btrfs": "mkfs.btrfs -q -f"}
CHECK = {"ext4": "e2fsck -fn", "xfs": "xfs_repair -n", "btrfs": "btrfs check --readonly"}
SMALL = "/fs/ext4/ext4.h"


class Contestant:
    """A shell command with what comes before it, and a check of the first result; both untimed."""

    def __init__(self, name, command, before="true", check="true", mounts=False):
        self.name, self.command, self.before, self.check = name, command, before, check
        self.mounts = mounts
        self.wall, self.cpu, self.memory = [], [], []


def shell(command):
    done = subprocess.run(["sh", "-ec", command], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"failed: {command}\n{done.stdout}")


def measure(contestant):
    shell(contestant.before)
    start = time.monotonic()
    pid = os.posix_spawn("/bin/sh", ["sh", "-ec", contestant.command], os.environ,
                         file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)])
    _, status, usage = os.wait4(pid, 0)
    contestant.wall.append(time.monotonic() - start)
    if status != 0:
        sys.exit(f"failed: {contestant.command}")
    contestant.cpu.append(usage.ru_utime + usage.ru_stime)
    contestant.memory.append(usage.ru_maxrss / 1024)
    if len(contestant.wall) == 1:
        shell(contestant.check)


def make_tree(source, tree):
    for part in PARTS:
        (tree / part).parent.mkdir(parents=True, exist_ok=True)
        skip = shutil.ignore_patterns("include") if part == "drivers/gpu" else None
        left_out = Path(source) / LEFT_OUT

        def ignore(folder, names):
            return [n for n in names if Path(folder) / n == left_out] if skip else []

        shutil.copytree(Path(source) / part, tree / part, symlinks=True, ignore=ignore)
    files = [f for f in tree.rglob("*") if f.is_file() and not f.is_symlink()]
    return len(files), sum(f.stat().st_size for f in files)


def cases(work, tools, megabytes):
    tree, image, mount, out = (work / n for n in ("tree", "image", "mount", "out"))
    fresh = f"rm -rf {out} {image}; mkdir -p {mount} {out}"
    size = f"truncate -s {megabytes}M {image}"
    looped = f"mount -o loop {image} {mount}"
    read_only = f"mount -o loop,ro {image} {mount}"
    for kind, mkfs in MKFS.items():
        make = f"{size}; {mkfs} {image};"
        entries = [
            Contestant("cptofs", f"{make} {tools}/cptofs -t {kind} -i {image} {tree}/. /", fresh,
                       f"{CHECK[kind]} {image}"),
            Contestant("loop mount, cp -a", f"{make} {looped}; cp -a {tree}/. {mount}; "
                       f"umount {mount}", fresh, mounts=True),
        ]
        if kind == "ext4":
            entries.append(Contestant("mke2fs -d", f"{size}; {mkfs} -d {tree} {image}", fresh))
        yield f"into {kind}", entries
    # From here on the image of the last ext4 contestant is read; make a sure one.
    filled = work / "filled"
    make = (f"truncate -s {megabytes}M {filled}; {MKFS['ext4']} {filled}; "
            f"{tools}/cptofs -i {filled} {tree}/. /")
    shell(make)
    read_only = f"mount -o loop,ro {filled} {mount}"
    compare = f"diff -rq --no-dereference -x lost+found {tree} {out}"
    yield "out of ext4", [
        Contestant("cpfromfs", f"{tools}/cpfromfs -t ext4 -i {filled} /. {out}", fresh, compare),
        Contestant("loop mount, cp -a", f"{read_only}; cp -a {mount}/. {out}; umount {mount}",
                   fresh, mounts=True),
        Contestant("debugfs rdump", f"debugfs -R 'rdump / {out}' {filled}", fresh),
    ]
    yield "ext4 to a tar", [
        Contestant("fs2tar", f"{tools}/fs2tar -t ext4 -i {filled} {out}/tar", fresh),
        Contestant("loop mount, tar", f"{read_only}; tar -C {mount} --xattrs --acls "
                   f"-cf {out}/tar .; umount {mount}", fresh, mounts=True),
    ]
    yield "one small file", [
        Contestant("lkl cat", f"exec {tools}/lkl cat -i {filled} {SMALL}"),
        Contestant("loop mount, cat", f"{read_only}; cat {mount}{SMALL}; umount {mount}",
                   mounts=True),
        Contestant("debugfs cat", f"exec debugfs -R 'cat {SMALL}' {filled}"),
    ]


def spread(values, digits):
    text = f"%.{digits}f"
    return (f"{text % statistics.median(values)} ({text % min(values)} to "
            f"{text % max(values)})")


def report(name, contestants):
    ours = statistics.median(contestants[0].wall)
    for one in contestants:
        ratio = statistics.median(one.wall) / ours
        print(f"| {name} | {one.name} | {spread(one.wall, 3)} | {spread(one.cpu, 2)} | "
              f"{statistics.median(one.memory):.0f} | {ratio:.2f} |", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="")
    parser.add_argument("--bin", required=True)
    parser.add_argument("--source", required=True)
    parser.add_argument("--work", default="/dev/shm/lkl-benchmark")
    options = parser.parse_args()
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    os.environ["LC_ALL"] = "C"
    work = Path(options.work)
    tree = work / "tree"
    if not tree.exists():
        work.mkdir(parents=True, exist_ok=True)
        make_tree(options.source, tree)
    files = sum(len(names) for _, _, names in os.walk(tree))
    size = sum((Path(at) / n).lstat().st_size for at, _, names in os.walk(tree) for n in names)
    print(f"{files} files, {size / 1e6:.0f} MB; rounds: {options.rounds}")
    can_mount = os.geteuid() == 0
    if not can_mount:
        print("not root: no loop mounts")
    print("| what | who | wall s | CPU s | peak MiB | times ours |")
    print("| --- | --- | --- | --- | --- | --- |")
    only = [name for name in options.only.split(",") if name]
    megabytes = max(1024, size * 2 // 1000000)
    for name, contestants in cases(work, options.bin, megabytes):
        if only and not any(part in name for part in only):
            continue
        running = [one for one in contestants if can_mount or not one.mounts]
        for _ in range(options.rounds):
            for one in running:
                measure(one)
        report(name, running)


if __name__ == "__main__":
    main()
