# SPDX-License-Identifier: GPL-2.0
# To be sourced: the variables that make sets when it configures the kernel in $tree for x86.
export srctree="$tree" objtree=. ARCH=x86 SRCARCH=x86 CC=gcc HOSTCC=gcc HOSTCXX=g++ LD=ld AR=ar \
  NM=nm OBJCOPY=objcopy OBJDUMP=objdump READELF=readelf STRIP=strip PAHOLE=pahole RUSTC=rustc \
  BINDGEN=bindgen CC_VERSION_TEXT="$(gcc --version | head -n 1)" RUSTC_VERSION_TEXT= \
  PAHOLE_VERSION=0 CLANG_FLAGS= KERNELVERSION=6.12.0 LC_ALL=C
