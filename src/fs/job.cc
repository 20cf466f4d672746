// SPDX-License-Identifier: GPL-2.0
#include "fs/job.hh"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <set>

#include "fs/directory_reader.hh"
#include "fs/host_calls.hh"
#include "fs/job_run.hh"
#include "fs/job_sinks.hh"
#include "fs/linux_errno.hh"
#include "fs/sync_points.hh"
#include "fs/tar_reader.hh"
#include "fs/tree_writer.hh"

namespace lkl::fs {
namespace {

// Without the slashes at its end; "/" stays.
std::string strip_slashes(std::string path) {
    while (path.size() > 1 && path.back() == '/') {
        path.pop_back();
    }
    return path;
}

// Whether the last name is to be matched: see expand_pattern().
bool has_pattern(const std::string& source) {
    const std::size_t slash = source.rfind('/');
    return source.find_first_of("*?[", slash == std::string::npos ? 0 : slash) != std::string::npos;
}

bool ends_with_dot(const std::string& source) {
    return source.size() > 2 && source.compare(source.size() - 2, 2, "/.") == 0;
}

// Two sources of one name would replace each other.
Result<void> check_names(const JobOptions& options, const std::vector<std::string>& sources) {
    std::set<std::string> names;
    for (const std::string& source : sources) {
        const std::string name = name_of_copy(strip_slashes(source));
        if (!name.empty() && !names.insert(name).second) {
            return Error::other("another source has the same name", "copy", source);
        }
    }
    if (options.target_is_name && sources.size() != 1) {
        return Error::other("with --no-target-directory there is one source", "copy to",
                            options.target);
    }
    return {};
}

// Where copies go: a directory and, with target_is_name, the name in it.
struct Target {
    OpenFile directory;
    std::string path;
    std::string name;
};

Result<void> make_directories(FileCalls& calls, int root, const std::string& path) {
    for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
        const std::string part = path.substr(0, end);
        const std::size_t cut = part.rfind('/');
        const std::string parent = cut == std::string::npos ? "." : part.substr(0, cut + 1);
        const long fd = calls.open_resolved(root, parent.c_str(), open_flags::directory);
        if (fd < 0) {
            return calls.error(fd, "find the target directory", parent);
        }
        const OpenFile directory(calls, static_cast<int>(fd));
        const std::string name = part.substr(cut == std::string::npos ? 0 : cut + 1);
        const long made =
            name.empty() ? 0 : calls.make_directory({directory.get(), name.c_str()}, 0755);
        if (made < 0 && made != -errno_value::exists) {
            return calls.error(made, "create the target directory", part);
        }
        if (end == std::string::npos) {
            return {};
        }
    }
}

Result<Target> open_target(FileCalls& calls, int root, const JobOptions& options) {
    Target target;
    target.path = strip_slashes(options.target);
    if (options.target_is_name) {
        target.name = name_of_copy(target.path);
        const std::size_t cut = target.path.rfind('/');
        target.path = cut == std::string::npos ? "." : target.path.substr(0, cut == 0 ? 1 : cut);
    }
    if (options.make_target && !options.dry_run) {
        LKL_TRY_VOID(make_directories(calls, root, target.path));
    }
    const long fd = calls.open_resolved(root, target.path.c_str(),
                                        open_flags::directory | open_flags::close_on_exec);
    if (fd == -errno_value::no_entry) {
        return Error(calls.error(fd, "", "").code(), "find the target directory", target.path);
    }
    if (fd < 0) {
        return calls.error(fd, "open the target directory", target.path);
    }
    target.directory = OpenFile(calls, static_cast<int>(fd));
    return target;
}

std::string copy_name(const Target& target, const JobOptions& options, const std::string& source) {
    return options.target_is_name ? target.name : name_of_copy(source);
}

// A producer that walks all sources of one side. `calls` and `root` outlive it.
JobRun::Produce walk_sources(FileCalls& calls, int root, WalkOptions walk,
                             std::vector<std::pair<std::string, std::string>> sources) {
    return
        [&calls, root, walk = std::move(walk), sources = std::move(sources)](StreamWriter& writer) {
            TreeWalker walker(calls, walk, writer);
            for (const auto& [source, name] : sources) {
                const bool contents = name.empty() && !ends_with_dot(source) && source != "/.";
                walker.walk(root, source, name, contents);
            }
        };
}

WalkOptions without_data(WalkOptions walk) {
    walk.data = false;
    walk.attributes = false;
    return walk;
}

// Puts SOURCE_DATE_EPOCH into effect.
Result<void> apply_epoch(JobOptions& options) {
    LKL_TRY(const auto epoch, source_date_epoch());
    if (epoch) {
        options.walk.clamp_times = epoch;
        options.image.clock = epoch;
    }
    return {};
}

}  // namespace

