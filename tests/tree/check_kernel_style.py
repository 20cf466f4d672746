#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The kernel's own checkpatch.pl finds nothing in arch/lkl, but for what is named here.

    check_kernel_style.py KERNEL-SOURCE FILE-OR-FOLDER...
"""

import pathlib
import re
import subprocess
import sys

# Findings that do not apply to an architecture, or to one that serves two kernels.
IGNORED = {
    "VOLATILE": "words shared with host threads, and the prototypes of asm/io.h",
    "NEW_TYPEDEFS": "pte_t and its like, which the kernel's generic code asks for",
    "LINUX_VERSION_CODE": "one arch/lkl serves 6.1 and 6.12",
    "CONSTANT_COMPARISON": "the version checks again",
    "MACRO_ARG_UNUSED": "hooks of generic code that this architecture has no use for",
    "MACRO_WITH_FLOW_CONTROL": "the unsafe_get_user() family jumps to its caller's label",
    "EXPORT_SYMBOL": "of the linker script's symbols and of assembly",
    "ENOSYS": "the calls that a library cannot offer answer so",
    "PRINTK_WITHOUT_KERN_LEVEL": "the level is a parameter (%s)",
    "COMPLEX_MACRO": "asm statements",
    "DEFINE_ARCH_HAS": "ARCH_HAS_RELATIVE_EXTABLE is how lib/extable.c asks",
    "SPDX_LICENSE_TAG": "checkpatch looks for the kernel's tree around the file",
}

# Findings that are wrong in one place: file, type.
MISTAKEN = {
    ("asm/elf.h", "SINGLE_STATEMENT_DO_WHILE_MACRO"),  # ELF_CORE_COPY_REGS is used without one
    ("asm/elf.h", "DO_WHILE_MACRO_WITH_TRAILING_SEMICOLON"),
    ("asm/io.h", "REPEATED_WORD"),  # "#define ioremap ioremap"
    ("asm/atomic.h", "SPACING"),  # a type that is a macro's parameter
    ("kernel/syscall.c", "BRACKET_SPACE"),  # a designator in a macro
}


def findings(script: pathlib.Path, file: pathlib.Path):
    command = ["perl", str(script), f"--root={script.parent.parent}", "--no-tree", "--terse",
               "--show-types", "--no-summary", "--ignore", ",".join(IGNORED), "-f", str(file)]
    output = subprocess.run(command, capture_output=True, text=True, check=False)
    if output.stderr.strip():
        sys.exit(f"checkpatch.pl: {output.stderr}")
    for line in output.stdout.splitlines():
        match = re.match(r"(.*?):(\d+): \w+:(\w+): (.*)", line)
        if not match:
            sys.exit(f"checkpatch.pl says what this check does not know: {line}")
        kind = match[3]
        if not any(str(file).endswith(name) and kind == wrong for name, wrong in MISTAKEN):
            yield f"{file}:{match[2]}: {kind}: {match[4]}"


def main():
    script = pathlib.Path(sys.argv[1]) / "scripts/checkpatch.pl"
    files = []
    for argument in map(pathlib.Path, sys.argv[2:]):
        files += sorted(argument.rglob("*.[chS]")) if argument.is_dir() else [argument]
    if not script.is_file() or not files:
        sys.exit(f"{script} and files to check are needed")
    found = [line for file in files for line in findings(script, file)]
    print("\n".join(found))
    print(f"{len(files)} files, {len(found)} findings")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
