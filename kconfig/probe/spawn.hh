// SPDX-License-Identifier: GPL-2.0
// Running a command with both of its outputs captured.
#pragma once

#include <string>

#include "kconfig/probe/probe.hh"

namespace kconfig {

/// Whether capture() works on this host.
bool can_capture();

/// Runs a shell command; standard input, directory and environment are
/// inherited. At most 4096 bytes of its standard output are kept, as $(shell)
/// would. False when it could not be run. May be called from several threads.
bool capture(const std::string& command, ProbeOutput& output);

/// What standard input is, as far as a command could tell; @p piped is set where
/// reading takes something away from it: not for /dev/null.
std::string standard_input_key(bool& piped);

/// All environment variables, sorted.
std::string whole_environment();

}  // namespace kconfig
