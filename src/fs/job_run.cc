// SPDX-License-Identifier: GPL-2.0
#include "fs/job_run.hh"

#include <sys/resource.h>

#include <thread>

#include "fs/json_text.hh"
#include "fs/linux_errno.hh"
#include "fs/panic_text.hh"
#include "fs/source_watch.hh"

namespace lkl::fs {
namespace {

// Deep trees need a descriptor a level.
void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        ::setrlimit(RLIMIT_NOFILE, &limit);
    }
}

Report::Options report_options(const JobOptions& options, Console& console) {
    Report::Options report;
    report.keep_going = options.keep_going;
    report.error_line = [&console](std::string_view line) { console.message(line); };
    if (options.verbose) {
        report.path_line = [&console](std::string_view path) {
            console.output(std::string(path) + "\n");
        };
    }
    if (options.verbose && options.target == "-") {
        report.path_line = [&console](std::string_view path) { console.message(path); };
    }
    return report;
}

class DryRunSink final : public Sink {
  public:
    explicit DryRunSink(Report& report) : report_(report) {}

    Result<void> take(Item& item) override {
        if (const auto* entry = std::get_if<Entry>(&item)) {
            report_.count_entry();
            if (!entry->link && entry->status.is_regular()) {
                report_.count_bytes(entry->status.size);
            }
            report_.done(entry->source);
        } else if (const auto* fault = std::get_if<Fault>(&item)) {
            report_.add_error(fault->error);
        }
        return {};
    }

    Result<void> finish() override { return {}; }

  private:
    Report& report_;
};

// Counts what a producer without data sends.
void count_totals(const JobRun::Produce& count, Totals& totals, const std::stop_token& stop) {
    Stream stream(2, 1);
    std::jthread producer([&] {
        StreamWriter writer(stream);
        count(writer);
    });
    while (auto batch = stream.take_full()) {
        for (const Item& item : batch->items) {
            const auto* entry = std::get_if<Entry>(&item);
            if (entry == nullptr) {
                continue;
            }
            totals.entries.fetch_add(1, std::memory_order_relaxed);
            if (!entry->link && entry->status.is_regular()) {
                totals.bytes.fetch_add(entry->status.size, std::memory_order_relaxed);
            }
        }
        if (stop.stop_requested()) {
            stream.cancel();
            return;
        }
        stream.put_empty(std::move(batch));
    }
    totals.known = true;
}

}  // namespace

std::unique_ptr<Sink> make_dry_run_sink(Report& report) {
    return std::make_unique<DryRunSink>(report);
}

JobRun::JobRun(const JobOptions& options)
    : options_(options),
      console_(options.program),
      report_(report_options(options, console_)),
      sandbox_(options.sandbox,
               [this](const std::string& sentence) {
                   if (options_.verbose) {
                       console_.message("the sandbox is incomplete: " + sentence);
                   }
               }),
      stop_(watch_interruptions()) {
    raise_descriptor_limit();
}

ExitCode open_failure_code(const Error& error) {
    const bool panicked = error.is_kernel() && error.linux_errno() == errno_value::not_recoverable;
    return panicked ? ExitCode::kernel : ExitCode::image;
}

Result<JobImage> open_job_image(const JobOptions& options, ImageOptions image,
                                Sandboxing& sandbox) {
    if (options.opened != nullptr) {
        if (image.write && !options.opened->writable()) {
            return Error::other("it is open for reading only", "write to", image.path);
        }
        return JobImage(options.opened);
    }
    if (options.print_kernel_log) {
        image.print = [](std::string_view text) {
            std::fwrite(text.data(), 1, text.size(), stderr);
        };
    }
    if (!image.before_reading) {
        sandbox.add_image(image.path, image.write);
        for (const std::string& device : image.more_devices) {
            sandbox.add_image(device, image.write);
        }
        image.opened = [&sandbox] { sandbox.confine_files(); };
        image.before_reading = [&sandbox] { sandbox.confine_calls(); };
    }
    LKL_TRY(Image opened, Image::open(image));
    return JobImage(std::move(opened));
}

int JobRun::refuse(const Error& error, ExitCode code) {
    console_.message(error.message());
    if (stop_ && code == ExitCode::image) {
        constexpr int kSignalBase = 128;
        return kSignalBase + interruption_signal();
    }
    return static_cast<int>(code);
}

