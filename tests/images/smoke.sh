#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# A kernel image that is not the embedded one boots and does its work: a tree goes into a file system
# and out again unchanged, and the file system's own checker finds nothing.
#
#   smoke.sh IMAGE TYPE TOOLS SCRIPTS
#
# IMAGE is the kernel image, TYPE the file system, TOOLS the folder of the tools, SCRIPTS that of
# compare_trees.py.
set -euo pipefail

image=$1 type=$2 tools=$3 scripts=$4
[ -f "$image" ] || { echo "no image $image: build the target kernel-images" >&2; exit 1; }
export LKL_IMAGE=$image
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir -p "$work/tree/folder/deeper" "$work/out"
seq 1 200000 > "$work/tree/numbers"
head -c 3000001 /dev/urandom > "$work/tree/folder/noise"
ln -s ../numbers "$work/tree/folder/link"
ln "$work/tree/numbers" "$work/tree/folder/deeper/same"
chmod 640 "$work/tree/folder/noise"
touch -d '2001-02-03 04:05:06.789' "$work/tree/folder/deeper"

truncate -s 400M "$work/disk"
case $type in
  ext4) mkfs.ext4 -q "$work/disk" && check=(e2fsck -fn) ;;
  xfs) mkfs.xfs -q "$work/disk" && check=(xfs_repair -n) ;;
  btrfs) mkfs.btrfs -q "$work/disk" && check=(btrfs check --readonly) ;;
  *) echo "no recipe for $type" >&2; exit 1 ;;
esac

"$tools/cptofs" -i "$work/disk" -t "$type" "$work/tree" /
"${check[@]}" "$work/disk" > "$work/check.log" 2>&1 || { cat "$work/check.log"; exit 1; }
"$tools/cpfromfs" -i "$work/disk" -t "$type" /tree "$work/out"
"$scripts/compare_trees.py" "$work/tree" "$work/out/tree"
echo "$type through $image is unchanged"
