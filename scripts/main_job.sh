#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# The main job, on real data: a large tree goes into a fresh ext4 image, out of it again, and into a
# tar; all three are compared with the original. Uses the tools in build/stage.
#
#   main_job.sh [DIRECTORY]    the tree to copy; without it, a part of the kernel's source
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
bin=$top/build/stage/bin
work=$top/build/main-job
image=$work/tree.img
archive=$work/tree.tar

rm -rf "$work"
mkdir -p "$work"

# --- the tree ------------------------------------------------------------------------------------

if [ $# -gt 0 ]; then
  tree=$(cd "$1" && pwd)
else
  sources=("$top"/build/kernel/src-*/)
  source=${sources[-1]}
  tree=$work/tree
  mkdir "$tree"
  cp -a "$source"/{Documentation,fs,include,kernel,net,tools} "$tree/"
  # What a kernel's source lacks: links of both kinds, special modes, a hole.
  mkdir "$tree/special"
  ln "$tree/kernel/fork.c" "$tree/special/hard-link.c"
  ln -s ../kernel/fork.c "$tree/special/symbolic-link.c"
  mkfifo "$tree/special/fifo"
  install -m 4711 /dev/null "$tree/special/setuid"
  mkdir -m 1777 "$tree/special/sticky"
  truncate -s 64M "$tree/special/hole"
fi

name=$(basename "$tree")
files=$(find "$tree" | wc -l)
bytes=$(du -sb "$tree" | cut -f 1)
kilobytes=$(du -sk "$tree" | cut -f 1)

# --- in, out, tar ----------------------------------------------------------------------------------

rows=()
# timed NAME COMMAND...: runs it, and keeps how long it took for the table.
timed() {
  local step=$1 start end
  shift
  echo "$step ..."
  start=$(date +%s%N)
  "$@"
  end=$(date +%s%N)
  rows+=("$step|$(((end - start) / 10000000))")
}

check_image() {
  e2fsck -fn "$image" > "$work/e2fsck.log" 2>&1 || {
    cat "$work/e2fsck.log"
    return 1
  }
}

# unpack_tar: the archive as a tree, for the comparison. Owners come back only to root.
unpack_tar() {
  mkdir "$work/from-tar"
  tar -xpf "$archive" -C "$work/from-tar"
}

# Half again as large as the tree, and room for the journal and the inodes.
truncate -s "$((kilobytes * 3 / 2 + 131072))k" "$image"
inodes=$((files * 5 / 4 + 1000))
mkfs.ext4 -q -N "$inodes" "$image"
mkdir "$work/out"

timed "copy in" "$bin/cptofs" -t ext4 -i "$image" "$tree" /
timed "check the image" check_image
timed "copy out" "$bin/cpfromfs" -t ext4 -i "$image" "/$name" "$work/out"
timed "write a tar" "$bin/fs2tar" -t ext4 "$image" "$archive"
unpack_tar
timed "compare the copy" "$top/scripts/compare_trees.py" "$tree" "$work/out/$name"
timed "compare the tar" "$top/scripts/compare_trees.py" "$tree" "$work/from-tar/$name"

# --- the table -------------------------------------------------------------------------------------

printf '\n%-20s %10s %12s %10s\n' step files MB seconds
for row in "${rows[@]}"; do
  printf '%-20s %10d %12d %7d.%02d\n' "${row%|*}" "$files" "$((bytes / 1000000))" \
    "$((${row#*|} / 100))" "$((${row#*|} % 100))"
done
printf '\nThe image is %s, the copy %s, the tar %s.\n' "$image" "$work/out" "$archive"
