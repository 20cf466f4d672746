#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Does what the first screen of the README shows, as a new user would.

    readme.py README STAGE-DIRECTORY

The commands of its first three blocks run as they stand, in a directory where `run` hands on to
the installed tools and `build/stage` is the installation; the program in it is hello.c.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path


def run(command, work):
    done = subprocess.run(["bash", "-euc", command], cwd=work, capture_output=True, text=True,
                          check=False)
    if done.returncode != 0:
        sys.exit(f"{command}\nends with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def main():
    readme, stage = Path(sys.argv[1]).read_text(), Path(sys.argv[2]).resolve()
    first_screen = readme[:readme.index("\n## ")]
    shell = re.findall(r"```sh\n(.*?)```", first_screen, re.S)
    programs = re.findall(r"```c\n(.*?)```", first_screen, re.S)
    if len(shell) != 3 or len(programs) != 1:
        sys.exit("the first screen has not three tasks and a program: correct it or this test")
    with tempfile.TemporaryDirectory(prefix="lkl-readme-") as name:
        work = Path(name)
        (work / "build").mkdir()
        (work / "build" / "stage").symlink_to(stage)
        (work / "run").write_text('#!/bin/sh\ntool=$1\nshift\nexec build/stage/bin/$tool "$@"\n')
        (work / "run").chmod(0o755)
        (work / "hello.c").write_text(programs[0])
        path = "export PATH=$PATH:/usr/sbin:/sbin\n"
        run(path + shell[0], work)
        run("e2fsck -fn disk.img", work)
        run(path + shell[1], work)
        run("diff -r --no-dereference /usr/share/doc out/doc", work)
        if "doc/" not in run("tar -tf disk.tar | head -n 1; tar -tf disk.tar > /dev/null", work):
            sys.exit("the archive does not begin with the tree")
        if not re.search(r"^Linux \d+\.\d+", run(path + shell[2], work), re.M):
            sys.exit("the program does not tell its kernel")
        shutil.rmtree(work / "out")
    print("the three tasks work as shown")


if __name__ == "__main__":
    main()
