#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Builds conf.exe and kc.exe with MinGW and, where wine is, configures a small tree with them:
# mingw.sh SOURCE BUILD CONF    (CONF: the native one, whose results must be the same)
set -eu
source=$1 build=$2 conf=$3
command -v x86_64-w64-mingw32-g++ > /dev/null || { echo "skipped: no g++-mingw-w64-x86-64"; exit 77; }
cmake -S "$source" -B "$build" -DCMAKE_TOOLCHAIN_FILE="$source/cmake/mingw-w64.cmake" \
  -DCMAKE_BUILD_TYPE=Release -DBUILD_TESTING=OFF > "$build.log" 2>&1 ||
  { cat "$build.log"; exit 1; }
cmake --build "$build" --target kconfig_conf kc >> "$build.log" 2>&1 ||
  { tail -n 60 "$build.log"; exit 1; }
command -v wine > /dev/null || { echo "built; not run: no wine"; exit 0; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export WINEPREFIX="$work/wine" WINEDEBUG=-all KCONFIG_PROBE_CACHE= HOME="$work"
unset DISPLAY
wine "$build/conf.exe" --help > "$work/first" 2>&1 || true  # wine sets itself up, and says so
grep -q olddefconfig "$work/first"
for who in windows native; do
  mkdir "$work/$who"
  cp -R "$source/tests/project/." "$work/$who"
  cd "$work/$who"
  if [ $who = windows ]; then
    wine "$build/conf.exe" --defconfig=defaults Kconfig > out 2> err
    wine "$build/conf.exe" --syncconfig Kconfig >> out 2>> err
    wine "$build/conf.exe" --savedefconfig=saved Kconfig >> out 2>> err
    wine "$build/kc.exe" explain TLS | tr -d '\r' > explanation
    grep -q TLS explanation
    rm explanation
  else
    "$conf" --defconfig=defaults Kconfig > out 2> err
    "$conf" --syncconfig Kconfig >> out 2>> err
    "$conf" --savedefconfig=saved Kconfig >> out 2>> err
  fi
  # Text streams end lines as Windows does; files must not.
  for text in out err; do tr -d '\r' < $text > clean; mv clean $text; done
  cd "$work"
done
grep -q '^CONFIG_TLS=y$' native/.config
diff -r native windows
echo "conf.exe under wine gives the files of the native conf"
