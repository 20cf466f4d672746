# SPDX-License-Identifier: GPL-2.0
"""What a header defines: macros, types, functions and enumerators, and what it includes."""

import re

from . import lexer

DEFINE = re.compile(r"^\s*#\s*define\s+(\w+)")
INCLUDE = re.compile(r"^\s*#\s*include\s*<([^>]+)>")
TAG = re.compile(r"\b(?:struct|union)\s+(\w+)\s*\{")
ENUM = re.compile(r"\benum\s+(?:\w+\s*)?\{([^{}]*)\}")
FUNCTION = re.compile(
    r"\bstatic\s+(?:inline|__inline__|__inline|__always_inline)\b[^;{(]*?\b(\w+)\s*\("
)
FUNCTION_TYPE = re.compile(r"\(\s*\*\s*(\w+)\s*\)\s*\(")
LAST_WORD = re.compile(r"(\w+)\s*(?:\[[^\]]*\]\s*)*(?:__attribute__\s*\(\(.*\)\)\s*)?$", re.DOTALL)


class Header:
    """One header: `name` as in #include <name>, its text, and what it defines."""

    def __init__(self, name, text):
        self.name = name
        self.text = text
        plain = lexer.without_comments(text)
        lines = lexer.logical_lines(plain)
        code = lexer.code_only(text)
        self.includes = [m.group(1) for m in map(INCLUDE.match, lines) if m]
        self.constants = {m.group(1) for m in map(DEFINE.match, lines) if m} | enumerators(code)
        self.types = typedefs(code)
        self.functions = set(FUNCTION.findall(code))
        self.tags = set(TAG.findall(code))

    def defined(self):
        return self.constants | self.types | self.functions


def enumerators(code):
    """The names in the bodies of enumerations."""
    names = set()
    for body in ENUM.findall(code):
        for entry in split_top_level(body):
            # A macro may put further enumerators before this one: MAPPER(ENTRY) NAME.
            match = re.match(r"(?:\s*\w+\([^()]*\))?\s*([A-Za-z_]\w*)\s*(=|$)", entry)
            if match:
                names.add(match.group(1))
    return names


def split_top_level(text):
    """`text` cut at the commas that are in no parentheses."""
    parts, depth, start = [], 0, 0
    for position, letter in enumerate(text):
        if letter in "([{":
            depth += 1
        elif letter in ")]}":
            depth -= 1
        elif letter == "," and depth == 0:
            parts.append(text[start:position])
            start = position + 1
    parts.append(text[start:])
    return parts


def typedefs(code):
    """The names that typedef declarations introduce."""
    names = set()
    for match in re.finditer(r"\btypedef\b", code):
        declaration = until_semicolon(code, match.end())
        pointer = FUNCTION_TYPE.search(declaration)
        if pointer:
            names.add(pointer.group(1))
            continue
        # A function type, `typedef int name(args)`, keeps its name before the parenthesis.
        function = re.match(r"^[\w\s*]*?\b(\w+)\s*\([^()]*\)\s*$", declaration, re.DOTALL)
        last = function or LAST_WORD.search(declaration.strip())
        if last:
            names.add(last.group(1))
    return names - lexer.KEYWORDS


def until_semicolon(code, start):
    """The declaration from `start` to the semicolon that ends it, bodies in braces left out."""
    depth, kept = 0, []
    for position in range(start, len(code)):
        letter = code[position]
        if letter == "{":
            depth += 1
        elif letter == "}":
            depth -= 1
        elif depth == 0:
            if letter == ";":
                break
            kept.append(letter)
    return "".join(kept)


def closure(name, headers):
    """The headers that `name` includes, directly or not, itself among them."""
    seen, waiting = set(), [name]
    while waiting:
        current = waiting.pop()
        if current in seen or current not in headers:
            continue
        seen.add(current)
        waiting.extend(headers[current].includes)
    return seen
