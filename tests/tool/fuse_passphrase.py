#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Mounts an encrypted image from a terminal: fuse_passphrase.py LKLFUSE IMAGE MOUNT_POINT.

The image's passphrase is "correct horse". lklfuse asks for it before it goes to the background,
where the end of the terminal does it no harm; Ctrl-C while it asks ends all of it.
"""
import fcntl
import os
import pty
import signal
import subprocess
import sys
import termios

from ask_passphrase import controlling

SECONDS = 60


def start(words):
    """Runs the program as the one that a new terminal is for, until it asks; returns both."""
    main, terminal = pty.openpty()
    process = subprocess.Popen(words, stdin=terminal, stdout=terminal, stderr=terminal,
                               preexec_fn=lambda: controlling(terminal))
    os.close(terminal)
    screen = b""
    while b"Passphrase for " not in screen:
        screen += os.read(main, 1024)  # fails when all of it has ended
    return main, process


def wait_for_image(image):
    """Returns when nobody has the image open for writing any more."""
    with open(image, "rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)


def main():
    tool, image, mount_point = sys.argv[1:]
    signal.alarm(SECONDS)

    terminal, process = start([tool, image, mount_point])
    os.write(terminal, b"\x03")
    code = process.wait()
    assert code == -signal.SIGINT, code
    wait_for_image(image)
    os.close(terminal)
    assert not os.path.ismount(mount_point)

    terminal, process = start([tool, image, mount_point])
    os.write(terminal, b"correct horse\n")
    assert process.wait() == 0
    assert os.path.ismount(mount_point)
    os.close(terminal)  # a hang-up for all that are left in its session
    with open(os.path.join(mount_point, "file"), "w", encoding="ascii") as file:
        file.write("content\n")
    subprocess.run(["fusermount3", "-u", mount_point], check=True)
    wait_for_image(image)


if __name__ == "__main__":
    main()
