#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""CPU time of olddefconfig, ours and the original's, in one run.

  bench.py --conf OURS --ref ORIGINAL --tree LINUX --profile 6.12 [--preload popen_cache.so]

Prints the medians: both asking the compiler, both with remembered answers (the preloaded
popen), ours with its own cache, and reading and hashing the same files as a floor.
"""

import argparse
import hashlib
import os
import pathlib
import resource
import statistics
import subprocess
import tempfile
import time

from matrix import kernel_env


def cpu(command, env, work):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=work, env=env, check=True, stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def floor(options, work):
    """Reading and hashing every file that was read."""
    names = [line.strip().removesuffix("\\").strip()
             for line in (work / "include/config/auto.conf.cmd").read_text().splitlines()
             if line.startswith("\t")]
    begin = time.process_time()
    digest = hashlib.sha1()
    for name in names:
        digest.update(pathlib.Path(options.tree, name).read_bytes())
    return time.process_time() - begin


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conf", required=True)
    parser.add_argument("--ref", required=True)
    parser.add_argument("--tree", required=True)
    parser.add_argument("--profile", default="6.12")
    parser.add_argument("--arch", default="x86")
    parser.add_argument("--preload")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    for name in ("conf", "ref", "tree", "preload"):
        if getattr(options, name):
            setattr(options, name, os.path.abspath(getattr(options, name)))
    preload, options.preload = options.preload, None
    with tempfile.TemporaryDirectory() as scratch:
        options.probes = os.path.join(scratch, "probes")
        os.mkdir(options.probes)
        work = pathlib.Path(scratch) / "work"
        work.mkdir()
        env = dict(kernel_env(options, options.arch), KCONFIG_PROBE_CACHE=scratch + "/cache")
        subprocess.run([options.conf, "--alldefconfig", "Kconfig"], cwd=work, env=env, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        ask = ["--olddefconfig", "Kconfig"]
        rows = [("original, asking the compiler", [options.ref] + ask, env, 1),
                ("ours, asking the compiler", [options.conf, "--no-cache"] + ask, env, 1)]
        if preload:
            memory = dict(env, LD_PRELOAD=preload)
            rows += [("original, answers remembered", [options.ref] + ask, memory, options.rounds),
                     ("ours, the same answers", [options.conf, "--no-cache"] + ask, memory,
                      options.rounds)]
        rows.append(("ours, its own cache", [options.conf] + ask, env, options.rounds))
        for label, command, row_env, rounds in rows:
            cpu(command, row_env, work)  # warms the caches
            times = [cpu(command, row_env, work) for _ in range(rounds)]
            print(f"{statistics.median(times) * 1000:8.0f} ms CPU  {label}", flush=True)
        print(f"{statistics.median([floor(options, work) for _ in range(5)]) * 1000:8.0f} ms CPU  "
              "reading and hashing the files (Python)")


if __name__ == "__main__":
    main()
