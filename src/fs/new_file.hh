// SPDX-License-Identifier: GPL-2.0
// An output file of the host that leaves nothing behind if nothing gets into it.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/result.hh"
#include "base/unique_fd.hh"

namespace lkl::fs {

// A sandbox (sandbox/sandbox.hh) lets a tool neither make a file nor remove one, so that its output
// is made before, when nobody knows yet whether there will be any: the image may turn out to hold
// no file system. So a file that create() made has a guard, a process that stays outside the
// sandbox, can nothing but remove that file if it is still empty, and does so when this object
// goes without a keep(), in whatever way this process ends. Not thread-safe.
class NewFile {
  public:
    // Opens `path` for writing and makes it if it is missing; a file that was there stays as it is
    // and has no guard. `operation` is for messages.
    static Result<NewFile> create(const std::string& path, const char* operation);

    NewFile(NewFile&& other) noexcept = default;
    NewFile& operator=(NewFile&&) = delete;
    // Returns when the guard has done its work.
    ~NewFile();

    [[nodiscard]] int fd() const { return file_.get(); }

    // From now on the file stays.
    void keep();

    // Closes the file; close()'s errno or 0.
    [[nodiscard]] int close();

  private:
    explicit NewFile(UniqueFd file) : file_(std::move(file)) {}

    void start_guard(const std::string& path);
    void await_guard();

    UniqueFd file_;
    UniqueFd order_;       // to the guard: a byte means keep, the end remove
    UniqueFd order_read_;  // its other end, lest a guard that somebody killed cause SIGPIPE
    UniqueFd finished_;    // from the guard: its end means that the guard is through
    pid_t guard_ = -1;
};

}  // namespace lkl::fs
