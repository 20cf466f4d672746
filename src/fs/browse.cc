// SPDX-License-Identifier: GPL-2.0
#include "fs/browse.hh"

#include <array>
#include <charconv>
#include <cstdio>

#include "fs/attributes.hh"
#include "fs/browse_session.hh"
#include "fs/checksums.hh"
#include "fs/directory_reader.hh"
#include "fs/entry_text.hh"
#include "fs/image_source.hh"
#include "fs/json_text.hh"
#include "fs/luks.hh"
#include "fs/lvm.hh"

namespace lkl::fs {
namespace {

std::string target_of(FileCalls& calls, At at, const FileStatus& status) {
    std::array<char, 4096> buffer{};
    const long size = status.is_symlink() ? calls.read_link(at, buffer) : 0;
    return size > 0 ? std::string(buffer.data(), static_cast<std::size_t>(size)) : std::string();
}

// One entry of a listing.
void list_one(BrowseSession& session, FileCalls& calls, At at, const std::string& name,
              const std::string& path) {
    Entry entry;
    entry.source = name;
    if (const long result = calls.status(at, entry.status); result < 0) {
        return session.fail(calls.error(result, "read the status of", path));
    }
    if (session.options().job.json) {
        entry.target = target_of(calls, at, entry.status);
        session.console().output(entry_json(entry) + "\n");
    } else if (session.options().long_lines) {
        session.console().output(long_line(entry.status, name, target_of(calls, at, entry.status)) +
                                 "\n");
    } else {
        session.console().output(printable(name) + "\n");
    }
}

void list_path(BrowseSession& session, Image& image, const std::string& path) {
    FileCalls& calls = image.calls();
    const auto located = locate(calls, image.root(), path);
    if (!located) {
        return session.fail(located.error());
    }
    FileStatus status;
    if (const long result = calls.status(located->at(), status); result < 0) {
        return session.fail(calls.error(result, "find", path));
    }
    if (!status.is_directory()) {
        return list_one(session, calls, located->at(), path, path);
    }
    const At itself = located->name.empty() ? At{located->directory.get(), "."} : located->at();
    const auto directory = open_file(calls, itself, open_flags::directory, 0, path);
    if (!directory) {
        return session.fail(directory.error());
    }
    const auto entries = read_directory(calls, directory->get(), true, path);
    if (!entries) {
        return session.fail(entries.error());
    }
    if (session.options().job.sources.size() > 1 && !session.options().job.json) {
        session.console().output(path + ":\n");
    }
    for (const DirectoryEntry& entry : *entries) {
        list_one(session, calls, {directory->get(), entry.name.c_str()}, entry.name,
                 path + "/" + entry.name);
    }
}

WalkOptions walk_options(const BrowseOptions& options, bool data) {
    WalkOptions walk = options.job.walk;
    walk.data = data;
    walk.attributes = false;
    return walk;
}

std::vector<std::string> paths_or_root(const BrowseOptions& options) {
    return options.job.sources.empty() ? std::vector<std::string>{"/"} : options.job.sources;
}

}  // namespace

bool FindCriteria::match(const Entry& entry) const {
    const std::size_t slash = entry.source.rfind('/');
    const std::string_view base =
        std::string_view(entry.source).substr(slash == std::string::npos ? 0 : slash + 1);
    const FileStatus& status = entry.status;
    return (name.empty() || glob_match(name, base)) &&
           (type == 0 || type_letter(status.mode) == type) &&
           (!at_least || status.size >= *at_least) && (!at_most || status.size <= *at_most) &&
           (!newer_than || status.modified.seconds > *newer_than);
}

Result<std::uint64_t> parse_size(std::string_view text, std::string_view option) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
    constexpr std::string_view kUnits = "kMGT";
    const std::size_t index = unit.empty() ? 0 : kUnits.find(unit[0]) + 1;
    const bool known = unit.empty() || (unit.size() == 1 && index != 0);
    const unsigned shift = 10U * static_cast<unsigned>(index);
    if (error != std::errc() || !known || (value << shift) >> shift != value) {
        return Error::other("\"" + std::string(text) + "\" is no size (12, 4k, 3M, 1G)", "use",
                            std::string(option));
    }
    return value << shift;
}

int list_entries(const BrowseOptions& options) {
    BrowseSession session(options);
    return session.run(false, [&](Image& image) {
        for (const std::string& path : paths_or_root(options)) {
            list_path(session, image, path);
        }
    });
}

int print_files(const BrowseOptions& options) {
    BrowseSession session(options);
    return session.run(false, [&](Image& image) {
        for (const std::string& path : options.job.sources) {
            const long fd = image.calls().open_resolved(
                image.root(), path.c_str(), open_flags::read_only | open_flags::non_block);
            if (fd < 0) {
                session.fail(image.calls().error(fd, "open", path));
                continue;
            }
            const OpenFile file(image.calls(), static_cast<int>(fd));
            constexpr std::size_t kPiece = std::size_t{1} << 20;
            const std::unique_ptr<std::byte[]> buffer(new std::byte[kPiece]);
            for (std::uint64_t offset = 0; !session.stopped();) {
                const long size = image.calls().read(file.get(), {buffer.get(), kPiece}, offset);
                if (size < 0) {
                    session.fail(image.calls().error(size, "read", path));
                }
                if (size <= 0) {
                    break;
                }
                const auto count = static_cast<std::size_t>(size);
                if (std::fwrite(buffer.get(), 1, count, stdout) != count) {
                    return session.fail(Error::host(errno, "write", "standard output"));
                }
                offset += count;
            }
        }
    });
}

