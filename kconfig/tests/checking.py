# SPDX-License-Identifier: GPL-2.0
"""What the tests of the programs share: an environment of their own, files, and a terminal."""

import os
import pathlib
import subprocess
import sys
import time

NAMES = ("srctree", "CONFIG_", "MENUCONFIG_COLOR", "MENUCONFIG_MODE", "TMUX")


def expect(condition, what):
    if not condition:
        sys.exit(f"FAILED: {what}")


def environment():
    """This one without what changes the programs' behaviour, and without remembered probes."""
    env = {name: value for name, value in os.environ.items()
           if name not in NAMES and not name.startswith("KCONFIG_")}
    return dict(env, KCONFIG_PROBE_CACHE="", LC_ALL="C")


def run(*command, **options):
    """(exit code, standard output, standard error)."""
    options = {"env": environment(), "timeout": 60, **options}
    done = subprocess.run(command, capture_output=True, text=True, **options)
    return done.returncode, done.stdout, done.stderr


def read(*parts):
    return pathlib.Path(*parts).read_text(encoding="utf-8")


def write(name, text):
    pathlib.Path(name).write_text(text, encoding="utf-8")


class Terminal:
    """A tmux server of its own with one window, in which a shell command runs in a directory."""

    def __init__(self, directory, command, width=80, height=24):
        self.directory = directory
        self.socket = os.path.join(directory, f"tmux-{time.monotonic_ns()}")
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(width), "-y", str(height),
                  f"cd {directory}; {command}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        subprocess.run(["tmux", "-S", self.socket, "kill-server"], capture_output=True, timeout=30)

    def tmux(self, *arguments):
        code, out, err = run("tmux", "-S", self.socket, *arguments)
        expect(code == 0, f"tmux {arguments}: {err}")
        return out

    def keys(self, *keys):
        for key in keys:
            self.tmux("send-keys", key)

    def type(self, text):
        self.tmux("send-keys", "-l", text)

    def screen(self):
        lines = [line.rstrip() for line in self.tmux("capture-pane", "-p").splitlines()]
        return "\n".join(lines)

    def full_screen(self):
        return self.tmux("display-message", "-p", "#{alternate_on}").strip() == "1"

    def until(self, condition, what, seconds=30):
        """Until the condition is true; fails otherwise."""
        end = time.monotonic() + seconds
        while not condition():
            expect(time.monotonic() < end, what() if callable(what) else what)
            time.sleep(0.05)

    def wait(self, *texts, seconds=30):
        """The screen, once all texts are on it; fails otherwise."""
        seen = []

        def there():
            seen[:] = [self.screen()]
            return all(text in seen[0] for text in texts)
        self.until(there, lambda: f"{texts} not on the screen:\n{seen[0]}", seconds)
        return seen[0]

    def pid(self, program):
        """The process of the program that runs here."""
        _, found, _ = run("pgrep", "-f", f"^{program} ")
        here = os.path.realpath(self.directory)
        mine = [int(pid) for pid in found.split() if working_directory(pid) == here]
        expect(len(mine) == 1, f"one {program} runs in {here}: {mine}")
        return mine[0]


def working_directory(pid):
    try:
        return os.readlink(f"/proc/{pid}/cwd")
    except OSError:
        return None  # it ended meanwhile
