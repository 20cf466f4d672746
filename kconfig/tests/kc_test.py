#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""kc as its users call it: arguments, output, exit codes. kc_test.py KC"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from checking import environment, expect, read, run, write  # noqa: E402

KC = os.path.abspath(sys.argv[1])
TREE = """\
mainmenu "Example"
config MODULES
\tbool "Modules"
\tdefault y
\tmodules
menu "Network"
config NET
\tbool "Networking"
config INET
\tbool "TCP/IP"
\tdepends on NET
\thelp
\t  The Internet protocols.
config DRIVER
\ttristate "Driver"
\tdepends on INET
\tselect HELPER
endmenu
config HELPER
\ttristate
config NAME
\tstring "Name"
\tdefault "lkl"
"""


def kc(*arguments):
    return run(KC, *arguments)


def main():
    with tempfile.TemporaryDirectory() as work:
        os.chdir(work)
        write("Kconfig", TREE)
        write("base", "CONFIG_NET=y\n")
        write("good", 'CONFIG_INET=y\nCONFIG_NAME="x"\n')
        write("bad", "# CONFIG_NET is not set\nCONFIG_DRIVER=m\n")

        code, out, err = kc("merge", "base", "good")
        expect(code == 0, f"merge of what can be: {code} {err}")
        expect("CONFIG_INET=y\n" in read(".config"), "merged value")
        code, out, err = kc("merge", "base", "good", "bad")
        expect(code == 2, f"merge of what cannot be exits with 2: {code}")
        expect("Value requested for CONFIG_DRIVER not in final .config" in err, err)
        expect("depends on NET  (Kconfig:11)" in err or "NET = n  (Kconfig:7)" in err, err)
        expect("Value of CONFIG_NET is redefined by fragment bad" in out, out)
        code, out, err = kc("merge", "base", "missing")
        expect(code == 1 and "cannot read the fragment missing" in err, err)
        code, out, err = kc("merge", "-s", "base", "bad")
        expect(code == 1, "strict merge")
        code, out, err = kc("merge", "-m", "-o", "only", "base", "good")
        expect(code == 0 and read("only") == 'CONFIG_NET=y\nCONFIG_INET=y\nCONFIG_NAME="x"\n',
               "merge without evaluation")
        code, out, err = kc("-c", "named", "merge", "-m", "-q", "base", "good")
        expect(code == 0 and out == "" and read("named") == read("only"), f"-c and -q: {out}{err}")

        kc("merge", "base")
        code, out, err = kc("set", "-n", "DRIVER=m")
        expect(code == 0 and "INET=y" in out and "DRIVER=m" in out, out + err)
        expect("CONFIG_INET=y" not in read(".config"), "a dry run writes nothing")
        code, out, err = kc("set", "DRIVER=m")
        expect(code == 0 and "CONFIG_DRIVER=m\n" in read(".config"), out + err)
        code, out, err = kc("explain", "HELPER")
        expect("selected by DRIVER" in out and "HELPER = m" in out, out)
        code, out, err = kc("set", "HELPER=n")
        expect(code == 0 and "CONFIG_HELPER=m" not in read(".config"), out + err)
        code, out, err = kc("explain", "DRIVR")
        expect(code == 1 and "did you mean DRIVER" in err, err)
        code, out, err = kc("diff", "base", ".config")
        expect(code == 2 and "INET: n -> y" in out, out)
        code, out, err = kc("diff", ".config", ".config")
        expect(code == 0 and out == "", "no differences")
        code, out, err = kc("search", "internet")
        expect(code == 0 and out.startswith("INET=y") and "[in its help]" in out, out)
        code, out, err = kc("savedefconfig", "d")
        first = read("d")
        kc("-c", "d", "savedefconfig", "e")
        expect(read("e") == first and "MODULES" not in first, first)
        code, out, err = kc("tree", "--json")
        tree = json.loads(out)
        expect(tree["title"] == "Example", "title")
        names = [entry.get("name") for entry in tree["entries"][1]["children"]]
        expect(names[0] == "NET", names)
        write("Makefile", "obj-$(CONFIG_DRIVER) += my-\\\n\tother.o the-driver.o # no.o\n")
        write("lsmod", "Module Size Used by\nelsewhere 1 0\n")
        kc("set", "DRIVER=m")
        code, out, err = kc("local", "lsmod")
        expect(code == 0 and "# CONFIG_DRIVER is not set\n" in read(".config"), out + err)
        expect("no Makefile builds the module elsewhere" in err, err)
        kc("set", "DRIVER=m")
        write("lsmod", "the_driver 1 0\n")
        code, out, err = kc("local", "lsmod")
        expect(code == 0 and "CONFIG_DRIVER=m\n" in read(".config"), out + err)
        code, out, err = kc("local", "--builtin", "lsmod")
        expect(code == 0 and "CONFIG_DRIVER=y\n" in read(".config"), out + err)
        code, out, err = kc("lint")
        expect(code == 0 and out == "", f"nothing to find: {out}")
        write("Kconfig", TREE + "config LOST\n\tbool\n")
        code, out, err = kc("lint")
        expect(code == 2 and "dead-symbol" in out and "LOST" in out, out)
        write("Kconfig", "config A\n\tbool\n\tdepends A\n")
        code, out, err = kc("lint")
        expect(code == 1 and "expected 'on' after 'depends'" in err, err)
        write("Kconfig", TREE + "config SIZE\n\tint \"Size\"\n\trange 1 5\n")
        for arguments, words in (
                (["--bogus"], "unknown option --bogus"), (["-c"], "-c needs an argument"),
                (["set", "-x", "NET=y"], "set: unknown option -x"),
                (["set", "NET"], "not of the form SYMBOL=VALUE"),
                (["explain", "=y"], "names no symbol"),
                (["lint", "nonsense"], "there is no check nonsense; there are undefined-symbol"),
                (["savedefconfig", "-x"], "no options"),
                (["search", "["], "is no regular expression"),
                (["diff", "base", "missing"], "missing: there is no such file"),
                (["diff", "base", "."], ".: it is a directory"),
                (["-c", ".", "explain", "NET"], "cannot read the configuration .: it is a dir"),
                (["-c", "missing", "tree"], "configuration missing: there is no such file"),
                (["-c", "missing", "search", "NET"], "configuration missing: there is no such"),
                (["local", "."], "the list of modules .: it is a directory"),
                (["-c", "missing", "tree", "--xml"], "the only option is --json"),
                (["merge", "."], ".: it is a directory"),
                (["merge", "--for", "six", "base"], "--for needs a version"),
                (["local", "missing"], "there is no such file"),
                (["--profile", "7", "tree"], "use 6.1, 6.12 or next")):
            code, out, err = kc(*arguments)
            expect(code == 1 and words in err, f"{arguments}: {code} {err}")
        code, out, err = kc("set", "SIZE=9")
        expect(code == 2 and "its range is 1 to 5  (Kconfig:" in out, out)
        code, out, err = kc("set", 'NAME="with quotes"')
        expect(code == 0 and 'CONFIG_NAME="with quotes"\n' in read(".config"), out)
        code, out, err = kc("search", "nothing-like-this")
        expect(code == 2 and "nothing matches" in err, err)
        for command in ("merge", "set", "savedefconfig"):
            code, out, err = kc(command, "--help")
            expect(code == 0 and out.startswith("Usage: kc"), command)
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run([KC, "tree"], stdout=full, stderr=subprocess.PIPE, text=True,
                                  env=environment(), timeout=30)
        expect(done.returncode == 1 and "cannot write all of the output" in done.stderr, done)
        before = read(".config")
        code, out, err = kc("--srctree", "nowhere", "local", "lsmod")
        expect(code == 1 and "cannot look for Makefiles in nowhere" in err, out + err)
        expect(read(".config") == before, "the configuration is as it was")
        expect(kc("nonsense")[0] == 1 and kc()[0] == 1 and kc("--help")[0] == 0, "usage")
    print("kc: all checks passed")


main()
