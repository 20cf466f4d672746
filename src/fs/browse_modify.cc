// SPDX-License-Identifier: GPL-2.0
// Small changes to an image: mkdir, rm, mv.

#include "fs/browse_session.hh"
#include "fs/directory_reader.hh"
#include "fs/linux_errno.hh"

namespace lkl::fs {
namespace {

// 0, or why nothing of this name serves as a directory.
long look_for_directory(FileCalls& calls, int root, const std::string& path) {
    const long fd = calls.open_resolved(root, path.c_str(), open_flags::directory);
    return fd < 0 ? fd : calls.close(static_cast<int>(fd));
}

void make_one(BrowseSession& session, Image& image, const std::string& path, bool parents) {
    FileCalls& calls = image.calls();
    for (std::size_t end = parents ? path.find('/', 1) : std::string::npos;;
         end = path.find('/', end + 1)) {
        const std::string part = path.substr(0, end);
        const auto located = locate(calls, image.root(), part);
        if (!located) {
            return session.fail(located.error());
        }
        long made = located->name.empty() ? 0 : calls.make_directory(located->at(), 0755);
        if (parents && made == -errno_value::exists) {
            made = look_for_directory(calls, image.root(), part);
        }
        if (made < 0) {
            return session.fail(calls.error(made, "create the directory", part));
        }
        if (end == std::string::npos) {
            return;
        }
    }
}

void remove_tree(BrowseSession& session, FileCalls& calls, At at, const std::string& path,
                 bool recursive, std::size_t depth = 0) {
    if (depth > kDeepestDirectory) {
        return session.fail(Error::other(
            "it lies in more than " + std::to_string(kDeepestDirectory) + " directories", "remove",
            path));
    }
    const long removed = calls.remove(at, false);
    if (removed == 0) {
        return;
    }
    // Linux says EISDIR for a directory; POSIX, and some file systems, EPERM.
    FileStatus status;
    if ((removed != -errno_value::is_directory && removed != -errno_value::not_permitted) ||
        calls.status(at, status) < 0 || !status.is_directory() || !recursive) {
        return session.fail(calls.error(removed, "remove", path));
    }
    {
        const auto directory =
            open_file(calls, at, open_flags::directory | open_flags::no_follow, 0, path);
        if (!directory) {
            return session.fail(directory.error());
        }
        const auto entries = read_directory(calls, directory->get(), false, path);
        if (!entries) {
            return session.fail(entries.error());
        }
        for (const DirectoryEntry& entry : *entries) {
            if (session.stopped()) {
                return;
            }
            remove_tree(session, calls, {directory->get(), entry.name.c_str()},
                        path + "/" + entry.name, true, depth + 1);
        }
    }
    if (const long result = calls.remove(at, true); result < 0) {
        session.fail(calls.error(result, "remove the directory", path));
    }
}

}  // namespace

int make_directories(const BrowseOptions& options) {
    BrowseSession session(options);
    return session.run(true, [&](Image& image) {
        for (const std::string& path : options.job.sources) {
            make_one(session, image, path, options.parents);
        }
    });
}

int remove_entries(const BrowseOptions& options) {
    BrowseSession session(options);
    return session.run(true, [&](Image& image) {
        for (const std::string& path : options.job.sources) {
            const auto located = locate(image.calls(), image.root(), path);
            if (!located) {
                session.fail(located.error());
            } else if (located->name.empty()) {
                session.fail(Error::other("it is the root or not a name", "remove", path));
            } else {
                FileStatus status;
                if (options.force &&
                    image.calls().status(located->at(), status) == -errno_value::no_entry) {
                    continue;
                }
                remove_tree(session, image.calls(), located->at(), path, options.recursive);
            }
        }
    });
}

int move_entry(const BrowseOptions& options) {
    BrowseSession session(options);
    return session.run(true, [&](Image& image) {
        FileCalls& calls = image.calls();
        const std::string& from_path = options.job.sources.front();
        const auto from = locate(calls, image.root(), from_path);
        if (!from) {
            return session.fail(from.error());
        }
        // Into a directory, or to a new name.
        std::string to_path = options.job.target;
        const long directory =
            calls.open_resolved(image.root(), to_path.c_str(), open_flags::directory);
        if (directory >= 0) {
            calls.close(static_cast<int>(directory));
            to_path += "/" + from->name;
        }
        const auto to = locate(calls, image.root(), to_path);
        if (!to) {
            return session.fail(to.error());
        }
        if (const long result = calls.rename(from->at(), to->at()); result < 0) {
            session.fail(calls.error(result, "move " + from_path + " to", to_path));
        }
    });
}

}  // namespace lkl::fs
