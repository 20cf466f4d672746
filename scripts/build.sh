#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Configures and builds a preset (CMakePresets.json) and installs it into the `stage` of its folder:
#
#   build.sh PRESET [TARGET...]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

preset=$1
shift
build=build-$preset
if [ "$preset" = release ]; then
  build=build
fi
if [ ! -f "$build/build.ninja" ]; then
  cmake --preset "$preset"
fi
cmake --build --preset "$preset"
if [ $# -gt 0 ]; then
  cmake --build --preset "$preset" --target "$@"
fi
cmake --install "$build" --prefix "$build/stage" > "$build/install.log" || {
  cat "$build/install.log" >&2
  exit 1
}
