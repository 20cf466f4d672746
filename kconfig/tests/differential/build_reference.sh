#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Builds the kernel's own conf from an unpacked source: build_reference.sh TREE OUTPUT
#
#   OUTPUT/scripts/kconfig/conf   as the kernel builds it
#   OUTPUT/repaired/conf          6.12: with a hash function that spreads expressions over its
#                                 table. The table is only looked up, so nothing else changes.
#                                 And forgetting all their values takes one counter: a value
#                                 is valid if it was computed since.
#   OUTPUT/serve                  the repaired one behind serve/serve.cc, for many runs
set -eu
tree=$1 output=$2
here=$(cd "$(dirname "$0")" && pwd)
[ -d "$tree/scripts/kconfig" ] || { echo "skipped: no kernel source in $tree"; exit 77; }
mkdir -p "$output"
tree=$(cd "$tree" && pwd)
output=$(cd "$output" && pwd)
if [ ! -x "$output/scripts/kconfig/conf" ]; then
  # A tree of its own for scripts/: the build must not write into the source, which may have
  # been configured in place.
  make -s -C "$tree" O="$output" ARCH=x86 allnoconfig
fi
if [ -x "$output/serve" ] && [ "$output/serve" -nt "$here/serve/serve.cc" ] &&
   [ "$output/serve" -nt "$here/serve/directory.cc" ] && [ "$output/serve" -nt "$0" ]; then
  exit 0
fi

weak='hash = hash_32((unsigned int)type ^ hash_ptr(l) ^ hash_ptr(r));'
strong='hash = (int)((((unsigned long)l * 0x9E3779B97F4A7C15UL + (unsigned long)r + type)
		* 0xD6E8FEB86659FD93UL) >> 40);'
mkdir -p "$output/repaired"
awk -v weak="$weak" -v strong="$strong" '
  (at = index($0, weak)) { print substr($0, 1, at - 1) strong; next }
  /^HASHTABLE_DEFINE\(expr_hashtable/ { print; print "static unsigned int expr_now = 1;"; next }
  /^\tif \(!e->val_is_valid\)/ { sub(/!e->val_is_valid/, "e->val_is_valid != expr_now") }
  /^\t\te->val_is_valid = true;/ { sub(/true/, "expr_now") }
  /^void expr_invalidate_all\(void\)/ { print; print "{\n\texpr_now++;\n}"; skip = 1; next }
  skip { skip = !/^}/; next }
  { print }
' "$tree/scripts/kconfig/expr.c" > "$output/repaired/expr.c"
sed 's/^\tbool val_is_valid;/\tunsigned int val_is_valid;/' "$tree/scripts/kconfig/expr.h" \
  > "$output/repaired/expr.h"
if grep -q hash_ptr "$tree/scripts/kconfig/expr.c" &&
   cmp -s "$tree/scripts/kconfig/expr.c" "$output/repaired/expr.c"; then
  echo "the expression hash of $tree has changed: repair it in $0" >&2
  exit 1
fi
if grep -q expr_invalidate_all "$tree/scripts/kconfig/expr.c" &&
   { [ "$(grep -c expr_now "$output/repaired/expr.c")" -ne 4 ] ||
     cmp -s "$tree/scripts/kconfig/expr.h" "$output/repaired/expr.h"; }; then
  echo "the values of expressions of $tree have changed: count them anew in $0" >&2
  exit 1
fi

cd "$output/repaired"
sources="$tree/scripts/kconfig"
flags="-O2 -std=gnu11 -w -D_GNU_SOURCE -include $output/repaired/expr.h -I$sources -I$output/scripts/kconfig
       -I$tree/scripts/include"
objects=
for unit in confdata expr menu preprocess symbol util lexer.lex parser.tab; do
  case $unit in
    expr) file=expr.c ;;
    *.*) file=$output/scripts/kconfig/$unit.c ;;
    *) file=$sources/$unit.c ;;
  esac
  # shellcheck disable=SC2086
  ${CC:-cc} $flags -c "$file" -o "$unit.o"
  objects="$objects $unit.o"
done
# shellcheck disable=SC2086
{
  ${CC:-cc} $flags -c "$sources/conf.c" -o conf.o
  ${CC:-cc} -o conf conf.o $objects
  ${CC:-cc} $flags -Dmain=conf_main -Dconf_parse=serve_conf_parse -c "$sources/conf.c" \
    -o serve-conf.o
  ${CXX:-c++} -O2 -std=c++20 -Wl,-z,now -I"$here/../../.." -o "$output/serve" "$here/serve/serve.cc" \
    "$here/serve/directory.cc" "$here/serve/original.cc" serve-conf.o $objects
}
