// SPDX-License-Identifier: GPL-2.0
// A tool that runs beside the test.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/unique_fd.hh"

namespace lkl::tool_test {

// Its standard output is a pipe that was full before it started, so that it cannot end before the
// test reads.
class BackgroundTool {
  public:
    BackgroundTool(const std::string& name, std::vector<std::string> arguments);
    ~BackgroundTool();
    BackgroundTool(const BackgroundTool&) = delete;
    BackgroundTool& operator=(const BackgroundTool&) = delete;

    // The values of a field of /proc/PID/task/*/status, one a thread.
    [[nodiscard]] std::vector<std::string> status(const std::string& field) const;

    // Waits until all threads have `value` in `field`, or for half a minute.
    [[nodiscard]] bool wait_for(const std::string& field, const std::string& value) const;

    // Waits until it has begun to write to standard output, or for half a minute: until its main
    // thread sleeps in a write to the pipe.
    [[nodiscard]] bool wait_for_output() const;

    // Reads what it writes until it ends; returns its exit code, or 256 and a signal.
    int finish();

    // What finish() has read of standard output and standard error.
    [[nodiscard]] const std::string& output() const { return output_; }

    [[nodiscard]] const std::string& errors() const { return errors_; }

    [[nodiscard]] pid_t process() const { return process_; }

  private:
    pid_t process_ = -1;
    UniqueFd read_end_;
    std::size_t filling_ = 0;
    UniqueFd error_file_;
    std::string output_;
    std::string errors_;
};

}  // namespace lkl::tool_test
