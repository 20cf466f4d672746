// SPDX-License-Identifier: GPL-2.0
// The cache of probe answers.
#include <algorithm>
#include <filesystem>
#include <thread>
#include <unordered_map>

#include "kconfig/base/file_text.hh"
#include "kconfig/base/text.hh"
#include "kconfig/io/files.hh"
#include "kconfig/probe/probe.hh"
#include "kconfig/probe/spawn.hh"

namespace kconfig {

namespace {

constexpr std::string_view kMagic = "kconfig probe answers 2\n";
constexpr std::size_t kMaxBytes = 4096;
constexpr std::size_t kMaxEntries = 4096;
constexpr unsigned kMaxThreads = 8;

std::string hex_digits(std::uint64_t value) {
    std::string out(16, '0');
    for (std::size_t i = 16; i > 0; --i, value >>= 4) {
        out[i - 1] = "0123456789abcdef"[value & 15];
    }
    return out;
}

std::uint64_t hash64(std::string_view text) {
    std::uint64_t hash = 1469598103934665603ULL;
    for (const char c : text) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    }
    return hash;
}

// Fields are written as "LENGTH:BYTES".
void put(std::string& out, std::string_view field) {
    append(out, field.size(), ':', field);
}

bool take(std::string_view& from, std::string& field) {
    const std::size_t colon = from.find(':');
    if (colon == std::string_view::npos || colon > 20) {
        return false;
    }
    std::size_t size = 0;
    for (const char c : from.substr(0, colon)) {
        if (!is_digit(c)) {
            return false;
        }
        size = size * 10 + static_cast<std::size_t>(c - '0');
    }
    if (size > from.size() - colon - 1) {
        return false;
    }
    field = from.substr(colon + 1, size);
    from.remove_prefix(colon + 1 + size);
    return true;
}

}  // namespace

struct Answer {
    std::string context;  // directory, environment and standard input
    std::string stamps;
    ProbeOutput output;
    bool used = false;
    bool holds = false;  // found right, or given, in this run
};

struct ProbeCache::Store {
    explicit Store(std::string search) : stamps(std::move(search)) {}

    std::string path;
    std::string context;
    bool piped_input = false;
    bool changed = false;
    FileStamps stamps;
    std::unordered_map<std::string, Answer> answers;

    void load();
    void save() const;
};

void ProbeCache::Store::load() {
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error)) {
        return;  // a pipe would keep us waiting
    }
    const std::optional<FileText> file = read_file(path);
    if (!file || !file->view().starts_with(kMagic)) {
        return;
    }
    std::string_view rest = file->view().substr(kMagic.size());
    std::string sum;
    if (!take(rest, sum) || sum != hex_digits(hash64(rest))) {
        return;
    }
    // Contexts are long and few: answers refer to them by number.
    std::vector<std::string> contexts;
    std::string count;
    if (!take(rest, count)) {
        return;
    }
    for (long long n = std::atoll(count.c_str()); n > 0; --n) {
        if (!take(rest, contexts.emplace_back())) {
            return;
        }
    }
    std::string command;
    std::string number;
    Answer answer;
    while (take(rest, command) && take(rest, number) && take(rest, answer.stamps) &&
           take(rest, answer.output.out) && take(rest, answer.output.err)) {
        const auto index = static_cast<std::size_t>(std::atoll(number.c_str()));
        if (index >= contexts.size()) {
            return;
        }
        answer.context = contexts[index];
        answers.insert_or_assign(command, answer);
    }
}

void ProbeCache::Store::save() const {
    std::vector<std::string_view> contexts;
    std::string body;
    std::size_t entries = 0;
    for (const bool used : {true, false}) {  // the most useful ones first
        for (const auto& [command, answer] : answers) {
            if (answer.used != used || ++entries > kMaxEntries) {
                continue;
            }
            const auto known = std::find(contexts.begin(), contexts.end(), answer.context);
            const auto index = static_cast<std::size_t>(known - contexts.begin());
            if (known == contexts.end()) {
                contexts.push_back(answer.context);
            }
            put(body, command);
            put(body, cat(index));
            put(body, answer.stamps);
            put(body, answer.output.out);
            put(body, answer.output.err);
        }
    }
    std::string all;
    put(all, cat(contexts.size()));
    for (const std::string_view context : contexts) {
        put(all, context);
    }
    all += body;
    std::string head(kMagic);
    put(head, hex_digits(hash64(all)));
    // Somebody else may save at the same time; the last one wins.
    const std::string temporary = cat(path, '.', process_id());
    OutputFile file(temporary);
    if (!file.is_open()) {
        return;
    }
    file.write(head);
    file.write(all);
    if (!file.close() || !rename_file(temporary, path)) {
        remove_file(temporary);
    }
}

