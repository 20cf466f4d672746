// SPDX-License-Identifier: GPL-2.0
// Merging of fragments.
#include "kconfig/merge/merge.hh"

#include <algorithm>

#include "kconfig/base/file_text.hh"
#include "kconfig/base/text.hh"
#include "kconfig/io/files.hh"

namespace kconfig {

namespace {

bool is_name(std::string_view text) {
    return !text.empty() && text.find('-') == std::string_view::npos &&
           std::all_of(text.begin(), text.end(), is_word_char);
}

// Number of single changes from one word to the other.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) {
        row[j] = j;
    }
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, change});
        }
    }
    return row[b.size()];
}

// A value as .config writes it, without the quotes of strings.
std::string plain_value(const Symbol& symbol, const std::string& value) {
    if (symbol.type != SymbolType::string || value.empty() || value.front() != '"') {
        return value;
    }
    std::string out;
    for (std::size_t i = 1; i < value.size() && value[i] != '"'; ++i) {
        if (value[i] == '\\' && i + 1 < value.size()) {
            ++i;
        }
        out.push_back(value[i]);
    }
    return out;
}

}  // namespace

FragmentMerger::Entry FragmentMerger::parse(ConfigLine line) const {
    Entry entry;
    const std::string_view text = line.text;
    const std::string_view prefix = options_.prefix;
    constexpr std::string_view kUnset = " is not set";
    if (text.starts_with(prefix)) {
        const std::size_t equal = text.find('=');
        if (equal != std::string_view::npos &&
            is_name(text.substr(prefix.size(), equal - prefix.size()))) {
            entry.symbol = text.substr(prefix.size(), equal - prefix.size());
            entry.value = text.substr(equal + 1);
        }
    } else if (text.starts_with("# ") && text.substr(2).starts_with(prefix) &&
               text.ends_with(kUnset)) {
        const std::size_t begin = 2 + prefix.size();
        const std::string_view name = text.substr(begin, text.size() - kUnset.size() - begin);
        if (is_name(name)) {
            entry.symbol = name;
            entry.value = "n";
        }
    }
    entry.line = std::move(line);
    return entry;
}

bool FragmentMerger::read_line(ConfigLine line, std::vector<Entry>& out) {
    if (!options_.annotations_for) {
        out.push_back(parse(std::move(line)));
        return true;
    }
    const std::string place = cat(line.file, ':', line.line);
    std::optional<Annotated> annotated = parse_annotated(line.text, *options_.annotations_for);
    if (!annotated) {
        error_ = cat(place, ": since and until want a version such as 6.5: ", line.text);
        return false;
    }
    if (!annotated->applies) {
        return true;
    }
    line.text = std::move(annotated->text);
    Entry entry = parse(std::move(line));
    entry.optional = annotated->optional;
    if (entry.symbol.empty() && !entry.line.text.empty() && entry.line.text.front() != '#') {
        error_ = cat(place, ": not a configuration line: ", entry.line.text, " (it should be ",
                     options_.prefix, "NAME=VALUE or a comment)");
        return false;
    }
    out.push_back(std::move(entry));
    return true;
}

bool FragmentMerger::read(const std::string& file, std::string_view what, std::vector<Entry>& out) {
    const std::optional<FileText> text = read_file(file);
    if (!text || text->unreadable) {
        error_ = cat("cannot read the ", what, ' ', file, why_unreadable(file));
        return false;
    }
    std::string_view rest = text->view();
    for (int number = 1; !rest.empty(); ++number) {
        const std::size_t end = rest.find('\n');
        std::string_view line = rest.substr(0, end);
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        if (line.ends_with('\r')) {
            line.remove_suffix(1);
        }
        if (!read_line({file, number, std::string(line)}, out)) {
            return false;
        }
    }
    return true;
}

bool FragmentMerger::add_base(const std::string& file) {
    if (!read(file, "base configuration", entries_)) {
        return false;
    }
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        if (!entries_[i].symbol.empty()) {
            last_[entries_[i].symbol] = i;
        }
    }
    return true;
}

