#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Configures a kernel from fragments, and fails if a value that a fragment asks for is not in the result.

    configure.py --output DIR --source DIR FRAGMENT... -- MAKE-COMMAND...

A fragment has the lines of a .config: `CONFIG_X=value`, or `CONFIG_X=n` for off. A later fragment
overrides an earlier one. A comment at the end of a line says when it does not bind:

    CONFIG_X=y        # optional          the value is wished for, its absence is no error
    CONFIG_X=y        # since 6.5         asked of kernels from 6.5 on
    CONFIG_X=y        # until 6.4         asked of kernels up to 6.4

All other symbols get their defaults, as in the kernel's own alldefconfig.
"""

import argparse
import os
import re
import subprocess
import sys

LINE = re.compile(r"^CONFIG_(\w+)=(.*?)\s*(?:#\s*(.*))?$")


def kernel_version(source):
    """The (major, minor) of the kernel in `source`."""
    numbers = {}
    with open(os.path.join(source, "Makefile"), encoding="utf-8") as makefile:
        for line in makefile:
            match = re.match(r"^(VERSION|PATCHLEVEL)\s*=\s*(\d+)", line)
            if match:
                numbers[match.group(1)] = int(match.group(2))
    return numbers["VERSION"], numbers["PATCHLEVEL"]


def applies(condition, version):
    """Whether a `since` or `until` in a line's comment admits this kernel."""
    match = re.match(r"(since|until)\s+(\d+)\.(\d+)", condition)
    if not match:
        return True
    bound = (int(match.group(2)), int(match.group(3)))
    return version >= bound if match.group(1) == "since" else version <= bound


def read_fragments(paths, version):
    """{symbol: (value, optional, place)} of all fragments, the last one winning."""
    wanted = {}
    for path in paths:
        with open(path, encoding="utf-8") as fragment:
            for number, text in enumerate(fragment, 1):
                text = text.strip()
                if not text or text.startswith("#"):
                    continue
                match = LINE.match(text)
                place = f"{path}:{number}"
                if not match:
                    sys.exit(f"configure: {place}: not a configuration line: {text}")
                symbol, value, comment = match.group(1), match.group(2), match.group(3) or ""
                if applies(comment, version):
                    wanted[symbol] = (value, comment.startswith("optional"), place)
    return wanted


def read_config(path):
    """{symbol: value} of a .config; symbols that are off are absent."""
    result = {}
    with open(path, encoding="utf-8") as config:
        for line in config:
            match = re.match(r"^CONFIG_(\w+)=(.*)$", line)
            if match:
                result[match.group(1)] = match.group(2)
    return result


def write_request(path, wanted):
    with open(path, "w", encoding="utf-8") as request:
        for symbol, (value, _, _) in wanted.items():
            if value == "n":
                request.write(f"# CONFIG_{symbol} is not set\n")
            else:
                request.write(f"CONFIG_{symbol}={value}\n")


def survivors_missing(wanted, actual):
    """One sentence for every request that the result does not fulfil."""
    complaints = []
    for symbol, (value, optional, place) in wanted.items():
        got = actual.get(symbol, "n")
        if got != value and not optional:
            complaints.append(f"{place}: asked for CONFIG_{symbol}={value}, got {got}")
    return complaints


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", required=True, help="make's output directory (O=)")
    parser.add_argument("--source", required=True, help="the kernel's source")
    parser.add_argument("fragments", nargs="+")
    if "--" not in sys.argv:
        parser.error("the make command is missing after --")
    split = sys.argv.index("--")
    arguments = parser.parse_args(sys.argv[1:split])
    make = sys.argv[split + 1:]

    version = kernel_version(arguments.source)
    wanted = read_fragments(arguments.fragments, version)
    request = os.path.join(arguments.output, ".config.request")
    config = os.path.join(arguments.output, ".config")
    fresh = os.path.join(arguments.output, ".config.new")
    write_request(request, wanted)
    # Into a file of its own: an unchanged .config keeps its time, and make then keeps its objects.
    environment = dict(os.environ, KCONFIG_ALLCONFIG=request, KCONFIG_CONFIG=fresh)
    subprocess.run([*make, "alldefconfig"], check=True, env=environment, stdout=subprocess.DEVNULL)

    complaints = survivors_missing(wanted, read_config(fresh))
    if complaints:
        for complaint in complaints:
            print(complaint, file=sys.stderr)
        sys.exit(f"configure: {len(complaints)} requested values did not survive "
                 f"(unmet dependencies, or unknown to this kernel); see {fresh}")

    with open(fresh, "rb") as new:
        content = new.read()
    unchanged = False
    if os.path.exists(config):
        with open(config, "rb") as old:
            unchanged = old.read() == content
    if unchanged:
        os.remove(fresh)
    else:
        os.replace(fresh, config)


if __name__ == "__main__":
    main()
