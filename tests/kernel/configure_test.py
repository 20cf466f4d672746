#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""kernel/configure.sh on a small tree: what fragments ask for, what is kept, and kmenu's changes.

    configure_test.py CONF KC [KMENU]
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

CONF, KC, KMENU = (os.path.abspath(p) if p else "" for p in (sys.argv[1:] + [""] * 3)[:3])
CONFIGURE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../kernel/configure.sh")
MAKEFILE = """\
VERSION = 6
PATCHLEVEL = 12
KBUILD_KCONFIG ?= Kconfig
export srctree := $(SOURCE)
export ANSWER := forty-two
alldefconfig:
\t@cd $(O) && $(CONF) --alldefconfig $(KBUILD_KCONFIG)
"""
KCONFIG = """\
mainmenu "Small kernel"
config NET
\tbool "Networking"
config INET
\tbool "TCP/IP"
\tdepends on NET
config HELPER
\tdef_bool INET
config SIZE
\tint "Size"
\trange 1 10
\tdefault 4
config ANSWER
\tstring "Answer"
\tdefault "$(ANSWER)"
"""


class Configure(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        os.mkdir(self.at("source"))
        os.mkdir(self.at("output"))
        self.write("source/Makefile", MAKEFILE)
        self.write("source/Kconfig", KCONFIG)
        self.local = self.at("local.config")

    def at(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.at(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.at(name)

    def read(self, name):
        with open(self.at(name), encoding="utf-8") as file:
            return file.read()

    def command(self, *fragments, menu=False):
        return [CONFIGURE, *(["--menu", self.local] if menu else []), self.at("output"),
                self.at("source"), *fragments, "--", "make", "-s", "-f",
                self.at("source/Makefile"), f"SOURCE={self.at('source')}",
                f"O={self.at('output')}", f"CONF={CONF}", ]

    def environment(self):
        env = {name: value for name, value in os.environ.items()
               if not name.startswith(("KCONFIG_", "MAKE"))}
        return dict(env, LKL_KC=KC, LKL_KMENU=KMENU, LC_ALL="C")

    def configure(self, *texts, extra=()):
        fragments = [self.write(f"{number}.config", text) for number, text in enumerate(texts)]
        done = subprocess.run(self.command(*fragments, *extra), capture_output=True, text=True,
                              env=self.environment(), timeout=60)
        return done.returncode, done.stderr

    def test_fragments_and_defaults(self):
        code, err = self.configure("CONFIG_NET=y\nCONFIG_SIZE=7\n", "CONFIG_INET=y\n")
        self.assertEqual((code, err), (0, ""))
        config = self.read("output/.config")
        for line in ("CONFIG_INET=y", "CONFIG_HELPER=y", "CONFIG_SIZE=7",
                     'CONFIG_ANSWER="forty-two"'):  # the environment is make's
            self.assertIn(line + "\n", config)

    def test_an_unchanged_configuration_keeps_its_time(self):
        self.configure("CONFIG_NET=y\n")
        os.utime(self.at("output/.config"), (1000, 1000))
        self.configure("CONFIG_NET=y\nCONFIG_INET=n\n")
        self.assertEqual(os.stat(self.at("output/.config")).st_mtime, 1000)
        self.configure("CONFIG_NET=y\nCONFIG_INET=y\n")
        self.assertNotEqual(os.stat(self.at("output/.config")).st_mtime, 1000)

    def test_what_cannot_be_is_explained_and_changes_nothing(self):
        self.configure("CONFIG_NET=y\n")
        before = self.read("output/.config")
        code, err = self.configure("# words\nCONFIG_INET=y\n")
        self.assertEqual(code, 1)
        self.assertIn(f"CONFIG_INET=y  ({self.at('0.config')}:2)", err)
        self.assertIn("depends on NET  (Kconfig:6)", err)
        self.assertIn("do not allow what the fragments ask for", err)
        self.assertEqual(self.read("output/.config"), before)
        code, err = self.configure("CONFIG_NETT=y\n")
        self.assertEqual(code, 1)
        self.assertIn("did you mean NET?", err)
        self.assertEqual(self.configure("CONFIG_NETT=n\n")[0], 0)

    def test_conditions(self):
        for comment in ("optional", "since 6.13", "until 6.11"):
            self.assertEqual(self.configure(f"CONFIG_INET=y # {comment}\n"), (0, ""), comment)
        for comment in ("since 6.12", "until 6.12", "as it should"):
            self.assertEqual(self.configure(f"CONFIG_INET=y # {comment}\n")[0], 1, comment)

    def test_nonsense_is_refused_with_its_place(self):
        code, err = self.configure("CONFIG_NET=y\nNET=y\n")
        self.assertEqual(code, 1)
        self.assertIn(f"{self.at('0.config')}:2: not a configuration line: NET=y", err)

    def test_a_missing_kc_is_told(self):
        fragment = self.write("0.config", "CONFIG_NET=y\n")
        env = dict(self.environment(), LKL_KC="", PATH="/usr/bin:/bin")
        done = subprocess.run(self.command(fragment), capture_output=True, text=True, env=env,
                              timeout=60)
        self.assertEqual(done.returncode, 1)
        self.assertIn("cmake --build build --target kc", done.stderr)

    def menu(self, fragment, *steps):
        """Runs the menu in a terminal; steps are what to wait for and the keys to press then."""
        socket = self.at("tmux")
        tmux = ["tmux", "-S", socket, "-f", "/dev/null"]
        script = self.write("menu.sh", "#!/bin/sh\n" + " ".join(
            f"'{word}'" for word in self.command(fragment, menu=True)) + "\necho EXIT=$?\nsleep 60\n")
        subprocess.run(tmux + ["new-session", "-d", "-x", "80", "-y", "24", f"sh {script}"],
                       check=True, env=self.environment(), timeout=30)
        try:
            for text, key in steps + (("EXIT=0", None),):
                end = time.monotonic() + 60
                screen = ""
                while text not in screen:
                    self.assertLess(time.monotonic(), end, f"{text} is not in:\n{screen}")
                    time.sleep(0.05)
                    screen = subprocess.run(tmux + ["capture-pane", "-p"], check=True, text=True,
                                            capture_output=True, timeout=30).stdout
                if key:
                    subprocess.run(tmux + ["send-keys", key], check=True, timeout=30)
        finally:
            subprocess.run(tmux + ["kill-server"], timeout=30)

    @unittest.skipUnless(KMENU and shutil.which("tmux"), "needs kmenu and tmux")
    def test_the_menus_changes_become_a_fragment(self):
        profile = self.write("profile.config", "CONFIG_NET=y\n")
        self.menu(profile, ("[*] Networking", "Down"), ("[ ] TCP/IP", "y"), ("[*] TCP/IP", "q"),
                  ("Save ", "y"))
        self.assertEqual([line for line in self.read("local.config").splitlines()
                          if not line.startswith("# ")], ["CONFIG_INET=y"])
        self.assertEqual(self.configure("CONFIG_NET=y\n", extra=(self.local,)), (0, ""))
        self.assertIn("CONFIG_HELPER=y\n", self.read("output/.config"))
        # Opened again it shows them; taken back they are gone, and the fragment with them.
        self.menu(profile, ("[*] TCP/IP", "Down"), ("[*] TCP/IP", "n"), ("[ ] TCP/IP", "q"),
                  ("Save ", "y"))
        self.assertFalse(os.path.exists(self.local))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
