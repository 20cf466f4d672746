#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Checks that the C++ sources are as clang-format 14 writes them.
#
#   check_format.sh REPOSITORY
set -euo pipefail
cd "$1"

mapfile -t files < <(git ls-files -- 'src/*.cc' 'src/*.hh' 'include/*.hh' 'tools/*.cc' 'tools/*.hh' \
  'tests/*.cc' 'tests/*.hh' 'examples/*.cc' 'kconfig/*.cc' 'kconfig/*.hh')
if [ ${#files[@]} -eq 0 ]; then
  echo "no sources found" >&2
  exit 1
fi
clang-format-14 --dry-run --Werror -- "${files[@]}"
echo "${#files[@]} files are formatted"
