#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""What GDB sees of kernels in a process: debugger_test.py PROGRAM SCRIPT DEBUG-FILE"""

import re
import shutil
import subprocess
import sys
import tempfile

PROGRAM, SCRIPT, SYMBOLS = sys.argv[1:]
PREFERRED = 0x550000000000


def gdb(arguments, *commands):
    """The output of GDB that runs the program to its first stop, then the commands."""
    line = ["gdb", "-nx", "-batch", "-ex", "set confirm off", "-ex", "set debuginfod enabled off",
            "-ex", "set disable-randomization off", "-ex", "break booted", "-ex", "run"]
    for command in commands:
        line += ["-ex", command]
    done = subprocess.run(line + ["--args", PROGRAM, *arguments], capture_output=True, text=True,
                          timeout=120, check=False)
    text = done.stdout + done.stderr
    if re.search(r"ptrace.*(not permitted|denied)", text):
        print("skipped: this process may not be traced by GDB")
        sys.exit(77)
    return text


def expect(text, *patterns):
    for pattern in patterns:
        if not re.search(pattern, text):
            sys.exit(f"no {pattern!r} in:\n{text}")


def main():
    if shutil.which("gdb") is None:
        sys.exit("gdb is not installed: scripts/install_packages.sh test does it")

    # Names of functions by GDB's own interface, at the address that the image is linked for.
    text = gdb(["preferred"], "print &init_task", "break sys_getppid", "continue", "backtrace 1",
               "delete", "break booted", "continue", "print &init_task")
    expect(text, rf"\$1 = .*{PREFERRED >> 32:#x}\w{{8}} <init_task>", r"#0 .* in sys_getppid",
           r'No symbol "init_task"')

    # Types and lines by the script, wherever the image is.
    commands = [f"source {SCRIPT}", "lkl instances", f"lkl symbols {SYMBOLS}",
                "print (char *)init_task.comm", "print init_uts_ns.name.sysname",
                "break sys_getppid", "continue", "backtrace 3"]
    text = gdb(["anywhere"], *commands)
    base = re.search(r"^(0x\w+)  ([+-]0x\w+)  the embedded image", text, re.M)
    if not base or int(base[2], 16) != int(base[1], 16) - PREFERRED or int(base[2], 16) == 0:
        sys.exit("the list of instances is wrong:\n" + text)
    expect(text, rf"Symbols of the kernel at {base[1]}", r'"swapper', r'"Linux"',
           r"#0  sys_getppid .* at \S+:\d+", r"#1 .* at .*arch/lkl/kernel/\w+\.c:\d+")

    # Two of them, and what is wrong is said.
    text = gdb(["preferred", "anywhere"], f"source {SCRIPT}", f"lkl symbols {SYMBOLS}",
               "break sys_getppid", f"lkl symbols {PROGRAM}", "lkl symbols /nowhere")
    if text.count("Symbols of the kernel at") != 2:
        sys.exit("not the symbols of two kernels:\n" + text)
    expect(text, r"Breakpoint 2 at .*\(2 locations\)", "belongs to another image", "no such file")

    # Before a boot, after a halt, and where there is no LKL at all.
    text = gdb([], f"source {SCRIPT}", "lkl instances", "lkl symbols")
    expect(text, "No kernel is booted", "no kernel is booted")
    text = gdb(["anywhere"], "continue", f"source {SCRIPT}", "lkl instances")
    expect(text, "No kernel is booted")
    with tempfile.TemporaryDirectory() as folder:
        other = subprocess.run(["gdb", "-nx", "-batch", "-ex", f"source {SCRIPT}", "-ex",
                                "lkl instances", "/bin/true"], cwd=folder, capture_output=True,
                               text=True, timeout=60, check=False)
    expect(other.stdout + other.stderr, "no LKL in this program")


main()
