#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""kmenu in a real terminal: keys in, screens out (tmux). terminal_test.py KMENU"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

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


class Terminal:
    """A tmux server of its own with one window."""

    def __init__(self, directory, width=80, height=24, term="screen", env=""):
        self.socket = os.path.join(directory, f"tmux-{time.monotonic_ns()}")
        self.directory = directory
        command = f"cd {directory}; {env} TERM={term} {KMENU} Kconfig; echo EXIT=$?; sleep 60"
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(width), "-y", str(height),
                  command)

    def tmux(self, *arguments):
        done = subprocess.run(["tmux", "-S", self.socket, *arguments], capture_output=True,
                              text=True, timeout=30)
        if done.returncode != 0:
            sys.exit(f"tmux {arguments}: {done.stderr}")
        return done.stdout

    def keys(self, *keys):
        for key in keys:
            self.tmux("send-keys", key)

    def screen(self):
        lines = [line.rstrip() for line in self.tmux("capture-pane", "-p").splitlines()]
        return "\n".join(lines)

    def wait(self, *texts, seconds=30):
        """Until all texts are on the screen; fails with the screen otherwise."""
        end = time.monotonic() + seconds
        while True:
            screen = self.screen()
            if all(text in screen for text in texts):
                return screen
            if time.monotonic() > end:
                sys.exit(f"FAILED: {texts} not on the screen:\n{screen}")
            time.sleep(0.05)

    def close(self):
        subprocess.run(["tmux", "-S", self.socket, "kill-server"], capture_output=True, timeout=30)


def config(directory):
    with open(os.path.join(directory, ".config"), encoding="utf-8") as file:
        return file.read()


def session(directory, **options):
    terminal = Terminal(directory, **options)
    sessions.append(terminal)
    return terminal


def expect(condition, what):
    if not condition:
        sys.exit(f"FAILED: {what}")


def edit_and_save(directory):
    t = session(directory)
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
    t = session(directory, width=100, height=40)
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
    t = session(directory)
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
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        rescue = os.path.join(directory, ".config.rescue")
        if os.path.exists(rescue):
            os.unlink(rescue)
        t = session(directory)
        t.wait("> Main menu")
        t.keys("n")
        t.wait("[ ] Loadable modules")
        pids = subprocess.run(["pgrep", "-f", f"^{KMENU} Kconfig"], capture_output=True,
                              text=True).stdout.split()
        expect(len(pids) >= 1, "the program's process")
        for pid in pids:
            if os.readlink(f"/proc/{pid}/cwd") == os.path.realpath(directory):
                os.kill(int(pid), number)
        t.wait("EXIT=1", "rescue")
        with open(rescue, encoding="utf-8") as file:
            expect("# CONFIG_MODULES is not set\n" in file.read(), "the rescued change")
        expect("CONFIG_MODULES=y" in config(directory), ".config is as it was")
        t.close()
        os.unlink(rescue)


def knows_terminals(directory):
    for term in ("xterm-256color", "linux", "vt100"):
        t = session(directory, term=term, env="LC_ALL=C")
        t.wait("> Main menu", "Network  --->")
        t.keys("q")
        t.wait("EXIT=0")
        t.close()
    t = session(directory, term="dumb")
    t.wait("cannot place its cursor", "EXIT=1")


sessions = []


def main():
    if not shutil.which("tmux"):
        print("skipped: no tmux")
        return 77
    with tempfile.TemporaryDirectory() as directory:
        with open(os.path.join(directory, "Kconfig"), "w", encoding="utf-8") as file:
            file.write(TREE)
        for name in ("KCONFIG_CONFIG", "srctree", "KCONFIG_PROFILE", "TMUX"):
            os.environ.pop(name, None)
        os.environ["KCONFIG_PROBE_CACHE"] = ""
        try:
            for test in (edit_and_save, asks_before_losing, resizes, rescues_on_signals,
                         knows_terminals):
                test(directory)
                print(f"kmenu: {test.__name__}: passed", flush=True)
        finally:
            for terminal in sessions:
                terminal.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
