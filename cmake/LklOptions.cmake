# SPDX-License-Identifier: GPL-2.0
# Options of the build, and the compiler settings that all of the project's own code shares.

option(LKL_WERROR "Treat compiler warnings as errors" ON)
option(LKL_KERNEL_IMAGES "Build the kernel image and embed it in the library" ON)
set(LKL_SANITIZE "" CACHE STRING "Sanitizers for the host code: address, thread or empty")
set_property(CACHE LKL_SANITIZE PROPERTY STRINGS "" address thread)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
# liblkl.so and liblkl.a are made of the same objects.
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Kind of build" FORCE)
endif()

find_program(LKL_CCACHE ccache)
if(LKL_CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${LKL_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${LKL_CCACHE})
endif()

find_package(Threads REQUIRED)

set(lkl_warnings -Wall -Wextra -Wpedantic)
if(LKL_WERROR)
  list(APPEND lkl_warnings -Werror)
endif()
add_compile_options("$<$<COMPILE_LANGUAGE:C,CXX>:${lkl_warnings}>")
# Nobody replaces one of the library's own functions at load time: so they may be inlined.
add_compile_options("$<$<COMPILE_LANGUAGE:C,CXX>:-fno-semantic-interposition>")
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:-Wthread-safety>")
endif()

if(LKL_SANITIZE STREQUAL "address")
  set(lkl_sanitize_flags -fsanitize=address,undefined -fno-sanitize-recover=all
                         -fno-omit-frame-pointer)
elseif(LKL_SANITIZE STREQUAL "thread")
  set(lkl_sanitize_flags -fsanitize=thread -fno-omit-frame-pointer)
elseif(LKL_SANITIZE)
  message(FATAL_ERROR "LKL_SANITIZE is address, thread or empty, not '${LKL_SANITIZE}'")
endif()
if(LKL_SANITIZE)
  add_compile_options("$<$<COMPILE_LANGUAGE:C,CXX>:${lkl_sanitize_flags}>")
  add_link_options(${lkl_sanitize_flags})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Instrumented code hides from GCC that std::regex initializes what it moves (GCC bug 105562).
    add_compile_options(-Wno-maybe-uninitialized)
  endif()
endif()
