// SPDX-License-Identifier: GPL-2.0
// Where the passphrase of an encrypted volume comes from.
#pragma once

#include <cstdint>
#include <lkl/result.hh>
#include <optional>
#include <string>

#include "base/unique_fd.hh"
#include "fs/secret.hh"

namespace lkl::fs {

struct KeyOptions {
    int passphrase_fd = -1;  // its first line is the passphrase
    std::string key_file;    // all of it is the passphrase, newlines too; "-" is standard input
    std::uint64_t key_file_offset = 0;
    std::optional<std::uint64_t> key_file_size;  // bytes that count; nothing: all
    std::optional<unsigned> key_slot;            // the only one that is tried

    // Somebody said where the passphrase comes from.
    [[nodiscard]] bool given() const { return passphrase_fd >= 0 || !key_file.empty(); }
};

// For the main thread.
class KeySource {
  public:
    // Opens the key file, which a sandbox would not let be opened later. Nothing is read yet.
    // A process in the background does not ask: whoever uses the terminal would not know.
    static Result<KeySource> open(const KeyOptions& options);

    // The passphrase for the volume `path`. Without an option the terminal is asked, if standard
    // input is one, with echo off. A signal that ends or interrupts the process does so after the
    // terminal is as it was; if the process lives on, that is an error.
    Result<Secret> passphrase(const std::string& path);

    [[nodiscard]] std::optional<unsigned> only_slot() const { return options_.key_slot; }

  private:
    KeyOptions options_;
    UniqueFd file_;
    bool terminal_ = false;  // standard input is one, and the process in its foreground
};

}  // namespace lkl::fs
