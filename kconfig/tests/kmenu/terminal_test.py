#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""kmenu in a real terminal: keys in, screens out (tmux). terminal_test.py KMENU"""

import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from checking import Terminal, environment, expect, read, write  # noqa: E402

KMENU = os.path.abspath(sys.argv[1])
TREE = """\
mainmenu "Example configuration"
config MODULES
\tbool "Loadable modules"
\tdefault y
\tmodules
menu "Network"
config NET
\tbool "Networking"
config INET
\tbool "TCP/IP"
\tdepends on NET
config DRIVER
\ttristate "Driver"
\tdepends on NET
\tselect HELPER
endmenu
config HELPER
\ttristate
choice
\tprompt "Flavour"
config SWEET
\tbool "Sweet"
config SOUR
\tbool "Sour"
endchoice
config NAME
\tstring "Name"
\tdefault "lkl"
config HIDDEN
\tbool "Hidden entry"
\tdepends on SOUR
"""
MAIN_SCREEN = """\
 Example configuration  -  .config (modified)
 > Main menu
  [*] Loadable modules (NEW)
      Network  --->
      Flavour (Sweet)  --->
  (lkl) Name (NEW)"""


class Session(Terminal):
    """kmenu in a terminal; then its exit code is on the screen."""

    def __init__(self, directory, term="screen", env="", program=KMENU, **size):
        super().__init__(directory,
                         f"{env} TERM={term} {program} Kconfig; echo EXIT=$?; sleep 60", **size)


def config(directory):
    return read(directory, ".config")


def edit_and_save(directory):
    with Session(directory) as t:
        screen = t.wait("> Main menu", "Name (NEW)")
        expect(screen.startswith(MAIN_SCREEN), f"golden main screen, got:\n{screen}")
        t.keys("Down", "Enter")
        t.wait("> Network", "[ ] Networking")
        t.keys("y")
        t.wait("[*] Networking", "TCP/IP (NEW)", "Driver (NEW)")
        t.keys("Down", "Down", "m")
        t.wait("<M> Driver")
        t.keys("u")
        t.wait("< > Driver", "undone")
        t.keys("m")
        t.wait("<M> Driver")
        t.keys("c")
        t.wait("Changes since", "HELPER: (absent) -> m", "NET: n -> y")
        t.keys("q")
        t.wait("> Network")
        t.keys("?")
        t.wait("Symbol: DRIVER [=m]", "Selects: HELPER")
        t.keys("q", "Left")
        t.wait("> Main menu")
        t.keys("/")
        t.wait("Search:")
        t.keys("s", "o", "u")
        t.wait("SOUR=n")
        t.keys("Enter")
        t.wait("> Flavour", "( ) Sour")
        t.keys("Space")
        t.wait("(X) Sour", "( ) Sweet")
        t.keys("Escape")
        t.wait("> Main menu", "Hidden entry")
        t.keys("End", "Up", "Enter", "C-u", "n", "e", "w", "Enter")
        t.wait("(new) Name")
        t.keys("q")
        t.wait("Save .config?")
        t.keys("y")
        t.wait("EXIT=0")
    text = config(directory)
    for line in ("CONFIG_DRIVER=m", "CONFIG_SOUR=y", 'CONFIG_NAME="new"', "CONFIG_HELPER=m"):
        expect(line + "\n" in text, f"{line} in .config")


def asks_before_losing(directory):
    with Session(directory, width=100, height=40) as t:
        t.wait("> Main menu")
        t.keys("n")
        t.wait("[ ] Loadable modules")
        t.keys("q")
        t.wait("Save .config?")
        t.keys("Escape")
        t.wait("> Main menu")
        t.keys("q", "n")
        t.wait("EXIT=0")
    expect("CONFIG_MODULES=y" in config(directory), "nothing was written")


def resizes(directory):
    with Session(directory) as t:
        t.wait("> Main menu", "Name")
        t.tmux("resize-window", "-x", "50", "-y", "12")
        t.wait("> Main menu", "Name")
        t.tmux("resize-window", "-x", "120", "-y", "40")
        t.wait("> Main menu", "z hidden", "l load")
        t.keys("z")
        t.wait("Hidden entry")
        t.keys("q")
        t.wait("EXIT=0")


def rescues_on_signals(directory):
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
        rescue = os.path.join(directory, ".config.rescue")
        with Session(directory) as t:
            t.wait("> Main menu")
            t.keys("n")
            t.wait("[ ] Loadable modules")
            os.kill(t.pid(KMENU), number)
            t.wait("EXIT=1", "rescue")
        expect("# CONFIG_MODULES is not set\n" in read(rescue), "the rescued change")
        expect("CONFIG_MODULES=y" in config(directory), ".config is as it was")
        os.unlink(rescue)


def knows_terminals(directory):
    for term in ("xterm-256color", "linux", "vt100"):
        with Session(directory, term=term, env="LC_ALL=C") as t:
            t.wait("> Main menu", "Network  --->")
            t.keys("q")
            t.wait("EXIT=0")
    with Session(directory, term="dumb") as t:
        t.wait("cannot place its cursor", "EXIT=1")


def wants_a_terminal(directory):
    for stdin, stdout in ((subprocess.DEVNULL, None), (None, subprocess.PIPE)):
        done = subprocess.run([KMENU, "Kconfig"], cwd=directory, stdin=stdin, stdout=stdout,
                              stderr=subprocess.PIPE, env=environment(), timeout=60)
        expect(done.returncode == 1 and b"must be a terminal" in done.stderr, f"{done}")


def main():
    if not shutil.which("tmux"):
        print("skipped: no tmux")
        return 77
    with tempfile.TemporaryDirectory() as directory:
        write(os.path.join(directory, "Kconfig"), TREE)
        for test in (edit_and_save, asks_before_losing, resizes, rescues_on_signals,
                     knows_terminals, wants_a_terminal):
            test(directory)
            print(f"kmenu: {test.__name__}: passed", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
