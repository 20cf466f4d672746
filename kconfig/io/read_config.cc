// SPDX-License-Identifier: GPL-2.0
// Reading of .config files.
#include <optional>

#include "kconfig/base/file_text.hh"
#include "kconfig/base/text.hh"
#include "kconfig/finalize/finalizer.hh"
#include "kconfig/io/config_file.hh"

namespace kconfig {

namespace {

// The text between quotes with its backslashes resolved; nothing without a
// closing quote.
std::optional<std::string> unquote(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '"') {
            return out;
        }
        if (text[i] == '\\') {
            if (++i == text.size()) {
                break;
            }
        }
        out.push_back(text[i]);
    }
    return std::nullopt;
}

constexpr std::size_t kAhead = 6;  // symbols from looking one up to computing it

constexpr std::size_t kMessage = 4095;  // the original's buffer

}  // namespace

ConfigFiles::ConfigFiles(Evaluator& evaluator) : evaluator_(evaluator) {
    message_ = [this](std::string_view text) {
        evaluator_.host().out(cat("#\n# ", text, "\n#\n"));
    };
}

std::string ConfigFiles::string_from_env(const char* name, const char* fallback) {
    const char* const value = evaluator_.host().env(name);
    return value != nullptr ? value : fallback;
}

std::string ConfigFiles::config_name() {
    return string_from_env("KCONFIG_CONFIG", ".config");
}

std::string ConfigFiles::prefix() {
    return string_from_env("CONFIG_", "CONFIG_");
}

void ConfigFiles::message(std::string_view text) {
    if (message_) {
        message_(text.substr(0, kMessage));
    }
}

void ConfigFiles::warn(std::string_view text) {
    evaluator_.host().err(cat(file_, ':', line_, ":warning: ", text, '\n'));
    ++warnings_;
}

bool ConfigFiles::has_errors() {
    return warnings_ != 0 && evaluator_.host().env("KCONFIG_WERROR") != nullptr;
}

bool ConfigFiles::read_simple(const char* name, Source source) {
    Host& host = evaluator_.host();
    std::optional<FileText> text;
    if (name != nullptr) {
        file_ = name;
        text = read_source_file(host, file_);
    } else {
        file_ = config_name();
        text = read_source_file(host, file_);
        if (!text) {
            evaluator_.set_changed(true);
            const char* const list = host.env("KCONFIG_DEFCONFIG_LIST");
            std::string_view rest = list != nullptr ? list : "";
            while (!text) {
                while (!rest.empty() && is_space(rest.front())) {
                    rest.remove_prefix(1);
                }
                if (rest.empty()) {
                    break;
                }
                std::size_t end = 0;
                while (end < rest.size() && !is_space(rest[end])) {
                    ++end;
                }
                file_ = rest.substr(0, end);
                rest.remove_prefix(end);
                text = read_source_file(host, file_);
                if (text) {
                    message(cat("using defaults found in ", file_));
                }
            }
        }
    }
    if (!text) {
        return false;
    }
    line_ = 0;
    warnings_ = 0;
    evaluator_.reset_given(source);
    if (source == Source::user || evaluator_.tree().profile().is_6_1()) {
        evaluator_.invalidate();
    }
    read_text(text->view(), source);
    return true;
}

