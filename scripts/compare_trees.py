#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Compares two directory trees: names, types, contents, modes, owners, links and times.

    compare_trees.py [--seconds] ORIGINAL COPY

--seconds compares times of modification to the second (for archives that hold no more). Times of
directories count, the top directory's own do not. Exits with 1 if anything differs.
"""

import argparse
import filecmp
import os
import stat
import sys

SHOWN = 20


def entries(top):
    """{relative path: lstat} of everything below `top`."""
    found = {}
    for folder, folders, files in os.walk(top):
        for name in folders + files:
            path = os.path.join(folder, name)
            found[os.path.relpath(path, top)] = os.lstat(path)
    return found


def link_groups(found):
    """{path: the first path of the same inode} of files with several names."""
    first, groups = {}, {}
    for path in sorted(found):
        status = found[path]
        if not stat.S_ISDIR(status.st_mode) and status.st_nlink > 1:
            groups[path] = first.setdefault((status.st_dev, status.st_ino), path)
    return groups


def attribute_differences(left, right, seconds):
    if stat.S_IFMT(left.st_mode) != stat.S_IFMT(right.st_mode):
        yield "type"
        return
    if left.st_mode != right.st_mode:
        yield f"mode {left.st_mode:o} {right.st_mode:o}"
    if (left.st_uid, left.st_gid) != (right.st_uid, right.st_gid):
        yield f"owner {left.st_uid}:{left.st_gid} {right.st_uid}:{right.st_gid}"
    if stat.S_ISREG(left.st_mode) and left.st_size != right.st_size:
        yield f"size {left.st_size} {right.st_size}"
    if stat.S_ISCHR(left.st_mode) or stat.S_ISBLK(left.st_mode):
        if left.st_rdev != right.st_rdev:
            yield "device number"
    unit = 10**9 if seconds else 1
    if left.st_mtime_ns // unit != right.st_mtime_ns // unit:
        yield f"time {left.st_mtime_ns} {right.st_mtime_ns}"


def content_differs(path, left, right, status):
    if stat.S_ISLNK(status.st_mode):
        return os.readlink(os.path.join(left, path)) != os.readlink(os.path.join(right, path))
    if stat.S_ISREG(status.st_mode):
        return not filecmp.cmp(os.path.join(left, path), os.path.join(right, path), shallow=False)
    return False


def compare(left, right, seconds):
    """One line for each difference."""
    ours, theirs = entries(left), entries(right)
    for path in sorted(ours.keys() - theirs.keys()):
        yield f"{path}: missing"
    for path in sorted(theirs.keys() - ours.keys()):
        yield f"{path}: not in the original"
    our_groups, their_groups = link_groups(ours), link_groups(theirs)
    for path in sorted(ours.keys() & theirs.keys()):
        differences = list(attribute_differences(ours[path], theirs[path], seconds))
        if not differences and content_differs(path, left, right, ours[path]):
            differences = ["content"]
        if our_groups.get(path) != their_groups.get(path):
            differences.append("hard links")
        for difference in differences:
            yield f"{path}: {difference}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", action="store_true")
    parser.add_argument("original")
    parser.add_argument("copy")
    arguments = parser.parse_args()
    count = 0
    for difference in compare(arguments.original, arguments.copy, arguments.seconds):
        count += 1
        if count <= SHOWN:
            print(difference)
    if count:
        sys.exit(f"{count} differences between {arguments.original} and {arguments.copy}")


if __name__ == "__main__":
    main()
