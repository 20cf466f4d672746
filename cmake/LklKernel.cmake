# SPDX-License-Identifier: GPL-2.0
# Kernel images as targets. Sources, objects and products live in LKL_KERNEL_DIR, which all presets
# share: an image is built once.

set(LKL_KERNEL_DIR ${PROJECT_SOURCE_DIR}/build/kernel CACHE PATH
    "Where kernel sources, objects and images are kept")
set(LKL_KERNEL_SOURCE "$ENV{LKL_KERNEL_SOURCE}" CACHE PATH
    "A kernel tree or tarball to build, in place of Debian's package")
set(lkl_default_version 6.12)
if(LKL_KERNEL_SOURCE)
  set(lkl_default_version custom)
endif()
set(LKL_KERNEL_VERSION ${lkl_default_version} CACHE STRING
    "Kernel of the embedded image: 6.12, 6.1, or custom (what LKL_KERNEL_SOURCE names)")
set(LKL_KERNEL_PROFILE default CACHE STRING
    "Configuration of the embedded image: small, default, full, debug, or one of these with -nommu")

# lkl_kernel_image_path(VARIABLE VERSION-PROFILE): the image file that target
# kernel-VERSION-PROFILE makes. Beside it: lkl-image.debug (DWARF), config, modules/, include/.
function(lkl_kernel_image_path variable image)
  set(${variable} ${LKL_KERNEL_DIR}/images/${image}/lkl-image PARENT_SCOPE)
endfunction()

# lkl_kernel_build_path(VARIABLE VERSION-PROFILE): make's output directory of that image, for
# modules built outside the tree (make -C DIRECTORY M=... modules).
function(lkl_kernel_build_path variable image)
  set(${variable} ${LKL_KERNEL_DIR}/${image} PARENT_SCOPE)
endfunction()

# lkl_add_kernel_image(VERSION PROFILE [ALL]): target kernel-VERSION-PROFILE, part of the default
# build with ALL. Says nothing if the target exists.
function(lkl_add_kernel_image version profile)
  set(image ${version}-${profile})
  if(TARGET kernel-${image})
    return()
  endif()
  lkl_kernel_image_path(file ${image})
  set(environment)
  if(version STREQUAL "custom")
    if(NOT LKL_KERNEL_SOURCE)
      message(FATAL_ERROR "LKL_KERNEL_VERSION=custom needs LKL_KERNEL_SOURCE")
    endif()
    set(environment LKL_KERNEL_SOURCE=${LKL_KERNEL_SOURCE})
  endif()
  # Always run: the script knows in a fraction of a second whether there is anything to do.
  add_custom_target(kernel-${image} ${ARGN}
    COMMAND ${CMAKE_COMMAND} -E env ${environment}
            ${PROJECT_SOURCE_DIR}/kernel/build_image.sh ${version} ${profile} ${LKL_KERNEL_DIR}
    BYPRODUCTS ${file}
    USES_TERMINAL
    VERBATIM)
endfunction()
