# SPDX-License-Identifier: GPL-2.0
# Cross-compiling conf and kc for Windows with Debian's g++-mingw-w64-x86-64:
#
#   cmake -S kconfig -B build-windows -DCMAKE_TOOLCHAIN_FILE=kconfig/cmake/mingw-w64.cmake
#
# The programs carry the compiler's libraries with them and need nothing but Windows.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR x86_64)

# Where both exist the posix variant: std::thread needs it.
find_program(KCONFIG_MINGW_CC NAMES x86_64-w64-mingw32-gcc-posix x86_64-w64-mingw32-gcc REQUIRED)
find_program(KCONFIG_MINGW_CXX NAMES x86_64-w64-mingw32-g++-posix x86_64-w64-mingw32-g++ REQUIRED)
set(CMAKE_C_COMPILER ${KCONFIG_MINGW_CC})
set(CMAKE_CXX_COMPILER ${KCONFIG_MINGW_CXX})

set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(CMAKE_EXE_LINKER_FLAGS_INIT "-static")
