// SPDX-License-Identifier: GPL-2.0
// diff: two trees, each in an image or on the host.

#include <algorithm>
#include <map>

#include "fs/browse_session.hh"
#include "fs/entry_text.hh"
#include "fs/host_calls.hh"
#include "fs/sha256.hh"

namespace lkl::fs {
namespace {

// What two trees are compared by.
struct Summary {
    FileStatus status;
    std::string target;
    std::string link;
    std::string digest;
    std::vector<Attribute> attributes;
};

using Tree = std::map<std::string, Summary>;

class TreeCollector {
  public:
    void take(Item& item) {
        if (const auto* entry = std::get_if<Entry>(&item)) {
            current_ = &tree_[entry->path];
            // The contents of another name of a file are those of its first.
            const auto first = entry->link ? tree_.find(*entry->link) : tree_.end();
            *current_ = {entry->status, entry->target, entry->link.value_or(""),
                         first == tree_.end() ? "" : first->second.digest, entry->attributes};
            sha_ = Sha256();
            at_ = 0;
        } else if (const auto* data = std::get_if<Data>(&item)) {
            sha_.update_zeros(data->offset - at_);
            sha_.update(data->bytes);
            at_ = data->offset + data->bytes.size();
        } else if (std::holds_alternative<EndOfFile>(item)) {
            sha_.update_zeros(current_->status.size - at_);
            current_->digest = sha_.finish();
        }
    }

    [[nodiscard]] Tree tree() && { return std::move(tree_); }

  private:
    Tree tree_;
    Summary* current_ = nullptr;
    Sha256 sha_;
    std::uint64_t at_ = 0;
};

// "IMAGE:PATH" is in an image, everything else on the host.
bool in_image(const std::string& side, std::string& image, std::string& path) {
    const std::size_t colon = side.rfind(":/");
    if (colon == std::string::npos) {
        return false;
    }
    image = side.substr(0, colon);
    path = side.substr(colon + 1);
    return true;
}

// `before_reading` is called when everything of the side is open and nothing is read.
int collect(const BrowseOptions& options, const std::string& side, Tree& tree,
            const std::function<void()>& before_reading) {
    BrowseOptions own = options;
    std::string path = side;
    TreeCollector collector;
    const std::function<void(Item&)> take = [&](Item& item) { collector.take(item); };
    int code = 0;
    if (in_image(side, own.job.image.path, path)) {
        BrowseSession session(own);
        const auto work = [&](Image& image) {
            session.walk(image.calls(), image.root(), {path == "/" ? "/." : path}, own.job.walk,
                         take);
        };
        code = session.run(false, work, before_reading);
    } else {
        before_reading();
        BrowseSession session(own);
        const auto host = make_host_calls();
        session.walk(*host, FileCalls::kCurrentDirectory, {path}, own.job.walk, take);
        if (session.stopped() && interruption_signal() != 0) {
            constexpr int kSignalBase = 128;
            code = kSignalBase + interruption_signal();
        } else {
            code = static_cast<int>(session.report().errors() == 0 ? ExitCode::success
                                                                   : ExitCode::incomplete);
        }
    }
    tree = std::move(collector).tree();
    return code;
}

std::string differences(const Summary& a, const Summary& b) {
    std::string text;
    const auto add = [&](bool differs, const std::string& what) {
        if (differs) {
            text += (text.empty() ? "" : ", ") + what;
        }
    };
    if (a.status.type() != b.status.type()) {
        return "type";
    }
    add(a.status.permissions() != b.status.permissions(), "mode");
    add(a.status.uid != b.status.uid || a.status.gid != b.status.gid, "owner");
    add(a.status.modified != b.status.modified, "time");
    add(a.target != b.target, "target");
    add(a.link != b.link, "hard link");
    add(a.status.special != b.status.special, "device");
    add(a.status.is_regular() && a.status.size != b.status.size, "size");
    add(a.status.size == b.status.size && a.digest != b.digest, "contents");
    auto first = a.attributes;
    auto second = b.attributes;
    const auto by_name = [](const Attribute& x, const Attribute& y) { return x.name < y.name; };
    std::sort(first.begin(), first.end(), by_name);
    std::sort(second.begin(), second.end(), by_name);
    add(first != second, "attributes");
    return text;
}

}  // namespace

namespace {

// Both sides are open before either is read, because the sandbox is closed in between: the second
// is dealt with while the first waits to be read.
int collect_both(const BrowseOptions& options, Tree& first, Tree& second) {
    Sandboxing sandbox(options.job.sandbox, {});
    for (const std::string& side : options.job.sources) {
        std::string image;
        std::string path;
        if (in_image(side, image, path)) {
            sandbox.add_image(image, false);
            for (const std::string& device : options.job.image.more_devices) {
                sandbox.add_image(device, false);
            }
        } else {
            sandbox.add_source(side);
        }
    }
    if (const std::string& key = options.job.image.keys.key_file; !key.empty()) {
        sandbox.add_image(key, false);  // opened at the same time as the images
    }
    sandbox.confine_files();
    int second_code = 0;
    const int first_code = collect(options, options.job.sources.at(0), first, [&] {
        second_code =
            collect(options, options.job.sources.at(1), second, [&] { sandbox.confine_calls(); });
        sandbox.confine_calls();  // if it has not come so far
    });
    return first_code != 0 ? first_code : second_code;
}

}  // namespace

int compare_trees(const BrowseOptions& options) {
    Tree first;
    Tree second;
    if (const int code = collect_both(options, first, second); code != 0) {
        return static_cast<int>(code == static_cast<int>(ExitCode::incomplete) ? ExitCode::image
                                                                               : ExitCode{code});
    }
    Console console(options.job.program);
    bool same = true;
    const auto tell = [&](const std::string& path, const std::string& what) {
        same = false;
        console.output(printable(path.empty() ? "." : path) + ": " + what + "\n");
    };
    for (const auto& [path, summary] : first) {
        const auto other = second.find(path);
        if (other == second.end()) {
            tell(path, "only in " + options.job.sources[0]);
        } else if (const std::string what = differences(summary, other->second); !what.empty()) {
            tell(path, what);
        }
    }
    for (const auto& [path, summary] : second) {
        if (first.find(path) == first.end()) {
            tell(path, "only in " + options.job.sources[1]);
        }
    }
    return static_cast<int>(same ? ExitCode::success : ExitCode::incomplete);
}

}  // namespace lkl::fs
