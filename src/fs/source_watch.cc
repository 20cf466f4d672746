// SPDX-License-Identifier: GPL-2.0
#include "fs/source_watch.hh"

namespace lkl::fs {
namespace {

bool is_below(const std::string& path, const std::string& source) {
    if (source == "/" || source == ".") {
        return true;
    }
    // What "dir/." stands for is named "dir/./file".
    return path == source ||
           (path.compare(0, source.size(), source) == 0 && path[source.size()] == '/');
}

}  // namespace

SourceWatch::SourceWatch(std::unique_ptr<Sink> next, const std::vector<std::string>& sources)
    : next_(std::move(next)) {
    for (std::string source : sources) {
        while (source.size() > 1 && source.back() == '/') {
            source.pop_back();
        }
        open_.insert(source);
        order_.push_back(std::move(source));
    }
}

void SourceWatch::ended(const std::string& source) {
    open_.erase(source);
}

Result<void> SourceWatch::take(Item& item) {
    // The next sink may take the item's strings: what is needed afterwards is kept here.
    std::string own_end;
    if (const auto* entry = std::get_if<Entry>(&item)) {
        last_ = entry->source;
        const bool more_follows =
            !entry->link && (entry->status.is_regular() || entry->status.is_directory());
        if (!more_follows) {
            own_end = last_;
        }
    } else if (std::holds_alternative<EndOfFile>(item)) {
        own_end = last_;
    } else if (const auto* leave = std::get_if<LeaveDirectory>(&item)) {
        own_end = leave->entry.source;
    }
    LKL_TRY_VOID(next_->take(item));
    if (!own_end.empty()) {
        ended(own_end);
    }
    return {};
}

std::vector<std::string> SourceWatch::unfinished() const {
    std::vector<std::string> sentences;
    for (const std::string& source : order_) {
        if (open_.find(source) == open_.end()) {
            continue;
        }
        sentences.push_back(is_below(last_, source) && !last_.empty()
                                ? "not copied completely: " + source + ", stopped at " + last_
                                : "not copied: " + source);
    }
    return sentences;
}

}  // namespace lkl::fs
