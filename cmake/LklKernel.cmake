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
  # kc merges the configuration.
  set(environment "LKL_KC=$<TARGET_FILE:kc>")
  if(version STREQUAL "custom")
    if(NOT LKL_KERNEL_SOURCE)
      message(FATAL_ERROR "LKL_KERNEL_VERSION=custom needs LKL_KERNEL_SOURCE")
    endif()
    list(APPEND environment LKL_KERNEL_SOURCE=${LKL_KERNEL_SOURCE})
  endif()
  # Always run: the script knows in a fraction of a second whether there is anything to do.
  add_custom_target(kernel-${image} ${ARGN}
    COMMAND ${CMAKE_COMMAND} -E env ${environment}
            ${PROJECT_SOURCE_DIR}/kernel/build_image.sh ${version} ${profile} ${LKL_KERNEL_DIR}
    BYPRODUCTS ${file}
    USES_TERMINAL
    VERBATIM)
  add_dependencies(kernel-${image} kc)
endfunction()

# Target kmenu: opens the embedded image's configuration; what is changed there goes to a fragment
# beside the image's folder that the next build uses.
function(lkl_add_kernel_menu)
  if(NOT TARGET kconfig_kmenu)
    add_custom_target(kmenu
      COMMAND ${CMAKE_COMMAND} -E echo "kmenu needs ncurses: install libncurses-dev, then run cmake again"
      COMMAND ${CMAKE_COMMAND} -E false
      VERBATIM)
    return()
  endif()
  add_custom_target(kmenu
    COMMAND ${CMAKE_COMMAND} -E env
            "LKL_KC=$<TARGET_FILE:kc>" "LKL_KMENU=$<TARGET_FILE:kconfig_kmenu>"
            "LKL_KERNEL_SOURCE=${LKL_KERNEL_SOURCE}"
            ${PROJECT_SOURCE_DIR}/kernel/build_image.sh --menu
            ${LKL_KERNEL_VERSION} ${LKL_KERNEL_PROFILE} ${LKL_KERNEL_DIR}
    USES_TERMINAL
    VERBATIM)
  add_dependencies(kmenu kc kconfig_kmenu)
endfunction()
