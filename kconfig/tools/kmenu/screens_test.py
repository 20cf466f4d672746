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
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
TESTS = HERE.parent.parent / "tests"
sys.path[:0] = [str(TESTS), str(TESTS / "kmenu")]
import terminal_test  # noqa: E402
from checking import Terminal, expect, read, write  # noqa: E402
from terminal_test import KMENU  # noqa: E402

UPDATE = "--update" in sys.argv
TREE = terminal_test.TREE + """\
config SIZE
\tint "Größe"
\trange 1 9
\tdefault 3
"""


class Session(terminal_test.Session):
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
    write(pathlib.Path(directory, "other"), "CONFIG_NET=y\nCONFIG_SIZE=7\n")
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


def shell(directory):
    """A terminal with an interactive shell, which has job control."""
    return Terminal(directory, "PS1='ready> ' exec bash --norc --noprofile -i")


def stops_and_goes_on(directory):
    with shell(directory) as t:
        t.wait("ready>")
        t.type(f"{KMENU} Kconfig; echo EXIT=$?")
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
        os.kill(t.pid(KMENU), signal.SIGSEGV)
        t.wait("EXIT=139")
        expect(not t.full_screen(), "a crash gives the terminal back")
        expect("# CONFIG_MODULES is not set\n" in read(directory, ".config.rescue"), "the copy")
    with Session(directory) as t:
        t.wait("Unsaved changes are in .config.rescue", "y: load")
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
            t.type(text)

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


def keeps_texts_whole(directory):
    """y, m and n do not overwrite texts; a line can be edited anywhere, in UTF-8."""
    long = "0123456789" * 9
    with Session(directory, env="LC_ALL=C.UTF-8") as t:
        t.wait("> Main menu", "(lkl) Name")
        t.keys("End", "Up", "n")
        t.wait("NAME is no question of y and n", "(lkl) Name")
        t.keys("Enter")
        t.type("ää")
        t.wait("NAME: lklää")
        t.keys("BSpace", "Home", "Right", "DC")
        t.type("K")
        t.wait("NAME: lKlä")
        t.keys("Enter")
        t.wait("(lKlä) Name")
        t.keys("Enter", "C-u")
        t.type(long + "end")
        t.wait("789end")
        t.keys("Enter", "s", "Enter")
        t.wait("saved .config")
    expect(f'CONFIG_NAME="{long}end"\n' in read(directory, ".config"), "the long text")


def shows_what_was_said(directory):
    """Warnings and reasons are shown as a part of the screen, not written across it."""
    write(pathlib.Path(directory, "odd"), "CONFIG_SIZE=abc\nnonsense\n")
    with Session(directory, env="LC_ALL=C.UTF-8") as t:
        t.wait("> Main menu")
        t.keys("n")
        t.wait("[ ] Loadable modules")
        t.keys("l", "C-u")
        t.type("odd")
        t.keys("Enter")
        t.wait("Loading odd drops the unsaved changes")
        t.keys("Escape")
        t.wait("[ ] Loadable modules", "q quit")
        t.keys("l", "C-u")
        t.type("odd")
        t.keys("Enter", "y")
        screen = t.wait("Warnings about odd", "odd:2:warning: unexpected data: nonsense")
        expect(screen.splitlines()[1] == " odd:1:warning: symbol value 'abc' invalid for SIZE",
               screen)
        t.keys("q")
        t.wait("loaded odd", "[*] Loadable modules")
        t.keys("l", "C-u", ".", "Enter")
        t.wait("drops the unsaved changes")
        t.keys("y")
        t.wait("cannot read .")
        t.keys("s", "C-u", ".", "Enter")
        t.wait("cannot write . (.: Is a directory)")


def keeps_what_was_left_behind(directory):
    """A copy that is neither loaded nor deleted stays."""
    write(pathlib.Path(directory, ".config.rescue"), "CONFIG_SIZE=8\n")
    with Session(directory) as t:
        t.wait("Unsaved changes are in .config.rescue", "ESC: end")
        t.keys("Escape")
        t.wait("EXIT=1", "unsaved changes of an interrupted session")
    expect(read(directory, ".config.rescue") == "CONFIG_SIZE=8\n", "the copy is untouched")


def tells_that_no_copy_can_be_kept(directory):
    os.mkdir(os.path.join(directory, "new"))
    with Session(directory, env="KCONFIG_CONFIG=new/config") as t:
        t.wait("> Main menu")
        os.rmdir(os.path.join(directory, "new"))
        t.keys("n")
        t.wait("cannot keep a copy in new/config.rescue")
        os.kill(t.pid(KMENU), signal.SIGTERM)
        t.wait("the unsaved changes are lost: cannot write new/config.rescue", "EXIT=1")


def gives_back_the_terminal_without_stack(directory):
    """A crash for want of stack: 20,000 symbols that follow each other, and the first one shown."""
    chain = "".join(f"config A{i}\n\tbool \"a\"\n\tdefault A{i + 1}\n"
                    for i in reversed(range(1, 20000)))
    # In menus within menus, so that none of them is computed for the first screen.
    write(pathlib.Path(directory, "Kconfig"), f"""\
menu "Others"
menu "Chain"
{chain}endmenu
endmenu
menu "First"
menu "Beginning"
config A0
\tbool "a"
\tdefault A1
endmenu
endmenu
""")
    with Session(directory, program=f"bash -c 'ulimit -s 256; exec {KMENU} $0'") as t:
        t.wait("First  --->")
        expect(t.full_screen(), "kmenu is in full-screen mode")
        t.keys("Down", "Enter")
        t.wait("EXIT=139")
        expect(not t.full_screen(), "a crash without stack gives the terminal back")


def answers_choices_of_6_1(directory):
    """There a choice may be left out, or its members be modules: it is a question itself."""
    write(pathlib.Path(directory, "Kconfig"), """\
config MODULES
\tdef_bool y
\tmodules
choice
\ttristate "Gadget"
\toptional
config ONE
\ttristate "One"
config TWO
\ttristate "Two"
endchoice
""")
    with Session(directory, env="KCONFIG_PROFILE=6.1") as t:
        t.wait("< > Gadget  ---")
        t.keys("m")
        t.wait("<M> Gadget  --->")
        t.keys("Enter")
        t.wait("< > One", "< > Two")
        t.keys("m", "Down", "m")
        t.wait("<M> One", "<M> Two")
        t.keys("Left", "u", "u", "Left", "Space")
        t.wait("<*> Gadget (One)  --->")
        t.keys("q", "y")
        t.wait("EXIT=0")
    expect("CONFIG_ONE=y\n# CONFIG_TWO is not set\n" in read(directory, ".config"), "the choice")


def main():
    if not shutil.which("tmux"):
        print("skipped: no tmux")
        return 77
    for test in (golden_screens, saves_and_loads_by_name, stops_and_goes_on, survives_a_crash,
                 undoes_everything, takes_the_mouse, keeps_to_colours, knows_locales,
                 keeps_texts_whole, shows_what_was_said, keeps_what_was_left_behind,
                 tells_that_no_copy_can_be_kept, gives_back_the_terminal_without_stack,
                 answers_choices_of_6_1):
        with tempfile.TemporaryDirectory() as directory:
            write(pathlib.Path(directory, "Kconfig"), TREE)
            test(directory)
        print(f"kmenu: {test.__name__}: passed", flush=True)
    return 0


sys.exit(main())
