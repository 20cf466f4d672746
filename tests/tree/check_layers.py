#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Checks who includes whom: a folder of src/ may include its own layer and those below it.

    check_layers.py REPOSITORY
"""

import os
import re
import sys

# Lowest first; folders of one line do not know each other.
LAYERS = [
    ["base"],
    ["platform", "sandbox"],
    ["machine"],
    ["virtio"],
    ["block", "net"],
    ["api"],
    ["fs"],
    ["capi"],
]
RANK = {folder: rank for rank, folders in enumerate(LAYERS) for folder in folders}
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)

# The port is the kernel's side of abi/, and knows nothing of the host.
HOST_HEADERS = re.compile(r"^\s*#\s*include\s*<(std\w+\.h|unistd\.h|sys/|windows)", re.MULTILINE)


def sources(top, folder, endings):
    for directory, _, files in os.walk(os.path.join(top, folder)):
        for file in sorted(files):
            if file.endswith(endings):
                yield os.path.relpath(os.path.join(directory, file), top)


def allowed(includer, included):
    """Whether a file of folder `includer` may include one of folder `included`."""
    return includer == included or RANK[included] < RANK[includer]


def layer_complaints(top):
    for path in sources(top, "src", (".cc", ".hh", ".h", ".c")):
        folder = path.split("/")[1]
        if folder not in RANK:
            yield f"{path}: src/{folder} is in no layer"
            continue
        # A test may use what it likes.
        if "/testing/" in path or re.search(r"_test\.\w+$", path):
            continue
        with open(os.path.join(top, path), encoding="utf-8") as file:
            for included in INCLUDE.findall(file.read()):
                target = included.split("/")[0]
                if target in RANK and not allowed(folder, target):
                    yield f"{path}: includes {included}, which lies above it or beside it"
                # The public headers are the one thing outside of src/ that src/ includes.
                if included.startswith("../") and not included.startswith("../../include/lkl/"):
                    yield f"{path}: includes {included}: includes are written from src/"


def kernel_complaints(top):
    for folder in ("arch/lkl", "abi"):
        for path in sources(top, folder, (".c", ".h", ".S")):
            with open(os.path.join(top, path), encoding="utf-8") as file:
                for match in HOST_HEADERS.finditer(file.read()):
                    # Freestanding headers that a compiler has without a C library.
                    if match.group(1) not in ("stdint.h", "stddef.h", "stdbool.h", "stdarg.h"):
                        yield f"{path}: includes the host's <{match.group(1)}>"


def main():
    top = sys.argv[1]
    count = len(list(sources(top, "src", (".cc", ".hh"))))
    if count == 0:
        sys.exit(f"no sources in {top}/src")
    complaints = [*layer_complaints(top), *kernel_complaints(top)]
    for complaint in complaints:
        print(complaint)
    if complaints:
        sys.exit(f"{len(complaints)} includes against the layering")
    print(f"{count} files keep to their layers")


if __name__ == "__main__":
    main()
