#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""kmenu's screens, against golden ones, and what it does to the terminal and to files.

    screens_test.py KMENU [--update]

Runs kmenu in tmux. --update writes the golden screens anew: look at them before committing.
"""

import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "tests" / "kmenu"))
import terminal_test  # noqa: E402
from terminal_test import KMENU, Terminal, expect  # noqa: E402

UPDATE = "--update" in sys.argv
TREE = terminal_test.TREE + """\
config SIZE
\tint "Größe"
\trange 1 9
\tdefault 3
"""


class Session(Terminal):
    """A terminal that is gone at the end of the block."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def pid(self):
        found = subprocess.run(["pgrep", "-f", f"^{KMENU} Kconfig"], capture_output=True,
                               text=True, timeout=30).stdout.split()
        mine = [int(pid) for pid in found
                if os.readlink(f"/proc/{pid}/cwd") == os.path.realpath(self.directory)]
        expect(len(mine) == 1, f"one kmenu runs: {mine}")
        return mine[0]

    def full_screen(self):
        return self.tmux("display-message", "-p", "#{alternate_on}").strip() == "1"

    def until(self, condition, what):
        end = time.monotonic() + 30
        while not condition():
            expect(time.monotonic() < end, what)
            time.sleep(0.05)

    def golden(self, name, *texts):
        """The screen once the texts are there and nothing moves any more."""
        self.wait(*texts)
        file = HERE / "golden" / f"{name}.txt"
        end = time.monotonic() + 30
        while True:
            screen = self.screen().rstrip("\n") + "\n"
            if UPDATE:
                time.sleep(1)
                file.write_text(self.screen().rstrip("\n") + "\n", encoding="utf-8")
                return
            if screen == file.read_text(encoding="utf-8"):
                return
            expect(time.monotonic() < end, f"golden screen {name}; instead:\n{screen}")
            time.sleep(0.05)


def read(directory, name):
    return pathlib.Path(directory, name).read_text(encoding="utf-8")


def golden_screens(directory):
    with Session(directory, env="LC_ALL=C.UTF-8") as t:
        t.golden("main-80x24", "> Main menu", "[*] Loadable modules")
        t.keys("Down")
        t.golden("menu-entry-80x24", "menu  (Kconfig")
        t.keys("Enter", "y", "Down", "Down")
        t.golden("preview-80x24", "Space makes it m, and HELPER")
        t.keys("m")
        t.golden("changed-80x24", "<M> Driver", "(modified)")
        t.keys("c")
        t.golden("changes-80x24", "Changes since")
        t.keys("q", "?")
        t.golden("help-80x24", "Symbol: DRIVER")
        t.keys("q", "/", "i", "n")
        t.golden("search-80x24", "Search: in", "INET=")
        t.keys("Escape", "Left", "z")
        t.golden("all-80x24", "Hidden entry")
        t.keys("End")
        t.wait("SIZE = 3")
        t.keys("q", "n")
        t.wait("EXIT=0")
    with Session(directory, width=120, height=40, env="LC_ALL=C.UTF-8") as t:
        t.golden("main-120x40", "> Main menu", "Space makes it")
    with Session(directory, env="LC_ALL=C.UTF-8 MENUCONFIG_MODE=single_menu") as t:
        t.golden("single-80x24", "> Main menu", "[ ] Networking")


def saves_and_loads_by_name(directory):
    pathlib.Path(directory, "other").write_text("CONFIG_NET=y\nCONFIG_SIZE=7\n", encoding="utf-8")
    with Session(directory, env="LC_ALL=C.UTF-8") as t:
        t.wait("> Main menu")
        t.keys("l")
        t.wait("Load: .config")
        t.keys("C-u", "n", "o", "n", "e", "Enter")
        t.wait("cannot read none")
        t.keys("l", "C-u", "o", "t", "h", "e", "r", "Enter")
        t.wait("loaded other", "(7) Größe")
        t.keys("s", "C-u", "m", "i", "n", "e", "Enter")
        t.wait("saved mine")
        t.keys("End", "Enter", "C-u", "5", "5", "Enter")
        t.wait("SIZE cannot be 55 now")
        t.keys("q")
        t.wait("EXIT=0")
    expect("CONFIG_SIZE=7\n" in read(directory, "mine"), "the saved file has the loaded values")
    expect(not pathlib.Path(directory, ".config").exists(), ".config was not written")


class Shell(Session):
    """An interactive shell, which has job control."""

    def __init__(self, directory):
        self.socket = os.path.join(directory, "tmux-shell")
        self.directory = directory
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24",
                  f"cd {directory}; PS1='ready> ' exec bash --norc --noprofile -i")


