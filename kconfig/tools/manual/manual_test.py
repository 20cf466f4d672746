#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The manuals say what the programs take, and what is made of them works.

    manual_test.py CONF KC [KMENU]
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "..", "tests")]
import generate  # noqa: E402
from checking import expect  # noqa: E402


def help_of(program):
    done = subprocess.run([program, "--help"], capture_output=True, text=True, timeout=30)
    return done.stdout + done.stderr


def names_in(text):
    return set(re.findall(r"(?<![\w-])--?[A-Za-z][\w-]*", text))


def check_options(name, program, sections):
    options, commands = generate.options_and_commands(sections)
    every = options + [option for _, own in commands.values() for option in own]
    documented = {n for option in every for n in option.names}
    told = help_of(program)
    missing = names_in(told) - documented
    expect(not missing, f"{name} --help names {missing}, its manual does not")
    for command in commands:
        expect(re.search(rf"^\s+{name} {command}\b", told, re.M), f"{name} {command} in --help")
    told_commands = set(re.findall(rf"^\s+{name} (\w+)", told, re.M))
    expect(told_commands == set(commands), f"{told_commands ^ set(commands)} of {name}")
    # What the manual has must be taken: an unknown option is named in an error.
    for option in options:
        for spelling in option.names:
            words = re.fullmatch(r"\{(.*)\}", option.argument)
            value = [words.group(1).split(",")[0] if words else "A=B"] if option.argument else []
            done = subprocess.run([program, spelling, *value, "/does-not-exist"], text=True,
                                  capture_output=True, timeout=30, stdin=subprocess.DEVNULL)
            text = done.stdout + done.stderr
            expect("unknown option" not in text and "unrecognized" not in text and
                   "invalid option" not in text, f"{name} {spelling}: {text[:200]}")


def complete(script, name, *words):
    """What bash offers for the last of the words."""
    line = " ".join(f"'{word}'" for word in (name, *words))
    code = (f"source {script}; COMP_WORDS=({line}); COMP_CWORD={len(words)}; _{name}; "
            "printf '%s\\n' \"${COMPREPLY[@]}\"")
    done = subprocess.run(["bash", "--norc", "-c", code], capture_output=True, text=True,
                          timeout=30)
    expect(done.returncode == 0 and done.stderr == "", f"bash: {done.stderr}")
    return done.stdout.split()


def main():
    programs = [os.path.abspath(path) for path in sys.argv[1:] if path]
    with tempfile.TemporaryDirectory() as work:
        os.chdir(work)
        for program in programs:
            name = os.path.basename(program)
            title, _, sections = generate.parse(os.path.join(HERE, f"{name}.txt"))
            expect(title == name, f"{name}.txt is about {title}")
            check_options(name, program, sections)
            subprocess.run([sys.executable, "-B", os.path.join(HERE, "generate.py"),
                            os.path.join(HERE, f"{name}.txt"), work], check=True, timeout=30)
            if shutil.which("man"):
                done = subprocess.run(["man", "--warnings", "-l", f"{name}.1"], text=True,
                                      capture_output=True, timeout=60,
                                      env=dict(os.environ, MANPAGER="cat", MANWIDTH="100"))
                expect(done.stderr == "" and "EXIT STATUS" in done.stdout,
                       f"man: {done.stderr or done.stdout[:300]}")
            if shutil.which("zsh"):
                subprocess.run(["zsh", "-n", f"_{name}"], check=True, timeout=30)
        expect(complete("conf.bash", "conf", "--olddef") == ["--olddefconfig"], "a mode")
        expect(complete("conf.bash", "conf", "--profile", "6.1") == ["6.1", "6.12"], "a profile")
        expect(complete("kc.bash", "kc", "e") == ["explain"], "a command")
        expect(complete("kc.bash", "kc", "-c", "x", "merge", "--f") == ["--for"], "its option")
        expect(complete("kc.bash", "kc", "tree", "--j") == ["--json"], "its other option")
        os.mkdir("folder")
        open("folder-file", "w", encoding="utf-8").close()
        expect(complete("kc.bash", "kc", "--srctree", "fold") == ["folder"], "directories only")
        expect("folder-file" in complete("kc.bash", "kc", "diff", "fold"), "files")
    print("manuals: all checks passed")


main()
