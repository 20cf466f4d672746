// SPDX-License-Identifier: GPL-2.0
// What serve.cc needs of the conf that is linked with it.
#pragma once

#include <string>

/// conf's main() under another name.
extern "C" int conf_main(int argc, char** argv);

/// Reads the Kconfig files now; conf_main() takes the result instead of reading them.
void preparse(const char* kconfig);

/// What reading printed; conf_main() prints it where it would have read.
void remember_messages(std::string out, std::string err);
