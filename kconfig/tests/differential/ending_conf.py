# SPDX-License-Identifier: GPL-2.0
"""A pytest plugin for the kernel's Kconfig tests.

Their conftest.py presses Enter until it has seen conf end. A conf that ends between the look and
the key has closed the pipe: that says nothing about conf, whose results are looked at after it.
"""

import subprocess


class _Keys:
    def __init__(self, pipe):
        self._pipe = pipe

    def write(self, keys):
        try:
            return self._pipe.write(keys)
        except BrokenPipeError:
            return len(keys)

    def __getattr__(self, name):
        return getattr(self._pipe, name)


class _Popen(subprocess.Popen):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.stdin is not None:
            self.stdin = _Keys(self.stdin)


def pytest_configure():
    subprocess.Popen = _Popen
