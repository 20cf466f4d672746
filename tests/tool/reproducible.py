#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Fills two copies of one empty image with the same tree under SOURCE_DATE_EPOCH, and checks that
they differ in nothing but what docs/tools.md names.

    reproducible.py TOOLS-DIRECTORY ext4|xfs|btrfs

ext4 is compared byte by byte: every byte that differs must lie in a field that may. The trees of
xfs and btrfs are compared as their own tools print them, without the lines that may differ.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

EPOCH = 1000000000
UUID = "11111111-2222-3333-4444-555555555555"
MKFS = {
    "ext4": f"mkfs.ext4 -q -F -b 4096 -U {UUID} -E hash_seed={UUID}",
    "xfs": f"mkfs.xfs -q -f -m uuid={UUID}",
    "btrfs": f"mkfs.btrfs -q -f -U {UUID}",
}
BLOCK = 4096


def run(command):
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{command}: {done.stdout}{done.stderr}")
    return done.stdout


def make_tree(tree):
    for number in range(400):
        folder = tree / f"d{number % 9}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"file{number}").write_bytes(bytes([number % 251]) * (number * 61))
    (tree / "link").symlink_to("d0/file0")
    os.link(tree / "d1/file1", tree / "hard")
    with open(tree / "sparse", "wb") as sparse:
        sparse.seek(3000000)
        sparse.write(b"end")


def fill(tools, image, tree):
    run(f"SOURCE_DATE_EPOCH={EPOCH} {tools}/cptofs -i {image} {tree}/. /")


class Ext4:
    """Which bytes of an image may differ."""

    # Offsets in an inode of 256 bytes: ctime, change counter, generation, both halves of the
    # checksum, the fraction of ctime, the creation time and its fraction.
    INODE = [(0x0C, 4), (0x24, 4), (0x64, 4), (0x7C, 2), (0x82, 2), (0x84, 4), (0x90, 8)]
    # In the superblock: mount time, write time, checksum.
    SUPER = [(0x2C, 4), (0x30, 4), (0x3FC, 4)]

    def __init__(self, image):
        text = run(f"dumpe2fs {image} 2>/dev/null")
        self.tables = [tuple(map(int, pair))
                       for pair in re.findall(r"Inode table at (\d+)-(\d+)", text)]
        blocks = run(f"debugfs -R 'blocks <8>' {image} 2>/dev/null").split()
        self.journal = set(map(int, blocks))
        self.folders = set()
        for path in ["/", "/lost+found"] + [f"/d{n}" for n in range(9)]:
            self.folders.update(map(int, run(
                f"debugfs -R 'blocks {path}' {image} 2>/dev/null").split()))

    def may_differ(self, at):
        block, offset = divmod(at, BLOCK)
        if block in self.journal:
            return True  # copies of the blocks below, and the times of commits
        if 1024 <= at < 2048:
            return any(a <= at - 1024 < a + n for a, n in self.SUPER)
        if any(first <= block <= last for first, last in self.tables):
            return any(a <= at % 256 < a + n for a, n in self.INODE)
        return block in self.folders and offset >= BLOCK - 4  # checksum, seeded by the generation


def compare_ext4(first, second):
    known = Ext4(first)
    a, b = Path(first).read_bytes(), Path(second).read_bytes()
    different = [at for at in range(0, len(a), BLOCK) if a[at:at + BLOCK] != b[at:at + BLOCK]]
    count = 0
    for block in different:
        for at in range(block, block + BLOCK):
            if a[at] != b[at]:
                count += 1
                if not known.may_differ(at):
                    sys.exit(f"byte {at % BLOCK:#x} of block {at // BLOCK} differs")
    if not count:
        sys.exit("not a byte differs: correct docs/tools.md, it can promise more")
    print(f"ext4: {count} bytes differ, all in fields that may")


def same_text(kind, commands, drop, first, second):
    texts = []
    for image in (first, second):
        text = "".join(run(command.format(image=image)) for command in commands)
        lines = [re.sub(drop, "", line) for line in text.replace(image, "").splitlines()]
        texts.append([line for line in lines if line.strip()])
    if len(texts[0]) < 500:
        sys.exit(f"{kind}: the dump has {len(texts[0])} lines only")
    for a, b in zip(*texts):
        if a != b:
            sys.exit(f"{kind}: these lines differ:\n{a}\n{b}")
    if len(texts[0]) != len(texts[1]):
        sys.exit(f"{kind}: one dump is longer")
    print(f"{kind}: {len(texts[0])} lines of the dump are the same")


def compare_xfs(first, second):
    # All inodes by number, and the space: extents, sizes and times that are set.
    numbers = run(f"xfs_db -r -c 'blockget -n' -c 'ncheck' {first}").split("\n")
    inodes = sorted({int(line.split()[0]) for line in numbers if line.strip()})
    prints = " ".join(f"-c 'inode {n}' -c print" for n in inodes)
    drop = r"^(core\.ctime\.(n?sec)|v3\.crtime\.(n?sec)|core\.gen|v3\.crc|v3\.lsn|next_unlinked|" \
           r"v3\.change_count) = .*$"
    same_text("xfs", ["xfs_db -r " + prints + " {image}", "xfs_db -r -c 'freesp -d' {image}"],
              drop, first, second)


def compare_btrfs(first, second):
    # The tree of files, without where its own blocks lie and which items share a block; and the
    # checksum of each block of data, however many of them an item holds.
    drop = r"\b(ctime|otime) \d+\.\d+ \([^)]*\)|^(leaf|node) \d+ .*|^\t?key .* block \d+.*|" \
           r"^(fs|chunk) uuid .*|\bitem \d+ |itemoff \d+"
    dump = "btrfs inspect-internal dump-tree -t {tree} {{image}}"
    same_text("btrfs", [dump.format(tree=5)], drop, first, second)
    sums = [dict(re.findall(r"\[(\d+)\] (0x[0-9a-f]+)", run(
        f"btrfs inspect-internal dump-tree --csum-items -t 7 {image}"))) for image in (first, second)]
    if len(sums[0]) < 500:
        sys.exit(f"btrfs: checksums of {len(sums[0])} blocks only")
    if sums[0] != sums[1]:
        sys.exit("btrfs: the data of these blocks differ: "
                 f"{sorted(set(sums[0].items()) ^ set(sums[1].items()))}")
    print(f"btrfs: the checksums of {len(sums[0])} blocks of data are the same")


def main():
    tools, kind = sys.argv[1:3]
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    os.environ["LC_ALL"] = "C"
    work = Path(tempfile.mkdtemp(prefix="lkl-reproducible-"))
    try:
        tree = work / "tree"
        make_tree(tree)
        images = [str(work / name) for name in ("image-a", "image-b")]
        with open(images[0], "wb") as empty:
            empty.truncate(300 << 20)
        run(f"{MKFS[kind]} {images[0]} 2>/dev/null")
        run(f"cp --sparse=always {images[0]} {images[1]}")
        for image in images:
            fill(tools, image, tree)
            time.sleep(1.1)
        {"ext4": compare_ext4, "xfs": compare_xfs, "btrfs": compare_btrfs}[kind](*images)
    finally:
        shutil.rmtree(work)


if __name__ == "__main__":
    main()