def stops_and_goes_on(directory):
    with Shell(directory) as t:
        t.wait("ready>")
        t.tmux("send-keys", "-l", f"{KMENU} Kconfig; echo EXIT=$?")
        t.keys("Enter")
        t.wait("> Main menu", "MODULES = y")
        expect(t.full_screen(), "kmenu is in full-screen mode")
        t.keys("C-z")
        t.wait("Stopped")
        expect(not t.full_screen(), "SIGTSTP gives the terminal back")
        t.keys("f", "g", "Enter")
        t.wait("> Main menu", "Loadable modules")
        expect(t.full_screen(), "SIGCONT takes it again")
        t.keys("n")
        t.wait("[ ] Loadable modules")
        t.keys("q", "n")
        t.until(lambda: not t.full_screen(), "the end gives the terminal back")


def survives_a_crash(directory):
    with Session(directory) as t:
        t.wait("> Main menu")
        t.keys("n")
        t.wait("[ ] Loadable modules")
        rescue = pathlib.Path(directory, ".config.rescue")
        t.until(rescue.exists, "a copy is kept while nobody types")
        os.kill(t.pid(), signal.SIGSEGV)
        t.wait("EXIT=139")
        expect(not t.full_screen(), "a crash gives the terminal back")
        expect("# CONFIG_MODULES is not set\n" in read(directory, ".config.rescue"), "the copy")
    with Session(directory) as t:
        t.wait("Unsaved changes of an interrupted session", "y: load")
        t.keys("y")
        t.wait("loaded the rescued changes", "[ ] Loadable modules")
        t.keys("q")
        t.wait("Save .config?")
        t.keys("y")
        t.wait("EXIT=0")
    expect("# CONFIG_MODULES is not set\n" in read(directory, ".config"), "it was saved")
    expect(not rescue.exists(), "the copy is gone after saving")


def undoes_everything(directory):
    with Session(directory) as t:
        t.wait("> Main menu")
        t.keys("n")
        t.wait("[ ] Loadable modules")
        t.keys("u")
        t.wait("[*] Loadable modules", "undone")
        t.keys("u")
        t.wait("nothing to undo")
        t.keys("s", "Enter")
        t.wait("saved .config")
        t.keys("n", "q")
        t.wait("Save .config?")
        t.keys("Escape", "u")
        t.wait("undone", "[*] Loadable modules")
        t.keys("q")
        t.wait("EXIT=0")


def takes_the_mouse(directory):
    def click(t, line, column):
        for button in (32, 35):  # pressed, released
            keys = "".join(f"\\{byte:03o}" for byte in (27, 91, 77, button, 33 + column, 33 + line))
            text = bytes(int(octal, 8) for octal in keys.split("\\")[1:]).decode()
            t.tmux("send-keys", "-l", text)

    with Session(directory) as t:
        t.wait("> Main menu", "MODULES = y")
        click(t, 5, 10)  # the line of NAME
        t.wait("NAME =")
        t.keys("q", "n")


def keeps_to_colours(directory):
    def codes(env):
        with Session(directory, term="screen-256color", env=env) as t:
            t.wait("> Main menu")
            return t.tmux("capture-pane", "-p", "-e")
    plain = codes("MENUCONFIG_COLOR=mono")
    expect("[44m" not in plain and "[31m" not in plain, "mono has no colours")
    normal = codes("")
    expect("44m" in normal and "40m" not in normal, "the terminal's own background stays")
    black = codes("MENUCONFIG_COLOR=blackbg")
    expect("40m" in black, "blackbg is black")
    expect("47m" in codes("MENUCONFIG_COLOR=classic"), "classic is white")


def knows_locales(directory):
    with Session(directory, env="LC_ALL=C.UTF-8") as t:
        t.wait("(3) Größe")
    with Session(directory, env="LC_ALL=C") as t:
        screen = t.wait("> Main menu", "(3) Gr")
        expect(len(screen.splitlines()) == 24 and "Space" in screen, f"the layout holds:\n{screen}")


def main():
    if not shutil.which("tmux"):
        print("skipped: no tmux")
        return 77
    for name in ("KCONFIG_CONFIG", "srctree", "KCONFIG_PROFILE", "TMUX", "MENUCONFIG_COLOR",
                 "MENUCONFIG_MODE"):
        os.environ.pop(name, None)
    os.environ["KCONFIG_PROBE_CACHE"] = ""
    for test in (golden_screens, saves_and_loads_by_name, stops_and_goes_on, survives_a_crash,
                 undoes_everything, takes_the_mouse, keeps_to_colours, knows_locales):
        with tempfile.TemporaryDirectory() as directory:
            pathlib.Path(directory, "Kconfig").write_text(TREE, encoding="utf-8")
            test(directory)
        print(f"kmenu: {test.__name__}: passed", flush=True)
    return 0


sys.exit(main())