int show_status(const BrowseOptions& options) {
    BrowseSession session(options);
    return session.run(false, [&](Image& image) {
        FileCalls& calls = image.calls();
        for (const std::string& path : options.job.sources) {
            const auto located = locate(calls, image.root(), path);
            if (!located) {
                session.fail(located.error());
                continue;
            }
            Entry entry;
            entry.source = path;
            if (const long result = calls.status(located->at(), entry.status); result < 0) {
                session.fail(calls.error(result, "find", path));
                continue;
            }
            entry.target = target_of(calls, located->at(), entry.status);
            if (auto attributes = read_attributes(calls, located->at(), path)) {
                entry.attributes = std::move(*attributes);
            } else {
                session.fail(attributes.error());
            }
            session.console().output(options.job.json ? entry_json(entry) + "\n"
                                                      : full_text(entry));
        }
    });
}

int sum_usage(const BrowseOptions& options) {
    BrowseSession session(options);
    return session.run(false, [&](Image& image) {
        for (const std::string& path : paths_or_root(options)) {
            std::uint64_t bytes = 0;
            std::uint64_t entries = 0;
            session.walk(image.calls(), image.root(), {path == "/" ? "/." : path},
                         walk_options(options, false), [&](Item& item) {
                             const auto* entry = std::get_if<Entry>(&item);
                             if (entry != nullptr) {
                                 bytes += entry->link ? 0 : entry->status.blocks * 512;
                                 ++entries;
                             }
                         });
            session.console().output(options.job.json
                                         ? usage_json(path, bytes, entries) + "\n"
                                         : std::to_string(bytes) + "\t" + printable(path) + "\n");
        }
    });
}

int find_entries(const BrowseOptions& options) {
    BrowseSession session(options);
    return session.run(false, [&](Image& image) {
        session.walk(
            image.calls(), image.root(), paths_or_root(options), walk_options(options, false),
            [&](Item& item) {
                const auto* entry = std::get_if<Entry>(&item);
                if (entry != nullptr && options.find.match(*entry)) {
                    session.console().output(
                        (options.job.json ? entry_json(*entry) : printable(entry->source)) + "\n");
                }
            });
    });
}

int hash_files(const BrowseOptions& options) {
    BrowseSession session(options);
    return session.run(false, [&](Image& image) {
        StreamHasher hasher;
        session.walk(
            image.calls(), image.root(), paths_or_root(options), walk_options(options, true),
            [&](Item& item) {
                if (const auto hashed = hasher.take(item)) {
                    session.console().output(checksum_line(hashed->digest, hashed->entry->source));
                }
            });
    });
}

int check_image(const BrowseOptions& options) {
    BrowseSession session(options);
    WalkOptions walk = options.job.walk;
    std::uint64_t entries = 0;
    std::uint64_t bytes = 0;
    const int code = session.run(false, [&](Image& image) {
        session.walk(image.calls(), image.root(), {"/."}, walk, [&](Item& item) {
            entries += std::holds_alternative<Entry>(item) ? 1 : 0;
            if (const auto* data = std::get_if<Data>(&item)) {
                bytes += data->bytes.size();
            }
        });
    });
    if (code == 0) {
        session.console().output("read " + std::to_string(entries) + " entries, " +
                                 format_bytes(bytes) + ", without an error\n");
    }
    return code;
}

int inspect_image(const BrowseOptions& options) {
    BrowseSession session(options);
    const std::string& path = options.job.image.path;
    const auto refuse = [&](const Error& error) {
        session.console().message(error.message());
        return static_cast<int>(ExitCode::image);
    };
    std::vector<std::string> paths{path};
    paths.insert(paths.end(), options.job.image.more_devices.begin(),
                 options.job.image.more_devices.end());
    std::vector<ImageSource> sources;
    for (const std::string& each : paths) {
        auto source = ImageSource::open(each, false);
        if (!source) {
            return refuse(source.error());
        }
        sources.push_back(std::move(*source));
        session.sandbox().add_image(each, false);
    }
    session.sandbox().confine_files();
    session.sandbox().confine_calls();
    auto image = sources.front().probe();
    if (!image) {
        return refuse(image.error());
    }
    describe_volumes(sources, *image);
    add_luks_facts(
        *image,
        [&](std::span<std::byte> buffer, std::uint64_t offset) {
            return sources.front().read(buffer, offset);
        },
        path);
    session.console().output(options.job.json ? inspect_json(*image, path) + "\n"
                                              : inspect_text(*image, path));
    return 0;
}

}  // namespace lkl::fs
