#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Tests of kernel/headers: what headers define, how names change, how calls are declared."""

import unittest

from headers import rename, symbols, syscalls


def renamed(text, others=None, core=()):
    """`text` as header linux/a.h after the export, `others` being {name: text} beside it."""
    texts = {"linux/a.h": text, **(others or {})}
    headers = {name: symbols.Header(name, body) for name, body in texts.items()}
    return rename.Renamer(headers, core).rename("linux/a.h")


class Prefix(unittest.TestCase):
    def test_kinds_of_names(self):
        for name, expected in (("pid_t", "lkl_pid_t"), ("O_RDONLY", "LKL_O_RDONLY"),
                               ("_IOC", "_LKL_IOC"), ("__u32", "__lkl__u32"),
                               ("__NR_read", "__lkl__NR_read"), ("AF_DECnet", "lkl_AF_DECnet"),
                               ("__BITS_PER_LONG", "__LKL__BITS_PER_LONG"),
                               ("lkl_thing", "lkl_thing"), ("LKL_THING", "LKL_THING")):
            self.assertEqual(rename.prefixed(name), expected)


class Definitions(unittest.TestCase):
    def test_typedefs(self):
        code = """typedef unsigned int a_t; typedef struct { int x; } b_t; typedef int c_t[2];
                  typedef void d_t(int); typedef void (*e_t)(int, char); typedef struct s { int y; }
                  __attribute__((packed)) f_t;"""
        self.assertEqual(symbols.typedefs(code), {"a_t", "b_t", "c_t", "d_t", "e_t", "f_t"})

    def test_enumerators(self):
        code = "enum { A, B = F(1, 2), C }; enum tag { MAPPER(ENTRY) D, };"
        self.assertEqual(symbols.enumerators(code), {"A", "B", "C", "D"})

    def test_functions_and_macros(self):
        header = symbols.Header("a.h", "#define ONE 1\n# define TWO(x) \\\n (x)\n"
                                       "static __inline__ __u16 swap(__u16 v) { return v; }\n")
        self.assertEqual(header.constants, {"ONE", "TWO"})
        self.assertEqual(header.functions, {"swap"})

    def test_comments_define_nothing(self):
        header = symbols.Header("a.h", "/*\n#define NO 1\n typedef int no_t; */ // enum { NO2 }\n")
        self.assertEqual(header.defined(), set())


class Rename(unittest.TestCase):
    def test_structure_and_members(self):
        self.assertEqual(renamed("struct point { int x; struct point *next; };\n"),
                         "struct lkl_point { int x; struct lkl_point *next; };\n")

    def test_a_macro_renames_the_member_that_it_would_replace(self):
        self.assertEqual(renamed("#define m_name u.name\nstruct s { int m_name; };\n"),
                         "#define lkl_m_name u.name\nstruct lkl_s { int lkl_m_name; };\n")

    def test_members_that_hosts_define_as_macros(self):
        text = "struct stat { long st_atime; long st_size; };\n"
        self.assertEqual(renamed(text, core=["linux/a.h"]),
                         "struct lkl_stat { long lkl_st_atime; long st_size; };\n")

    def test_lower_case_words_of_unrelated_headers_stay(self):
        text = "struct s { int data; };\n"
        self.assertEqual(renamed(text, {"linux/b.h": "#define data other\n"}),
                         "struct lkl_s { int data; };\n")

    def test_includes(self):
        text = "#include <linux/b.h>\n#include <sys/socket.h>\n#include <limits.h>\n"
        self.assertEqual(renamed(text, {"linux/b.h": ""}),
                         "#include <lkl/linux/b.h>\n#include <lkl/asm/private.h>\n"
                         "#include <limits.h>\n")

    def test_comments_and_strings_stay(self):
        text = '#define NAME "NAME" /* NAME */\n'
        self.assertEqual(renamed(text), '#define LKL_NAME "NAME" /* NAME */\n')

    def test_parameters_of_macros_stay(self):
        text = "typedef int type;\n#define SIZE(type) sizeof(struct type)\n"
        self.assertEqual(renamed(text),
                         "typedef int lkl_type;\n#define LKL_SIZE(type) sizeof(struct type)\n")

    def test_pasted_names(self):
        text = "#define GET(a) MEM_##a##_SHIFT\n"
        self.assertEqual(renamed(text), "#define LKL_GET(a) LKL_MEM_##a##_SHIFT\n")

    def test_the_host_library_switches_nothing_off(self):
        text = "#if !defined(__GLIBC__)\n#define S_IFREG 1\n#endif\n"
        self.assertEqual(renamed(text),
                         "#if !defined(__LKL__GLIBC__)\n#define LKL_S_IFREG 1\n#endif\n")

    def test_alias_of_a_tag(self):
        text = "struct new_tag { int x; };\n#define old_tag new_tag\n"
        self.assertEqual(renamed(text), "struct lkl_new_tag { int x; };\n"
                                        "#define lkl_old_tag lkl_new_tag\n")

    def test_keywords_of_cplusplus(self):
        self.assertEqual(renamed("\tint class;\n"),
                         "#ifdef __cplusplus\n\tint lkl_class;\n#else\n\tint class;\n#endif\n")


class Calls(unittest.TestCase):
    def test_parameters(self):
        parts = syscalls.split_parameters("unsigned int fd, const char __user *buf,\n size_t count")
        self.assertEqual(parts, ["unsigned int fd", "const char *buf", "size_t count"])
        self.assertEqual(syscalls.split_parameters("void"), [])

    def test_names_of_parameters(self):
        for parameter, expected in (("unsigned int fd", ("unsigned int", "fd")),
                                    ("const char *buf", ("const char *", "buf")),
                                    ("unsigned flags", ("unsigned", "flags")),
                                    ("int", ("int", "arg2")),
                                    ("unsigned long", ("unsigned long", "arg2")),
                                    ("struct sockaddr *", ("struct sockaddr *", "arg2")),
                                    ("fd_set *", ("fd_set *", "arg2")),
                                    ("size_t", ("size_t", "arg2"))):
            self.assertEqual(syscalls.split_name(parameter, 2), expected)

    def test_definition(self):
        text = syscalls.definition("write", "write", ["unsigned int fd", "const char *buf"],
                                   lambda kind: kind)
        self.assertEqual(text, "static inline long lkl_sys_write(unsigned int fd_, const char *buf_)"
                               "\n{\n\tlong params[6] = {(long)fd_, (long)buf_};\n\n"
                               "\treturn lkl_syscall(__lkl__NR_write, params);\n}\n")

    def test_numbers(self):
        self.assertEqual(syscalls.evaluate("(244 + 15)"), 259)
        with self.assertRaises(syscalls.CallError):
            syscalls.evaluate("system()")


if __name__ == "__main__":
    unittest.main()
