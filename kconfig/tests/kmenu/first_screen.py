#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Milliseconds until kmenu's first screen is complete, in a terminal of its own.

  first_screen.py --kmenu KMENU --tree LINUX [--arch x86] [--profile 6.12] [--rounds 9]

The first run asks the compiler and fills the cache; it is printed apart. CPU time is the
process's own until then, which a loaded machine does not change.
"""

import argparse
import os
import pathlib
import pty
import signal
import statistics
import struct
import sys
import tempfile
import termios
import fcntl
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "differential"))
from matrix import kernel_env  # noqa: E402

LAST = b"quit"  # the last word of the hints in the last line


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def first_screen(command, env, directory):
    """(elapsed, CPU seconds) until the hints in the last line are there."""
    begin = time.monotonic()
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(directory)
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        os.execve(command[0], command, env)
    seen = b""
    while LAST not in seen:
        got = os.read(terminal, 65536)
        if not got:
            sys.exit(f"kmenu ended: {seen[-400:]!r}")
        seen += got
    elapsed = time.monotonic() - begin
    used = cpu_seconds(pid)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    os.close(terminal)
    return elapsed, used


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kmenu", required=True, type=os.path.abspath)
    parser.add_argument("--tree", required=True, type=os.path.abspath)
    parser.add_argument("--arch", default="x86")
    parser.add_argument("--profile", default="6.12")
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    options.preload = None
    with tempfile.TemporaryDirectory() as scratch:
        options.probes = scratch
        env = dict(kernel_env(options, options.arch), TERM="xterm-256color",
                   KCONFIG_PROBE_CACHE=os.path.join(scratch, "cache"))
        runs = [first_screen([options.kmenu, "Kconfig"], env, scratch)
                for _ in range(options.rounds + 1)]
        for label, values in (("asking the compiler", runs[:1]), ("with its cache", runs[1:])):
            print(f"{label}: {statistics.median(v[0] for v in values) * 1000:.0f} ms elapsed, "
                  f"{statistics.median(v[1] for v in values) * 1000:.0f} ms CPU, "
                  f"fastest {min(v[0] for v in values) * 1000:.0f} ms")


if __name__ == "__main__":
    main()
