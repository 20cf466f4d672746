#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Random Kconfig files: our conf and the original must not differ.

  fuzz.py --conf OURS --ref ORIGINAL --profile 6.12 --count 1000 [--seed N]
          [--serve BUILD/tests/kconfig_serve --ref-serve REFERENCE/serve] [--modes 3]
          [--state FILE]

Every tree is run through several modes with a random .config; exit code, standard output,
standard error and all files are compared. Inputs that the original crashes on or prints a
null pointer for, and (6.12) those that meet its wrong "A != y" of a bool, are left out. With a
state file it goes on behind the cases noted there, and begins anew if a program has changed.
"""

import argparse
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from matrix import Step, first_difference, run_steps  # noqa: E402
from serving import Journal, Server, code_of, scratch_root, sha  # noqa: E402

CPU_SECONDS = 1
CPU_MS = 300
MAX_OUTPUT = 1 << 20  # of a finite run a few ten KiB; some questions of the original never end
BATCH = 50  # their answers must fit into a pipe
TYPES = ("bool", "bool", "bool", "tristate", "tristate", "int", "hex", "string")


class Generator:
    def __init__(self, rng, profile):
        self.rng = rng
        self.profile = profile
        self.count = rng.randint(2, 14)
        self.types = {f"S{i}": rng.choice(TYPES) for i in range(self.count)}
        self.next = 0
        self.limit = None  # symbols to mention end here: choices and second definitions

    def name(self):
        """A symbol to depend on: mostly one before, or everything would be a loop."""
        if self.rng.random() < 0.04:
            return "UNDEFINED"
        limit = self.next - 1 if self.limit is None else self.limit
        if self.rng.random() < 0.004:
            return f"S{self.rng.randrange(self.count)}"
        return f"S{self.rng.randrange(limit)}" if limit > 0 else "UNDEFINED"

    def target(self):
        """A symbol to select: mostly one behind."""
        if self.next < self.count and self.rng.random() < 0.98:
            return f"S{self.rng.randrange(self.next, self.count)}"
        return "UNDEFINED"

    def constant(self):
        return self.rng.choice(("y", "n", "m", '"y"', '"foo"', "5", "0x10", '"020"', "007", '""'))

    def expr(self, depth=0):
        kind = self.rng.random()
        if depth > 3 or kind < 0.45:
            return self.name()
        if kind < 0.58:
            return f"{self.name()} && {self.expr(depth + 1)}"
        if kind < 0.70:
            return f"({self.expr(depth + 1)} || {self.expr(depth + 1)})"
        if kind < 0.80:
            return "!" + self.rng.choice((self.name(), f"({self.expr(depth + 1)})"))
        if kind < 0.83:
            return self.rng.choice(("m", "y", "n"))
        operators = ("=", "!=", "<", "<=", ">", ">=")
        operator = self.rng.choice(operators)
        left, right = self.name(), self.rng.choice((self.constant(), self.name()))
        if operator == "!=" and right in ("y", '"y"'):
            operator = "="  # the original is wrong about bools here
        return f"{left} {operator} {right}"

    def condition(self):
        return f" if {self.expr()}" if self.rng.random() < 0.4 else ""

    def value(self, kind):
        if kind in ("bool", "tristate"):
            return self.rng.choice(("y", "n", "m", self.name(), self.expr()))
        if kind == "string":
            return self.rng.choice(('"text"', '"a\\"b"', "'c\\\\d'", self.name()))
        return self.rng.choice(("1", "7", "0x1f", "42", "-3", "007", self.name()))

    def config(self, lines, member=False):
        if self.next >= self.count:
            return
        name = f"S{self.next}"
        again = self.next > 0 and not member and self.rng.random() < 0.06
        if again:
            number = self.rng.randrange(self.next)
            name = f"S{number}"
            self.limit = number
        else:
            self.next += 1
        kind = "bool" if member else self.types[name]
        self.types[name] = kind
        menu = "menuconfig" if not member and self.rng.random() < 0.1 else "config"
        prompt = f' "prompt {name}"' + self.condition() if member or self.rng.random() < 0.75 else ""
        lines += [f"{menu} {name}", f"\t{kind}{prompt}"]
        if self.rng.random() < 0.4:
            lines.append(f"\tdepends on {self.expr()}")
        if not member:
            for _ in range(self.rng.choice((0, 0, 1, 1, 2))):
                lines.append(f"\tdefault {self.value(kind)}{self.condition()}")
        if kind in ("bool", "tristate"):
            for word in ("select", "imply"):
                if self.rng.random() < 0.2:
                    lines.append(f"\t{word} {self.target()}{self.condition()}")
        if kind in ("int", "hex") and self.rng.random() < 0.5:
            low, high = self.rng.choice((("1", "9"), ("0x2", "0x20"), ("5", self.name())))
            lines.append(f"\trange {low} {high}{self.condition()}")
        if self.rng.random() < 0.1:
            lines += ["\thelp", f"\t  Help of {name}.", "", "\t    More.", ""]
        if again:
            self.limit = None

    def choice(self, lines):
        self.limit = self.next
        lines.append("choice")
        lines.append(f'\tprompt "choice"{self.condition()}')
        if self.rng.random() < 0.3:
            lines.append(f"\tdepends on {self.expr()}")
        if self.profile == "6.1" and self.rng.random() < 0.3:
            lines.append("\toptional")
        first = self.next
        body = []
        for _ in range(self.rng.randint(1, 4)):
            self.config(body, member=True)
        if self.next > first and self.rng.random() < 0.4:
            lines.append(f"\tdefault S{self.rng.randrange(first, self.next)}{self.condition()}")
        lines += body + ["endchoice"]
        self.limit = None

    def block(self, lines, depth):
        kind = self.rng.random()
        if kind < 0.62:
            self.config(lines)
        elif kind < 0.76:
            self.choice(lines)
        elif kind < 0.80:
            lines += ['comment "remark"'] + \
                ([f"\tdepends on {self.expr()}"] if self.rng.random() < 0.5 else [])
        elif depth < 3:
            if kind < 0.90:
                lines.append(f"if {self.expr()}")
                end = "endif"
            else:
                lines.append(f'menu "menu {depth}"')
                if self.rng.random() < 0.4:
                    lines.append(f"\tdepends on {self.expr()}")
                if self.rng.random() < 0.3:
                    lines.append(f"\tvisible if {self.expr()}")
                end = "endmenu"
            for _ in range(self.rng.randint(1, 4)):
                self.block(lines, depth + 1)
            lines.append(end)

    def tree(self):
        lines = []
        if self.rng.random() < 0.8:
            lines += ["config MODULES", '\tbool "modules"', "\tdefault " +
                      self.rng.choice(("y", "n")), "\tmodules"]
        if self.rng.random() < 0.1:
            lines += ["word = $(1)$(2)", "$(info,$(word,a,b))"]
        while self.next < self.count:
            self.block(lines, 0)
        return "\n".join(lines) + "\n"

    def dot_config(self):
        lines = []
        for name in self.rng.sample(sorted(self.types), k=self.rng.randint(0, self.count)):
            kind = self.types[name]
            if kind in ("bool", "tristate"):
                value = self.rng.choice(("y", "m", None))
            elif kind == "string":
                value = self.rng.choice(('"x"', '"a\\"\\\\b"', '""'))
            else:
                value = self.rng.choice(("3", "0x11", "100", "08"))
            lines.append(f"# CONFIG_{name} is not set" if value is None else f"CONFIG_{name}={value}")
        return "\n".join(lines) + "\n"


def steps_for(rng, tree, dot_config):
    files = {"Kconfig": tree.encode(), ".config": dot_config.encode()}
    seed = str(rng.randrange(1, 1 << 31))
    answers = "".join(rng.choice(("y", "n", "m", "", "2", "?", "5", "0x3")) + "\n"
                      for _ in range(60)) + "\n" * 400
    return [
        Step("--olddefconfig", "Kconfig", files=files),
        Step("--syncconfig", "Kconfig", stdin="\n" * 200),
        Step("--savedefconfig=d", "Kconfig"),
        Step("--randconfig", "Kconfig", env={"KCONFIG_SEED": seed}),
        Step("--oldconfig", "Kconfig", stdin=answers, remove=(".config",)),
        Step("--allmodconfig", "Kconfig"),
        Step("--mod2yesconfig", "Kconfig"),
        Step("--allyesconfig", "Kconfig", env={"KCONFIG_ALLCONFIG": "d"}),
        Step("--listnewconfig", "Kconfig", remove=(".config",)),
        Step("--helpnewconfig", "Kconfig"),
    ]


def prints_null(result):
    """The original handed a null pointer to printf(): nobody's bytes to be equal to."""
    texts = [result[1], result[2], *(c for c in result[3].values() if isinstance(c, bytes))]
    return any(b"(null)" in text for text in texts)


