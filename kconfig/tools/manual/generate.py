#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Makes the manual page and the completions for bash and zsh of one program from its text.

    generate.py TEXT OUTPUT-DIRECTORY        writes NAME.1, NAME.bash and _NAME

The text: "name - summary"; sections "= TITLE"; in them paragraphs, or entries "TERM | meaning". In
OPTIONS a term is "-x, --long ARGUMENT", in COMMANDS "name ARGUMENT..." with its options indented
below. Arguments: FILE and DIR are completed as such, {a,b} as words.
"""

import os
import re
import sys


class Option:
    """One option: its spellings and its argument ("" without one)."""

    def __init__(self, term, meaning):
        self.term, self.meaning = term, meaning
        words = term.replace(",", " ", term.count(", -")).split()
        self.names = [word for word in words if word.startswith("-")]
        self.argument = " ".join(word for word in words if not word.startswith("-"))


def parse(path):
    """(name, summary, [(title, [entry or paragraph])]); entries are (indent, term, meaning)."""
    with open(path, encoding="utf-8") as file:
        lines = file.read().splitlines()
    name, summary = lines[0].split(" - ", 1)
    sections = []
    for line in lines[1:]:
        if line.startswith("= "):
            sections.append((line[2:], []))
        elif " | " in line:
            term, meaning = line.strip().split(" | ", 1)
            sections[-1][1].append((line.startswith("  "), term, meaning))
        elif line:
            sections[-1][1].append(line)
    return name, summary, sections


def options_and_commands(sections):
    """([Option], {command: (meaning, [Option])})."""
    options, commands = [], {}
    for title, content in sections:
        for entry in content:
            if title == "OPTIONS":
                options.append(Option(entry[1], entry[2]))
            elif title == "COMMANDS" and entry[0]:
                commands[command][1].append(Option(entry[1], entry[2]))
            elif title == "COMMANDS":
                command = entry[1].split()[0]
                commands[command] = (entry[2], [])
    return options, commands


def roff(text):
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + text if text[:1] in ".'" else text


def man_page(name, summary, sections):
    out = [f'.TH {name.upper()} 1 "" "kconfig" "User Commands"', ".SH NAME",
           f"{name} \\- {roff(summary)}"]
    for title, content in sections:
        out.append(f".SH {title}")
        inside = False
        for entry in content:
            if isinstance(entry, str):
                out.append((".B " if title == "SYNOPSIS" else "") + roff(entry))
                continue
            if entry[0] != inside:
                out.append(".RS" if entry[0] else ".RE")
                inside = entry[0]
            out += [".TP", f".B {roff(entry[1])}", roff(entry[2])]
        if inside:
            out.append(".RE")
    return "\n".join(out) + "\n"


def bash_values(argument):
    """The command that completes an argument in bash."""
    words = re.fullmatch(r"\{(.*)\}", argument)
    if words:
        return f"compgen -W '{words.group(1).replace(',', ' ')}' -- \"$word\""
    return f"compgen {'-d' if argument == 'DIR' else '-f'} -- \"$word\""


def bash_completion(name, sections):
    options, commands = options_and_commands(sections)
    every = options + [option for _, own in commands.values() for option in own]
    cases = {}
    for option in every:
        if option.argument:
            cases.setdefault(bash_values(option.argument), []).extend(option.names)
    taking = "|".join(sorted({n for names in cases.values() for n in names}))
    out = [f"# Completion for {name} in bash. Made from its manual.", f"_{name}() {{",
           "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}",
           "    local command= words= i", "    COMPREPLY=()", "    case $before in"]
    for values, names in cases.items():
        out.append(f"        {'|'.join(sorted(set(names)))})")
        out.append(f"            mapfile -t COMPREPLY < <({values})")
        out.append("            return ;;")
    out += ["    esac"]
    if commands:
        out += ["    for ((i = 1; i < COMP_CWORD; i++)); do", "        case ${COMP_WORDS[i]} in",
                f"            {taking}) ((i++)) ;;", "            -*) ;;",
                "            *) command=${COMP_WORDS[i]}; break ;;", "        esac", "    done"]
    out += ["    case $command in"]
    for command, (_, own) in commands.items():
        words = " ".join(n for option in own for n in option.names)
        out.append(f"        {command}) words='{words}' ;;")
    words = " ".join([n for option in options for n in option.names])
    out += [f"        '') words='{words}' ;;", "    esac", "    if [[ $word == -* ]]; then",
            "        mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")"]
    if commands:
        out += ["    elif [[ -z $command ]]; then",
                f"        mapfile -t COMPREPLY < <(compgen -W '{' '.join(commands)}' -- \"$word\")"]
    out += ["    else", "        mapfile -t COMPREPLY < <(compgen -f -- \"$word\")", "    fi", "}",
            f"complete -o filenames -F _{name} {name}"]
    return "\n".join(out) + "\n"


def zsh_specs(options):
    out = []
    for option in options:
        meaning = option.meaning.replace("'", "'\\''").replace("[", "(").replace("]", ")")
        meaning = meaning.replace(":", "\\:")
        words = re.fullmatch(r"\{(.*)\}", option.argument)
        argument = ""
        if words:
            argument = f":value:({words.group(1).replace(',', ' ')})"
        elif option.argument:
            argument = f":{option.argument}:{'_files -/' if option.argument == 'DIR' else '_files'}"
        out += [f"'{n}[{meaning}]{argument}'" for n in option.names]
    return out


def zsh_completion(name, sections):
    options, commands = options_and_commands(sections)
    out = [f"#compdef {name}", f"# Completion for {name} in zsh. Made from its manual."]
    if not commands:
        return "\n".join(out + ["_arguments \\"] +
                         [f"    {spec} \\" for spec in zsh_specs(options)] +
                         ["    '*:file:_files'"]) + "\n"
    out += ["local state", "_arguments -C \\"]
    out += [f"    {spec} \\" for spec in zsh_specs(options)]
    out += ["    '1:command:->command' \\", "    '*::argument:->argument'", "case $state in",
            "command)", "    local -a commands=("]
    for command, (meaning, _) in commands.items():
        meaning = meaning.replace("'", "'\\''")
        out.append(f"        '{command}:{meaning}'")
    out += ["    )", "    _describe command commands ;;", "argument)", "    case $words[1] in"]
    for command, (_, own) in commands.items():
        specs = " ".join(zsh_specs(own) + ["'*:file:_files'"])
        out.append(f"    {command}) _arguments {specs} ;;")
    return "\n".join(out + ["    esac ;;", "esac"]) + "\n"


def main():
    name, summary, sections = parse(sys.argv[1])
    for file, text in ((f"{name}.1", man_page(name, summary, sections)),
                       (f"{name}.bash", bash_completion(name, sections)),
                       (f"_{name}", zsh_completion(name, sections))):
        with open(os.path.join(sys.argv[2], file), "w", encoding="utf-8") as output:
            output.write(text)


if __name__ == "__main__":
    main()
