#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The whole byte matrix of one or more kernels, resumable.

  full_matrix.py --build BUILD --state DIRECTORY 6.12=LINUX-6.12 6.1=LINUX-6.1

Every case of matrix.py at full scope for every architecture, by the servers of ours and of the
original (serve/). What was compared is noted in DIRECTORY/results; a second run goes on where
the first was ended, and begins anew if our programs have changed. The original's answers
are kept in DIRECTORY/original. A summary ends up in DIRECTORY/summary.
"""

import argparse
import concurrent.futures
import hashlib
import os
import pathlib
import shutil
import signal
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from matrix import SPECIAL, cases, check, kernel_env  # noqa: E402
from serving import Journal, Server, code_of, encode, scratch_root, sha  # noqa: E402

CPU_MS = 120000
# These run the real programs with everything read anew; the others read the Kconfig files
# once an architecture.
WHOLE = ("alldefconfig", "environment")
# First everything but most of the random configurations, then those: what takes longest and
# brings least comes last.
LATE_SEEDS = 2


class Arch:
    """The servers of one architecture of one tree, started when they are needed."""

    def __init__(self, options, name, scratch):
        self.options = options
        # Ours asks popen(), too, whose answers are kept.
        self.env = dict(kernel_env(options, name), KCONFIG_PROBE_CACHE="")
        self.scratch = scratch
        self.servers = {}

    def server(self, who, whole):
        if (who, whole) not in self.servers:
            program = self.options.serve if who == "ours" else self.options.ref_serve
            extra = ["--exec", self.options.conf] if who == "ours" else []
            if not whole:
                extra = ["--preparse", self.options.kconfig]
            work = os.path.join(self.scratch, who + ("-whole" if whole else ""))
            self.servers[who, whole] = Server(program, self.env, work, extra)
        return self.servers[who, whole]

    def close(self):
        for server in self.servers.values():
            server.close()


def is_late(name):
    return name.startswith("rand-") and int(name.split("-")[1]) > LATE_SEEDS


def run_arch(options, results, original, arch, late):
    scratch = tempfile.mkdtemp(dir=scratch_root(), prefix="kconfig-matrix-")
    servers = Arch(options, arch, scratch)
    differ = 0
    try:
        for name, steps in cases(options, arch):
            if is_late(name) != late:
                continue
            key = f"{options.profile}/{arch}/{name}"
            if key in results.known:
                differ += results.known[key]["difference"] is not None
                continue
            whole = name in WHOLE
            case = hashlib.sha256(encode("", steps, CPU_MS)).hexdigest()
            ours = servers.server("ours", whole)
            ours.send(steps, CPU_MS)
            theirs = original.known.get(f"{key} {case}")
            if theirs is None:
                theirs = servers.server("original", whole).ask(steps, CPU_MS)
                original.add(f"{key} {case}", theirs)
            mine = ours.receive()
            difference = None
            ended = [code_of(answer) for answer in mine + theirs]
            # A question that never ends is compared as far as serve lets a program write.
            endless = ended.count(-signal.SIGXFSZ) // 2
            if -signal.SIGPROF in ended:  # nothing was compared
                difference = f"not ended in time: exit codes {ended} of ours, original"
            elif mine != theirs:
                step = next(i for i, pair in enumerate(zip(mine, theirs)) if pair[0] != pair[1])
                options.scratch = scratch
                difference = check(options, arch, name, steps) or \
                    f"step {step + 1}: seen in the server only ({mine[step]}, {theirs[step]})"
            if difference is not None:
                print(f"DIFFERS {key}: {difference}", flush=True)
                differ += 1
            results.add(key, {"difference": difference, "steps": len(steps), "endless": endless,
                              "failed": sum(code_of(a) != 0 for a in theirs)})
    finally:
        servers.close()
        shutil.rmtree(scratch, ignore_errors=True)
    part = "late" if late else "early"
    print(f"{time.strftime('%H:%M:%S')} {options.profile} {arch}: {part} cases done", flush=True)
    return differ


def tree_options(build, state, spec):
    profile, _, tree = spec.partition("=")
    reference = build / "tests" / "reference" / profile
    probes = state / "probes"
    probes.mkdir(exist_ok=True)
    return argparse.Namespace(
        profile=profile, tree=os.path.abspath(tree), kconfig="Kconfig", scope="full",
        conf=str(build / "conf"), serve=str(build / "tests" / "kconfig_serve"),
        ref=str(reference / "repaired" / "conf"), ref_serve=str(reference / "serve"),
        preload=str(build / "tests" / "libkconfig_popen_cache.so"), probes=str(probes))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True, help="the build folder of kconfig/")
    parser.add_argument("--state", required=True)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--arch", action="append")
    parser.add_argument("trees", nargs="+", metavar="PROFILE=LINUX")
    arguments = parser.parse_args()
    build, state = pathlib.Path(arguments.build).resolve(), pathlib.Path(arguments.state).resolve()
    state.mkdir(parents=True, exist_ok=True)
    trees = [tree_options(build, state, spec) for spec in arguments.trees]
    ours = sha(trees[0].conf, trees[0].serve)
    results = Journal(state / "results", ours)
    original = Journal(state / "original", sha(*(o.ref_serve for o in trees)))
    work = []
    for late in (False, True):
        for options in trees:
            found = pathlib.Path(options.tree, "arch").glob("*/Kconfig")
            for arch in arguments.arch or sorted(p.parent.name for p in found) + sorted(SPECIAL):
                work.append((argparse.Namespace(**vars(options)), results, original, arch, late))
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        differ = sum(pool.map(lambda job: run_arch(*job), work))
    done = results.known.values()
    summary = (f"{len(done)} cases, {sum(d['steps'] for d in done)} runs of each program "
               f"({sum(d['failed'] for d in done)} of them end with an error, as they should, "
               f"{sum(d['endless'] for d in done)} of these never, equal in 256 MiB of output), "
               f"{len(work) // 2} architectures of {len(trees)} trees: {differ} differ\n")
    (state / "summary").write_text(summary)
    print(summary, end="")
    return 1 if differ or not done else 0


if __name__ == "__main__":
    sys.exit(main())
