#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Byte matrix: our conf and the original, on the same inputs, must not differ.

Every case is a sequence of runs in one directory. After each run the exit code,
standard output, standard error and every file below the directory are compared.

  matrix.py --conf OURS --ref ORIGINAL --tree LINUX --profile 6.12 --scope short
"""

import argparse
import concurrent.futures
import os
import pathlib
import resource
import shutil
import subprocess
import sys
import tempfile

SPECIAL = {"i386": "x86", "x86_64": "x86", "sparc64": "sparc", "parisc64": "parisc"}


class Step:
    """One run of conf, with changes to the directory before it."""

    def __init__(self, *args, env=None, stdin="", files=None, remove=()):
        self.args = list(args)
        self.env = env or {}
        self.stdin = stdin
        self.files = files or {}
        self.remove = remove


def snapshot(root):
    found = {}
    for path in sorted(root.rglob("*")):
        name = str(path.relative_to(root))
        if path.is_symlink():
            found[name] = "-> " + os.readlink(path)
        elif path.is_dir():
            found[name] = None
        else:
            found[name] = path.read_bytes()
    return found


def run_steps(conf, steps, env, work, cpu_seconds=None):
    """All results of a case; the directory has the same name for both programs."""
    limit = None
    if cpu_seconds:  # some questions of the original never end
        def limit():
            resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    results = []
    for step in steps:
        for name in step.remove:
            target = work / name
            if target.exists():
                target.unlink()
        for name, content in step.files.items():
            if isinstance(content, bytes):
                (work / name).parent.mkdir(parents=True, exist_ok=True)
                (work / name).write_bytes(content)
            else:
                (work / name).symlink_to(content[0])
        step_env = dict(env, **step.env)
        try:
            done = subprocess.run([conf] + step.args, cwd=work, env=step_env,
                                  input=step.stdin.encode(), capture_output=True, timeout=120,
                                  preexec_fn=limit)
            results.append((done.returncode, done.stdout, done.stderr, snapshot(work)))
        except subprocess.TimeoutExpired:
            results.append(("timeout", b"", b"", {}))
    return results


def first_difference(ours, theirs):
    for number, (a, b) in enumerate(zip(ours, theirs), 1):
        for label, x, y in zip(("exit code", "stdout", "stderr"), a, b):
            if x != y:
                return f"step {number}: {label}: {describe(x, y)}"
        names = sorted(set(a[3]) | set(b[3]))
        for name in names:
            if a[3].get(name, 0) != b[3].get(name, 0):
                return f"step {number}: file {name}: {describe(a[3].get(name, 0), b[3].get(name, 0))}"
    return None


def describe(x, y):
    if not isinstance(x, bytes) or not isinstance(y, bytes):
        return f"ours {str(x)[:200]!r}, original {str(y)[:200]!r}"
    for number, (a, b) in enumerate(zip(x.split(b"\n"), y.split(b"\n")), 1):
        if a != b:
            return f"line {number}: ours {a[:300]!r}, original {b[:300]!r}"
    return f"ours has {len(x)} bytes, original {len(y)}"


def kernel_env(options, arch):
    srcarch = SPECIAL.get(arch, arch)
    env = {key: value for key, value in os.environ.items() if not key.startswith("KCONFIG_")}
    env.update(
        srctree=options.tree, objtree=".", ARCH=arch, SRCARCH=srcarch, CC="gcc", HOSTCC="gcc",
        HOSTCXX="g++", LD="ld", AR="ar", NM="nm", OBJCOPY="objcopy", OBJDUMP="objdump",
        READELF="readelf", STRIP="strip", PAHOLE="pahole", RUSTC="rustc", BINDGEN="bindgen",
        CC_VERSION_TEXT="gcc (Debian 12.2.0-14) 12.2.0", RUSTC_VERSION_TEXT="", PAHOLE_VERSION="0",
        CLANG_FLAGS="", KERNELVERSION="6.12.0", KBUILD_VERBOSE="0", LC_ALL="C",
        KCONFIG_PROFILE=options.profile, KCONFIG_TEST_PROBES=str(options.probes))
    if arch == "um":
        env.update(SUBARCH="x86", HEADER_ARCH="x86")
    if options.preload:
        env["LD_PRELOAD"] = options.preload
        # A sanitized conf wants its own library first in the list, or to be told not to.
        env.setdefault("ASAN_OPTIONS", "verify_asan_link_order=0")
    return env


ANSWERS = "".join(a + "\n" for a in ["", "y", "n", "m", "", "?", "2", "1", "", "x", "yes", "0x10", "7"])


def cases(options, arch):
    """Yields (name, steps)."""
    srcarch = SPECIAL.get(arch, arch)
    top = options.kconfig
    full = options.scope == "full"
    new = {"KCONFIG_WARN_UNKNOWN_SYMBOLS": "1"}

    for mode in ("allnoconfig", "allyesconfig", "allmodconfig", "alldefconfig"):
        yield mode, [Step("--" + mode, top), Step("--olddefconfig", top),
                     Step("--syncconfig", top)]
    yield "sync-changes", [
        Step("--allnoconfig", top), Step("--syncconfig", top),
        Step("--allmodconfig", top), Step("--syncconfig", top),
        Step("--mod2noconfig", top), Step("--syncconfig", top),
        Step("--savedefconfig=defconfig", top)]
    yield "rewrite", [
        Step("--allyesconfig", top), Step("--yes2modconfig", top), Step("--mod2yesconfig", top),
        Step("--yes2modconfig", top), Step("--mod2noconfig", top), Step("--savedefconfig", "d", top)]
    seeds = range(1, 21) if full else (1, 2)
    for seed in seeds:
        for chance in ("", "10", "20:30", "80:10:70") if full else ("", "20:30"):
            env = {"KCONFIG_SEED": str(seed * 7919)}
            if chance:
                env["KCONFIG_PROBABILITY"] = chance
            # Without an earlier auto.conf all that depends on it is made, too.
            earlier = {"include/config/auto.conf": b"CONFIG_MODULES=y\n"} if chance else {}
            yield f"rand-{seed}-{chance}", [
                Step("--randconfig", top, env=env, files=earlier), Step("--olddefconfig", top),
                Step("--savedefconfig=d", top), Step("--defconfig=d", top)]
    yield "listnew", [Step("--listnewconfig", top), Step("--allnoconfig", top),
                      Step("--listnewconfig", top)]
    yield "helpnew", [Step("--helpnewconfig", top)]
    yield "oldask", [Step("--oldaskconfig", top, stdin=ANSWERS * (400 if full else 40))]
    yield "oldconfig", [Step("-s", "--alldefconfig", top),
                        Step("--oldconfig", top, stdin=ANSWERS * 40),
                        Step("--mod2noconfig", top),
                        Step("--oldconfig", top, stdin="\n" * 100)]
    yield "oldconfig-new", [Step("--oldconfig", top, stdin=ANSWERS * 60)]
    yield "syncconfig-new", [Step("--syncconfig", top, stdin="\n" * 20000)]
    yield "silent", [Step("-s", "--allnoconfig", top), Step("--oldconfig", "-s", top)]
    broken = (b"CONFIG_MODULES=y\nCONFIG_NO_SUCH=y\n# CONFIG_GONE is not set\nrubbish\nCONFIG_\n"
              b"CONFIG_HZ=abc\nCONFIG_LOCALVERSION=\"a\\\"b\\\\c\"\nCONFIG_MODULES=m\r\n"
              b"CONFIG_LOCALVERSION=\"open\n# CONFIG_SMP is not set really\nCONFIG_SMP\n"
              b"CONFIG_NR_CPUS=0x20\nCONFIG_PHYSICAL_START=10\n\r\nCONFIG_EXPERT=y\n"
              b"CONFIG_LOG_BUF_SHIFT=99\nCONFIG_DEFAULT_HOSTNAME=unquoted")
    yield "broken", [Step("--olddefconfig", top, files={".config": broken}, env=new),
                     Step("--oldconfig", top, stdin="\n" * 50),
                     Step("--olddefconfig", top, files={".config": broken},
                          env={"KCONFIG_WERROR": "1"})]
    yield "environment", [
        Step("--allmodconfig", top, files={"seed": b"# CONFIG_MODULES is not set\nCONFIG_SMP=y\n"},
             env={"KCONFIG_ALLCONFIG": "seed", "KCONFIG_CONFIG": "sub/dir/my.config"}),
        Step("--allnoconfig", top, env={"KCONFIG_ALLCONFIG": ""}),
        Step("--allnoconfig", top, files={"all.config": b"CONFIG_MODULES=y\n"},
             env={"KCONFIG_ALLCONFIG": "1"}),
        Step("--allyesconfig", top, env={"KCONFIG_ALLCONFIG": "missing"}),
        Step("--syncconfig", top, stdin="\n" * 20000,
             env={"KCONFIG_AUTOCONFIG": "o/a.conf", "KCONFIG_AUTOHEADER": "o/a.h",
                  "KCONFIG_RUSTCCFG": "o/r"}),
        Step("--olddefconfig", top, env={"CONFIG_": "BR2_"}),
        Step("--syncconfig", top, env={"KCONFIG_NOSILENTUPDATE": "1"}),
        Step("--olddefconfig", top, env={"KCONFIG_OVERWRITECONFIG": "1"}),
        Step("--olddefconfig", top, remove=(".config",), files={".config": ("seed",)}),
        Step("--olddefconfig", top, remove=(".config",),
             env={"KCONFIG_DEFCONFIG_LIST": " no seed"}),
        Step("--randconfig", top, env={"KCONFIG_PROBABILITY": "70:70", "KCONFIG_SEED": "1"}),
        Step("--randconfig", top, env={"KCONFIG_PROBABILITY": "120", "KCONFIG_SEED": "1"}),
        Step("--olddefconfig", top, env={"KCONFIG_CONFIG": ""}),
        Step("--olddefconfig", top, env={"KCONFIG_CONFIG": "include"}),
        Step("--defconfig=missing", top), Step("--help"), Step(), Step("--olddefconfig", "missing"),
        Step("--savedefconfig=no/such/dir", top)]
    configs = sorted((pathlib.Path(options.tree) / "arch" / srcarch / "configs").glob("*_defconfig"))
    for config in configs if full else configs[:1]:
        yield f"defconfig-{config.name}", [
            Step(f"--defconfig={config.relative_to(options.tree)}", top),
            Step("--savedefconfig=defconfig", top),
            Step("--syncconfig", top)]


def check(options, arch, name, steps):
    with tempfile.TemporaryDirectory(dir=options.scratch) as scratch:
        work = pathlib.Path(scratch) / "work"
        env = kernel_env(options, arch)
        theirs = run_steps(options.ref, steps, env, work)
        ours = run_steps(options.conf, steps, env, work)
    usage = os.path.basename(options.ref), os.path.basename(options.conf)
    assert usage[0] == usage[1], "both programs must have the same name"
    for number, codes in enumerate(zip((run[0] for run in ours), (run[0] for run in theirs)), 1):
        if "timeout" in codes:  # of both, too: then nothing was compared
            return f"step {number}: not ended in time: exit codes {codes} of ours, original"
    for result in (ours, theirs):  # the program's own path is part of its messages
        for i, (code, out, err, files) in enumerate(result):
            for path in (options.conf, options.ref):
                out = out.replace(path.encode(), b"CONF")
                err = err.replace(path.encode(), b"CONF")
            result[i] = (code, out, err, files)
    return first_difference(ours, theirs)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conf", required=True)
    parser.add_argument("--ref", required=True)
    parser.add_argument("--tree", required=True)
    parser.add_argument("--profile", required=True)
    parser.add_argument("--kconfig", default="Kconfig")
    parser.add_argument("--scope", choices=("short", "full"), default="short")
    parser.add_argument("--arch", action="append")
    parser.add_argument("--only", help="run the cases whose name contains this")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--preload", help="the popen cache (popen_cache.c)")
    parser.add_argument("--probes", help="directory of the popen cache")
    parser.add_argument("--expect-difference", action="store_true",
                        help="succeed if there is a difference: for deliberately broken programs")
    options = parser.parse_args()
    options.conf = os.path.abspath(options.conf)
    options.ref = os.path.abspath(options.ref)
    options.tree = os.path.abspath(options.tree)
    arches = options.arch
    if not arches:
        root = pathlib.Path(options.tree) / "arch"
        arches = sorted(p.parent.name for p in root.glob("*/Kconfig")) + sorted(SPECIAL)

    with tempfile.TemporaryDirectory() as scratch:
        options.scratch = scratch
        options.probes = options.probes or os.path.join(scratch, "probes")
        os.makedirs(options.probes, exist_ok=True)
        if options.preload:
            options.preload = os.path.abspath(options.preload)
        jobs = [(arch, name, steps) for arch in arches for name, steps in cases(options, arch)
                if not options.only or options.only in name]
        failed = 0
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            results = pool.map(lambda job: check(options, *job), jobs)
            for (arch, name, _), difference in zip(jobs, results):
                if difference:
                    failed += 1
                    print(f"DIFFERS {arch} {name}: {difference}", flush=True)
        print(f"{len(jobs)} cases, {failed} differ")
    if options.expect_difference:
        return 0 if failed else 1
    return 1 if failed or not jobs else 0


if __name__ == "__main__":
    sys.exit(main())
