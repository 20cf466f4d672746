// SPDX-License-Identifier: GPL-2.0
// Files for tests that are gone afterwards.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include "base/check.hh"

namespace lkl::testing {

// A new folder, removed with all in it at the end.
class TemporaryFolder {
  public:
    // In `parent`, or where the system keeps temporary files.
    explicit TemporaryFolder(
        const std::filesystem::path& parent = std::filesystem::temp_directory_path()) {
        std::string name = (parent / "lkl-test-XXXXXX").string();
        LKL_CHECK(mkdtemp(name.data()) != nullptr);
        path_ = name;
    }

    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    [[nodiscard]] std::string file(const std::string& name) const {
        return (path_ / name).string();
    }

  private:
    std::filesystem::path path_;
};

}  // namespace lkl::testing
