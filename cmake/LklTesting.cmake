# SPDX-License-Identifier: GPL-2.0
# How tests are registered: every one has a label and a time limit.
#
# Labels: unit (no kernel), device (a queue driven by hand), boot (a real kernel runs), tool
# (results of the command-line tools), differential (against an original), tree (the repository).

include(CTest)
include(GoogleTest)
find_package(GTest REQUIRED)

# Tests make and check images with mkfs and fsck, which an ordinary user's PATH may not have.
set(lkl_test_path ENVIRONMENT_MODIFICATION "PATH=path_list_append:/usr/sbin")

# lkl_add_unit_test(NAME SOURCES file... [LIBS target...] [LABEL label] [TIMEOUT seconds])
#
# An executable of GoogleTest cases; each case becomes a test of its own. TIMEOUT is a case's.
function(lkl_add_unit_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "LABEL;TIMEOUT" "SOURCES;LIBS")
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_SOURCES)
    message(FATAL_ERROR "lkl_add_unit_test(${name}): wants SOURCES; got '${ARGN}'")
  endif()
  if(NOT arg_LABEL)
    set(arg_LABEL unit)
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 60)
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(${name} PRIVATE ${arg_LIBS} GTest::gtest_main Threads::Threads)
  gtest_discover_tests(${name}
    TEST_PREFIX ${name}.
    DISCOVERY_MODE PRE_TEST
    DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS ${arg_LABEL} TIMEOUT ${arg_TIMEOUT} ${lkl_test_path})
endfunction()

# lkl_add_command_test(NAME COMMAND program argument... [LABEL label] [TIMEOUT seconds]
#                      [ENVIRONMENT VAR=value...])
#
# A test that is a command; it passes when the command exits with 0.
function(lkl_add_command_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "LABEL;TIMEOUT" "COMMAND;ENVIRONMENT")
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_COMMAND)
    message(FATAL_ERROR "lkl_add_command_test(${name}): wants COMMAND; got '${ARGN}'")
  endif()
  if(NOT arg_LABEL)
    set(arg_LABEL unit)
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 60)
  endif()
  add_test(NAME ${name} COMMAND ${arg_COMMAND})
  set_tests_properties(${name} PROPERTIES
    LABELS ${arg_LABEL} TIMEOUT ${arg_TIMEOUT} ENVIRONMENT "${arg_ENVIRONMENT}" ${lkl_test_path})
endfunction()
