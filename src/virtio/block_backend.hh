// SPDX-License-Identifier: GPL-2.0
// The storage behind a block device: what a back end implements and a device uses.
#pragma once

#include <sys/uio.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace lkl {

class EventLoop;

enum class BlockOp : std::uint8_t { read, write, flush, discard, write_zeroes };

// What BlockBackend::submit() returns for a request that completes later.
inline constexpr int kBlockPending = -1;

// One request. The submitter owns it and what it points at, and leaves both alone from submit()
// until the request is done.
class BlockRequest {
  public:
    BlockOp op = BlockOp::read;
    bool may_unmap = false;        // write_zeroes: the space may be given back
    std::uint64_t offset = 0;      // in bytes; a multiple of the block size
    std::uint64_t length = 0;      // in bytes, as well; 0 for a flush
    std::span<iovec> segments;     // read, write: their sum is `length`; used up by the back end;
                                   // of other requests: empty
    std::uint64_t remaining = 0;   // for the back end
    int result = 0;                // for the back end
    BlockRequest* next = nullptr;  // for the back end

    // Called once for a request whose submit() returned kBlockPending: with 0 or a Linux errno. On
    // any thread, with no lock of the back end held; may submit again.
    virtual void completed(int error) = 0;

  protected:
    BlockRequest() = default;
    BlockRequest(const BlockRequest&) = default;
    BlockRequest& operator=(const BlockRequest&) = default;
    ~BlockRequest() = default;
};

struct BlockInfo {
    std::uint64_t size = 0;          // in bytes; a multiple of block_size
    std::uint32_t block_size = 512;  // the unit of requests; a power of two from 512 to 4096
    std::uint32_t physical_block_size = 512;  // the unit that needs no read before a write
    std::uint32_t optimal_io_size = 0;        // in bytes; 0: not known
    bool read_only = false;                   // writes, discards and write_zeroes give EROFS
    bool can_discard = false;
    bool can_write_zeroes = false;
    std::string identity;  // what the kernel shows as the disk's serial
};

// Requests lie within the size and are made of whole blocks: the submitter sees to that (see
// check_block_request). Requests that are in flight together may be done in any order; a flush
// covers what was done before it was submitted. submit() may be called from any thread.
class BlockBackend {
  public:
    virtual ~BlockBackend() = default;
    BlockBackend(const BlockBackend&) = delete;
    BlockBackend& operator=(const BlockBackend&) = delete;

    // Does not change while requests are possible, but for `size`, which may grow.
    [[nodiscard]] virtual const BlockInfo& info() const = 0;

    // Where completions may run; without a loop every request is done within submit() or
    // drain(). The loop outlives detach(). Before the first request.
    virtual void attach(EventLoop* /*loop*/) {}

    // The end of attach(); nothing is in flight.
    virtual void detach() {}

    // Begins a request. 0 or a Linux errno: it is done, and completed() is not called. Otherwise
    // kBlockPending; completed() may be called even before submit() has returned.
    virtual int submit(BlockRequest& request) = 0;

    // After the last of some submits: starts what submit() has only noted.
    virtual void kick() {}

    // Looks at the size again; info() shows a larger one from then on. Under the lock that keeps
    // requests out.
    virtual void refresh_size() {}

    // Returns when nothing is in flight; calls completed() as needed. Does not need the loop.
    virtual void drain() {}

    // In the child of a fork, before any request: gives up what cannot be shared with the parent
    // and keeps reading.
    virtual void reopen_in_child() {}

    // In the child of a fork: what the child uses in place of `self` (which is this back end), so
    // that no write reaches what the parent has.
    virtual std::unique_ptr<BlockBackend> after_fork_in_child(
        std::unique_ptr<BlockBackend> self) = 0;

  protected:
    BlockBackend() = default;
};

// 0 if a back end with `info` may be given the request, else the errno it fails with: EINVAL,
// EROFS, EOPNOTSUPP.
int check_block_request(const BlockInfo& info, const BlockRequest& request);

}  // namespace lkl
