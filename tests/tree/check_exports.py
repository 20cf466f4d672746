#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Checks the names that the library shows: lkl_* and lkl::, and no others.

    check_exports.py LIBRARY.so OBJECT.o
"""

import re
import subprocess
import sys

PUBLIC = re.compile(r"(typeinfo (name )?for |vtable for |VTT for |guard variable for |"
                    r"(non-virtual|virtual) thunk to |construction vtable for )?lkl(_|::)")
NEEDED = ("lkl_syscall", "lkl_start_kernel", "lkl_sys_halt", "lkl_strerror", "lkl_disk_add",
          "lkl_mount_dev")


def names(*arguments):
    """[(type, demangled name)] as nm lists them."""
    output = subprocess.run(["nm", "--demangle", *arguments], check=True, capture_output=True,
                            text=True).stdout
    found = []
    for line in output.splitlines():
        match = re.match(r"^\S*\s+(\w) (.+)$", line)
        if match:
            found.append((match.group(1), match.group(2)))
    return found


def main():
    library, whole = sys.argv[1:]
    exported = [name for _, name in names("--dynamic", "--defined-only", "--extern-only", library)]
    foreign = [name for name in exported if not PUBLIC.match(name)]
    missing = [name for name in NEEDED if name not in exported]
    # In lkl.o the language's own weak templates are visible; strong names must be ours.
    strong = [name for kind, name in names("--defined-only", "--extern-only", whole)
              if kind in "TDBRSA" and not PUBLIC.match(name)]

    for name in foreign:
        print(f"{library} exports {name}")
    for name in missing:
        print(f"{library} does not export {name}")
    for name in strong:
        print(f"{whole} defines {name}")
    if foreign or missing or strong:
        sys.exit(1)
    print(f"{len(exported)} names, all of lkl")


if __name__ == "__main__":
    main()