class Programs:
    """The two programs, started anew for every run."""

    def __init__(self, options, env, scratch):
        self.options, self.env = options, env
        self.work = pathlib.Path(scratch) / "work"

    def run(self, steps):
        ours = run_steps(self.options.conf, steps, self.env, self.work, CPU_SECONDS)
        theirs = run_steps(self.options.ref, steps, self.env, self.work, CPU_SECONDS)
        codes = [-1 if r[0] == "timeout" else r[0] for r in theirs]
        oops = any(b"Oops!" in r[2] for r in theirs) or any(map(prints_null, theirs))
        return ours, theirs, codes, oops

    def run_many(self, cases):
        return map(self.run, cases)


class Servers:
    """The two programs behind serve/serve.cc: only hashes come back."""

    def __init__(self, options, env, scratch):
        limit = ["--max-output", str(MAX_OUTPUT)]
        self.ours = Server(options.serve, env, pathlib.Path(scratch) / "ours", limit)
        self.theirs = Server(options.ref_serve, env, pathlib.Path(scratch) / "theirs", limit)

    def run_many(self, cases):
        """Both work through all the cases at once; their answers are short."""
        for steps in cases:
            self.theirs.send(steps, CPU_MS)
            self.ours.send(steps, CPU_MS)
        for _ in cases:
            theirs, ours = self.theirs.receive(), self.ours.receive()
            yield ours, theirs, [code_of(answer) for answer in theirs], False


