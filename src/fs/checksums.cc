// SPDX-License-Identifier: GPL-2.0
#include "fs/checksums.hh"

#include <cerrno>
#include <fstream>

namespace lkl::fs {

std::string checksum_line(const std::string& digest, const std::string& name) {
    if (name.find_first_of("\n\r\\") == std::string::npos) {
        return digest + "  " + name + "\n";
    }
    std::string line = "\\" + digest + "  ";
    for (const char byte : name) {
        switch (byte) {
            case '\n':
                line += "\\n";
                break;
            case '\r':
                line += "\\r";
                break;
            case '\\':
                line += "\\\\";
                break;
            default:
                line += byte;
        }
    }
    return line + "\n";
}

std::optional<StreamHasher::Hashed> StreamHasher::begin(const Entry& entry) {
    current_.reset();
    if (entry.link) {
        const auto first = links_.find(*entry.link);
        return first == links_.end() ? std::nullopt : std::optional(Hashed{&entry, first->second});
    }
    if (entry.status.is_regular()) {
        sha_ = Sha256();
        at_ = 0;
        failed_ = false;
        current_ = entry;
    }
    return std::nullopt;
}

std::optional<StreamHasher::Hashed> StreamHasher::take(const Item& item) {
    if (const auto* entry = std::get_if<Entry>(&item)) {
        return begin(*entry);
    }
    if (const auto* data = std::get_if<Data>(&item)) {
        const std::uint64_t size = current_ ? current_->status.size : 0;
        // An archive may lie about where its data goes.
        if (data->offset < at_ || data->offset > size || data->bytes.size() > size - data->offset) {
            failed_ = true;
        }
        if (!failed_) {
            sha_.update_zeros(data->offset - at_);
            sha_.update(data->bytes);
            at_ = data->offset + data->bytes.size();
        }
    } else if (std::holds_alternative<Fault>(item)) {
        failed_ = true;
    } else if (std::holds_alternative<EndOfFile>(item) && current_ && !failed_) {
        sha_.update_zeros(current_->status.size - at_);
        std::string digest = sha_.finish();
        if (current_->status.links > 1) {
            links_[current_->path] = digest;
        }
        return Hashed{&*current_, std::move(digest)};
    }
    return std::nullopt;
}

struct ChecksumFile::State {
    std::ofstream file;
    std::string name;
};

namespace {

class ChecksumSink final : public Sink {
  public:
    ChecksumSink(std::ofstream file, std::string name, std::unique_ptr<Sink> next)
        : file_(std::move(file)), name_(std::move(name)), next_(std::move(next)) {}

    Result<void> take(Item& item) override {
        if (const auto hashed = hasher_.take(item)) {
            file_ << checksum_line(hashed->digest, hashed->entry->path);
        }
        return next_->take(item);
    }

    Result<void> finish() override {
        auto finished = next_->finish();
        file_.close();
        if (finished && file_.fail()) {
            return Error::host(errno, "write the checksums to", name_);
        }
        return finished;
    }

  private:
    std::ofstream file_;
    std::string name_;
    StreamHasher hasher_;
    std::unique_ptr<Sink> next_;
};

}  // namespace

Result<ChecksumFile> ChecksumFile::create(const std::string& path) {
    auto state = std::make_unique<State>();
    state->file.open(path, std::ios::binary | std::ios::trunc);
    if (!state->file) {
        return Error::host(errno, "create", path);
    }
    state->name = path;
    return ChecksumFile(std::move(state));
}

ChecksumFile::ChecksumFile(std::unique_ptr<State> state) : state_(std::move(state)) {}

ChecksumFile::ChecksumFile(ChecksumFile&&) noexcept = default;
ChecksumFile::~ChecksumFile() = default;

std::unique_ptr<Sink> ChecksumFile::in_front_of(std::unique_ptr<Sink> next) && {
    return std::make_unique<ChecksumSink>(std::move(state_->file), std::move(state_->name),
                                          std::move(next));
}

}  // namespace lkl::fs
