#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The short differential tests: run_short.sh matrix|fuzz TREE PROFILE CONF REFERENCE
set -eu
kind=$1 tree=$2 profile=$3 conf=$4 reference=$5
here=$(cd "$(dirname "$0")" && pwd)
[ -x "$reference" ] || { echo "skipped: no reference $reference"; exit 77; }
[ -d "$tree/scripts/kconfig" ] || { echo "skipped: no kernel source in $tree"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ "$kind" = fuzz ]; then
  exec python3 "$here/fuzz.py" --conf "$conf" --ref "$reference" --profile "$profile" --count 100
fi
cc -shared -fPIC -O1 -o "$work/popen_cache.so" "$here/popen_cache.c" -ldl
for only in alldefconfig rand-1-20 broken environment oldconfig-new; do
  python3 "$here/matrix.py" --conf "$conf" --ref "$reference" --tree "$tree" \
    --profile "$profile" --arch um --only "$only" --preload "$work/popen_cache.so" \
    --probes "$work/probes"
done
# The matrix must be able to fail: a program with the wrong dialect differs.
case $profile in 6.1) wrong=6.12 ;; *) wrong=6.1 ;; esac
printf '#!/bin/sh\nKCONFIG_PROFILE=%s exec "%s" "$@"\n' "$wrong" "$conf" > "$work/conf"
chmod +x "$work/conf"
python3 "$here/matrix.py" --conf "$work/conf" --ref "$reference" --tree "$tree" \
  --profile "$profile" --arch um --only alldefconfig --preload "$work/popen_cache.so" \
  --probes "$work/probes" --expect-difference