void JobRun::tell_saved(std::uint64_t entries, std::uint64_t bytes) {
    std::fflush(stdout);  // with --verbose: the names of those entries
    if (options_.progress == ProgressMode::json) {
        const std::string line = saved_json(entries, bytes) + "\n";
        std::fwrite(line.data(), 1, line.size(), stderr);
    } else if (!options_.quiet) {
        console_.message("saved: " + std::to_string(entries) + " entries, " + format_bytes(bytes));
    }
}

Result<Outcome> JobRun::pump(const Produce& produce, Sink& sink, const Produce& count) {
    const Progress progress(options_.quiet ? ProgressMode::off : options_.progress, console_,
                            report_, totals_);
    std::jthread counter;
    if (count && !options_.quiet && Progress::shows(options_.progress)) {
        counter =
            std::jthread([&](const std::stop_token& stop) { count_totals(count, totals_, stop); });
    }
    return run_pipeline(produce, sink, report_, stop_);
}

int JobRun::run(JobImage& image, const Produce& produce, std::unique_ptr<Sink> sink,
                const Produce& count) {
    auto watch = std::make_unique<SourceWatch>(std::move(sink), options_.sources);
    const auto outcome = pump(produce, *watch, count);
    unfinished_ = watch->unfinished();
    watch.reset();
    auto panic = image->panic_message();
    const auto finished = image.finish();
    if (!panic) {
        panic = image->panic_message();
    }
    return conclude(outcome, finished, panic);
}

int JobRun::conclude(const Result<Outcome>& outcome, const Result<void>& finished,
                     const std::optional<std::string>& panic) {
    ExitCode code = ExitCode::success;
    if (report_.errors() != 0) {
        code = ExitCode::incomplete;
    }
    const auto losses = report_.losses();
    for (const std::string& line : losses) {
        console_.message((options_.strict ? "error: " : "warning: ") + line);
    }
    if (options_.strict && !losses.empty()) {
        code = ExitCode::incomplete;
    }
    if (!outcome) {
        console_.message(outcome.error().message());
        code = ExitCode::incomplete;
    }
    if (panic) {
        console_.message(panic_text(*panic));
        code = ExitCode::kernel;
    } else if (!finished) {
        console_.message(finished.error().message());
        if (options_.image.write) {
            console_.message("the image " + options_.image.path + " may be incomplete or damaged");
            code = ExitCode::not_saved;
        } else if (code == ExitCode::success) {
            code = ExitCode::incomplete;
        }
    }
    tell_result(outcome, code);
    if (outcome && *outcome == Outcome::interrupted && code <= ExitCode::incomplete) {
        constexpr int kSignalBase = 128;
        return kSignalBase + interruption_signal();
    }
    return static_cast<int>(code);
}

void JobRun::tell_result(const Result<Outcome>& outcome, ExitCode code) {
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    const bool interrupted = outcome && *outcome == Outcome::interrupted;
    const std::string done = std::to_string(report_.entries()) + " entries, " +
                             format_bytes(report_.bytes()) +
                             (options_.dry_run ? " would be copied" : " copied");
    if (interrupted) {
        console_.message("interrupted: " + done + ", the rest is missing" +
                         (code <= ExitCode::incomplete && options_.image.write
                              ? "; the file system was unmounted cleanly"
                              : ""));
        for (const std::string& sentence : unfinished_) {
            console_.message(sentence);
        }
    } else if (report_.errors() != 0) {
        console_.message(std::to_string(report_.errors()) +
                         (report_.errors() == 1 ? " error; " : " errors; ") + done +
                         (outcome && *outcome == Outcome::stopped_by_error && !options_.keep_going
                              ? " before it (--keep-going goes on)"
                              : ""));
    } else if (!options_.quiet && (options_.dry_run || Progress::shows(ProgressMode::automatic))) {
        console_.message(done + " in " + format_duration(seconds));
    }
    if (options_.json) {
        console_.output(result_json(report_,
                                    interrupted                 ? "interrupted"
                                    : code == ExitCode::success ? "complete"
                                                                : "failed",
                                    seconds) +
                        "\n");
    }
}

}  // namespace lkl::fs