Result<std::vector<std::string>> expand_pattern(FileCalls& calls, int root,
                                                const std::string& source) {
    const std::size_t cut = source.rfind('/') == std::string::npos ? 0 : source.rfind('/') + 1;
    const std::string pattern = source.substr(cut);
    std::vector<std::string> expanded;
    if (!has_pattern(source)) {
        expanded.push_back(source);
        return expanded;
    }
    const std::string parent = cut == 0 ? "." : source.substr(0, cut);
    const long fd = calls.open_resolved(root, parent.c_str(), open_flags::directory);
    if (fd < 0) {
        return calls.error(fd, "find the source", source);
    }
    const OpenFile directory(calls, static_cast<int>(fd));
    LKL_TRY(const auto entries, read_directory(calls, directory.get(), true, parent));
    for (const DirectoryEntry& entry : entries) {
        if (entry.name == pattern) {
            return std::vector<std::string>{source};
        }
        if (glob_match(pattern, entry.name)) {
            expanded.push_back(source.substr(0, cut) + entry.name);
        }
    }
    if (expanded.empty()) {
        return Error::other("nothing in the image matches this pattern", "find the source", source);
    }
    return expanded;
}

std::string name_of_copy(const std::string& source) {
    const std::size_t slash = source.rfind('/');
    std::string name = slash == std::string::npos ? source : source.substr(slash + 1);
    return name == "." || name == ".." ? std::string() : name;
}

Result<std::optional<FileTime>> source_date_epoch() {
    const char* text = std::getenv("SOURCE_DATE_EPOCH");
    if (text == nullptr || *text == '\0') {
        return std::optional<FileTime>();
    }
    FileTime time;
    const std::string_view view(text);
    const auto [end, error] = std::from_chars(view.data(), view.data() + view.size(), time.seconds);
    if (error != std::errc() || end != view.data() + view.size()) {
        return Error::other("it is no number of seconds", "use SOURCE_DATE_EPOCH", text);
    }
    return std::optional<FileTime>(time);
}

int copy_into_image(JobOptions options) {
    options.image.write = !options.dry_run;
    const auto epoch = apply_epoch(options);
    JobRun run(options);
    for (const auto& check : {epoch, check_names(options, options.sources)}) {
        if (!check) {
            return run.refuse(check.error(), ExitCode::usage);
        }
    }
    const auto host = make_host_calls();
    for (const std::string& source : options.sources) {
        run.sandbox().add_source(strip_slashes(source));
    }
    if (!options.archive_source.empty() && options.archive_source != "-") {
        run.sandbox().add_file(options.archive_source);
    }
    auto layers = SinkLayers::open(options);
    if (!layers) {
        return run.refuse(layers.error(), ExitCode::image);
    }
    auto image = open_job_image(options, options.image, run.sandbox());
    if (!image) {
        return run.refuse(image.error(), open_failure_code(image.error()));
    }
    auto target = open_target((*image)->calls(), (*image)->root(), options);
    if (!target) {
        return run.refuse(target.error(), ExitCode::image);
    }
    if (options.dry_run) {
        options.walk.data = false;
    }
    std::vector<std::pair<std::string, std::string>> sources;
    for (const std::string& source : options.sources) {
        const std::string stripped = strip_slashes(source);
        sources.emplace_back(stripped, copy_name(*target, options, stripped));
    }
    constexpr int kHere = FileCalls::kCurrentDirectory;
    auto produce = walk_sources(*host, kHere, options.walk, sources);
    auto count = walk_sources(*host, kHere, without_data(options.walk), sources);
    WriteOptions write;
    write.metadata.preserve = options.preserve;
    if (!options.archive_source.empty()) {
        produce = [&options](StreamWriter& writer) {
            read_tar(options.archive_source, options.walk, writer);
        };
        count = nullptr;
        write.replace_own = true;
        write.make_parents = true;
    }
    std::unique_ptr<Sink> sink =
        options.dry_run
            ? make_dry_run_sink(run.report())
            : std::make_unique<TreeWriter>((*image)->calls(), std::move(target->directory),
                                           target->path, write, run.report());
    static_cast<void>(target->directory.close());
    if (options.sync_interval.count() > 0 && !options.dry_run) {
        sink = std::make_unique<SyncPoints>(
            std::move(sink), **image, run.report(), options.sync_interval,
            [&run](std::uint64_t entries, std::uint64_t bytes) { run.tell_saved(entries, bytes); });
    }
    sink = std::move(*layers).in_front_of(std::move(sink), run.report(), run.stop());
    return run.run(*image, produce, std::move(sink), count);
}

