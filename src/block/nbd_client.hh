// SPDX-License-Identifier: GPL-2.0
// Disks behind a network block device server: whatever qemu-nbd and nbdkit can open.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/result.hh"
#include "virtio/block_backend.hh"

namespace lkl {

// One connection. libnbd is loaded when the first one is made, so that programs that never do need
// neither it nor the time to load it. Members may be called from several threads; they wait for
// each other.
class NbdClient {
  public:
    // Whether `name` is an address as connect() takes it: nbd://HOST[:PORT]/EXPORT,
    // nbd+unix:///EXPORT?socket=PATH, or one of the others of libnbd's nbd_connect_uri(3).
    static bool is_address(const std::string& name);

    // Connects. Errors: there is no libnbd; what the library says; with `write`, an export that can
    // only be read.
    static Result<std::unique_ptr<NbdClient>> connect(const std::string& address, bool write);

    NbdClient(const NbdClient&) = delete;
    NbdClient& operator=(const NbdClient&) = delete;
    ~NbdClient();

    [[nodiscard]] std::uint64_t size() const;

    [[nodiscard]] bool read_only() const;

    // Reads the whole of `buffer`; 0 or a host's errno.
    int read(std::span<std::byte> buffer, std::uint64_t offset);

    // A disk that sends its requests here; the client must outlive it.
    Result<std::unique_ptr<BlockBackend>> backend();

  private:
    struct Impl;
    explicit NbdClient(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace lkl
