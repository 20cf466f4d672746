// SPDX-License-Identifier: GPL-2.0
#include "fs/tar_writer.hh"

#include <archive.h>
#include <archive_entry.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "fs/attributes.hh"
#include "fs/new_file.hh"
#include "fs/utf8_scope.hh"

namespace lkl::fs {
namespace {

// One write(2) at a time; the last is filled up to tar's record of 20 blocks.
constexpr int kBytesPerWrite = 1 << 20;
constexpr int kRecord = 10240;
constexpr std::size_t kZeros = std::size_t{1} << 20;

struct ArchiveDeleter {
    void operator()(archive* object) const { archive_write_free(object); }
};

struct EntryDeleter {
    void operator()(archive_entry* object) const { archive_entry_free(object); }
};

bool ends_with(const std::string& text, std::string_view end) {
    return text.size() >= end.size() &&
           text.compare(text.size() - end.size(), end.size(), end) == 0;
}

int add_filter(archive* tar, const std::string& name) {
    if (ends_with(name, ".gz") || ends_with(name, ".tgz")) {
        return archive_write_add_filter_gzip(tar);
    }
    if (ends_with(name, ".xz")) {
        return archive_write_add_filter_xz(tar);
    }
    if (ends_with(name, ".zst")) {
        return archive_write_add_filter_zstd(tar);
    }
    if (ends_with(name, ".bz2")) {
        return archive_write_add_filter_bzip2(tar);
    }
    return ARCHIVE_OK;
}

// The entries of a POSIX ACL attribute; see map_acl().
void add_acl(archive_entry* entry, const std::string& value, int type) {
    constexpr std::size_t kHeader = 4;
    constexpr std::size_t kEntry = 8;
    for (std::size_t at = kHeader; at + kEntry <= value.size(); at += kEntry) {
        std::uint16_t tag = 0;
        std::uint16_t permissions = 0;
        std::uint32_t id = 0;
        std::memcpy(&tag, &value[at], sizeof(tag));
        std::memcpy(&permissions, &value[at + 2], sizeof(permissions));
        std::memcpy(&id, &value[at + 4], sizeof(id));
        int archive_tag = 0;
        switch (tag) {
            case 0x01:
                archive_tag = ARCHIVE_ENTRY_ACL_USER_OBJ;
                break;
            case 0x02:
                archive_tag = ARCHIVE_ENTRY_ACL_USER;
                break;
            case 0x04:
                archive_tag = ARCHIVE_ENTRY_ACL_GROUP_OBJ;
                break;
            case 0x08:
                archive_tag = ARCHIVE_ENTRY_ACL_GROUP;
                break;
            case 0x10:
                archive_tag = ARCHIVE_ENTRY_ACL_MASK;
                break;
            case 0x20:
                archive_tag = ARCHIVE_ENTRY_ACL_OTHER;
                break;
            default:
                continue;
        }
        archive_entry_acl_add_entry(entry, type, permissions, archive_tag, static_cast<int>(id),
                                    nullptr);
    }
}

// libarchive percent-encodes the other bytes, which no reader undoes.
bool is_storable(const std::string& attribute) {
    return std::all_of(attribute.begin(), attribute.end(), [](unsigned char byte) {
        return byte > ' ' && byte < 0x7f && byte != '%' && byte != '=';
    });
}

}  // namespace

class TarWriter::Impl {
  public:
    Impl(std::string name, int fd, Report& report)
        : name_(std::move(name)), fd_(fd), report_(report) {}

    Impl(std::string name, NewFile file, Report& report)
        : name_(std::move(name)), fd_(file.fd()), own_file_(std::move(file)), report_(report) {}

    ~Impl() = default;

    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    Result<void> take(Item& item) {
        LKL_TRY_VOID(start());
        if (auto* entry = std::get_if<Entry>(&item)) {
            return begin(*entry);
        }
        if (const auto* data = std::get_if<Data>(&item)) {
            return write(*data);
        }
        if (std::holds_alternative<EndOfFile>(item)) {
            return end();
        }
        if (const auto* fault = std::get_if<Fault>(&item)) {
            report_.add_error(fault->error);
            if (in_file_) {
                incomplete_ = true;
            }
        }
        return {};
    }

