#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Builds one kernel image: unpacks the source, puts arch/lkl on it, configures, compiles, and
# exports the headers. Does nothing, quickly, when nothing that it depends on has changed.
#
#   build_image.sh [--menu | --configure] VERSION PROFILE ROOT
#
# --menu   opens the configuration in kmenu; the changes go to ROOT/VERSION-PROFILE.local.config,
#          a fragment that later builds of that image use; delete it to get the profile back
# --configure  stops when ROOT/VERSION-PROFILE/.config is made
# VERSION  6.12, 6.1 (Debian's linux-source-VERSION), or `custom` for what LKL_KERNEL_SOURCE names
# PROFILE  fragments of kernel/configs joined by "-": default, small-nommu, debug ...
# ROOT     where sources, objects and products are kept:
#            ROOT/src-VERSION               the kernel's source, with arch/lkl linked into it
#            ROOT/VERSION-PROFILE           make's output directory
#            ROOT/images/VERSION-PROFILE    lkl-image, lkl-image.debug, config, modules/, include/
#
# Environment: LKL_KERNEL_SOURCE (tree or tarball, for VERSION custom), LKL_KERNEL_JOBS (default: all
# processors), LKL_KERNEL_FRAGMENTS (further fragment files, ":" between them), LKL_KERNEL_CC (the
# compiler, default gcc), LKL_KC and LKL_KMENU (this project's kc and kmenu; default: those of the
# build folder that ROOT lies in).
set -euo pipefail
shopt -s inherit_errexit

die() { printf 'build_image: %s\n' "$*" >&2; exit 1; }
say() { printf 'kernel %s: %s\n' "$name" "$*"; }