// Takes a line apart, warning about what is none. False for lines without a value.
bool ConfigFiles::split_line(std::string_view text, Line& out) {
    const bool old = evaluator_.tree().profile().is_6_1();
    const std::string& prefix = prefix_;
    if (text.front() == '#') {
        const std::size_t begin = 2 + prefix.size();
        if (!text.starts_with("# ") || !text.substr(2).starts_with(prefix)) {
            return false;
        }
        const std::size_t space = text.find(' ', begin);
        if (space == std::string_view::npos) {
            return false;
        }
        const std::string_view rest = text.substr(space + 1);
        constexpr std::string_view kUnset = "is not set";
        if (old ? !rest.starts_with(kUnset) : rest != kUnset) {
            return false;
        }
        out = {text.substr(begin, space - begin), "n"};
        return true;
    }
    const auto unexpected = [&] {
        std::string_view shown = text;
        if (old) {
            shown = shown.substr(0, shown.find_first_of("\r\n"));
        }
        warn(cat("unexpected data: ", shown));
    };
    if (!text.starts_with(prefix)) {
        if (!old || (text.front() != '\r' && text.front() != '\n')) {
            unexpected();
        }
        return false;
    }
    const std::size_t equal = text.find('=', prefix.size());
    if (equal == std::string_view::npos) {
        if (!old) {
            unexpected();
        }
        return false;
    }
    out = {text.substr(prefix.size(), equal - prefix.size()), text.substr(equal + 1)};
    return true;
}

void ConfigFiles::read_text(std::string_view text, Source source) {
    warn_unknown_ = evaluator_.host().env("KCONFIG_WARN_UNKNOWN_SYMBOLS") != nullptr;
    prefix_ = prefix();
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        std::string_view line = text.substr(0, end);
        const bool has_end = end != std::string_view::npos;
        text.remove_prefix(has_end ? end + 1 : text.size());
        line = line.substr(0, line.find('\0'));
        ++line_;
        // A final line without newline keeps its carriage return.
        if (has_end && !line.empty() && line.back() == '\r') {
            line.remove_suffix(1);
        }
        take_line(line, source);
    }
}

void ConfigFiles::read_lines(const std::vector<ConfigLine>& lines) {
    warn_unknown_ = evaluator_.host().env("KCONFIG_WARN_UNKNOWN_SYMBOLS") != nullptr;
    prefix_ = prefix();
    warnings_ = 0;
    evaluator_.reset_given(Source::user);
    evaluator_.invalidate();
    for (const ConfigLine& line : lines) {
        file_ = line.file;
        line_ = line.line;
        take_line(line.text, Source::user);
    }
}

void ConfigFiles::take_line(std::string_view line, Source source) {
    Line parts;
    if (line.empty() || !split_line(line, parts)) {
        return;
    }
    const Symbol* const symbol = evaluator_.tree().find(parts.name);
    if (symbol == nullptr) {
        if (source == Source::auto_conf) {
            // It was configured once: whoever depended on it must be rebuilt.
            touch(parts.name);
        } else {
            if (warn_unknown_) {
                warn(cat("unknown symbol: ", parts.name));
            }
            evaluator_.set_changed(true);
        }
        return;
    }
    if (evaluator_.has_given(*symbol, source)) {
        warn(cat("override: reassigning to symbol ", symbol->text()));
    }
    std::string value(parts.value);
    if (!take_value(*symbol, source, value)) {
        return;
    }
    if (evaluator_.tree().profile().is_6_1()) {
        settle_choice_6_1(*symbol, source);
    } else if (source == Source::user) {
        settle_choice(*symbol);
    }
}

bool ConfigFiles::take_value(const Symbol& symbol, Source source, std::string& value) {
    const bool user = source == Source::user;
    const auto invalid = [&] {
        if (user) {
            warn(cat("symbol value '", value, "' invalid for ", symbol.text()));
        }
        return false;
    };
    switch (symbol.type) {
        case SymbolType::tristate:
        case SymbolType::boolean: {
            const char first = value.empty() ? '\0' : value.front();
            if (first == 'm' && symbol.type == SymbolType::tristate) {
                evaluator_.give(symbol, source, Tristate::mod);
            } else if (first == 'y') {
                evaluator_.give(symbol, source, Tristate::yes);
            } else if (first == 'n') {
                evaluator_.give(symbol, source, Tristate::no);
            } else {
                return invalid();
            }
            return true;
        }
        case SymbolType::string:
            if (user) {
                if (value.empty() || value.front() != '"') {
                    return true;  // ignored without a word
                }
                std::optional<std::string> inner = unquote(std::string_view(value).substr(1));
                if (!inner) {
                    warn("invalid string found");
                    return false;
                }
                value = std::move(*inner);
            }
            break;
        case SymbolType::integer:
        case SymbolType::hex:
            break;
        case SymbolType::unknown:
            return true;
    }
    if (!string_valid(symbol, value)) {
        return invalid();
    }
    evaluator_.give(symbol, source, value);
    return true;
}

