// SPDX-License-Identifier: GPL-2.0
#include "fs/image.hh"

#include <algorithm>
#include <utility>

#include "block/overlay_backend.hh"
#include "fs/kernel_calls.hh"
#include "fs/linux_errno.hh"
#include "fs/luks_volume.hh"
#include "fs/panic_text.hh"
#include "fs/probe.hh"
#include "fs/probe_reading.hh"

namespace lkl::fs {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
constexpr std::uint64_t kMountedReadOnly = 1;  // ST_RDONLY

std::string mount_options_for(const std::string& type, bool write, const std::string& more) {
    std::string options;
    if (type == "ext4" && write) {
        // Zeroing fresh inode tables is the first real mount's work: they are marked, not in use.
        options = "noinit_itable";
    }
    if (!more.empty()) {
        options += (options.empty() ? "" : ",") + more;
    }
    return options;
}

// On write-protected media these types skip a recovery in silence instead of refusing.
bool skips_recovery_in_silence(const std::string& type) {
    return type == "f2fs";
}

// A mount without write access failed in a way that a replay of the journal may cure.
bool may_need_recovery(const Error& error) {
    const long code = error.linux_errno();
    return error.is_kernel() && (code == errno_value::read_only || code == errno_value::io ||
                                 code == errno_value::access || code == errno_value::invalid ||
                                 code == errno_value::damaged);
}

Error explain_mount_failure(const Error& error, const std::string& type, const std::string& path,
                            const std::string& probed) {
    if (!error.is_kernel()) {
        return error;
    }
    const std::string operation = "mount " + path + " as";
    switch (error.linux_errno()) {
        case errno_value::invalid:
            if (!probed.empty() && probed != type) {
                return Error::other("it holds " + probed, operation, type);
            }
            return Error::other(
                "it holds no such file system, or a damaged one, or a mount "
                "option is wrong",
                operation, type);
        case errno_value::no_device:
            return Error::other("this kernel has no such file system", operation, type);
        default:
            return Error::kernel(error.linux_errno(), operation, type);
    }
}

Result<void> set_clock(const Kernel& kernel, FileTime time) {
    const std::int64_t value[2] = {time.seconds, time.nanoseconds};
    constexpr int kRealtime = 0;
    LKL_TRY(const long ignored,
            kernel.try_call("set the clock", "", nr::clock_settime, kRealtime, &value[0]));
    static_cast<void>(ignored);
    return {};
}

}  // namespace

std::uint64_t memory_for(std::string_view type, std::uint64_t image_size, bool write) {
    // Memory is only used as far as the kernel fills it; its bookkeeping costs 1.6 %.
    std::uint64_t memory = write ? 192 * kMiB : 128 * kMiB;
    if (type == "xfs") {
        // Below 192 MiB a copy of 30,000 files ended in an out-of-memory panic.
        memory = 384 * kMiB;
    } else if (type == "btrfs" || type == "f2fs" || type == "ntfs3") {
        memory = 256 * kMiB;
    }
    // Bitmaps, allocation groups and block-group caches grow with the file system.
    constexpr std::uint64_t kLarge = std::uint64_t{64} << 30;
    if (image_size > kLarge) {
        memory += std::min<std::uint64_t>((image_size - kLarge) / 2048, 2048 * kMiB);
    }
    return memory;
}

Image::Image(std::unique_ptr<State> state) : state_(std::move(state)) {}

Image::~Image() {
    if (state_ != nullptr) {
        static_cast<void>(state_->root.close());
        state_->mount.reset();
        state_->volumes.reset();
        state_->disks.clear();
    }
}

Result<void> Image::add_disks(State& state, bool overlay, std::function<void()> attached) {
    LKL_TRY_VOID(state.volumes->unmap());
    state.disks.clear();
    for (const ImageSource& source : state.sources) {
        LKL_TRY(auto backend, source.backend(std::exchange(attached, {})));
        if (overlay) {
            backend = OverlayBackend::in_memory(std::move(backend));
        }
        Disk::Options disk;
        disk.read_only = !state.write && !overlay;
        LKL_TRY(Disk added, Disk::add_backend(*state.kernel, std::move(backend), std::move(disk)));
        state.disks.push_back(std::move(added));
    }
    state.replayed = overlay;
    return state.volumes->map_logical(volume_base(state, 0));
}

