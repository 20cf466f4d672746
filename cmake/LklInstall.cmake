# SPDX-License-Identifier: GPL-2.0
# The library in its three forms, and what `cmake --install` puts where.
#
#   lib/lkl.o        kernel image and library, linked relocatably: link it like any object file
#   lib/liblkl.a     the same as an archive
#   lib/liblkl.so.0  the same shared, exporting lkl_* and lkl:: only
#   include/         <lkl.h>, <lkl_host.h>, <lkl/...>
#   lib/cmake/lkl, lib/pkgconfig/lkl.pc

include(CMakePackageConfigHelpers)

if(NOT TARGET lkl_capi)
  return()
endif()

# --- lkl.o -------------------------------------------------------------------------------------

set(lkl_objects)
foreach(part IN ITEMS base platform machine virtio block net api capi image)
  if(TARGET lkl_${part})
    list(APPEND lkl_objects $<TARGET_OBJECTS:lkl_${part}>)
  endif()
endforeach()

# liburing goes in, so that an application needs to know nothing of it; its names stay inside.
find_library(LKL_URING_ARCHIVE NAMES liburing.a)
set(lkl_archives)
if(LKL_URING_ARCHIVE)
  list(APPEND lkl_archives ${LKL_URING_ARCHIVE})
endif()

set(lkl_object ${PROJECT_BINARY_DIR}/lkl.o)
add_custom_command(
  OUTPUT ${lkl_object}
  COMMAND ${CMAKE_LINKER} -r -o ${lkl_object}.whole ${lkl_objects} ${lkl_archives}
  COMMAND ${CMAKE_OBJCOPY} --wildcard --localize-symbol=io_uring_* --localize-symbol=__io_uring_*
          ${lkl_object}.whole ${lkl_object}
  COMMAND ${CMAKE_COMMAND} -E rm ${lkl_object}.whole
  DEPENDS ${lkl_objects} lkl_image ${lkl_archives}
  COMMENT "Linking lkl.o"
  COMMAND_EXPAND_LISTS
  VERBATIM)
add_custom_target(lkl_object ALL DEPENDS ${lkl_object})
set_source_files_properties(${lkl_object} PROPERTIES EXTERNAL_OBJECT ON GENERATED ON)

# --- liblkl.a, liblkl.so -----------------------------------------------------------------------

set(lkl_export_map ${PROJECT_SOURCE_DIR}/cmake/lkl.map)
add_library(lkl SHARED ${lkl_object})
set_target_properties(lkl PROPERTIES
  VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}
  LINK_DEPENDS ${lkl_export_map})
# Never unloaded: the process's signal handlers and its threads' last destructors lie in it.
target_link_options(lkl PRIVATE -Wl,--version-script=${lkl_export_map} -Wl,--no-undefined
                    -Wl,-z,nodelete)

add_library(lkl_archive STATIC ${lkl_object})
set_target_properties(lkl_archive PROPERTIES OUTPUT_NAME lkl EXPORT_NAME static)

foreach(library IN ITEMS lkl lkl_archive)
  set_target_properties(${library} PROPERTIES LINKER_LANGUAGE CXX)
  add_dependencies(${library} lkl_object)
  target_compile_features(${library} INTERFACE cxx_std_20)
  target_link_libraries(${library} PUBLIC Threads::Threads)
  target_include_directories(${library} INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
endforeach()

# --- installation ------------------------------------------------------------------------------

install(TARGETS lkl lkl_archive EXPORT lklTargets
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(FILES ${lkl_object} DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILES_MATCHING PATTERN "*.h" PATTERN "*.hh")
if(LKL_KERNEL_HEADERS)
  install(DIRECTORY ${LKL_KERNEL_HEADERS}/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
endif()

install(EXPORT lklTargets NAMESPACE lkl:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/lkl)
configure_package_config_file(cmake/templates/lklConfig.cmake.in lklConfig.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/lkl)
write_basic_package_version_file(lklConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/lklConfig.cmake ${PROJECT_BINARY_DIR}/lklConfigVersion.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/lkl)

# Paths relative to the file itself, so that the tree can be moved.
configure_file(cmake/templates/lkl.pc.in lkl.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/lkl.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# For debuggers. The symbols are large: `cmake --install BUILD --component symbols` adds them.
install(FILES scripts/gdb/liblkl-gdb.py DESTINATION ${CMAKE_INSTALL_DATADIR}/lkl)
if(LKL_KERNEL_IMAGES)
  lkl_kernel_image_path(image ${LKL_KERNEL_VERSION}-${LKL_KERNEL_PROFILE})
  install(FILES ${image}.debug DESTINATION ${CMAKE_INSTALL_DATADIR}/lkl COMPONENT symbols
          EXCLUDE_FROM_ALL)
endif()
