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
#include "fs/sandboxing.hh"

namespace lkl::fs {

// An image that a job opened itself, or one that was open before and stays open.
class JobImage {
  public:
    explicit JobImage(Image image) : own_(std::move(image)) {}

    explicit JobImage(Image* opened) : opened_(opened) {}

    Image& operator*() { return own_ ? *own_ : *opened_; }

    Image* operator->() { return &**this; }

    // As Image::finish(), for an own one.
    Result<void> finish() { return own_ ? own_->finish() : Result<void>(); }

  private:
    std::optional<Image> own_;
    Image* opened_ = nullptr;
};

// Opens the image that `options` names with the kernel's log on the console where wanted, or takes
// the one that is open already: an error if that can only be read, but `image` asks to write.
// Enters the sandbox on the way, unless `image` brings its own `before_reading`.
Result<JobImage> open_job_image(const JobOptions& options, ImageOptions image, Sandboxing& sandbox);

class JobRun {
  public:
    explicit JobRun(const JobOptions& options);

    [[nodiscard]] Report& report() { return report_; }

    [[nodiscard]] Console& console() { return console_; }

    [[nodiscard]] const StopFlag& stop() const { return stop_; }

    // To be told of the host's files that the run works on, before open_job_image().
    [[nodiscard]] Sandboxing& sandbox() { return sandbox_; }

    using Produce = std::function<void(StreamWriter&)>;

    // Pumps and finishes: the sink goes first, then the image is unmounted. `count`, a producer of
    // entries without data, tells the totals for the progress and may be empty. Returns the exit
    // code.
    int run(JobImage& image, const Produce& produce, std::unique_ptr<Sink> sink,
            const Produce& count);

    // Says that so much is safe from now on, whatever happens: the first entries of the copy.
    void tell_saved(std::uint64_t entries, std::uint64_t bytes);

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
    Sandboxing sandbox_;
    Totals totals_;
    std::vector<std::string> unfinished_;  // see SourceWatch; for an interrupted run
    StopFlag& stop_;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

// A sink that only counts and, in a verbose run, names what would be copied.
std::unique_ptr<Sink> make_dry_run_sink(Report& report);

}  // namespace lkl::fs
