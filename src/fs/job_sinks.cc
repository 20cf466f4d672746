// SPDX-License-Identifier: GPL-2.0
#include "fs/job_sinks.hh"

#include <sys/stat.h>

#include <cerrno>
#include <ctime>
#include <fstream>

#include "fs/job_run.hh"
#include "fs/tar_writer.hh"

namespace lkl::fs {
namespace {

// Writes "PATH CONTEXT" lines beside another sink.
class ContextExport final : public Sink {
  public:
    ContextExport(std::unique_ptr<Sink> next, std::ofstream file, std::string name)
        : next_(std::move(next)), file_(std::move(file)), name_(std::move(name)) {}

    Result<void> take(Item& item) override {
        if (const auto* entry = std::get_if<Entry>(&item)) {
            for (const Attribute& attribute : entry->attributes) {
                if (attribute.name == "security.selinux") {
                    file_ << "/" << entry->path << " " << attribute.value.c_str() << "\n";
                }
            }
        }
        return next_->take(item);
    }

    Result<void> finish() override {
        auto finished = next_->finish();
        file_.close();
        if (finished && file_.fail()) {
            return Error::host(errno, "write the SELinux contexts to", name_);
        }
        return finished;
    }

  private:
    std::unique_ptr<Sink> next_;
    std::ofstream file_;
    std::string name_;
};

// The archive would replace what it is made of.
Result<void> check_archive(const JobOptions& options) {
    struct stat archive {};

    if (options.target == "-" || ::stat(options.target.c_str(), &archive) != 0) {
        return {};
    }
    std::vector<std::string> images = options.image.more_devices;
    images.push_back(options.image.path);
    for (const std::string& path : images) {
        struct stat image {};

        if (::stat(path.c_str(), &image) == 0 && image.st_dev == archive.st_dev &&
            image.st_ino == archive.st_ino) {
            return Error::other("it is the image itself", "write the archive", options.target);
        }
    }
    return {};
}

FileTime time_of_day() {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    return {now.tv_sec, static_cast<std::uint32_t>(now.tv_nsec)};
}

}  // namespace

Result<std::unique_ptr<Sink>> make_tar_sink(const JobOptions& options, Report& report) {
    if (options.dry_run) {
        return make_dry_run_sink(report);
    }
    LKL_TRY_VOID(check_archive(options));
    LKL_TRY(std::unique_ptr<Sink> sink, TarWriter::create(options.target, report));
    if (!options.selinux_contexts_file.empty()) {
        std::ofstream file(options.selinux_contexts_file, std::ios::binary | std::ios::trunc);
        if (!file) {
            return Error::host(errno, "create", options.selinux_contexts_file);
        }
        sink = std::make_unique<ContextExport>(std::move(sink), std::move(file),
                                               options.selinux_contexts_file);
    }
    return sink;
}

Result<SinkLayers> SinkLayers::open(const JobOptions& options) {
    SinkLayers layers;
    layers.time_ = options.walk.clamp_times.value_or(time_of_day());
    if (!options.manifest.empty()) {
        LKL_TRY(layers.manifest_, read_manifest(options.manifest));
    }
    if (!options.checksums.empty() && !options.dry_run) {
        LKL_TRY(ChecksumFile file, ChecksumFile::create(options.checksums));
        layers.checksums_.emplace(std::move(file));
    }
    return layers;
}

std::unique_ptr<Sink> SinkLayers::in_front_of(std::unique_ptr<Sink> sink, Report& report,
                                              const StopFlag& stop) && {
    if (manifest_) {
        sink = make_manifest_sink({std::move(*manifest_), time_, [&stop] { return stop.load(); }},
                                  std::move(sink), report);
    }
    if (checksums_) {
        sink = std::move(*checksums_).in_front_of(std::move(sink));
    }
    return sink;
}

}  // namespace lkl::fs
