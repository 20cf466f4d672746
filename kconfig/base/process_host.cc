// SPDX-License-Identifier: GPL-2.0
// The real process as a Host.
#include <cstdio>
#include <cstdlib>

#include "kconfig/base/host.hh"

#ifdef _WIN32
#define popen _popen
#define pclose _pclose
#endif

namespace kconfig {

const char* ProcessHost::env(const char* name) {
    return std::getenv(name);
}

void ProcessHost::out(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
}

void ProcessHost::err(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stderr);
}

std::optional<std::string> ProcessHost::shell(const std::string& command, std::size_t limit) {
    std::FILE* const pipe = popen(command.c_str(), "r");
    if (pipe == nullptr) {
        std::perror(command.c_str());
        return std::nullopt;
    }
    std::string answer(limit, '\0');
    answer.resize(std::fread(answer.data(), 1, limit, pipe));
    if (pclose(pipe) == -1) {
        std::perror(command.c_str());
        return std::nullopt;
    }
    return answer;
}

}  // namespace kconfig
