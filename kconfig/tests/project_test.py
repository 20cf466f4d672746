#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Runs the commands of docs/kconfig.md on a project that is no kernel.

  project_test.py DOCUMENT PROJECT DIRECTORY-OF-PROGRAMS

The commands are the lines "$ COMMAND" of the section "On any project with Kconfig files"; what
stands below a command must be in its output.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

SECTION = "## On any project with Kconfig files"


def commands(document):
    """(command, lines that its output must have), in order."""
    text = document.split(SECTION, 1)[1].split("\n## ", 1)[0]
    found = []
    for line in text.splitlines():
        if line.startswith("    $ "):
            found.append((line[6:].split("   #")[0].strip(), []))
        elif line.startswith("    ") and found:
            found[-1][1].append(line.strip())
        elif line and not line.startswith(" ") and found:
            found.append(("", []))  # prose: what follows is no output
    return [entry for entry in found if entry[0]]


def main():
    document, project, programs = sys.argv[1:4]
    steps = commands(pathlib.Path(document).read_text())
    assert len(steps) >= 8, f"only {len(steps)} commands in {document}"
    env = dict(os.environ, PATH=programs + os.pathsep + os.environ["PATH"], LC_ALL="C",
               KCONFIG_PROBE_CACHE="")
    for name in ("srctree", "KCONFIG_CONFIG", "MAKEFLAGS", "MFLAGS", "MAKELEVEL"):
        env.pop(name, None)
    failed = 0
    with tempfile.TemporaryDirectory() as scratch:
        work = pathlib.Path(scratch) / "project"
        shutil.copytree(project, work)
        for command, expected in steps:
            done = subprocess.run(command, shell=True, cwd=work, env=env, text=True,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, timeout=60)
            lines = [line.strip() for line in done.stdout.splitlines()]
            missing = [line for line in expected if line not in lines]
            if missing or done.returncode not in (0, 2):
                failed += 1
                print(f"$ {command}\nexit code {done.returncode}, missing: {missing}\n{done.stdout}")
        config = (work / ".config").read_text().splitlines()
        assert "CONFIG_TLS=y" in config and "CONFIG_CRYPTO=y" in config, config
    print(f"{len(steps)} commands, {failed} not as documented")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
