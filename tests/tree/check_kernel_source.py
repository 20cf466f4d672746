#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Compares an unpacked kernel source with its tarball, byte for byte; arch/lkl is the only addition.

    check_kernel_source.py TARBALL DIRECTORY
"""

import os
import stat
import sys
import tarfile

PORT = "arch/lkl"
SHOWN = 20


def differs(member, stream, path):
    """Why the file at `path` is not what the tarball has, or None."""
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        return "is missing"
    if member.isdir():
        return None if stat.S_ISDIR(status.st_mode) else "is no directory"
    if member.issym():
        same = stat.S_ISLNK(status.st_mode) and os.readlink(path) == member.linkname
        return None if same else "is another link"
    if not stat.S_ISREG(status.st_mode):
        return "is no regular file"
    if (status.st_mode ^ member.mode) & 0o111:
        return "has another mode"
    with open(path, "rb") as file:
        return None if file.read() == stream.read() else "has another content"


def main():
    tarball, directory = sys.argv[1:]
    expected, complaints = set(), []
    with tarfile.open(tarball, "r|xz") as archive:
        for member in archive:
            _, _, name = member.name.removeprefix("./").partition("/")
            if not name:
                continue
            expected.add(name)
            stream = archive.extractfile(member) if member.isreg() else None
            reason = differs(member, stream, os.path.join(directory, name))
            if reason:
                complaints.append(f"{name} {reason}")

    if len(expected) < 10000:
        sys.exit(f"{tarball} has only {len(expected)} members: not a kernel source")
    for folder, folders, files in os.walk(directory):
        for entry in folders + files:
            name = os.path.relpath(os.path.join(folder, entry), directory)
            if name not in expected and name != PORT:
                complaints.append(f"{name} is not of the package")
    if not os.path.islink(os.path.join(directory, PORT)):
        complaints.append(f"{PORT} is not the link to this project's port")

    for complaint in complaints[:SHOWN]:
        print(complaint)
    if complaints:
        sys.exit(f"{len(complaints)} differences between {directory} and {tarball}")
    print(f"{len(expected)} members are the package's")


if __name__ == "__main__":
    main()
