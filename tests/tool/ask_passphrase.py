#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Answers the question for a passphrase at a terminal: ask_passphrase.py LKL IMAGE.

The image's passphrase is "correct horse". Checks what is asked, that nothing is echoed, and that the
terminal is as before whatever the answer.
"""
import os
import pty
import signal
import subprocess
import sys
import termios

SECONDS = 60


def echoes(terminal):
    return bool(termios.tcgetattr(terminal)[3] & termios.ECHO)


def ask(tool, image, answer):
    """Runs the tool, answers its question, with bytes or with a signal to it; returns exit code
    (negative: signal) and screen."""
    main, terminal = pty.openpty()
    before = termios.tcgetattr(terminal)
    process = subprocess.Popen([tool, "ls", "-i", image], stdin=terminal, stdout=terminal,
                               stderr=terminal, preexec_fn=lambda: os.login_tty(terminal)
                               if hasattr(os, "login_tty") else controlling(terminal))
    signal.alarm(SECONDS)
    screen = b""
    while b"Passphrase for " not in screen:
        screen += os.read(main, 1024)
    assert not echoes(terminal), "the terminal echoes while the passphrase is asked for"
    if isinstance(answer, signal.Signals):
        process.send_signal(answer)
    else:
        os.write(main, answer)
    code = process.wait()
    assert termios.tcgetattr(terminal) == before, "the terminal is not as it was before"
    os.set_blocking(main, False)
    try:
        while True:
            screen += os.read(main, 1024)
    except BlockingIOError:
        pass
    signal.alarm(0)
    os.close(main)
    os.close(terminal)
    return code, screen.decode()


def controlling(terminal):
    import fcntl
    os.setsid()
    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)


def main():
    tool, image = sys.argv[1:]
    code, screen = ask(tool, image, b"correct horse\n")
    assert code == 0 and "lost+found" in screen, (code, screen)
    assert "horse" not in screen, screen
    code, screen = ask(tool, image, b"wrong\n")
    assert code == 3 and "none of its key slots opens" in screen, (code, screen)
    assert "wrong" not in screen, screen
    code, screen = ask(tool, image, b"corr\x03")  # Ctrl-C
    assert code in (130, -signal.SIGINT), (code, screen)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        code, screen = ask(tool, image, number)
        assert code in (128 + number, -number), (number, code, screen)
    code, screen = ask(tool, image, b"\x04")  # the end of the input
    assert code == 3, (code, screen)


if __name__ == "__main__":
    main()
