// SPDX-License-Identifier: GPL-2.0
// File calls that pass everything on, for tests to override one.
#pragma once

#include "fs/host_calls.hh"

namespace lkl::fs::testing {

class PassingCalls : public FileCalls {
  public:
    long open(At at, int flags, std::uint32_t mode) override {
        return next_->open(at, flags, mode);
    }

    long open_resolved(int root, const char* path, int flags) override {
        return next_->open_resolved(root, path, flags);
    }

    long close(int fd) override { return next_->close(fd); }

    long status(At at, FileStatus& status) override { return next_->status(at, status); }

    long file_system(int fd, FileSystemStatus& status) override {
        return next_->file_system(fd, status);
    }

    long read_directory(int fd, std::span<std::byte> buffer) override {
        return next_->read_directory(fd, buffer);
    }

    long rewind_directory(int fd) override { return next_->rewind_directory(fd); }

    long read(int fd, std::span<std::byte> buffer, std::uint64_t offset) override {
        return next_->read(fd, buffer, offset);
    }

    long write(int fd, std::span<const std::byte> data, std::uint64_t offset) override {
        return next_->write(fd, data, offset);
    }

    long truncate(int fd, std::uint64_t size) override { return next_->truncate(fd, size); }

    long seek_data(int fd, std::uint64_t offset) override { return next_->seek_data(fd, offset); }

    long seek_hole(int fd, std::uint64_t offset) override { return next_->seek_hole(fd, offset); }

    void will_need(int fd, std::uint64_t size) override { next_->will_need(fd, size); }

    void wont_need(int fd) override { next_->wont_need(fd); }

    long make_directory(At at, std::uint32_t mode) override {
        return next_->make_directory(at, mode);
    }

    long make_node(At at, std::uint32_t mode, DeviceNumber device) override {
        return next_->make_node(at, mode, device);
    }

    long make_symlink(const char* target, At at) override {
        return next_->make_symlink(target, at);
    }

    long make_link(At existing, At at) override { return next_->make_link(existing, at); }

    long remove(At at, bool directory) override { return next_->remove(at, directory); }

    long rename(At from, At to) override { return next_->rename(from, to); }

    long read_link(At at, std::span<char> buffer) override { return next_->read_link(at, buffer); }

    long set_owner(At at, std::uint32_t uid, std::uint32_t gid) override {
        return next_->set_owner(at, uid, gid);
    }

    long set_mode(At at, std::uint32_t mode) override { return next_->set_mode(at, mode); }

    long set_times(At at, FileTime accessed, FileTime modified) override {
        return next_->set_times(at, accessed, modified);
    }

    long list_attributes(At at, std::span<char> buffer) override {
        return next_->list_attributes(at, buffer);
    }

    long get_attribute(At at, const char* name, std::span<std::byte> buffer) override {
        return next_->get_attribute(at, name, buffer);
    }

    long set_attribute(At at, const char* name, std::span<const std::byte> value) override {
        return next_->set_attribute(at, name, value);
    }

    long remove_attribute(At at, const char* name) override {
        return next_->remove_attribute(at, name);
    }

    std::uint32_t set_creation_mask(std::uint32_t mask) override {
        return next_->set_creation_mask(mask);
    }

    [[nodiscard]] Error error(long code, std::string operation, std::string path) const override {
        return Error::kernel(code, std::move(operation), std::move(path));
    }

  private:
    std::unique_ptr<FileCalls> next_ = make_host_calls();
};

}  // namespace lkl::fs::testing