    Result<void> finish() {
        LKL_TRY_VOID(start());
        if (in_file_) {
            incomplete_ = true;
            LKL_TRY_VOID(end());
        }
        const Utf8Scope scope;
        if (archive_write_close(tar_.get()) != ARCHIVE_OK) {
            return failure("finish");
        }
        if (own_file_) {
            if (const int number = own_file_->close(); number != 0) {
                return Error::host(number, "finish", name_);
            }
        }
        return {};
    }

  private:
    // An archive that is there already loses its contents only now, when there are new ones.
    Result<void> start() {
        struct stat status {};

        if (std::exchange(started_, true)) {
            return {};
        }
        if (own_file_) {
            if (::fstat(fd_, &status) != 0 ||
                (S_ISREG(status.st_mode) && ::ftruncate(fd_, 0) != 0)) {
                return Error::host(errno, "write", name_);
            }
            own_file_->keep();
        }
        return open();
    }

    // Not before the first item: to free an archive that was opened means to write its end.
    Result<void> open() {
        tar_.reset(archive_write_new());
        entry_.reset(archive_entry_new());
        if (tar_ == nullptr || entry_ == nullptr) {
            return Error::host(ENOMEM, "write", name_);
        }
        const Utf8Scope scope;
        if (archive_write_set_format_pax(tar_.get()) != ARCHIVE_OK ||
            archive_write_set_options(tar_.get(), "xattrheader=SCHILY") != ARCHIVE_OK ||
            add_filter(tar_.get(), name_) < ARCHIVE_WARN ||
            archive_write_set_bytes_per_block(tar_.get(), kBytesPerWrite) != ARCHIVE_OK ||
            archive_write_set_bytes_in_last_block(tar_.get(), kRecord) != ARCHIVE_OK ||
            archive_write_open_fd(tar_.get(), fd_) != ARCHIVE_OK) {
            return failure("write");
        }
        return {};
    }

    Error failure(const char* operation) {
        const int number = archive_errno(tar_.get());
        if (number > 0) {
            return Error::host(number, operation, name_);
        }
        const char* text = archive_error_string(tar_.get());
        return Error::other(text != nullptr ? text : "the archive library failed", operation,
                            name_);
    }

    void fill(const Entry& from) {
        archive_entry* to = archive_entry_clear(entry_.get());
        const FileStatus& status = from.status;
        std::string path = from.path.empty() ? "." : from.path;
        if (status.is_directory()) {
            path += '/';
        }
        archive_entry_copy_pathname(to, path.c_str());
        archive_entry_set_mode(to, status.mode);
        archive_entry_set_uid(to, status.uid);
        archive_entry_set_gid(to, status.gid);
        archive_entry_set_mtime(to, status.modified.seconds, status.modified.nanoseconds);
        archive_entry_set_atime(to, status.accessed.seconds, status.accessed.nanoseconds);
        if (from.link) {
            archive_entry_copy_hardlink(to, from.link->c_str());
            return;
        }
        if (status.is_symlink()) {
            archive_entry_copy_symlink(to, from.target.c_str());
        } else if (status.type() == mode::block || status.type() == mode::character) {
            archive_entry_set_rdevmajor(to, status.special.major);
            archive_entry_set_rdevminor(to, status.special.minor);
        }
        archive_entry_set_size(to, status.is_regular() ? static_cast<la_int64_t>(status.size) : 0);
        for (const Attribute& attribute : from.attributes) {
            if (attribute.name == kAclAccess) {
                add_acl(to, attribute.value, ARCHIVE_ENTRY_ACL_TYPE_ACCESS);
            } else if (attribute.name == kAclDefault) {
                add_acl(to, attribute.value, ARCHIVE_ENTRY_ACL_TYPE_DEFAULT);
            } else if (!is_storable(attribute.name)) {
                report_.add_loss(
                    Loss::attributes,
                    Error::other("the archive library changes names that are not "
                                 "plain ASCII",
                                 "store the attribute " + attribute.name + " of", from.source));
            } else {
                archive_entry_xattr_add_entry(to, attribute.name.c_str(), attribute.value.data(),
                                              attribute.value.size());
            }
        }
        if (from.sparse) {
            for (const Extent& extent : from.extents) {
                archive_entry_sparse_add_entry(to, static_cast<la_int64_t>(extent.offset),
                                               static_cast<la_int64_t>(extent.length));
            }
            if (from.extents.empty()) {
                archive_entry_sparse_add_entry(to, static_cast<la_int64_t>(status.size), 0);
            }
        }
    }