goal=build
case ${1:-} in --menu | --configure) goal=${1#--}; shift ;; esac
[ $# -eq 3 ] || die "usage: build_image.sh [--menu | --configure] VERSION PROFILE ROOT"
version=$1 profile=$2
mkdir -p "$3"
root=$(cd "$3" && pwd)
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(dirname "$here")
name=$version-$profile
source_dir=$root/src-$version
object_dir=$root/$name
product_dir=$root/images/$name
local_fragment=$root/$name.local.config
jobs=${LKL_KERNEL_JOBS:-$(nproc)}
compiler=${LKL_KERNEL_CC:-gcc}
origin=/usr/src/linux-source-$version.tar.xz
if [ "$version" = custom ]; then
  origin=${LKL_KERNEL_SOURCE:?names the source of the custom kernel}
fi

[ -e "$origin" ] || die "no kernel source at $origin: install the package linux-source-$version," \
  "or name another tree or tarball in LKL_KERNEL_SOURCE"
[ -f "$top/arch/lkl/Kconfig" ] || die "no arch/lkl in $top"

# --- what the result depends on ----------------------------------------------------------------

fragments() {
  local part
  printf '%s\n' "$here/configs/base.config"
  case $profile in full* | debug*) printf '%s\n' "$here/configs/default.config" ;; esac
  for part in ${profile//-/ }; do
    printf '%s\n' "$here/configs/$part.config"
  done
  printf '%s' "${LKL_KERNEL_FRAGMENTS:-}" | tr ':' '\n'
}

# kmenu's changes: they come last, and only if there are any.
local_changes() { if [ -f "$local_fragment" ]; then printf '%s\n' "$local_fragment"; fi; }

# Size and time name a tarball as well as its content does, and are read in no time.
origin_key() { stat -L -c '%n %s %Y' "$origin"; }

key() {
  {
    origin_key
    "$compiler" --version | head -n 1
    printf '%s\n' "$name"
    mapfile -t files < <(fragments; local_changes)
    sha256sum -- "${files[@]}" "$here"/*.sh "$here"/*.py "$here"/*.Kconfig "$here"/headers/*
    cd "$top"
    find arch/lkl abi -type f ! -name '*.o' ! -name '*~' -print0 | sort -z | xargs -0 sha256sum
  } | sha256sum | cut -d ' ' -f 1
}

mapfile -t fragment_files < <(fragments)
for file in "${fragment_files[@]}"; do
  [ -f "$file" ] || die "profile $profile: no fragment $file"
done

wanted=$(key)
stamp=$product_dir/stamp
up_to_date() {
  [ -f "$origin" ] && [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] &&
    [ -f "$product_dir/lkl-image" ] && [ -e "$source_dir/arch/lkl/Kconfig" ]
}
if [ $goal = build ] && up_to_date; then
  exit 0
fi

# Two builds may share ROOT (presets do): one at a time for each image, and for each source.
exec 9> "$root/.lock-$name"
flock 9
if [ $goal = build ] && up_to_date; then
  exit 0
fi

# --- the source --------------------------------------------------------------------------------

# A symbolic link is the whole of what is added to the kernel's tree.
link_port() { ln -sfn "$top/arch/lkl" "$source_dir/arch/lkl"; }

unpack() {
  local key_file=$root/.src-$version
  exec 8> "$root/.lock-src-$version"
  flock 8
  if [ -d "$origin" ]; then
    # A tree of one's own stays untouched: files are links into it, so that edits are seen.
    mkdir -p "$source_dir"
    cp -as --no-clobber "$(cd "$origin" && pwd)/." "$source_dir/"
  elif [ ! -d "$source_dir" ] || [ "$(cat "$key_file" 2> /dev/null)" != "$(origin_key)" ]; then
    say "unpacking $origin"
    rm -rf "$source_dir" "$source_dir.part"
    mkdir -p "$source_dir.part"
    tar -xf "$origin" -C "$source_dir.part" --strip-components=1
    mv "$source_dir.part" "$source_dir"
    origin_key > "$key_file"
  fi
  if [ "$(readlink "$source_dir/arch/lkl" 2> /dev/null || true)" != "$top/arch/lkl" ]; then
    link_port
  fi
  flock -u 8
}

unpack

# --- configuration and compilation ---------------------------------------------------------------

cc=$compiler hostcc=gcc
if command -v ccache > /dev/null; then
  cc="ccache $compiler" hostcc="ccache gcc"
  # Another clone, at another path, finds the same objects; the compiler's own list of headers
  # spares a second run of the preprocessor.
  export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=true CCACHE_DEPEND=true
fi
# The same input gives the same image.
export KBUILD_BUILD_USER=lkl KBUILD_BUILD_HOST=lkl KBUILD_BUILD_VERSION=1
export KBUILD_BUILD_TIMESTAMP='Thu Jan  1 00:00:00 UTC 1970'
export PYTHONDONTWRITEBYTECODE=1
unset MAKEFLAGS MAKELEVEL MFLAGS
kernel_make=(make --no-print-directory -s -C "$source_dir" O="$object_dir" ARCH=lkl
             CC="$cc" HOSTCC="$hostcc" -j "$jobs")

mkdir -p "$object_dir" "$product_dir"
if [ $goal = menu ]; then
  exec 9>&-  # nobody has to wait for the user
  "$here/configure.sh" --menu "$local_fragment" "$object_dir" "$source_dir" \
    "${fragment_files[@]}" -- "${kernel_make[@]}"
  exit 0
fi
start=$SECONDS
say "configuring"
mapfile -t local_files < <(local_changes)
"$here/configure.sh" "$object_dir" "$source_dir" "${fragment_files[@]}" "${local_files[@]}" \
  -- "${kernel_make[@]}"
if [ $goal = configure ]; then
  exit 0
fi
rm -f "$stamp"
say "compiling with $jobs jobs"
if grep -q '^CONFIG_MODULES=y' "$object_dir/.config"; then
  "${kernel_make[@]}" vmlinux modules
else
  "${kernel_make[@]}" vmlinux
fi

# --- products ------------------------------------------------------------------------------------

# Written beside and moved only when different, so that what embeds them is not built in vain.
replace() { if cmp -s "$1" "$2"; then rm -f "$1"; else mv -f "$1" "$2"; fi; }

image=$product_dir/lkl-image
objcopy --only-keep-debug "$object_dir/vmlinux" "$image.debug.new"
chmod -x "$image.debug.new"
replace "$image.debug.new" "$image.debug"
(
  cd "$product_dir"
  objcopy --strip-debug --add-gnu-debuglink=lkl-image.debug "$object_dir/vmlinux" lkl-image.new
  chmod -x lkl-image.new
)
replace "$image.new" "$image"
cp "$object_dir/.config" "$product_dir/config"
cp "$object_dir/include/config/kernel.release" "$product_dir/release"

rm -rf "$product_dir/modules"
if [ -s "$object_dir/modules.order" ]; then
  while read -r module; do
    module=${module%.o}
    module=${module%.ko}.ko
    mkdir -p "$product_dir/modules/$(dirname "$module")"
    objcopy --strip-debug "$object_dir/$module" "$product_dir/modules/$module"
  done < "$object_dir/modules.order"
fi

say "exporting headers"
"${kernel_make[@]}" headers
python3 "$here/export_headers.py" --source "$source_dir" --build "$object_dir" \
  --output "$product_dir/include"

printf '%s\n' "$wanted" > "$stamp"
say "done in $((SECONDS - start)) s: $(stat -c %s "$image") bytes"
