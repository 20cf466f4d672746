#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Spreads an image over the members of a new, clean MD array, as mdadm --create and dd would on a
host whose kernel has MD.

    make_array.py LEVEL IMAGE MEMBER...

LEVEL is 0, 1 or 5 (left-symmetric). The superblocks are of version 1.2 (struct mdp_superblock_1 in
include/uapi/linux/raid/md_p.h); `mdadm --examine` judges them.
"""

import struct
import sys
from pathlib import Path

SECTOR = 512
SUPER_OFFSET = 8      # sectors
DATA_OFFSET = 2048    # sectors
CHUNK = 64 << 10      # bytes


def superblock(level, count, number, sectors):
    size = 0 if level == 0 else sectors
    block = bytearray(256 + 2 * 128)
    struct.pack_into("<IIII16s32sQIIQII", block, 0, 0xA92B4EFC, 1, 0, 0, b"lkl-array-number",
                     b"host:lkl", 1000000000, level, 2 if level == 5 else 0, size,
                     0 if level == 1 else CHUNK // SECTOR, count)
    struct.pack_into("<QQQ", block, 128, DATA_OFFSET, sectors, SUPER_OFFSET)
    struct.pack_into("<I", block, 160, number)
    struct.pack_into("<16s", block, 168, b"lkl-array-disk%02d" % number)
    struct.pack_into("<QQQ", block, 192, 1000000000, 17, 0xFFFFFFFFFFFFFFFF)
    struct.pack_into("<I", block, 220, 128)
    for role in range(128):
        struct.pack_into("<H", block, 256 + 2 * role, role if role < count else 0xFFFF)
    total = sum(struct.unpack(f"<{len(block) // 4}I", block))
    struct.pack_into("<I", block, 216, ((total & 0xFFFFFFFF) + (total >> 32)) & 0xFFFFFFFF)
    return block


def exclusive_or(chunks):
    value = 0
    for chunk in chunks:
        value ^= int.from_bytes(chunk, "little")
    return value.to_bytes(CHUNK, "little")


def spread(level, data, count):
    """What each member holds from DATA_OFFSET on."""
    if level == 1:
        return [data] * count
    data_disks = count - (1 if level == 5 else 0)
    stripe_size = data_disks * CHUNK
    data += bytes(-len(data) % stripe_size)
    members = [bytearray() for _ in range(count)]
    for number, at in enumerate(range(0, len(data), stripe_size)):
        chunks = [data[at + i * CHUNK:at + (i + 1) * CHUNK] for i in range(data_disks)]
        if level == 5:
            parity = count - 1 - number % count
            members[parity] += exclusive_or(chunks)
            for i, chunk in enumerate(chunks):
                members[(parity + 1 + i) % count] += chunk
        else:
            for i, chunk in enumerate(chunks):
                members[i] += chunk
    return members


def main():
    level, names = int(sys.argv[1]), sys.argv[3:]
    parts = spread(level, Path(sys.argv[2]).read_bytes(), len(names))
    for number, (name, part) in enumerate(zip(names, parts)):
        with open(name, "wb") as member:
            member.seek(SUPER_OFFSET * SECTOR)
            member.write(superblock(level, len(names), number, len(part) // SECTOR))
            member.seek(DATA_OFFSET * SECTOR)
            member.write(part)


if __name__ == "__main__":
    main()