VolumeBase Image::volume_base(State& state, unsigned partition) {
    return {.calls = *state.calls,
            .kernel = *state.kernel,
            .sources = state.sources,
            .disks = state.disks,
            .partition = partition,
            .read_only = !state.write && !state.replayed};
}

Result<void> Image::mount(State& state, const ImageOptions& options, unsigned partition) {
    Mount::Options mount;
    mount.type = state.type;
    // A throw-away layer may be written: f2fs recovers only then.
    mount.flags =
        mount_flags::no_atime | (state.write || state.replayed ? 0 : mount_flags::read_only);
    mount.options = mount_options_for(state.type, state.write, options.mount_options);
    if (const std::string& node = state.volumes->node(); !node.empty()) {
        LKL_TRY(Mount mounted, Mount::mount(*state.kernel, node, mount));
        state.mount.emplace(std::move(mounted));
    } else {
        for (std::size_t i = 1; i < state.disks.size(); ++i) {
            mount.options +=
                (mount.options.empty() ? "device=" : ",device=") + state.disks[i].node();
        }
        LKL_TRY(Mount mounted, Mount::mount(state.disks.front(), partition, mount));
        state.mount.emplace(std::move(mounted));
    }
    state.type = state.mount->type();
    return {};
}

Result<void> Image::boot(State& state, const ImageOptions& options, std::uint64_t size) {
    Kernel::Options boot;
    // What is in a volume is not known yet: it may be what needs most.
    const std::string_view type = state.type.empty() ? "xfs" : std::string_view(state.type);
    boot.memory_bytes =
        options.memory_bytes != 0 ? options.memory_bytes : memory_for(type, size, options.write);
    boot.fork_support = false;
    boot.print = options.print;
    LKL_TRY(Kernel kernel, Kernel::boot(std::move(boot)));
    state.kernel = std::make_unique<Kernel>(std::move(kernel));
    state.calls = make_kernel_calls(*state.kernel);
    // vfat and its like take the modes that they show from the mask at the time of the mount.
    state.calls->set_creation_mask(022);
    if (options.clock) {
        LKL_TRY_VOID(set_clock(*state.kernel, *options.clock));
    }
    return {};
}

Result<Image> Image::open(const ImageOptions& options) {
    auto state = std::make_unique<State>();
    if (auto opened = open(*state, options); !opened) {
        if (state->kernel != nullptr && state->kernel->panicked()) {
            return Error::kernel_because(errno_value::not_recoverable,
                                         panic_text(state->kernel->console_tail()), "mount",
                                         options.path);
        }
        return std::move(opened).error();
    }
    return Image(std::move(state));
}

