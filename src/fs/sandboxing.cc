// SPDX-License-Identifier: GPL-2.0
#include "fs/sandboxing.hh"

#include <sys/stat.h>

#include <cstdlib>
#include <ctime>
#include <filesystem>

#include "fs/utf8_scope.hh"

namespace lkl::fs {

void Sandboxing::add_image(const std::string& path, bool write) {
    (write ? options_.early_writable : options_.early_readable).push_back(path);

    struct stat status {};

    if (::stat(path.c_str(), &status) == 0 && S_ISBLK(status.st_mode)) {
        options_.early_readable.emplace_back("/sys");  // where libblkid asks what kind it is
    }
}

void Sandboxing::add_file(const std::string& path) {
    std::error_code ignored;
    const auto resolved = std::filesystem::canonical(path, ignored);
    options_.readable.push_back(ignored ? path : resolved.string());
}

void Sandboxing::confine_files() {
    if (!wanted_ || sandbox_) {
        return;
    }
    // The kernel's image: embedded in the program, or the file that the variable names.
    options_.early_readable.emplace_back("/proc/self/exe");
    if (const char* image = std::getenv("LKL_IMAGE"); image != nullptr) {
        options_.early_readable.emplace_back(image);
    }
    const Utf8Scope loaded;  // the archive library's character set comes from a file
    ::tzset();               // and so does the time zone, which even gmtime_r() wants to know
    sandbox_ = Sandbox::confine_files(options_);
}

void Sandboxing::confine_calls() {
    if (!sandbox_) {
        return;
    }
    Sandbox sandbox = *std::move(sandbox_);
    sandbox_.reset();
    wanted_ = false;
    sandbox.confine_calls();
    for (const std::string& sentence : sandbox.missing()) {
        if (tell_) {
            tell_(sentence);
        }
    }
}

}  // namespace lkl::fs
