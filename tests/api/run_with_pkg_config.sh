#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Builds a program against an installed library through pkg-config, as a user would, and runs it.
#
#   run_with_pkg_config.sh [--static] PREFIX COMPILER [COMPILER-OPTION...] SOURCE... [-- ARGUMENT...]
set -euo pipefail

static=()
if [ "$1" = --static ]; then
  static=(--static)
  shift
fi
prefix=$(cd "$1" && pwd)
compiler=$2
shift 2
sources=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do
  sources+=("$1")
  shift
done
[ $# -gt 0 ] && shift

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PKG_CONFIG_PATH=$prefix/lib/pkgconfig
read -ra cflags < <(pkg-config --cflags lkl)
read -ra libs < <(pkg-config --libs "${static[@]}" lkl)
if [ ${#static[@]} -gt 0 ]; then
  libs=("${libs[@]/#-llkl/-l:liblkl.a}")
fi
"$compiler" "${cflags[@]}" "${sources[@]}" -o "$work/program" "${libs[@]}"
LD_LIBRARY_PATH=$prefix/lib "$work/program" "$@"
