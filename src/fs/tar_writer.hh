// SPDX-License-Identifier: GPL-2.0
// Writes a stream as a pax tar archive.
#pragma once

#include <memory>
#include <string>

#include "fs/report.hh"
#include "fs/stream.hh"

namespace lkl::fs {

// Extended attributes and ACLs are stored as GNU tar (--xattrs --acls) and bsdtar read them, holes
// as GNU sparse maps of version 1.0, names in any bytes. Sockets are left out (a loss in the
// report): tar has no type for them.
class TarWriter final : public Sink {
  public:
    // `path` is created now, and an old one replaced with the first item; "-" is standard output.
    // Without an item an old one stays as it is, and a new one is removed again (see NewFile). A
    // name that ends in .gz, .tgz, .xz, .zst or .bz2 is compressed so.
    static Result<std::unique_ptr<TarWriter>> create(const std::string& path, Report& report);
    // Writes to a descriptor, which stays the caller's; `name` is for messages and compression.
    static std::unique_ptr<TarWriter> to_descriptor(int fd, const std::string& name,
                                                    Report& report);
    ~TarWriter() override;

    Result<void> take(Item& item) override;
    Result<void> finish() override;

  private:
    class Impl;
    explicit TarWriter(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace lkl::fs
