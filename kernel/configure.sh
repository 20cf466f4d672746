#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Configures a kernel from fragments, with this project's own kc; or opens them in kmenu.
#
#   configure.sh [--menu LOCAL] OUTPUT SOURCE FRAGMENT... -- MAKE-COMMAND...
#
# OUTPUT    make's output directory (O=); its .config is written, and left as it is when unchanged
# SOURCE    the kernel's source
# FRAGMENT  lines of a .config, a later fragment before an earlier one. A comment behind a value
#           says when it does not bind: `# since 6.5`, `# until 6.4`, `# optional`.
# --menu    opens kmenu on the result of the fragments and of LOCAL; LOCAL is then the fragment that
#           holds what differs from the other fragments, and is gone when nothing does
#
# All other symbols get their defaults. A value that does not survive is an error that names the
# fragment's line and says why. Environment: LKL_KC, LKL_KMENU (the programs).
set -euo pipefail

die() { printf 'configure: %s\n' "$*" >&2; exit 1; }

local_fragment=
if [ "${1:-}" = --menu ]; then
  local_fragment=$(realpath -m -- "${2:?}")
  shift 2
fi
output=${1:?} source_dir=${2:?}
shift 2
fragments=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do
  fragments+=("$(realpath -- "$1")")
  shift
done
[ $# -gt 1 ] && [ ${#fragments[@]} -gt 0 ] || die "wants fragments, --, and the make command"
shift
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
output=$(cd "$output" && pwd)

# A program of this project: as the environment names it, or where a build leaves it.
program() {
  local name=$1 chosen=$2 at
  for at in "$chosen" "$output/../../kconfig/$name" "$(command -v "$name" || true)"; do
    if [ -n "$at" ] && [ -x "$at" ]; then
      realpath -- "$at"
      return
    fi
  done
  die "there is no $name to configure the kernel with: build it (cmake --build build --target" \
    "$3), or name one in $4"
}
kc=$(program kc "${LKL_KC:-}" kc LKL_KC)

# --- what make tells its configuration programs ---------------------------------------------------

rm -f "$output/.environment"
LKL_ENVIRONMENT=$output/.environment KCONFIG_CONFIG=$output/.config.none \
  KBUILD_KCONFIG=$here/environment.Kconfig "$@" alldefconfig > /dev/null
rm -f "$output/.config.none"
[ -s "$output/.environment" ] || die "the kernel's make did not run its configuration program"
mapfile -d '' -t environment < "$output/.environment"
version=$(sed -n 's/^VERSION *= *//p;s/^PATCHLEVEL *= */./p' "$source_dir/Makefile" | head -n 2 |
  tr -d '\n')
kconfig() {
  env -i -C "$output" "${environment[@]}" "KCONFIG_PROBE_CACHE=$output/.probes" "$@"
}
merge() {
  local code=0
  kconfig "$kc" merge -q --for "$version" -o "$1" "${@:2}" || code=$?
  case $code in
    0) ;;
    2) die "the kernel's Kconfig files do not allow what the fragments ask for (above);" \
      "the result is in $output/$1" ;;
    *) die "the fragments could not be merged" ;;
  esac
}

# --- the menu -------------------------------------------------------------------------------------

menu() {
  local kmenu all=("${fragments[@]}") new=$output/.local.new
  kmenu=$(program kmenu "${LKL_KMENU:-}" kconfig_kmenu LKL_KMENU)
  if [ -f "$local_fragment" ]; then
    all+=("$local_fragment")
  fi
  merge .config.profile "${fragments[@]}"
  merge .config.menu "${all[@]}"
  kconfig KCONFIG_CONFIG=.config.menu "$kmenu" || die "kmenu failed: $local_fragment is unchanged"
  {
    printf '# SPDX-License-Identifier: GPL-2.0\n# Made by kmenu: what differs from the profile.\n'
    kconfig "$kc" diff -m .config.profile .config.menu || [ $? -eq 2 ]
  } > "$new"
  if ! grep -q CONFIG_ "$new"; then
    rm -f "$new" "$local_fragment"
    printf 'configure: nothing differs from the profile\n'
    return
  fi
  # Only answers are kept: they must lead to the same configuration again.
  merge .config.new "${fragments[@]}" "$new"
  cmp -s "$output/.config.new" "$output/.config.menu" ||
    die "the differences in $new do not lead back to $output/.config.menu"
  rm -f "$output/.config.new"
  mv -f "$new" "$local_fragment"
  printf 'configure: %s changes are in %s; the next build uses them. Delete it to get the profile back.\n' \
    "$(grep -c CONFIG_ "$local_fragment")" "$local_fragment"
}

if [ -n "$local_fragment" ]; then
  menu
  exit 0
fi

# Into a file of its own: an unchanged .config keeps its time, and make then keeps its objects.
merge .config.new "${fragments[@]}"
if cmp -s "$output/.config.new" "$output/.config"; then
  rm -f "$output/.config.new"
else
  mv -f "$output/.config.new" "$output/.config"
fi
