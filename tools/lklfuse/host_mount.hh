// SPDX-License-Identifier: GPL-2.0
// A connection to FUSE that is mounted on the host.
#pragma once

#include <sys/types.h>

#include <lkl/result.hh>
#include <memory>

#include "lklfuse/options.hh"

struct fuse_session;

namespace lkl::tools {

// Move-only; unmounts in its destructor, unless somebody else has.
class HostMount {
  public:
    static Result<HostMount> mount(const FuseOptions& options);

    HostMount(HostMount&&) = default;
    HostMount& operator=(HostMount&&) = default;
    ~HostMount() = default;

    // Where the requests come from.
    [[nodiscard]] int connection() const;

    // Starts a process that has the host write back what programs have changed in memory, and ends
    // then: it can take for ever, if nobody answers the requests. -1 if it cannot be started.
    [[nodiscard]] pid_t start_flush() const;

    // Takes the mount away at once; programs that have files of it open keep them until the
    // connection ends.
    void unmount();

  private:
    struct SessionEnd {
        void operator()(fuse_session* session) const;
    };

    explicit HostMount(std::string mount_point) : mount_point_(std::move(mount_point)) {}

    std::string mount_point_;
    std::unique_ptr<fuse_session, SessionEnd> session_;
};

}  // namespace lkl::tools