Result<void> Image::open(State& state, const ImageOptions& options) {
    state.path = options.path;
    state.write = options.write;
    LKL_TRY(ImageSource first, ImageSource::open(options.path, options.write));
    state.sources.push_back(std::move(first));
    for (const std::string& path : options.more_devices) {
        LKL_TRY(ImageSource more, ImageSource::open(path, options.write));
        state.sources.push_back(std::move(more));
    }
    LKL_TRY(KeySource keys, KeySource::open(options.keys));
    state.volumes.emplace(options.path, options.volume, options.write, std::move(keys));
    if (options.opened) {
        options.opened();
    }
    LKL_TRY(const ImageInfo info, state.sources.front().probe());
    // A logical volume that is named is looked for in all partitions, if none is named.
    const bool everywhere = !options.volume.empty() && options.partition.empty() &&
                            find_content(info, "LVM2_member", options.path).has_value();
    unsigned partition = 0;
    if (!everywhere) {
        LKL_TRY(partition, find_partition(info, options.partition, options.path));
    }
    ContentInfo content = content_of(info, partition);
    const bool logical = is_physical_volume(content) ||
                         (!options.volume.empty() && !is_array(content) && !is_encrypted(content));
    state.type = options.type;
    if (logical) {
        LKL_TRY(content, state.volumes->choose_logical(state.sources, info, partition));
    }
    // What is started or opened before it is known what is in it.
    const bool volume = (is_array(content) && !logical) || is_encrypted(content);
    if (!volume && state.type.empty()) {
        const std::string where =
            logical ? "the logical volume " + state.volumes->logical_name() : options.path;
        LKL_TRY(state.type, kernel_type(content, where));
    }
    const bool several = logical || is_array(content) || (!volume && state.type == "btrfs");
    if (!several && !options.more_devices.empty()) {
        return Error::other(
            (volume ? "the encrypted volume" : "its file system (" + state.type + ")") +
                std::string(" has one device only"),
            "use further devices with", options.path);
    }
    LKL_TRY_VOID(boot(state, options, info.size));

    if (volume) {
        LKL_TRY_VOID(prepare_for_keys());
    }

    // What runs an array writes to it at once, and behind an encrypted volume may be a file system
    // that needs recovery.
    const bool overlay = !options.write && (volume || skips_recovery_in_silence(state.type));
    LKL_TRY_VOID(add_disks(
        state, overlay, options.before_reading ? options.before_reading : [] {}));
    if (volume) {
        LKL_TRY(content, state.volumes->start(volume_base(state, partition), content));
        if (state.type.empty()) {
            LKL_TRY(state.type, kernel_type(content, "the volume on " + options.path));
        }
    }
    auto mounted = mount(state, options, partition);
    if (!mounted && !options.write && !state.replayed && may_need_recovery(mounted.error())) {
        LKL_TRY_VOID(add_disks(state, true, {}));
        if (auto second = mount(state, options, partition); second) {
            mounted = std::move(second);
        }
    }
    if (!mounted) {
        std::string probed = content.type == "ntfs" ? std::string("ntfs3") : content.type;
        if (volume || logical) {
            probed.clear();  // that is what the file system is in
        }
        return explain_mount_failure(mounted.error(), state.type, options.path, probed);
    }
    state.calls->set_creation_mask(0);
    LKL_TRY(state.root, open_directory(*state.calls, state.mount->path(), false));
    FileSystemStatus status;
    const long result = state.calls->file_system(state.root.get(), status);
    if (result == 0 && options.write && (status.flags & kMountedReadOnly) != 0) {
        return Error::other("its file system (" + state.type + ") can only be read", "write to",
                            options.path);
    }
    return {};
}

Result<OpenFile> Image::open_root() const {
    return open_file(*state_->calls, {state_->root.get(), "."}, open_flags::directory, 0, "/");
}

Result<void> Image::write_back() const {
    const long result = state_->kernel->call(nr::syncfs, state_->root.get());
    if (result < 0) {
        return Error::kernel(result, "write everything back to", state_->path);
    }
    return {};
}

Result<void> Image::finish() {
    State& state = *state_;
    Result<void> synced;
    if (state.write) {
        synced = write_back();
    }
    static_cast<void>(state.root.close());
    auto unmounted = state.mount->unmount();
    Result<void> removed;
    if (unmounted) {
        removed = state.volumes->stop(*state.calls, *state.kernel);
    }
    for (Disk& disk : state.disks) {
        if (auto gone = disk.remove(); !gone && removed) {
            removed = std::move(gone);
        }
    }
    auto halted = state.kernel->halt();
    LKL_TRY_VOID(std::move(synced));
    if (!unmounted) {
        return Error(unmounted.error().code(), "unmount", state.path);
    }
    LKL_TRY_VOID(std::move(removed));
    LKL_TRY_VOID(std::move(halted));
    return {};
}

std::optional<std::string> Image::panic_message() const {
    if (!state_->kernel->panicked()) {
        return std::nullopt;
    }
    return state_->kernel->console_tail();
}

}  // namespace lkl::fs
