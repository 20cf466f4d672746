#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""CPU time of olddefconfig, ours and others', in one run.

  bench.py --build BUILD --tree LINUX [--profile 6.12] [--rounds N] [--cold-rounds N]

BUILD is the build folder of kconfig/, after its test kconfig.reference-PROFILE. The rows take
turns, so that a busy machine is as busy for all; shown are medians of user and system
time with the smallest and the largest. "Remembered": the answers to $(shell,...) come from a
preloaded popen(), the same for all. Kconfiglib only reads the files, it writes none. What merely
reading and hashing takes is shown for several hashes: with the fast ones it is nearly all reading.
"""

import argparse
import os
import pathlib
import resource
import shutil
import statistics
import subprocess
import tempfile

from matrix import kernel_env

KCONFIGLIB = "import kconfiglib; kconfiglib.Kconfig('Kconfig', warn=False)"


class Row:
    def __init__(self, label, command, env):
        self.label = label
        self.command = command
        self.env = env
        self.times = []
        self.error = ""

    def run(self, work):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(self.command, cwd=work, env=self.env, stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode:
            self.error = done.stderr.strip().splitlines()[-1][:100]
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    def print(self, ours):
        if self.error:
            print(f"| {self.label} | fails: {self.error} | |")
            return
        low, mid, high = (1000 * f(self.times) for f in (min, statistics.median, max))
        ratio = statistics.median(ours.times) / statistics.median(self.times)
        times = "" if ours is self else f"{ratio:.2f} times this"
        print(f"| {self.label} | {mid:.1f} ms ({low:.1f} to {high:.1f}) | {times} |", flush=True)


def measure(rows, ours, rounds, work):
    for row in rows:
        row.run(work)  # warms what can be warm
    for _ in range(rounds):
        for row in rows:
            if not row.error:
                row.times.append(row.run(work))
    for row in rows:
        row.print(ours)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True)
    parser.add_argument("--tree", required=True)
    parser.add_argument("--profile", default="6.12")
    parser.add_argument("--arch", default="x86")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--cold-rounds", type=int, default=3)
    options = parser.parse_args()
    options.tree = os.path.abspath(options.tree)
    options.preload = None
    build = pathlib.Path(options.build).resolve()
    reference = build / "tests/reference" / options.profile
    original = str(reference / "scripts/kconfig/conf")
    repaired = str(reference / "repaired/conf")
    ours = str(build / "conf")
    with tempfile.TemporaryDirectory() as scratch:
        options.probes = os.path.join(scratch, "probes")
        os.mkdir(options.probes)
        work = pathlib.Path(scratch) / "work"
        work.mkdir()
        env = dict(kernel_env(options, options.arch), KCONFIG_PROBE_CACHE=scratch + "/cache")
        memory = dict(env, LD_PRELOAD=str(build / "tests/libkconfig_popen_cache.so"))
        subprocess.run([ours, "--alldefconfig", "Kconfig"], cwd=work, env=env, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        files = [line.strip().removesuffix("\\").strip() for line in
                 (work / "include/config/auto.conf.cmd").read_text().splitlines()
                 if line.startswith("\t")]
        names = pathlib.Path(scratch, "files")
        names.write_text("".join(name + "\n" for name in files))
        def floor(label, kind):
            program = str(build / "tests/kconfig_floor")
            return Row(label, [program, kind, str(names), options.tree], env)

        def hashing(program, *command):
            paths = [os.path.join(options.tree, name) for name in files]
            return Row(f"reading the same files and hashing them, {program}",
                       [shutil.which(command[0]) or command[0], *command[1:], *paths], env)

        ask = ["--olddefconfig", "Kconfig"]
        print(f"| CPU time, {options.arch} {options.profile}, {len(files)} files | median | ours is |")
        print("| --- | --- | --- |")
        cold = Row("ours, asking the compiler", [ours, "--no-cache"] + ask, env)
        measure([Row("original, asking the compiler", [original] + ask, env), cold],
                cold, options.cold_rounds, work)
        warm = Row("ours, answers remembered", [ours, "--no-cache"] + ask, memory)
        measure([Row("original, answers remembered", [original] + ask, memory),
                 Row("original with its hash repaired, answers remembered", [repaired] + ask,
                     memory),
                 warm,
                 Row("ours, its own cache", [ours] + ask, env),
                 hashing("SHA-256 (sha256sum)", "sha256sum"),
                 hashing("SHA-1 (git hash-object)", "git", "hash-object", "--no-filters"),
                 hashing("BLAKE2b (b2sum)", "b2sum"),
                 hashing("MD5 (md5sum)", "md5sum"),
                 hashing("SHA-256 (openssl)", "openssl", "dgst", "-sha256", "-r"),
                 floor("reading the same files and hashing them, FNV-1a", "fnv1a"),
                 floor("reading the same files and splitting them into tokens", "tokens"),
                 Row("Kconfiglib, reading, answers remembered",
                     ["/usr/bin/python3", "-c", KCONFIGLIB], memory)],
                warm, options.rounds, work)


if __name__ == "__main__":
    main()
