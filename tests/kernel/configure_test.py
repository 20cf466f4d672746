#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Tests of kernel/configure.py: fragments, their conditions, and what did not survive."""

import os
import tempfile
import unittest

import configure


class Fragments(unittest.TestCase):
    def read(self, *texts, version=(6, 12)):
        with tempfile.TemporaryDirectory() as folder:
            paths = []
            for number, text in enumerate(texts):
                paths.append(os.path.join(folder, f"{number}.config"))
                with open(paths[-1], "w", encoding="utf-8") as file:
                    file.write(text)
            wanted = configure.read_fragments(paths, version)
        return {symbol: (value, optional) for symbol, (value, optional, _) in wanted.items()}

    def test_values_and_comments(self):
        wanted = self.read('# words\n\nCONFIG_A=y\nCONFIG_B=n\nCONFIG_C="a b"\nCONFIG_D=16\n')
        self.assertEqual(wanted, {"A": ("y", False), "B": ("n", False), "C": ('"a b"', False),
                                  "D": ("16", False)})

    def test_the_last_fragment_wins(self):
        self.assertEqual(self.read("CONFIG_A=y\n", "CONFIG_A=n\n"), {"A": ("n", False)})

    def test_optional(self):
        self.assertEqual(self.read("CONFIG_A=y # optional\n"), {"A": ("y", True)})

    def test_since_and_until(self):
        text = "CONFIG_A=y # since 6.5\nCONFIG_B=y # until 6.4\n"
        self.assertEqual(set(self.read(text, version=(6, 12))), {"A"})
        self.assertEqual(set(self.read(text, version=(6, 5))), {"A"})
        self.assertEqual(set(self.read(text, version=(6, 4))), {"B"})
        self.assertEqual(set(self.read(text, version=(5, 19))), {"B"})

    def test_nonsense_is_refused_with_its_place(self):
        with self.assertRaises(SystemExit) as refusal:
            self.read("CONFIG_A=y\nA=y\n")
        self.assertIn("0.config:2", str(refusal.exception))


class Survivors(unittest.TestCase):
    def test_each_lost_value_is_named(self):
        wanted = {"A": ("y", False, "f:1"), "B": ("y", False, "f:2"), "C": ("n", False, "f:3"),
                  "D": ("y", True, "f:4"), "E": ("n", False, "f:5")}
        complaints = configure.survivors_missing(wanted, {"A": "y", "B": "m", "C": "y"})
        self.assertEqual(complaints, ["f:2: asked for CONFIG_B=y, got m",
                                      "f:3: asked for CONFIG_C=n, got y"])


if __name__ == "__main__":
    unittest.main()
