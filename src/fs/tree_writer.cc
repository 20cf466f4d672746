// SPDX-License-Identifier: GPL-2.0
#include "fs/tree_writer.hh"

#include <array>

#include "fs/linux_errno.hh"

namespace lkl::fs {
namespace {

constexpr std::uint32_t kPrivateDirectory = 0700;

std::string_view base_name(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::string_view parent_name(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

bool is_below(std::string_view path, std::string_view directory) {
    return path.size() > directory.size() && path[directory.size()] == '/' &&
           path.substr(0, directory.size()) == directory;
}

}  // namespace

TreeWriter::TreeWriter(FileCalls& calls, OpenFile root, std::string root_path, WriteOptions options,
                       Report& report)
    : calls_(calls),
      options_(options),
      report_(report),
      stack_(calls, std::move(root), std::move(root_path)),
      metadata_(calls, options.metadata, report) {
    metadata_.look_at(stack_.root());
}

void TreeWriter::fail(long code, std::string operation, const std::string& path) {
    report_.add_error(calls_.error(code, std::move(operation), stack_.display(path)));
}

Result<void> TreeWriter::take(Item& item) {
    if (auto* entry = std::get_if<Entry>(&item)) {
        take_entry(std::move(*entry));
    } else if (const auto* data = std::get_if<Data>(&item)) {
        take_data(*data);
    } else if (std::holds_alternative<EndOfFile>(item)) {
        end_file();
    } else if (const auto* leave = std::get_if<LeaveDirectory>(&item)) {
        leave_directory(leave->entry);
    } else if (const auto* fault = std::get_if<Fault>(&item)) {
        report_.add_error(fault->error);
        if (current_) {
            current_->failed = true;
        }
    }
    return {};
}

Result<void> TreeWriter::finish() {
    if (current_) {
        current_->failed = true;  // the stream ended inside of a file
        end_file();
    }
    return {};
}

void TreeWriter::finished(const Entry& entry) {
    report_.count_entry();
    if (report_.verbose()) {
        report_.done(stack_.display(entry.path));
    }
}

Result<DirectoryStack::Place> TreeWriter::parent_of(const std::string& path) {
    const std::string_view parent = parent_name(path);
    auto place = stack_.enter(parent);
    if (place || !options_.make_parents) {
        return place;
    }
    for (std::size_t end = parent.find('/');; end = parent.find('/', end + 1)) {
        const std::string_view part = parent.substr(0, end);
        if (!stack_.enter(part)) {
            LKL_TRY(const DirectoryStack::Place above, stack_.enter(parent_name(part)));
            const std::string name(base_name(part));
            const long result = calls_.make_directory({above.fd, name.c_str()}, 0755);
            if (result < 0) {
                return calls_.error(result, "create the directory", stack_.display(part));
            }
        }
        if (end == std::string_view::npos) {
            return stack_.enter(parent);
        }
    }
}

void TreeWriter::take_entry(Entry entry) {
    drop_data_ = false;
    if (lost_directory_) {
        if (is_below(entry.path, *lost_directory_)) {
            ++lost_entries_;
            drop_data_ = true;
            return;
        }
        leave_directory(entry);  // the directory's own end never came
    }
    if (entry.path.empty()) {
        if (!entry.status.is_directory()) {
            report_.add_error(
                Error::other("it is the target's root", "replace", stack_.display("")));
            drop_data_ = true;
        }
        return;  // the root exists; its metadata comes with its LeaveDirectory
    }
    auto place = parent_of(entry.path);
    if (!place) {
        report_.add_error(place.error());
        drop_data_ = true;
        return;
    }
    if (entry.link) {
        return make_link(*place, entry);
    }
    switch (entry.status.type()) {
        case mode::regular:
            return begin_file(*place, std::move(entry));
        case mode::directory:
            return make_directory(*place, entry);
        default:
            return make_special(*place, entry);
    }
}

template <typename Make>
long TreeWriter::make_or_replace(DirectoryStack::Place place, const char* name, const Make& make) {
    const long result = make();
    // In a directory of this run, a name that is taken means that two entries of the source
    // collide (upper and lower case on vfat): replacing would lose the first in silence.
    if (result != -errno_value::exists || (place.fresh && !options_.replace_own)) {
        return result;
    }
    if (const long removed = calls_.remove({place.fd, name}, false); removed < 0) {
        return removed;
    }
    return make();
}

void TreeWriter::begin_file(DirectoryStack::Place place, Entry entry) {
    const std::string name(base_name(entry.path));
    const int flags = open_flags::write_only | open_flags::create | open_flags::exclusive |
                      open_flags::no_follow | open_flags::close_on_exec;
    const long fd = make_or_replace(place, name.c_str(), [&] {
        return calls_.open({place.fd, name.c_str()}, flags, metadata_.creation_mode(entry));
    });
    if (fd < 0) {
        drop_data_ = true;
        return fail(fd, "create", entry.path);
    }
    current_.emplace();
    current_->file = OpenFile(calls_, static_cast<int>(fd));
    current_->entry = std::move(entry);
    current_->directory = place.fd;
    current_->fresh = place.fresh;
}

void TreeWriter::take_data(const Data& data) {
    if (drop_data_ || !current_ || current_->failed) {
        return;
    }
    std::span<const std::byte> rest = data.bytes;
    std::uint64_t offset = data.offset;
    while (!rest.empty()) {
        const long written = calls_.write(current_->file.get(), rest, offset);
        if (written == -errno_value::interrupted) {
            continue;
        }
        if (written <= 0) {
            current_->failed = true;
            return fail(written < 0 ? written : -errno_value::io, "write", current_->entry.path);
        }
        rest = rest.subspan(static_cast<std::size_t>(written));
        offset += static_cast<std::uint64_t>(written);
    }
    current_->end = offset;
    report_.count_bytes(data.bytes.size());
}

void TreeWriter::end_file() {
    if (!current_) {
        return;
    }
    CurrentFile file = std::move(*current_);
    current_.reset();
    const Entry& entry = file.entry;
    if (!file.failed && file.end < entry.status.size) {
        if (const long result = calls_.truncate(file.file.get(), entry.status.size); result < 0) {
            fail(result, "set the size of", entry.path);
            file.failed = true;
        }
    }
    if (!file.failed) {
        file.failed =
            !metadata_.apply({file.file.get(), ""}, entry, file.fresh, stack_.display(entry.path));
        if (const long result = file.file.close(); result < 0) {
            fail(result, "close", entry.path);
            file.failed = true;
        }
        if (!file.failed) {
            finished(entry);
        }
        return;
    }
    static_cast<void>(file.file.close());
    const std::string name(base_name(entry.path));
    if (const long result = calls_.remove({file.directory, name.c_str()}, false); result < 0) {
        fail(result, "remove the incomplete file", entry.path);
    }
}

void TreeWriter::make_directory(DirectoryStack::Place place, const Entry& entry) {
    const std::string name(base_name(entry.path));
    const At at{place.fd, name.c_str()};
    const long made = calls_.make_directory(at, kPrivateDirectory);
    if (made < 0 && made != -errno_value::exists) {
        fail(made, "create the directory", entry.path);
        lost_directory_ = entry.path;
        return;
    }
    auto directory =
        open_file(calls_, at, open_flags::read_only | open_flags::directory | open_flags::no_follow,
                  0, stack_.display(entry.path));
    if (!directory) {
        const long code = directory.error().linux_errno();
        if (code == errno_value::not_directory || code == errno_value::loop) {
            report_.add_error(Error::other("something that is not a directory has this name",
                                           "create the directory", stack_.display(entry.path)));
        } else {
            report_.add_error(directory.error());
        }
        lost_directory_ = entry.path;
        return;
    }
    if (made < 0) {
        make_accessible({directory->get(), ""});
    }
    stack_.push(name, std::move(*directory), made == 0);
}

// A directory of an earlier copy may be write-protected even for its owner, who is no root. It gets
// its mode when it is left.
void TreeWriter::make_accessible(At directory) {
    FileStatus status;
    if (calls_.status(directory, status) == 0 &&
        (status.permissions() & kPrivateDirectory) != kPrivateDirectory) {
        // If it is somebody else's, what is made in it fails, and says so.
        static_cast<void>(calls_.set_mode(directory, status.permissions() | kPrivateDirectory));
    }
}

void TreeWriter::leave_directory(const Entry& entry) {
    if (lost_directory_) {
        if (is_below(entry.path, *lost_directory_)) {
            return;
        }
        if (lost_entries_ != 0) {
            report_.add_error(
                Error::other("their directory could not be created",
                             "copy " + std::to_string(lost_entries_) + " entries below",
                             stack_.display(*lost_directory_)));
        }
        const bool own_end = *lost_directory_ == entry.path;
        lost_directory_.reset();
        lost_entries_ = 0;
        if (own_end || !entry.status.is_directory()) {
            return;
        }
    }
    auto place = stack_.enter(entry.path);
    if (!place) {
        return report_.add_error(place.error());
    }
    const bool good =
        metadata_.apply({place->fd, ""}, entry, place->fresh, stack_.display(entry.path));
    stack_.pop();
    if (good) {
        finished(entry);
    }
}

void TreeWriter::make_special(DirectoryStack::Place place, const Entry& entry) {
    const std::string name(base_name(entry.path));
    const At at{place.fd, name.c_str()};
    const bool is_link = entry.status.is_symlink();
    const long result = make_or_replace(place, name.c_str(), [&] {
        return is_link ? calls_.make_symlink(entry.target.c_str(), at)
                       : calls_.make_node(at, entry.status.type() | metadata_.creation_mode(entry),
                                          entry.status.special);
    });
    if (result < 0) {
        return fail(result, is_link ? "create the symbolic link" : "create the special file",
                    entry.path);
    }
    if (metadata_.apply(at, entry, place.fresh, stack_.display(entry.path))) {
        finished(entry);
    }
}

// The directory of an earlier entry: as strict about symbolic links on the way as that of a new
// one, because an archive can put a link where the stream had a directory.
Result<DirectoryStack::Place> TreeWriter::place_of_existing(const Entry& entry,
                                                            DirectoryStack::Place place) {
    const std::string_view parent = parent_name(*entry.link);
    if (parent == parent_name(entry.path)) {
        return place;
    }
    if (!link_stack_) {
        LKL_TRY(OpenFile root, open_file(calls_, {stack_.root(), "."}, open_flags::directory, 0,
                                         stack_.root_path()));
        link_stack_.emplace(calls_, std::move(root), stack_.root_path());
    }
    return link_stack_->enter(parent);
}

void TreeWriter::make_link(DirectoryStack::Place place, const Entry& entry) {
    const std::string name(base_name(entry.path));
    const std::string& existing = *entry.link;
    if (existing == entry.path) {
        return finished(entry);  // an archive that has a file twice links it to itself
    }
    auto from = place_of_existing(entry, place);
    if (!from) {
        return report_.add_error(from.error());
    }
    const std::string existing_name(base_name(existing));
    const At source{from->fd, existing_name.c_str()};
    const long result = make_or_replace(place, name.c_str(), [&] {
        return calls_.make_link(source, {place.fd, name.c_str()});
    });
    if (result == 0) {
        return finished(entry);
    }
    if ((result == -errno_value::not_permitted || result == -errno_value::not_supported ||
         result == -errno_value::too_many_links) &&
        entry.status.is_regular()) {
        report_.add_loss(Loss::links,
                         calls_.error(result, "create the hard link", stack_.display(entry.path)));
        if (copy_instead_of_link(source, place, entry)) {
            return;
        }
    }
    fail(result, "create the hard link to " + existing + " as", entry.path);
}

bool TreeWriter::copy_instead_of_link(At existing, DirectoryStack::Place place,
                                      const Entry& entry) {
    auto source =
        open_file(calls_, existing, open_flags::read_only | open_flags::no_follow, 0, *entry.link);
    if (!source) {
        return false;
    }
    Entry file = entry;
    file.link.reset();
    begin_file(place, std::move(file));
    if (!current_) {
        return true;  // begin_file() told why
    }
    constexpr std::size_t kPiece = std::size_t{256} << 10;
    const std::unique_ptr<std::byte[]> buffer(new std::byte[kPiece]);
    for (std::uint64_t offset = 0; offset < entry.status.size && !current_->failed;) {
        const long size = calls_.read(source->get(), {buffer.get(), kPiece}, offset);
        if (size <= 0) {
            fail(size < 0 ? size : -errno_value::io, "read", *entry.link);
            current_->failed = true;
            break;
        }
        take_data({offset, {buffer.get(), static_cast<std::size_t>(size)}});
        offset += static_cast<std::uint64_t>(size);
    }
    end_file();
    return true;
}

}  // namespace lkl::fs
