#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""kc merge and kc diff beside the kernel's merge_config.sh and diffconfig; exits with 77 without.

    original_test.py KC CONF LINUX
"""

import os
import pathlib
import random
import re
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests"))
from checking import expect, read, run, write  # noqa: E402

KC, CONF = (os.path.abspath(path) for path in sys.argv[1:3])
SCRIPTS = os.path.join(os.path.abspath(sys.argv[3]), "scripts")
NAMES = [f"S{number}" for number in range(12)]


def random_fragment(rng):
    lines = ["# a comment"] if rng.random() < 0.3 else []
    for name in rng.sample(NAMES, rng.randrange(1, 8)):
        value = rng.choice(["y", "m", "n", '"a b"', "16", None])
        lines.append(f"# CONFIG_{name} is not set" if value is None else f"CONFIG_{name}={value}")
    return "\n".join(lines) + "\n"


def reports(text):
    """What was said of which symbol: a set of (symbol, redefined or redundant)."""
    return set(re.findall(r"^Value of CONFIG_(\w+) is (redefined|redundant)", text, re.M))


def merges(rng):
    for number in range(60):
        files = []
        for part in range(rng.randrange(2, 5)):
            files.append(f"f{part}")
            write(files[-1], random_fragment(rng))
        options = [option for option in ("-r", "-y") if rng.random() < 0.4]
        code, said, _ = run(os.path.join(SCRIPTS, "kconfig", "merge_config.sh"), "-m", *options,
                            *files)
        theirs = read(".config")
        os.unlink(".config")
        our_code, our_said, err = run(KC, "merge", "-m", *options, *files)
        what = f"case {number}: {options} {[read(file) for file in files]}"
        expect((code, our_code) == (0, 0), f"{what}: {code} {our_code} {err}")
        # The original leaves blank lines of its own between fragments.
        lines = [[line for line in text.splitlines() if line] for text in (theirs, read(".config"))]
        expect(lines[0] == lines[1], f"{what}\noriginal {lines[0]}\nours     {lines[1]}")
        expect(reports(said) == reports(our_said), f"{what}\noriginal {said}\nours {our_said}")


def differences(rng):
    write("Kconfig", "".join(f'config {name}\n\tbool "{name}"\n' for name in NAMES))
    for _ in range(20):
        for file in ("a", "b"):
            write(file, "".join(f"CONFIG_{name}=y\n" if rng.random() < 0.5
                                else f"# CONFIG_{name} is not set\n" for name in NAMES))
        code, theirs, err = run(sys.executable, os.path.join(SCRIPTS, "diffconfig"), "a", "b")
        expect(code == 0, err)
        wanted = set(re.findall(r"^ (\w+) (\w) -> (\w)$", theirs, re.M))
        code, ours, err = run(KC, "diff", "a", "b")
        expect(set(re.findall(r"^(\w+): (\w) -> (\w)$", ours, re.M)) == wanted,
               f"{theirs}\n{ours}{err}")
        expect(code == (2 if wanted else 0), "the exit code tells whether anything differs")
        # The fragment leads from a to b.
        code, fragment, err = run(KC, "diff", "-m", "a", "b")
        write("fragment", fragment)
        run(KC, "merge", "-q", "-o", "c", "a", "fragment")
        run(KC, "merge", "-q", "-o", "d", "b")
        expect(read("c") == read("d"), "merging the differences")


def defconfigs(rng):
    for _ in range(10):
        write(".config", random_fragment(rng))
        run(CONF, "--olddefconfig", "Kconfig")
        run(CONF, "--savedefconfig=theirs", "Kconfig")
        code, _, err = run(KC, "savedefconfig", "ours")
        expect(code == 0 and read("ours") == read("theirs"), f"savedefconfig {err}")


def main():
    if not os.path.exists(os.path.join(SCRIPTS, "kconfig", "merge_config.sh")):
        print(f"skipped: no kernel source at {sys.argv[3]}")
        return 77
    rng = random.Random(4)
    with tempfile.TemporaryDirectory() as work:
        os.chdir(work)
        merges(rng)
        differences(rng)
        defconfigs(rng)
    print("kc: equal to merge_config.sh, diffconfig and savedefconfig")
    return 0


sys.exit(main())