namespace {

// The sources in the image with patterns expanded, each with the name of its copy.
Result<std::vector<std::pair<std::string, std::string>>> image_sources(const JobOptions& options,
                                                                       Image& image,
                                                                       const Target* target) {
    std::vector<std::pair<std::string, std::string>> sources;
    for (const std::string& source : options.sources) {
        LKL_TRY(const auto expanded,
                expand_pattern(image.calls(), image.root(), strip_slashes(source)));
        for (const std::string& one : expanded) {
            // Copies keep the last name, members of an archive the whole path.
            std::string name = target != nullptr ? copy_name(*target, options, one) : one;
            if (target == nullptr) {
                name.erase(0, name.find_first_not_of('/'));
                name = name == "." ? "" : name;
            }
            sources.emplace_back(one, std::move(name));
        }
    }
    return sources;
}

}  // namespace

int copy_from_image(JobOptions options) {
    JobRun run(options);
    const bool patterns = std::any_of(options.sources.begin(), options.sources.end(), has_pattern);
    if (const auto check = check_names(options, options.sources); !check && !patterns) {
        return run.refuse(check.error(), ExitCode::usage);
    }
    const auto host = make_host_calls();
    auto target = open_target(*host, FileCalls::kCurrentDirectory, options);
    if (!target) {
        return run.refuse(target.error(), ExitCode::image);
    }
    if (!options.dry_run) {
        run.sandbox().add_target(target->path);
    }
    auto layers = SinkLayers::open(options);
    if (!layers) {
        return run.refuse(layers.error(), ExitCode::image);
    }
    auto image = open_job_image(options, options.image, run.sandbox());
    if (!image) {
        return run.refuse(image.error(), open_failure_code(image.error()));
    }
    const auto sources = image_sources(options, **image, &*target);
    if (!sources) {
        return run.refuse(sources.error(), ExitCode::incomplete);
    }
    std::vector<std::string> expanded;
    for (const auto& [source, name] : *sources) {
        expanded.push_back(source);
    }
    if (const auto check = check_names(options, expanded); !check) {
        return run.refuse(check.error(), ExitCode::usage);
    }
    if (options.dry_run) {
        options.walk.data = false;
    }
    WriteOptions write;
    write.metadata.preserve = options.preserve;
    write.metadata.own_uid = ::geteuid();
    write.metadata.own_gid = ::getegid();
    write.metadata.visible_to_others = true;
    host->set_creation_mask(0);
    std::unique_ptr<Sink> sink =
        options.dry_run ? make_dry_run_sink(run.report())
                        : std::make_unique<TreeWriter>(*host, std::move(target->directory),
                                                       target->path, write, run.report());
    sink = std::move(*layers).in_front_of(std::move(sink), run.report(), run.stop());
    const int root = (*image)->root();
    return run.run(*image, walk_sources((*image)->calls(), root, options.walk, *sources),
                   std::move(sink),
                   walk_sources((*image)->calls(), root, without_data(options.walk), *sources));
}

int image_to_tar(JobOptions options) {
    const auto epoch = apply_epoch(options);
    options.image.clock.reset();
    JobRun run(options);
    if (!epoch) {
        return run.refuse(epoch.error(), ExitCode::usage);
    }
    if (options.sources.empty()) {
        options.sources.emplace_back("/.");
    }
    // The archive is opened before the sandbox, which would not let it be made; but not for an
    // image that is not even there.
    if (options.opened == nullptr) {
        if (const auto file = ImageSource::open(options.image.path, false); !file) {
            return run.refuse(file.error(), ExitCode::image);
        }
    }
    auto sink = make_tar_sink(options, run.report());
    if (!sink) {
        return run.refuse(sink.error(), ExitCode::image);
    }
    auto layers = SinkLayers::open(options);
    if (!layers) {
        return run.refuse(layers.error(), ExitCode::image);
    }
    auto image = open_job_image(options, options.image, run.sandbox());
    if (!image) {
        return run.refuse(image.error(), open_failure_code(image.error()));
    }
    const auto sources = image_sources(options, **image, nullptr);
    if (!sources) {
        return run.refuse(sources.error(), ExitCode::incomplete);
    }
    if (options.dry_run) {
        options.walk.data = false;
    }
    *sink = std::move(*layers).in_front_of(std::move(*sink), run.report(), run.stop());
    const int root = (*image)->root();
    return run.run(*image, walk_sources((*image)->calls(), root, options.walk, *sources),
                   std::move(*sink),
                   walk_sources((*image)->calls(), root, without_data(options.walk), *sources));
}

}  // namespace lkl::fs
