// SPDX-License-Identifier: GPL-2.0
// An image, mounted by a kernel of its own.
#pragma once

#include <cstdint>
#include <functional>
#include <lkl/disk.hh>
#include <lkl/kernel.hh>
#include <lkl/mount.hh>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fs/file_calls.hh"
#include "fs/image_source.hh"
#include "fs/key_source.hh"
#include "fs/volume_stack.hh"

namespace lkl::fs {

struct ImageOptions {
    std::string path;  // a file, a block device, or an address of a network block device
    // Where the other devices are of a file system or an array that has several.
    std::vector<std::string> more_devices;
    std::string type;       // the kernel's name; empty: found by probing
    std::string partition;  // see find_partition()
    std::string volume;     // see LvmVolumes::choose()
    bool write = false;
    std::string mount_options;       // added to what the type gets by itself
    std::uint64_t memory_bytes = 0;  // of the kernel; 0: chosen by type and size
    KeyOptions keys;                 // of an encrypted volume
    std::optional<FileTime> clock;   // what the kernel takes for the time of day, if not the host's
    // Receives the kernel's log; empty: it is only kept for messages about a panic.
    std::function<void(std::string_view)> print;
    // Called when the images are open and connected, before a byte is read and a thread started:
    // where a sandbox is entered. May be empty.
    std::function<void()> opened;
    // Called when the kernel runs and everything of the host's is open, before it reads a byte of
    // the image: where a sandbox is closed. May be empty.
    std::function<void()> before_reading;
};

// Memory for a kernel that works on `type`: what its caches and log recovery need, never so little
// that it runs out of memory.
std::uint64_t memory_for(std::string_view type, std::uint64_t image_size, bool write);

// Members may be called from several threads, finish() from one.
class Image {
  public:
    // Opens, probes, boots and mounts. The image is opened first, so that a missing one costs
    // nothing. Without `write` it is never written: a journal that needs recovery is replayed in
    // a throw-away layer in memory.
    static Result<Image> open(const ImageOptions& options);

    Image(Image&&) = default;
    Image& operator=(Image&&) = delete;
    // Gives up without a word about what could not be saved: call finish() to know.
    ~Image();

    [[nodiscard]] const Kernel& kernel() const { return *state_->kernel; }

    [[nodiscard]] FileCalls& calls() const { return *state_->calls; }

    [[nodiscard]] const std::string& type() const { return state_->type; }

    [[nodiscard]] bool replayed() const { return state_->replayed; }

    // Opened for writing.
    [[nodiscard]] bool writable() const { return state_->write; }

    // The root directory of the mounted file system.
    [[nodiscard]] int root() const { return state_->root.get(); }

    // A second descriptor of it.
    Result<OpenFile> open_root() const;

    // Writes everything back: what was done so far survives the end of the process. Any thread.
    Result<void> write_back() const;

    // Writes everything back, unmounts, halts. Success means that the image is clean and complete
    // on the host. Call it once, with no file of the image open.
    Result<void> finish();

    // What the kernel said before it panicked, or nothing.
    [[nodiscard]] std::optional<std::string> panic_message() const;

  private:
    struct State {
        std::vector<ImageSource> sources;  // the image, then the further devices
        std::unique_ptr<Kernel> kernel;
        std::unique_ptr<FileCalls> calls;
        std::vector<Disk> disks;             // of the sources
        std::optional<VolumeStack> volumes;  // on the disks
        std::optional<Mount> mount;
        OpenFile root;
        std::string path;
        std::string type;
        bool write = false;
        bool replayed = false;
    };

    explicit Image(std::unique_ptr<State> state);
    static Result<void> add_disks(State& state, bool overlay, std::function<void()> attached);
    static Result<void> open(State& state, const ImageOptions& options);
    static Result<void> boot(State& state, const ImageOptions& options, std::uint64_t size);
    static VolumeBase volume_base(State& state, unsigned partition);
    static Result<void> mount(State& state, const ImageOptions& options, unsigned partition);

    std::unique_ptr<State> state_;
};

}  // namespace lkl::fs
