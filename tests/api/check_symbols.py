#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Compiles and links a C program that names every public function of the library.

    check_symbols.py PREFIX NAMES COMPILER [OPTION...]

Every function that a header below PREFIX/include declares or defines, and every name of the file
NAMES, must compile and link. The program calls none of them.
"""

import os
import re
import subprocess
import sys
import tempfile

HEADERS = ("lkl_api.h", "lkl_net.h", "lkl_host_api.h", "lkl_host_ops.h", "lkl_compat_calls.h",
           "lkl_instance.h",
           "asm/syscalls.h")
FUNCTION = re.compile(r"^[A-Za-z_][\w\s\*]*?\b\*?(lkl_\w+)\s*\(", re.MULTILINE)
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def declared_functions(prefix):
    names = set()
    for header in HEADERS:
        with open(os.path.join(prefix, "include/lkl", header), encoding="utf-8") as file:
            text = COMMENT.sub("", file.read())
        found = set(FUNCTION.findall(text))
        if not found:
            sys.exit(f"check_symbols: no functions found in {header}")
        names |= found
    return names


def wanted_names(path):
    with open(path, encoding="utf-8") as file:
        return {line.strip() for line in file if line.strip() and not line.startswith("#")}


def program(names):
    lines = ["#include <lkl.h>", "#include <lkl_host.h>", "#include <lkl/lkl_instance.h>",
             "#include <stdio.h>",
             "static const void *const names[] = {"]
    lines += [f"\t(const void *)&{name}," for name in sorted(names)]
    lines += ["};", "int main(void)", "{", "\tsize_t i, missing = 0;",
              "\tfor (i = 0; i < sizeof(names) / sizeof(names[0]); i++)",
              "\t\tmissing += names[i] == NULL;",
              '\tprintf("%zu names\\n", i);', "\treturn missing != 0;", "}", ""]
    return "\n".join(lines)


def main():
    prefix, names_file, *compiler = sys.argv[1:]
    names = declared_functions(prefix) | wanted_names(names_file)
    library = os.path.join(prefix, "lib")
    with tempfile.TemporaryDirectory() as work:
        source = os.path.join(work, "names.c")
        with open(source, "w", encoding="utf-8") as file:
            file.write(program(names))
        binary = os.path.join(work, "names")
        subprocess.run([*compiler, "-Wall", "-Werror", f"-I{prefix}/include", source, "-o", binary,
                        f"-L{library}", "-llkl", f"-Wl,-rpath,{library}"], check=True)
        subprocess.run([binary], check=True)


if __name__ == "__main__":
    main()