ProbeCache::ProbeCache(Host& host, std::string directory) : host_(host) {
    if (directory.empty() || !can_capture()) {
        return;
    }
    std::error_code error;
    std::filesystem::create_directories(directory, error);
    const std::string here = std::filesystem::current_path(error).string();
    if (error) {
        return;
    }
    const char* const search = host.env("PATH");
    store_ = std::make_unique<Store>(search != nullptr ? search : "");
    store_->path = cat(directory, "/probes-", hex_digits(hash64(here)));
    const std::string input = standard_input_key(store_->piped_input);
    store_->context = cat(here, '\n', input, '\n', whole_environment());
    store_->load();
    prefetch();
}

ProbeCache::~ProbeCache() {
    if (store_ != nullptr && store_->changed) {
        store_->save();
    }
}

// Asks again, all at once, what the last run here asked and what is stale now.
void ProbeCache::prefetch() {
    std::vector<std::pair<const std::string*, Answer*>> stale;
    for (auto& [command, answer] : store_->answers) {
        if (answer.context != store_->context) {
            continue;
        }
        const std::string seen = with_variables(host_, command);
        if (!is_understood(seen, store_->piped_input)) {
            continue;
        }
        std::string now = store_->stamps.of(seen);
        if (now != answer.stamps) {
            answer.stamps = std::move(now);
            stale.emplace_back(&command, &answer);
        }
        answer.holds = true;
    }
    const std::size_t threads = std::min<std::size_t>(
        stale.size(), std::clamp(std::thread::hardware_concurrency(), 1U, kMaxThreads));
    if (threads == 0) {
        return;
    }
    store_->changed = true;
    std::vector<char> failed(stale.size(), 0);
    {
        std::vector<std::jthread> workers;
        for (std::size_t first = 0; first < threads; ++first) {
            workers.emplace_back([&, first] {
                for (std::size_t i = first; i < stale.size(); i += threads) {
                    failed[i] = capture(*stale[i].first, stale[i].second->output) ? 0 : 1;
                }
            });
        }
    }
    runs_ += static_cast<int>(stale.size());
    std::vector<std::string> unusable;
    for (std::size_t i = 0; i < stale.size(); ++i) {
        if (failed[i] != 0) {
            unusable.push_back(*stale[i].first);
        }
    }
    for (const std::string& command : unusable) {
        store_->answers.erase(command);
    }
}

std::optional<std::string> ProbeCache::run(const std::string& command) {
    if (store_ == nullptr) {
        ++runs_;
        return host_.shell(command, kMaxBytes);
    }
    const auto known = store_->answers.find(command);
    if (known != store_->answers.end() && known->second.holds) {
        ++hits_;
        known->second.used = true;
        host_.err(known->second.output.err);
        return known->second.output.out;
    }
    ++runs_;
    const std::string seen = with_variables(host_, command);
    if (!is_understood(seen, store_->piped_input)) {
        return host_.shell(command, kMaxBytes);
    }
    const std::string stamps = store_->stamps.of(seen);
    ProbeOutput fresh;
    if (!capture(command, fresh)) {
        return host_.shell(command, kMaxBytes);
    }
    Answer& answer = store_->answers[command];
    answer = {store_->context, stamps, std::move(fresh), true, true};
    store_->changed = true;
    host_.err(answer.output.err);
    return answer.output.out;
}

std::string default_probe_directory(Host& host) {
    if (const char* const chosen = host.env("KCONFIG_PROBE_CACHE")) {
        return chosen;
    }
    if (const char* const cache = host.env("XDG_CACHE_HOME"); cache != nullptr && *cache) {
        return cat(cache, "/kconfig");
    }
    if (const char* const home = host.env("HOME"); home != nullptr && *home) {
        return cat(home, "/.cache/kconfig");
    }
    return {};
}

}  // namespace kconfig
