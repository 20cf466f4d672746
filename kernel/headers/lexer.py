# SPDX-License-Identifier: GPL-2.0
"""Cuts C text into tokens, and takes away what is not code."""

import re

TOKEN = re.compile(
    r"""
    (?P<comment>/\*.*?\*/|//[^\n]*)
  | (?P<string>"(?:\\.|[^"\\\n])*")
  | (?P<char>'(?:\\.|[^'\\\n])')
  | (?P<word>[A-Za-z_]\w*)
  | (?P<number>\d[\w.]*)
  | (?P<paste>\#\#)
  | (?P<space>[^\S\n]+)
  | (?P<newline>\n)
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)

# Words that mean the same on every host, and so keep their names.
KEYWORDS = frozenset(
    """auto break case char const continue default do double else enum extern float for goto if
    inline int long register restrict return short signed sizeof static struct switch typedef union
    unsigned void volatile while bool true false NULL _Bool defined asm typeof alignof
    __attribute__ __asm__ __inline__ __inline __volatile__ __typeof__ __extension__ __const
    __signed__ __restrict __cplusplus __GNUC__ __VA_ARGS__ int8_t int16_t int32_t int64_t uint8_t
    uint16_t uint32_t uint64_t""".split()
)


def tokens(text):
    """[(kind, text)] of the whole of `text`; joined they give it back."""
    return [(match.lastgroup, match.group()) for match in TOKEN.finditer(text)]


def without_comments(text):
    return "".join(" " if kind == "comment" else part for kind, part in tokens(text))


def logical_lines(text):
    """Lines with continuations joined."""
    return re.sub(r"\\\n", " ", text).split("\n")


def code_only(text):
    """`text` without comments and preprocessor lines."""
    lines = logical_lines(without_comments(text))
    return "\n".join(line for line in lines if not re.match(r"\s*#", line))
