// SPDX-License-Identifier: GPL-2.0
// An lklfuse that runs beside the test.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace lkl::tool_test {

// Runs `lklfuse -f` until it is told to end; in its destructor whatever is left is taken away.
class FuseMount {
  public:
    // Starts it; as another user if `user` is not 0. `options` come before the image.
    FuseMount(const std::string& image, std::string mount_point,
              const std::vector<std::string>& options = {}, uid_t user = 0);
    ~FuseMount();
    FuseMount(const FuseMount&) = delete;
    FuseMount& operator=(const FuseMount&) = delete;

    // Waits until the file system is there; false if lklfuse ends before.
    [[nodiscard]] bool wait_for_mount();

    // As `fusermount3 -u` does, then finish().
    int unmount();

    // Waits until it ends by itself: its exit code, or 256 and a signal.
    int finish();

    [[nodiscard]] pid_t process() const { return process_; }

    // The process that works on the image: a child of that.
    [[nodiscard]] pid_t worker() const;

    // What finish() has seen of standard error.
    [[nodiscard]] const std::string& errors() const { return errors_; }

  private:
    pid_t process_ = -1;
    int error_file_ = -1;
    std::string mount_point_;
    std::string errors_;
};

// Whether something is mounted there.
bool is_mounted(const std::string& mount_point);

// Why this machine cannot mount through FUSE, or "".
std::string fuse_is_missing();

}  // namespace lkl::tool_test
