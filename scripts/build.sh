#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Configures, builds and installs into build/stage; arguments are further targets.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [ ! -f build/build.ninja ]; then
  cmake --preset release
fi
cmake --build --preset release
if [ $# -gt 0 ]; then
  cmake --build --preset release --target "$@"
fi
cmake --install build --prefix build/stage > build/install.log || {
  cat build/install.log >&2
  exit 1
}