void ConfigFiles::settle_choice(const Symbol& symbol) {
    if (const MenuNode* const choice = evaluator_.choice_node(symbol)) {
        evaluator_.prioritize(*choice, symbol, true);
    }
}

void ConfigFiles::settle_choice_6_1(const Symbol& symbol, Source source) {
    const Symbol* const choice = evaluator_.choice_of(symbol);
    if (choice == nullptr) {
        return;
    }
    const Tristate member = evaluator_.given(symbol, source).tri;
    const Tristate so_far = evaluator_.given(*choice, source).tri;
    bool consistent = true;
    if (member == Tristate::mod && so_far == Tristate::yes) {
        warn(cat(symbol.text(), " creates inconsistent choice state"));
        consistent = false;
    } else if (member == Tristate::yes) {
        if (so_far != Tristate::no) {
            warn(cat("override: ", symbol.text(), " changes choice state"));
        }
        evaluator_.set_choice_value(*choice, source, &symbol);
    }
    const bool was_given = evaluator_.has_given(*choice, source);
    evaluator_.give(*choice, source, tri_or(so_far, member));
    evaluator_.mark_given(*choice, source, was_given && consistent);
}

bool ConfigFiles::read(const char* name) {
    evaluator_.set_changed(false);
    const bool found = read_simple(name, Source::user);
    evaluator_.calc(*evaluator_.tree().modules);
    if (found) {
        check_read();
    }
    return found;
}

void ConfigFiles::check_read() {
    const bool old = evaluator_.tree().profile().is_6_1();
    bool unsaved = false;
    const std::vector<const Symbol*>& order = evaluator_.tree().hash_order();
    for (std::size_t i = 0; i < order.size(); ++i) {
        // The order is one of chance: the processor is told early where it leads.
        if (i + 2 * kAhead < order.size()) {
            evaluator_.expect_soon(*order[i + kAhead], *order[i + 2 * kAhead]);
        }
        const Symbol* const symbol = order[i];
        evaluator_.calc(*symbol);
        if (symbol->is_choice || symbol->is_transitional) {
            continue;
        }
        if (evaluator_.has_value(*symbol) && evaluator_.writes(*symbol)) {
            const Value& given = evaluator_.given(*symbol, Source::user);
            if (is_logical(symbol->type) ? given.tri == evaluator_.tri(*symbol)
                                         : given.text == evaluator_.text(*symbol)) {
                continue;
            }
        } else if (!evaluator_.has_value(*symbol) && !evaluator_.writes(*symbol)) {
            continue;
        }
        unsaved = true;
    }
    if (old) {
        check_read_6_1(unsaved);
    }
    if (unsaved || warnings_ != 0) {
        evaluator_.set_changed(true);
    }
}

// 6.1 forgets the values of invisible symbols, so that they will be new when
// they appear, and values out of range.
void ConfigFiles::check_read_6_1(bool& unsaved) {
    for (const Symbol* const symbol : evaluator_.tree().hash_order()) {
        if (!evaluator_.has_value(*symbol) || symbol->is_choice_value) {
            continue;
        }
        if (evaluator_.visible(*symbol) == Tristate::no && !unsaved) {
            evaluator_.mark_given(*symbol, Source::user, false);
        }
        const bool text = symbol->type == SymbolType::string || is_number(symbol->type);
        if (text &&
            !evaluator_.text_within_range(*symbol, evaluator_.given(*symbol, Source::user).text)) {
            evaluator_.forget_value(*symbol);
            evaluator_.mark_given(*symbol, Source::user, false);
            unsaved = true;
        }
    }
}

}  // namespace kconfig
