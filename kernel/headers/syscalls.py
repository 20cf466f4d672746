# SPDX-License-Identifier: GPL-2.0
"""The system calls of a built kernel: numbers and names from its table, types from its prototypes."""

import os
import re
import subprocess

from . import lexer

PROTOTYPE = re.compile(r"\basmlinkage\s+long\s+sys_(\w+)\s*\(([^;]*)\)\s*;")
TYPE_WORDS = frozenset("char short int long unsigned signed float double void const".split())


class CallError(Exception):
    """The kernel's table and its prototypes do not fit together."""


def preprocess(text, directories=(), options=()):
    """`text` through the C preprocessor."""
    command = ["gcc", "-E", "-P", "-std=c11", "-nostdinc", "-x", "c", *options]
    command += [f"-I{directory}" for directory in directories]
    return subprocess.run([*command, "-"], input=text, capture_output=True, text=True,
                          check=True).stdout


def uapi_directories(build, arch):
    return [os.path.join(build, "usr/include"),
            os.path.join(build, "arch", arch, "include/generated/uapi")]


def read_table(build, arch):
    """{number: entry} of the kernel's table, `sys_` taken off; calls it does not have left out."""
    generated = os.path.join(build, "arch", arch, "include/generated/asm/syscall_table_64.h")
    if os.path.exists(generated):
        include = f'#include "{generated}"'
    else:
        include = "#include <asm/unistd.h>"
    source = ("#define __SYSCALL(number, entry) @number entry@\n"
              "#define __SYSCALL_WITH_COMPAT(number, entry, compat) @number entry@\n"
              + include)
    table = {}
    for number, entry in re.findall(r"@(.+?) (sys_\w+)@",
                                    preprocess(source, uapi_directories(build, arch))):
        if entry != "sys_ni_syscall":
            table[evaluate(number)] = entry[len("sys_"):]
    return table


def evaluate(number):
    """The value of a number of the table: decimal, or a sum of two (`244 + 3`)."""
    plain = number.replace("(", " ").replace(")", " ")
    if not re.fullmatch(r"[\d\s+]+", plain):
        raise CallError(f"a call number that is not one: {number}")
    return sum(int(part) for part in plain.split("+"))


def read_names(build, arch):
    """{number: [name]} from the __NR_ constants."""
    options = ("-dM",)
    macros = dict(re.findall(r"^#define (__NR\w+) (.+)$",
                             preprocess("#include <asm/unistd.h>",
                                        uapi_directories(build, arch), options), re.MULTILINE))

    def value(text):
        while text in macros:
            text = macros[text]
        expanded = re.sub(r"__NR\w+", lambda m: str(value(m.group())), text)
        return evaluate(expanded)

    names = {}
    for macro in macros:
        if macro.startswith("__NR_") and macro not in ("__NR_syscalls", "__NR_arch_specific_syscall"):
            names.setdefault(value(macro), []).append(macro[len("__NR_"):])
    return names


def read_prototypes(source, build, arch):
    """{entry: [parameter]} from the kernel's declarations, under the kernel's configuration."""
    prototypes = {}
    autoconf = os.path.join(build, "include/generated/autoconf.h")
    options = ["-include", autoconf] if os.path.exists(autoconf) else []
    places = [os.path.join(source, "include/linux/syscalls.h"),
              os.path.join(source, "include/asm-generic/syscalls.h"),
              os.path.join(source, "arch", arch, "include/asm/syscalls.h")]
    for place in places:
        if not os.path.exists(place):
            continue
        with open(place, encoding="utf-8") as file:
            text = re.sub(r"^\s*#\s*include.*$", "", file.read(), flags=re.MULTILINE)
        for entry, arguments in PROTOTYPE.findall(preprocess(text, options=options)):
            prototypes.setdefault(entry, split_parameters(arguments))
    # Takes the interrupted registers from the stack, not from a caller.
    prototypes["rt_sigreturn"] = []
    return prototypes


def split_parameters(arguments):
    """The parameters of a prototype: [] for (void)."""
    flat = " ".join(re.sub(r"\b__user\b", " ", arguments).split())
    return [] if flat in ("void", "") else [part.strip() for part in flat.split(",")]


def split_name(parameter, position):
    """(type, name) of a parameter; unnamed ones are called after their position."""
    words = re.findall(r"\w+|\*+|\[\]", parameter)
    named = (len(words) > 1 and re.fullmatch(r"\w+", words[-1]) and words[-1] not in TYPE_WORDS
             and words[-2] not in ("struct", "union", "enum") and words[-2:] != ["const"]
             and any(word not in ("const",) for word in words[:-1]))
    if not named:
        return " ".join(words), f"arg{position}"
    return " ".join(words[:-1]), words[-1]


def parameter_tokens(parameters):
    """All words of types in `parameters`, for finding what defines them."""
    for position, parameter in enumerate(parameters, 1):
        kind, _ = split_name(parameter, position)
        yield from re.findall(r"(?:(?:struct|union|enum) )?\w+", kind)


def definition(name, number_name, parameters, translate):
    """A C function that makes the call `name`."""
    declared, passed = [], []
    for position, parameter in enumerate(parameters, 1):
        kind, argument = split_name(parameter, position)
        kind = re.sub(r" (\*+)$", r" \1", translate(kind))
        gap = "" if kind.endswith("*") else " "
        declared.append(f"{kind}{gap}{argument}_")
        passed.append(f"(long){argument}_")
    if not parameters:
        declared, passed = ["void"], ["0"]
    return (f"static inline long lkl_sys_{name}({', '.join(declared)})\n{{\n"
            f"\tlong params[6] = {{{', '.join(passed)}}};\n\n"
            f"\treturn lkl_syscall(__lkl__NR_{number_name}, params);\n}}\n")


def all_calls(build, source, arch):
    """[(name, constant, parameters)]: __lkl__NR_<constant> is the number of lkl_sys_<name>."""
    table = read_table(build, arch)
    names = read_names(build, arch)
    prototypes = read_prototypes(source, build, arch)
    calls, seen = [], set()
    for number, entry in sorted(table.items()):
        if number not in names:
            raise CallError(f"call {number} ({entry}) has no __NR_ constant")
        if entry not in prototypes:
            raise CallError(f"call {number} ({entry}) has no prototype")
        for name in [*sorted(names[number]), entry]:
            if name not in seen:
                seen.add(name)
                calls.append((name, sorted(names[number])[0], prototypes[entry]))
    if len(table) < 200:
        raise CallError(f"only {len(table)} calls found in the kernel's table")
    return calls


def type_words(calls):
    """The type words of all calls' parameters."""
    return {word for _, _, parameters in calls for word in parameter_tokens(parameters)}


def is_builtin(word):
    return all(part in TYPE_WORDS or part in lexer.KEYWORDS for part in word.split())
