#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Runs LVM2's commands on image files, without device mapper.

Usage: volume_group.py IMAGE[:OFFSET:SIZE]... -- COMMAND...

Attaches the images to loop devices, @0, @1 ... in the commands, which run one after the other: LVM2's
own ("vgcreate vg @0 @1"), or "put VG/LV FILE" and "get VG/LV FILE", which copy between a file and the
places where LVM2 says that the volume is. Exit code 77: there are no loop devices here.
"""

import json
import os
import shlex
import subprocess
import sys
import tempfile

SECTOR = 512
# What would need device mapper or an answer.
MORE_OPTIONS = {"lvcreate": ["-an", "-Zn", "-Wn", "-y"], "pvcreate": ["-y"]}


class Lvm:
    def __init__(self, devices, directory):
        self.devices = devices
        filters = [f'"a|^{device}$|"' for device in devices] + ['"r|.*|"']
        self.config = (
            f"devices {{ use_devicesfile=0 obtain_device_list_from_udev=0 filter=[{','.join(filters)}] }} "
            f'global {{ locking_dir="{directory}" }} backup {{ backup=0 archive=0 }} '
            "activation { udev_sync=0 udev_rules=0 }"
        )
        self.environment = dict(os.environ, LVM_SYSTEM_DIR=directory, LVM_SUPPRESS_FD_WARNINGS="1")

    def run(self, words):
        words = [self.device(word) for word in words]
        words[1:1] = MORE_OPTIONS.get(words[0], [])
        words += ["--driverloaded", "n", "--config", self.config]
        done = subprocess.run(words, env=self.environment, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"{' '.join(words[:6])}: {done.stderr}")
        return done.stdout

    def device(self, word):
        return self.devices[int(word[1:])] if word.startswith("@") else word

    def report(self, command, fields, *more):
        text = self.run([command, "--reportformat", "json", "--units", "s", "--nosuffix",
                         "-o", fields, *more])
        return next(iter(json.loads(text)["report"][0].values()))

    def chunks(self, volume):
        """Yields (device, offset, length) in bytes, in the order of the volume."""
        group = volume.split("/")[0]
        extent = int(self.report("vgs", "vg_extent_size", group)[0]["vg_extent_size"])
        starts = {row["pv_name"]: int(row["pe_start"]) for row in self.report("pvs", "pv_name,pe_start")}
        rows = self.report("lvs", "seg_start,seg_size,stripes,stripe_size,seg_pe_ranges", "--segments",
                           volume)
        for row in sorted(rows, key=lambda row: int(row["seg_start"])):
            places = []
            for text in row["seg_pe_ranges"].split():
                device, extents = text.rsplit(":", 1)
                places.append((device, starts[device] + int(extents.split("-")[0]) * extent))
            stripes = int(row["stripes"])
            assert stripes == len(places), row
            size = int(row["seg_size"])
            chunk = int(row["stripe_size"]) if stripes > 1 else size
            for number in range(size // chunk):
                device, start = places[number % stripes]
                yield device, (start + number // stripes * chunk) * SECTOR, chunk * SECTOR

    def put(self, volume, name):
        with open(name, "rb") as source:
            for device, offset, length in self.chunks(volume):
                data = source.read(length)
                with open(device, "r+b") as target:
                    target.seek(offset)
                    target.write(data)

    def get(self, volume, name):
        with open(name, "wb") as target:
            for device, offset, length in self.chunks(volume):
                with open(device, "rb") as source:
                    source.seek(offset)
                    target.write(source.read(length))


def attach(image):
    path, *place = image.split(":")
    words = ["losetup", "--find", "--show", path]
    if place:
        words += ["--offset", place[0], "--sizelimit", place[1]]
    done = subprocess.run(words, capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else None


def main():
    split = sys.argv.index("--")
    images, commands = sys.argv[1:split], sys.argv[split + 1:]
    devices = []
    try:
        for image in images:
            device = attach(image)
            if device is None:
                return 77
            devices.append(device)
        with tempfile.TemporaryDirectory() as directory:
            lvm = Lvm(devices, directory)
            for command in commands:
                words = shlex.split(command)
                if words[0] in ("put", "get"):
                    getattr(lvm, words[0])(*words[1:])
                else:
                    sys.stdout.write(lvm.run(words))
    finally:
        for device in devices:
            subprocess.run(["losetup", "--detach", device], check=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
