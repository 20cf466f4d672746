#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Builds a CMake project against an installed library through find_package(), and runs programs of it.
#
#   run_with_cmake.sh PREFIX SOURCE-DIRECTORY PROGRAM...
set -euo pipefail

prefix=$(cd "$1" && pwd)
source=$2
shift 2

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cmake -S "$source" -B "$work" -DCMAKE_PREFIX_PATH="$prefix" > "$work/log" 2>&1 &&
  cmake --build "$work" >> "$work/log" 2>&1 || {
  cat "$work/log" >&2
  exit 1
}
for program in "$@"; do
  "$work/$program"
done
