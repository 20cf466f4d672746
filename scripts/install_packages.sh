#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Installs the Debian packages that are missing: what the build needs, and with `test` as its
# argument also what the tests need. Asks dpkg first, so that it costs nothing when all are there.
set -euo pipefail

build_packages=(
  # compilers and builders, of the kernel too
  gcc g++ binutils make cmake ninja-build ccache pkg-config bc bison flex python3 xz-utils
  # the kernels
  linux-source-6.12
  # libraries
  libarchive-dev libargon2-dev libblkid-dev libcli11-dev libedit-dev libexpected-dev libfuse3-dev libgcrypt20-dev libnbd-dev libncurses-dev libseccomp-dev
  liburing-dev nlohmann-json3-dev libgtest-dev
  # the main job: makes and checks an image
  e2fsprogs tar
)
test_packages=(
  linux-source-6.1
  clang-14 clang-format-14 g++-mingw-w64-x86-64 python3-pytest tmux
  acl attr cpio
  btrfs-progs cryptsetup-bin dosfstools erofs-utils exfatprogs f2fs-tools fdisk fuse3 genisoimage mtools ntfs-3g
  gdb lvm2 man-db mdadm qemu-utils squashfs-tools udftools util-linux xfsprogs xorriso zsh
)

wanted=("${build_packages[@]}")
if [ "${1:-}" = test ]; then
  wanted+=("${test_packages[@]}")
fi

installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${wanted[@]}" 2> /dev/null |
  sed -n 's/^installed //p' || true)
missing=()
for package in "${wanted[@]}"; do
  grep -qxF "$package" <<< "$installed" || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo > /dev/null || {
    echo "install_packages: not root, and no sudo: install ${missing[*]}" >&2
    exit 1
  }
  as_root=(sudo)
fi
echo "Installing: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get -qq update
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get -qq install --yes --no-install-recommends "${missing[@]}" > /dev/null