def usable_part(codes):
    """Nothing after a crash or an endless question of the original counts."""
    return next((i for i, code in enumerate(codes) if code < 0), len(codes))


class Case:
    def __init__(self, options, number):
        rng = random.Random(options.seed * 1000003 + number)
        generator = Generator(rng, options.profile)
        self.number = number
        self.tree = generator.tree()
        self.dot_config = generator.dot_config()
        self.steps = steps_for(rng, self.tree, self.dot_config)
        if options.modes:
            self.steps = self.steps[:1] + rng.sample(self.steps[1:], options.modes)

    def keep(self, directory):
        target = pathlib.Path(directory) / str(self.number)
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        (target / "Kconfig").write_text(self.tree)
        (target / ".config").write_text(self.dot_config)


def judge(case, result, slow):
    """(what became of the case, the difference)."""
    ours, theirs, codes, oops = result
    if codes[0] < 0 or oops:
        return "left out", None
    usable = usable_part(codes) if codes[0] == 0 else 1
    if ours[:usable] == theirs[:usable]:
        return ("compared" if codes[0] == 0 else "refused"), None
    if slow is not None:  # once more with everything at hand, to tell what differs
        return judge(case, slow.run(case.steps), None)
    return "compared", first_difference(ours[:usable], theirs[:usable])


def run_batch(options, numbers, runner, slow):
    """What became of some cases, counted, and the differences."""
    outcomes = {"compared": 0, "refused": 0, "left out": 0, "differences": []}
    batch = [Case(options, number) for number in numbers]
    for case, result in zip(batch, runner.run_many([case.steps for case in batch])):
        outcome, difference = judge(case, result, slow)
        outcomes[outcome] += 1
        if difference:
            text = f"case {case.number} (seed {options.seed}): {difference}"
            outcomes["differences"].append(text)
            print(f"DIFFERS {text}", flush=True)
            if options.keep:
                case.keep(options.keep)
    return outcomes


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conf", required=True)
    parser.add_argument("--ref", required=True)
    parser.add_argument("--serve", help="kconfig_serve: many times faster, with --ref-serve")
    parser.add_argument("--ref-serve")
    parser.add_argument("--profile", required=True)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0, help="the number of the first case")
    parser.add_argument("--modes", type=int, default=0,
                        help="so many modes a case besides olddefconfig, by chance (0: all)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--state", type=pathlib.Path, help="a file that keeps what is done")
    parser.add_argument("--keep", help="write the files of a difference into this directory")
    options = parser.parse_args()
    for name in ("conf", "ref", "serve", "ref_serve"):
        if getattr(options, name):
            setattr(options, name, os.path.abspath(getattr(options, name)))
    return options


def open_journal(options, scratch):
    programs = [sha(path) for path in (options.serve or options.conf,
                                       options.ref_serve or options.ref, __file__)]
    settings = [options.profile, options.seed, options.modes, options.serve is not None]
    return Journal(options.state or pathlib.Path(scratch) / "state",
                   json.dumps(programs + settings))


def main():
    options = parse_arguments()
    env = {"PATH": os.environ["PATH"], "LC_ALL": "C", "KCONFIG_PROFILE": options.profile,
           "KCONFIG_PROBE_CACHE": ""}
    last = options.first + options.count
    done = []
    with tempfile.TemporaryDirectory(dir=scratch_root()) as scratch:
        journal = open_journal(options, scratch)
        slow = Programs(options, env, scratch)
        runner = Servers(options, env, scratch) if options.serve else slow
        for first in range(options.first, last, BATCH):
            numbers = range(first, min(first + BATCH, last))
            key = f"{first}+{len(numbers)}"
            if key not in journal.known:
                journal.add(key, run_batch(options, numbers, runner,
                                           slow if options.serve else None))
            done.append(journal.known[key])
    compared, refused, left_out = (sum(batch[what] for batch in done)
                                   for what in ("compared", "refused", "left out"))
    differ = sum(len(batch["differences"]) for batch in done)
    print(f"{compared + refused} compared ({refused} refused by both), {left_out} left out, "
          f"{differ} differ")
    return 1 if differ or compared + refused < options.count // 2 else 0


if __name__ == "__main__":
    sys.exit(main())
