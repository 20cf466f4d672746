# SPDX-License-Identifier: GPL-2.0
"""What the long runs share: the client of serve/serve.cc, and the journal of what is done."""

import hashlib
import json
import os
import pathlib
import subprocess
import threading


def field(value):
    data = value if isinstance(value, bytes) else str(value).encode()
    return b"%d:%s" % (len(data), data)


def fields(values):
    return b"".join([field(len(values))] + [field(value) for value in values])


def encode(work, steps, cpu_ms):
    """A case as serve reads it."""
    out = [field(work), field(cpu_ms), field(len(steps))]
    for step in steps:
        files = []
        for name, content in step.files.items():
            link = not isinstance(content, bytes)
            files += [name, "l" if link else "f", content[0] if link else content]
        out += [fields(step.args), fields([f"{k}={v}" for k, v in step.env.items()]),
                fields(step.remove), fields(files), field(step.stdin)]
    return b"".join(out)


class Server:
    """One serve process. Cases are answered in order."""

    def __init__(self, program, env, work, options=()):
        self.work = str(work)
        pathlib.Path(self.work).mkdir(parents=True, exist_ok=True)
        self.process = subprocess.Popen([program, *options], env=env, cwd=self.work,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def send(self, steps, cpu_ms):
        self.process.stdin.write(encode(self.work, steps, cpu_ms))
        self.process.stdin.flush()

    def receive(self):
        """A list of "EXITCODE:HASH", one a step."""
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"serve ended (exit code {self.process.wait()}) in {self.work}")
        return line.decode().split()

    def ask(self, steps, cpu_ms):
        self.send(steps, cpu_ms)
        return self.receive()

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


def code_of(answer):
    return int(answer.split(":")[0])


def scratch_root():
    """Memory, where there is such a place: cases make thousands of files."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def sha(*paths):
    digest = hashlib.sha256()
    for path in paths:
        digest.update(pathlib.Path(path).read_bytes())
    return digest.hexdigest()


class Journal:
    """Lines of JSON behind a line that says for which programs they hold."""

    def __init__(self, path, programs):
        self.lock = threading.Lock()
        self.known = {}
        lines = path.read_text().splitlines() if path.exists() else []
        if not lines or lines[0] != programs:
            path.write_text(programs + "\n")
            lines = []
        for line in lines[1:]:
            try:
                key, value = json.loads(line)
            except ValueError:
                continue  # the line that was being written at the end
            self.known[key] = value
        self.file = path.open("a")

    def add(self, key, value):
        with self.lock:
            self.known[key] = value
            self.file.write(json.dumps([key, value]) + "\n")
            self.file.flush()
