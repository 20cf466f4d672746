# SPDX-License-Identifier: GPL-2.0
"""Gives the names of the kernel's headers their lkl_ and LKL_ prefixes.

The rules are those that programs for the library have been written to:

  name      lkl_name      struct sockaddr -> struct lkl_sockaddr, pid_t -> lkl_pid_t
  NAME      LKL_NAME      O_RDONLY -> LKL_O_RDONLY
  _NAME     _LKL_NAME     _IOC -> _LKL_IOC
  __name    __lkl__name   __u32 -> __lkl__u32, __NR_read -> __lkl__NR_read

Members of structures keep their names, unless a macro or a type of the same name is in sight: as a
macro would replace the member, so is the member renamed (ifr_name -> lkl_ifr_name).
"""

import re

from . import lexer, symbols

# Members that hosts define as macros (struct stat in glibc, in_addr in Winsock).
HOST_MACROS = {"sa_handler", "st_atime", "st_mtime", "st_ctime", "s_addr"}

# The host's C library is not a party to these headers: its macros must not switch parts of them
# off. Renamed, they are never defined.
FOREIGN = {"__GLIBC__", "__KERNEL__", "__USE_TIME_BITS64"}

# First halves of names that are pasted together from an argument of a macro.
PASTED = {"TLS_1_2", "TLS_1_3"}

# Second halves of pasted names, which keep theirs though a macro is called the same.
NILFS_FLAGS = {"ACTIVE", "DIRTY", "ERROR", "FLAGS", "INVALID", "LASTMOD", "MINOR", "NBLOCKS",
               "SNAPSHOT"}
KEPT = {"linux/nilfs2_api.h": NILFS_FLAGS, "linux/nilfs2_ondisk.h": NILFS_FLAGS}

# Host headers that exported headers ask for, and what stands in their place.
REPLACED_INCLUDES = {
    "sys/socket.h": "lkl/asm/private.h",
    "sys/time.h": "lkl/linux/time.h",
    "sys/types.h": "lkl/asm/private.h",
    "time.h": "lkl/linux/time.h",
    "netinet/in.h": "lkl/linux/in.h",
    "netinet/if_ether.h": "lkl/linux/if_ether.h",
    "sys/ioctl.h": "lkl/linux/ioctl.h",
    "unistd.h": "lkl/asm/private.h",
}

# Names of members that C++ does not take: there they get a prefix, in C they stay.
CPLUSPLUS_KEYWORDS = {
    "class", "delete", "explicit", "export", "friend", "mutable", "namespace", "new", "operator",
    "private", "protected", "public", "template", "this", "throw", "try", "typename", "using",
    "virtual",
}

TAG_KEYWORDS = {"struct", "union", "enum"}
HAS_PREFIX = re.compile(r"_{0,2}(lkl|LKL)")
ALIAS = re.compile(r"\s*#\s*define\s+\w+\s+(\w+)\s*$")
DEFINE_PARAMETERS = re.compile(r"\s*#\s*define\s+\w+\(([^)]*)\)")


def prefixed(word):
    """The library's name for a name of the kernel."""
    if HAS_PREFIX.match(word):
        return word
    lead = "__" if word.startswith("__") else "_" if word.startswith("_") else ""
    core = "LKL" if word.isupper() else "lkl"
    return lead + core + ("" if lead else "_") + word


class Renamer:
    """Knows all headers, and so which words each of them must rename."""

    def __init__(self, headers, core):
        """`headers` is {name: Header}; the names of `core` share all of their symbols."""
        self.headers = headers
        self.core = set().union(*(symbols.closure(name, headers) for name in core))
        self.core_symbols = set().union(*(headers[name].defined() for name in self.core))
        self.core_symbols |= HOST_MACROS
        self.tags = set().union(*(header.tags for header in headers.values()))
        self.everywhere = set(FOREIGN | PASTED)
        for header in headers.values():
            self.everywhere |= {w for w in header.defined() if self.unmistakable(w)}
        self.core_symbols -= lexer.KEYWORDS
        self.everywhere -= lexer.KEYWORDS

    @staticmethod
    def unmistakable(word):
        """Whether a word can hardly be a member's name: it is renamed wherever it stands."""
        return word.isupper() or word.endswith("_t") or word.startswith("__")

    def words_of(self, name):
        """The words to rename in header `name`."""
        words = set(self.everywhere)
        for included in symbols.closure(name, self.headers):
            words |= self.headers[included].defined()
        if name in self.core:
            words |= self.core_symbols
        return words - lexer.KEYWORDS - KEPT.get(name, set())

    def rename(self, name):
        """The text of header `name` with prefixes."""
        words = self.words_of(name)
        output, after_tag = [], False
        for line in split_lines(self.headers[name].text):
            include = re.match(r'^(\s*#\s*include\s*)[<"]([^>"]+)[>"](.*)$', line, re.DOTALL)
            if include:
                output.append(self.include_line(include, line))
                continue
            define = DEFINE_PARAMETERS.match(line)
            parameters = set(re.findall(r"\w+", define.group(1))) if define else set()
            # `#define old_tag new_tag` stands for the tag of a structure.
            alias = ALIAS.match(line)
            tag = {alias.group(1)} & self.tags if alias else set()
            # The set is large: it is copied only where a word is added.
            known = words | tag if tag else words
            text, next_tag = rename_line(line, known, parameters, after_tag)
            if not line.lstrip().startswith("#") and CPLUSPLUS_KEYWORDS & code_words(line):
                other, _ = rename_line(line, words | CPLUSPLUS_KEYWORDS, parameters, after_tag)
                text = f"#ifdef __cplusplus\n{other}#else\n{text}#endif\n"
            output.append(text)
            after_tag = next_tag
        return "".join(output)

    def include_line(self, match, line):
        target = match.group(2)
        if target in self.headers:
            target = "lkl/" + target
        elif target in REPLACED_INCLUDES:
            target = REPLACED_INCLUDES[target]
        else:
            return line
        return f"{match.group(1)}<{target}>{match.group(3)}"


def code_words(line):
    return {part for kind, part in lexer.tokens(line) if kind == "word"}


def split_lines(text):
    """Pieces of `text` that end with a line which is not continued and leaves no comment open."""
    piece, pieces = [], []
    for kind, part in lexer.tokens(text):
        piece.append(part)
        if kind == "newline" and not (len(piece) > 1 and piece[-2].endswith("\\")):
            pieces.append("".join(piece))
            piece = []
    pieces.append("".join(piece))
    return pieces


def rename_line(line, words, parameters, after_tag):
    """The renamed line, and whether it ends just after `struct`, `union` or `enum`."""
    parts = lexer.tokens(line)
    output = []
    for index, (kind, part) in enumerate(parts):
        if kind != "word":
            output.append(part)
            after_tag = after_tag and kind in ("space", "newline", "comment")
            continue
        is_tag = after_tag and part not in lexer.KEYWORDS
        if part not in parameters and (is_tag or part in words or pasted_head(parts, index)):
            output.append(prefixed(part))
        else:
            output.append(part)
        after_tag = part in TAG_KEYWORDS
    return "".join(output), after_tag


def pasted_head(parts, index):
    """Whether the word at `index` is the first half of a pasted name: PERF_MEM_##a."""
    following = [part for part in parts[index + 1:index + 3] if part[0] != "space"]
    before = [part for part in parts[max(0, index - 2):index] if part[0] != "space"]
    return (bool(following) and following[0][0] == "paste"
            and not (before and before[-1][0] == "paste")
            and parts[index][1] not in lexer.KEYWORDS)