    Result<void> begin(const Entry& entry) {
        if (entry.status.type() == mode::socket) {
            report_.add_loss(Loss::sockets,
                             Error::other("tar has no entry for sockets", "store", entry.source));
            return {};
        }
        const Utf8Scope scope;
        fill(entry);
        // A warning is about a name that is no UTF-8: it is stored as it is.
        if (archive_write_header(tar_.get(), entry_.get()) < ARCHIVE_WARN) {
            return failure("write");
        }
        in_file_ = entry.status.is_regular() && !entry.link;
        source_ = entry.source;
        size_ = entry.status.size;
        written_ = 0;
        incomplete_ = false;
        if (!in_file_) {
            done();
        }
        return {};
    }

    void done() {
        report_.count_entry();
        if (report_.verbose()) {
            report_.done(source_);
        }
    }

    Result<void> put(std::span<const std::byte> bytes) {
        while (!bytes.empty()) {
            const la_ssize_t size = archive_write_data(tar_.get(), bytes.data(), bytes.size());
            if (size <= 0) {
                return failure("write");
            }
            bytes = bytes.subspan(static_cast<std::size_t>(size));
            written_ += static_cast<std::uint64_t>(size);
        }
        return {};
    }

    // Passes a hole by: the archive library wants its bytes, but stores none.
    Result<void> skip_to(std::uint64_t offset) {
        static const std::unique_ptr<std::byte[]> zeros(new std::byte[kZeros]());
        while (written_ < offset) {
            const auto size = std::min<std::uint64_t>(offset - written_, kZeros);
            LKL_TRY_VOID(put({zeros.get(), static_cast<std::size_t>(size)}));
        }
        return {};
    }

    Result<void> write(const Data& data) {
        if (!in_file_ || incomplete_) {
            return {};
        }
        LKL_TRY_VOID(skip_to(data.offset));
        LKL_TRY_VOID(put(data.bytes));
        report_.count_bytes(data.bytes.size());
        return {};
    }

    Result<void> end() {
        if (!in_file_) {
            return {};
        }
        in_file_ = false;
        LKL_TRY_VOID(skip_to(size_));
        if (incomplete_) {
            report_.add_error(
                Error::other("only a part could be read; in the archive the rest of "
                             "the file is zeros",
                             "store", source_));
        } else {
            done();
        }
        return {};
    }

    std::string name_;
    int fd_;
    std::optional<NewFile> own_file_;
    Report& report_;
    std::unique_ptr<archive, ArchiveDeleter> tar_;
    std::unique_ptr<archive_entry, EntryDeleter> entry_;
    std::string source_;
    std::uint64_t size_ = 0;
    std::uint64_t written_ = 0;
    bool started_ = false;
    bool in_file_ = false;
    bool incomplete_ = false;
};

TarWriter::TarWriter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

TarWriter::~TarWriter() = default;

Result<std::unique_ptr<TarWriter>> TarWriter::create(const std::string& path, Report& report) {
    if (path == "-") {
        return to_descriptor(STDOUT_FILENO, "standard output", report);
    }
    LKL_TRY(NewFile file, NewFile::create(path, "create the archive"));
    return std::unique_ptr<TarWriter>(
        new TarWriter(std::make_unique<Impl>(path, std::move(file), report)));
}

std::unique_ptr<TarWriter> TarWriter::to_descriptor(int fd, const std::string& name,
                                                    Report& report) {
    return std::unique_ptr<TarWriter>(new TarWriter(std::make_unique<Impl>(name, fd, report)));
}

Result<void> TarWriter::take(Item& item) {
    return impl_->take(item);
}

Result<void> TarWriter::finish() {
    return impl_->finish();
}

}  // namespace lkl::fs