void FragmentMerger::report(const Entry& before, const Entry& now, const std::string& file) {
    const std::string name = cat(options_.prefix, now.symbol);
    const bool same = before.line.text == now.line.text;
    redefined_ = redefined_ || !same;
    if (options_.quiet_overrides || (same && !options_.report_redundant)) {
        return;
    }
    if (same) {
        say_(cat("Value of ", name, " is redundant by fragment ", file, ":\n"));
    } else {
        say_(cat("Value of ", name, " is redefined by fragment ", file,
                 ":\nPrevious  value: ", before.line.text, "  (", before.line.file, ':',
                 before.line.line, ")\nNew value:       ", now.line.text, "\n\n"));
    }
}

bool FragmentMerger::add_fragment(const std::string& file) {
    std::vector<Entry> added;
    if (!read(file, "fragment", added)) {
        return false;
    }
    for (Entry& entry : added) {
        const auto known = last_.find(entry.symbol);
        if (!entry.symbol.empty() && known != last_.end()) {
            Entry& before = entries_[known->second];
            if (options_.builtin_wins && entry.value == "m" && before.value == "y") {
                if (!options_.quiet_overrides) {
                    say_(cat("Previous  value: ", before.line.text, "\nNew value:       ",
                             entry.line.text, "\n-y passed, will not demote y to m\n\n"));
                }
                continue;
            }
            report(before, entry, file);
            before.dropped = true;
        }
        if (!entry.symbol.empty()) {
            last_[entry.symbol] = entries_.size();
        }
        entries_.push_back(std::move(entry));
    }
    return true;
}

std::vector<ConfigLine> FragmentMerger::lines() const {
    std::vector<ConfigLine> out;
    for (const Entry& entry : entries_) {
        if (!entry.dropped) {
            out.push_back(entry.line);
        }
    }
    return out;
}

std::vector<Request> FragmentMerger::requests() const {
    std::vector<Request> out;
    for (const Entry& entry : entries_) {
        if (!entry.dropped && !entry.symbol.empty()) {
            out.push_back({entry.symbol, entry.value, entry.line, entry.optional});
        }
    }
    return out;
}

std::vector<std::string> similar_names(const Tree& tree, std::string_view name) {
    constexpr std::size_t kWorst = 3;
    constexpr std::size_t kMost = 3;
    std::vector<std::pair<std::size_t, std::string>> found;
    for (const Symbol& symbol : tree.symbols) {
        if (symbol.name == nullptr || symbol.is_constant || symbol.menus.empty()) {
            continue;
        }
        const std::size_t longer = std::max(name.size(), symbol.text().size());
        const std::size_t shorter = std::min(name.size(), symbol.text().size());
        if (longer - shorter > kWorst) {
            continue;
        }
        const std::size_t away = distance(name, symbol.text());
        if (away <= kWorst && away * 3 <= longer) {
            found.emplace_back(away, symbol.text());
        }
    }
    std::sort(found.begin(), found.end());
    std::vector<std::string> out;
    for (std::size_t i = 0; i < found.size() && i < kMost; ++i) {
        out.push_back(found[i].second);
    }
    return out;
}

std::vector<LostRequest> lost_requests(Evaluator& evaluator, const std::vector<Request>& requests) {
    std::vector<LostRequest> lost;
    for (const Request& request : requests) {
        if (request.optional) {
            continue;
        }
        const Symbol* const symbol = evaluator.tree().find(request.symbol);
        if (symbol == nullptr || symbol->menus.empty()) {
            if (request.value == "n") {
                continue;  // what does not exist is certainly not set
            }
            LostRequest miss{request, "", {"there is no symbol of that name", nullptr, 0, {}}};
            for (const std::string& close : similar_names(evaluator.tree(), request.symbol)) {
                miss.why.because.push_back({cat("did you mean ", close, "?"), nullptr, 0, {}});
            }
            lost.push_back(std::move(miss));
            continue;
        }
        evaluator.calc(*symbol);
        const std::string wanted = plain_value(*symbol, request.value);
        const std::string_view actual = evaluator.text(*symbol);
        const bool unset = wanted == "n" && is_logical(symbol->type);
        if (wanted == actual && (unset || evaluator.writes(*symbol))) {
            continue;
        }
        LostRequest miss{request, "", {}};
        if (evaluator.writes(*symbol)) {
            miss.actual = cat(symbol->text(), '=',
                              symbol->type == SymbolType::string ? quoted(actual) : cat(actual));
        }
        miss.why = Explainer(evaluator).obstacle(*symbol, wanted);
        lost.push_back(std::move(miss));
    }
    return lost;
}

}  // namespace kconfig
