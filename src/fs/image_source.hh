// SPDX-License-Identifier: GPL-2.0
// Where an image's bytes are: a file or block device of the host, or a network block device.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <lkl/result.hh>
#include <memory>
#include <span>
#include <string>

#include "base/unique_fd.hh"
#include "block/nbd_client.hh"
#include "fs/probe.hh"
#include "fs/probe_reading.hh"
#include "virtio/block_backend.hh"

namespace lkl::fs {

class ImageSource {
  public:
    // `path` is a file, a block device, or an address as NbdClient::connect() takes it. A block
    // device that the host uses itself is not opened for writing.
    static Result<ImageSource> open(const std::string& path, bool write);

    [[nodiscard]] const std::string& path() const { return path_; }

    // What is on it; never writes.
    [[nodiscard]] Result<ImageInfo> probe() const;

    // Reads the whole of the buffer.
    [[nodiscard]] Result<void> read(std::span<std::byte> buffer, std::uint64_t offset) const;

    // A disk of it; the source must outlive it. `attached` is called once everything of the host's
    // that the disk needs is open, before the kernel knows of it; it may be empty, and then no
    // thread and no ring of its own is needed for the disk.
    [[nodiscard]] Result<std::unique_ptr<BlockBackend>> backend(
        std::function<void()> attached) const;

  private:
    std::string path_;
    bool write_ = false;
    UniqueFd file_;
    std::unique_ptr<NbdClient> nbd_;
};

}  // namespace lkl::fs
