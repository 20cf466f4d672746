// SPDX-License-Identifier: GPL-2.0
// Where the streams of the jobs go, and what looks at them on the way.
#pragma once

#include <memory>
#include <optional>

#include "fs/checksums.hh"
#include "fs/job.hh"
#include "fs/manifest.hh"
#include "fs/pipeline.hh"

namespace lkl::fs {

// What the options put in front of a job's sink: a manifest, a file of checksums. Their files are
// opened first, before a sandbox would not let them be.
class SinkLayers {
  public:
    static Result<SinkLayers> open(const JobOptions& options);

    std::unique_ptr<Sink> in_front_of(std::unique_ptr<Sink> sink, Report& report,
                                      const StopFlag& stop) &&;

  private:
    std::optional<Manifest> manifest_;
    std::optional<ChecksumFile> checksums_;
    FileTime time_;
};

// The archive that the options name, or what stands for it in a dry run.
Result<std::unique_ptr<Sink>> make_tar_sink(const JobOptions& options, Report& report);

}  // namespace lkl::fs
