# SPDX-License-Identifier: GPL-2.0
"""GDB commands for programs with Linux kernels in them: source this file in GDB.

  lkl instances             where each kernel of the process is
  lkl symbols [DEBUG-FILE]  gives GDB their symbols, types and lines: breakpoints on functions of
                            the kernel, `print init_task.comm`, backtraces with source lines

Works on a running program, after `attach`, and on a core file. DEBUG-FILE is what the build of the image
leaves beside it (lkl-image.debug). Left out, it is the image's file with ".debug" behind its name, then
$LKL_IMAGE_DEBUG, then lkl-image.debug beside this script. A kernel at its preferred base (an
option of the boot) has its functions' names in GDB without any of this.
"""

import os
import struct

import gdb

HERE = os.path.dirname(os.path.abspath(__file__))
NT_GNU_BUILD_ID = 3
SHT_NOTE = 7


def build_id_in(notes):
    """The build id in the bytes of ELF notes, or None."""
    at = 0
    while at + 12 <= len(notes):
        name_size, size, kind = struct.unpack_from("<III", notes, at)
        content = at + 12 + (name_size + 3) // 4 * 4
        if kind == NT_GNU_BUILD_ID and notes[at + 12:at + 16] == b"GNU\0":
            return notes[content:content + size]
        at = content + (size + 3) // 4 * 4
    return None


def build_id_of(path):
    """The build id of an ELF file, or None."""
    with open(path, "rb") as file:
        header = file.read(64)
        if header[:4] != b"\x7fELF":
            raise gdb.GdbError(f"{path} is no ELF file")
        table, size, count = (struct.unpack_from("<Q", header, 40)[0],
                              *struct.unpack_from("<HH", header, 58))
        for index in range(count):
            file.seek(table + index * size)
            section = file.read(size)
            kind, = struct.unpack_from("<I", section, 4)
            offset, length = struct.unpack_from("<QQ", section, 24)
            if kind == SHT_NOTE:
                file.seek(offset)
                found = build_id_in(file.read(length))
                if found:
                    return found
    return None


class Instance:
    """An entry of the list in src/machine/debugger.cc."""

    def __init__(self, memory):
        words = struct.unpack("<6Q", memory(48))
        self.next, self.base, self.preferred_base, name, notes, notes_size = words
        self.image = read_text(name)
        self.build_id = build_id_in(read(notes, notes_size)) if notes else None

    @property
    def slide(self):
        return self.base - self.preferred_base


def read(address, size):
    return bytes(gdb.selected_inferior().read_memory(address, size))


def read_text(address):
    text = b""
    while not text.endswith(b"\0"):
        text += read(address + len(text), 1)
    return text[:-1].decode(errors="replace")


def instances():
    try:
        head = int(gdb.parse_and_eval("*(unsigned long *)&lkl_debug_instances"))
    except gdb.MemoryError:
        raise gdb.GdbError("the program does not run") from None
    except gdb.error:
        raise gdb.GdbError("no LKL in this program, or its symbols were stripped") from None
    while head:
        instance = Instance(lambda size, at=head: read(at, size))
        yield instance
        head = instance.next


def debug_file(instance, named):
    candidates = [named] if named else [instance.image + ".debug",
                                        os.environ.get("LKL_IMAGE_DEBUG", ""),
                                        os.path.join(HERE, "lkl-image.debug")]
    for path in candidates:
        if path and os.path.exists(path):
            found = build_id_of(path)
            if found == instance.build_id or instance.build_id is None:
                return path
            if named:
                raise gdb.GdbError(f"{path} belongs to another image: its build id is "
                                   f"{found.hex() if found else 'missing'}, the kernel's "
                                   f"{instance.build_id.hex()}")
        elif named:
            raise gdb.GdbError(f"{path}: no such file")
    raise gdb.GdbError("no symbols of this image were found: name the lkl-image.debug of its build")


class Lkl(gdb.Command):
    """Linux kernels in this process: lkl instances, lkl symbols."""

    def __init__(self):
        super().__init__("lkl", gdb.COMMAND_SUPPORT, gdb.COMPLETE_NONE, True)


class LklInstances(gdb.Command):
    """Lists the kernels in this process: base, slide, image."""

    def __init__(self):
        super().__init__("lkl instances", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        listed = False
        for one in instances():
            listed = True
            gdb.write(f"{one.base:#x}  {one.slide:+#x}  {one.image}\n")
        if not listed:
            gdb.write("No kernel is booted.\n")


class LklSymbols(gdb.Command):
    """Adds the symbols of every kernel in this process: lkl symbols [DEBUG-FILE]"""

    loaded = set()

    def __init__(self):
        super().__init__("lkl symbols", gdb.COMMAND_FILES, gdb.COMPLETE_FILENAME)

    def invoke(self, argument, from_tty):
        named = gdb.string_to_argv(argument)[0] if argument.strip() else None
        found = list(instances())
        if not found:
            raise gdb.GdbError("no kernel is booted")
        for one in found:
            path = debug_file(one, named)
            if (path, one.base) in self.loaded:
                continue
            # GDB's addresses wrap around: a slide downwards is a large one upwards.
            slide = one.slide % 2**64
            gdb.execute(f"add-symbol-file {path} -o {slide:#x}", from_tty, True)
            self.loaded.add((path, one.base))
            gdb.write(f"Symbols of the kernel at {one.base:#x}: {path}\n")


Lkl()
LklInstances()
LklSymbols()
