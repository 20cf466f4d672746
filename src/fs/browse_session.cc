// SPDX-License-Identifier: GPL-2.0
#include "fs/browse_session.hh"

#include <cstdio>

#include "fs/job_run.hh"
#include "fs/panic_text.hh"

namespace lkl::fs {
namespace {

class FunctionSink final : public Sink {
  public:
    explicit FunctionSink(const std::function<void(Item&)>& take) : take_(take) {}

    Result<void> take(Item& item) override {
        take_(item);
        return {};
    }

    Result<void> finish() override { return {}; }

  private:
    const std::function<void(Item&)>& take_;
};

Report::Options report_options(Console& console) {
    Report::Options options;
    options.error_line = [&console](std::string_view line) { console.message(line); };
    return options;
}

}  // namespace

BrowseSession::BrowseSession(const BrowseOptions& options)
    : options_(options),
      console_(options.job.program),
      report_(report_options(console_)),
      sandbox_(options.job.sandbox, {}),
      stop_(watch_interruptions()) {}

int BrowseSession::run(bool write, const std::function<void(Image&)>& work,
                       std::function<void()> before_reading) {
    ImageOptions image_options = options_.job.image;
    image_options.write = write;
    image_options.before_reading = std::move(before_reading);
    auto image = open_job_image(options_.job, image_options, sandbox_);
    if (!image) {
        console_.message(image.error().message());
        const ExitCode code = open_failure_code(image.error());
        constexpr int kSignalBase = 128;
        return stop_ && code == ExitCode::image ? kSignalBase + interruption_signal()
                                                : static_cast<int>(code);
    }
    work(**image);
    auto panic = (*image)->panic_message();
    const auto finished = image->finish();
    if (!panic) {
        panic = (*image)->panic_message();
    }
    if (std::fflush(stdout) != 0) {
        fail(Error::host(errno, "write", "standard output"));
    }
    if (panic) {
        console_.message(panic_text(*panic));
        return static_cast<int>(ExitCode::kernel);
    }
    if (!finished) {
        console_.message(finished.error().message());
        return static_cast<int>(write ? ExitCode::not_saved : ExitCode::incomplete);
    }
    if (stop_) {
        constexpr int kSignalBase = 128;
        return kSignalBase + interruption_signal();
    }
    return static_cast<int>(report_.errors() == 0 ? ExitCode::success : ExitCode::incomplete);
}

void BrowseSession::walk(FileCalls& calls, int root, const std::vector<std::string>& paths,
                         const WalkOptions& walk, const std::function<void(Item&)>& take) {
    const auto produce = [&](StreamWriter& writer) {
        TreeWalker walker(calls, walk, writer);
        for (const std::string& path : paths) {
            walker.walk(root, path, "", false);
        }
    };
    const std::function<void(Item&)> checked = [&](Item& item) {
        if (const auto* fault = std::get_if<Fault>(&item)) {
            report_.add_error(fault->error);
        }
        take(item);
    };
    FunctionSink sink(checked);
    if (const auto outcome = run_pipeline(produce, sink, report_, stop_); !outcome) {
        fail(outcome.error());
    }
}

Result<Located> locate(FileCalls& calls, int root, const std::string& path) {
    std::string stripped = path;
    while (stripped.size() > 1 && stripped.back() == '/') {
        stripped.pop_back();
    }
    Located located;
    located.name = name_of_copy(stripped);
    const std::size_t cut = stripped.size() - located.name.size();
    const std::string parent = cut == 0 ? "." : stripped.substr(0, cut);
    const long fd = calls.open_resolved(root, parent.c_str(),
                                        open_flags::directory | open_flags::close_on_exec);
    if (fd < 0) {
        return calls.error(fd, "find", path);
    }
    located.directory = OpenFile(calls, static_cast<int>(fd));
    return located;
}

}  // namespace lkl::fs
