// SPDX-License-Identifier: GPL-2.0
// What all jobs share: reporting, the pipeline, and an honest end.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include "fs/interruption.hh"
#include "fs/job.hh"
#include "fs/pipeline.hh"
#include "fs/progress.hh"
#include "fs/report.hh"

namespace lkl::fs {

class JobRun {
  public:
    explicit JobRun(const JobOptions& options);

    [[nodiscard]] Report& report() { return report_; }

    [[nodiscard]] Console& console() { return console_; }

    // Opens the image with the kernel's log on the console where wanted.
    Result<Image> open_image(ImageOptions options);

    using Produce = std::function<void(StreamWriter&)>;

    // Pumps and finishes: the sink goes first, then the image is unmounted. `count`, a producer of
    // entries without data, tells the totals for the progress and may be empty. Returns the exit
    // code.
    int run(Image& image, const Produce& produce, std::unique_ptr<Sink> sink, const Produce& count);

    // Says what went wrong before anything was done; returns the exit code.
    int refuse(const Error& error, ExitCode code);

  private:
    Result<Outcome> pump(const Produce& produce, Sink& sink, const Produce& count);
    int conclude(const Result<Outcome>& outcome, const Result<void>& finished,
                 const std::optional<std::string>& panic);
    void tell_result(const Result<Outcome>& outcome, ExitCode code);

    const JobOptions& options_;
    Console console_;
    Report report_;
    Totals totals_;
    StopFlag& stop_;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

// A sink that only counts and, in a verbose run, names what would be copied.
std::unique_ptr<Sink> make_dry_run_sink(Report& report);

}  // namespace lkl::fs
