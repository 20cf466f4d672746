// SPDX-License-Identifier: GPL-2.0
// Asks the user at the terminal for what must not be shown there.
#pragma once

#include <cstddef>
#include <lkl/result.hh>
#include <string>

#include "fs/secret.hh"

namespace lkl::fs {

inline constexpr std::size_t kMaxPassphrase = 512;  // bytes; as cryptsetup's

// Writes `question` to standard error and reads a line, which is not echoed, from standard input,
// a terminal. SIGINT, SIGTERM, SIGHUP and SIGQUIT take effect once the terminal is as it was
// before; where they do not end the process, they are an error. `path` names the volume in errors.
// For one thread at a time.
Result<Secret> ask_terminal(const std::string& question, const std::string& path);

}  // namespace lkl::fs
