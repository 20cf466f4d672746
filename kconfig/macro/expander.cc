// SPDX-License-Identifier: GPL-2.0
// Expansion of macro references.
#include "kconfig/macro/expander.hh"

#include <cstdlib>

#include "kconfig/base/text.hh"
#include "kconfig/model/tree.hh"

namespace kconfig {

namespace {

// The name counts as one: fifteen arguments fit.
constexpr std::size_t kMaxPieces = 16;
constexpr int kMaxDepth = 1000;
// Of all references together: each function may recurse, and the stack is one.
constexpr int kMaxNesting = 1500;
constexpr std::size_t kShellBytes = 4096;

// Cuts "name,a,$(f,b)" at its outer commas.
std::vector<std::string_view> split_arguments(std::string_view text) {
    std::vector<std::string_view> pieces;
    int nest = 0;
    std::size_t begin = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == ',' && nest == 0) {
            pieces.push_back(text.substr(begin, at - begin));
            begin = at + 1;
        } else if (text[at] == '(') {
            ++nest;
        } else if (text[at] == ')') {
            --nest;
        }
    }
    pieces.push_back(text.substr(begin));
    return pieces;
}

struct Builtin {
    std::string_view name;
    std::size_t min_args;
    std::size_t max_args;
};

constexpr Builtin kBuiltins[] = {
    {"error-if", 2, 2}, {"filename", 0, 0}, {"info", 1, 1},
    {"lineno", 0, 0},   {"shell", 1, 1},    {"warning-if", 2, 2},
};

}  // namespace

MacroExpander::MacroExpander(Diagnostics& diagnostics, Here here, ShellRunner shell,
                             std::vector<std::pair<std::string, std::string>>& environment)
    : diagnostics_(diagnostics),
      here_(std::move(here)),
      shell_(std::move(shell)),
      environment_(environment) {}

void MacroExpander::fail(std::string_view message, std::string_view advice) {
    if (!diagnostics_.fatal()) {
        diagnostics_.report(here_(), message, advice);
        diagnostics_.set_fatal();
    }
}

void MacroExpander::assign(std::string_view name, std::string_view value, VariableFlavor flavor) {
    const auto [entry, is_new] = variables_.try_emplace(std::string(name));
    Variable& var = entry->second;
    const bool extend = flavor == VariableFlavor::append && !is_new;
    if (flavor == VariableFlavor::append) {
        flavor = is_new ? VariableFlavor::recursive : var.flavor;
    }
    var.flavor = flavor;
    std::string text =
        flavor == VariableFlavor::simple ? expand(value, Arguments()) : std::string(value);
    if (extend) {
        append(var.value, ' ', text);
    } else {
        var.value = std::move(text);
    }
}

std::string MacroExpander::expand_dollar(std::string_view text, std::size_t& at) {
    return dollar(text, at, Arguments());
}

std::string MacroExpander::expand_word(std::string_view text, std::size_t& at) {
    std::string out;
    while (at < text.size() && !diagnostics_.fatal()) {
        if (text[at] == '$') {
            ++at;
            out += dollar(text, at, Arguments());
        } else if (is_word_char(text[at])) {
            out.push_back(text[at++]);
        } else {
            break;
        }
    }
    return out;
}

std::string MacroExpander::expand(std::string_view text, const Arguments& args) {
    std::string out;
    std::size_t at = 0;
    while (!diagnostics_.fatal()) {
        const std::size_t dollar_at = text.find('$', at);
        out.append(text.substr(at, dollar_at - at));
        if (dollar_at == std::string_view::npos) {
            break;
        }
        at = dollar_at + 1;
        out += dollar(text, at, args);
    }
    return out;
}

std::string MacroExpander::dollar(std::string_view text, std::size_t& at, const Arguments& args) {
    if (at >= text.size() || text[at] != '(') {
        return "$";
    }
    const std::size_t begin = at + 1;
    int nest = 0;
    std::size_t end = begin;
    for (; end < text.size(); ++end) {
        if (text[end] == '(') {
            ++nest;
        } else if (text[end] == ')' && nest-- == 0) {
            break;
        }
    }
    if (end >= text.size()) {
        fail(cat("unterminated reference to '", text.substr(begin), "': missing ')'"),
             "a reference must be closed on the line on which it begins");
        return {};
    }
    at = end + 1;
    return clause(text.substr(begin, end - begin), args);
}

std::string MacroExpander::clause(std::string_view text, const Arguments& args) {
    // $(1), $(2)... mean the arguments of the function that is being expanded.
    const std::string whole(text);
    char* end = nullptr;
    const unsigned long number = std::strtoul(whole.c_str(), &end, 10);
    if (*end == '\0' && number > 0 && number <= args.size()) {
        return args[number - 1];
    }
    if (nesting_ >= kMaxNesting) {
        fail("Too deep recursive expansion", "end the recursion of the functions");
        return {};
    }
    ++nesting_;
    std::string result = call(text, args);
    --nesting_;
    return result;
}

std::string MacroExpander::call(std::string_view text, const Arguments& args) {
    const std::vector<std::string_view> pieces = split_arguments(text);
    if (pieces.size() > kMaxPieces) {
        fail("too many function arguments", "a function takes at most fifteen arguments");
        return {};
    }
    const std::string name = expand(pieces[0], args);
    Arguments expanded;
    expanded.reserve(pieces.size() - 1);
    for (std::size_t i = 1; i < pieces.size(); ++i) {
        expanded.push_back(expand(pieces[i], args));
    }
    std::string result;
    if (diagnostics_.fatal() || variable(name, expanded, result) ||
        function(name, expanded, result)) {
        return result;
    }
    if (expanded.empty()) {
        environment_variable(name, result);
    }
    return result;
}

bool MacroExpander::variable(const std::string& name, const Arguments& args, std::string& result) {
    const auto found = variables_.find(name);
    if (found == variables_.end()) {
        return false;
    }
    Variable& var = found->second;
    if (args.empty() && var.depth != 0) {
        fail(cat("Recursive variable '", name, "' references itself (eventually)"),
             "use ':=' to take the value that the variable has now");
        return true;
    }
    if (var.depth > kMaxDepth) {
        fail("Too deep recursive expansion", "end the recursion of the function");
        return true;
    }
    ++var.depth;
    // A copy: the expansion may not change variables, but may grow the table.
    const std::string value = var.value;
    result = var.flavor == VariableFlavor::recursive ? expand(value, args) : value;
    --variables_.at(name).depth;
    return true;
}

bool MacroExpander::function(const std::string& name, const Arguments& args, std::string& result) {
    for (const Builtin& builtin : kBuiltins) {
        if (builtin.name != name) {
            continue;
        }
        if (args.size() < builtin.min_args) {
            fail(cat("too few function arguments passed to '", name, '\''), "");
            return true;
        }
        if (args.size() > builtin.max_args) {
            fail(cat("too many function arguments passed to '", name, '\''), "");
            return true;
        }
        if (name == "shell") {
            result = run_shell(args[0]);
        } else if (name == "error-if") {
            if (args[0] == "y") {
                fail(args[1], "");
            }
        } else if (name == "warning-if") {
            if (args[0] == "y") {
                diagnostics_.report(here_(), args[1]);
            }
        } else if (name == "info") {
            diagnostics_.host().out(cat(args[0], '\n'));
        } else if (name == "filename") {
            const SourcePoint here = here_();
            result = here.file != nullptr ? here.file->name : std::string();
        } else {
            result = cat(here_().line);
        }
        return true;
    }
    return false;
}

bool MacroExpander::environment_variable(const std::string& name, std::string& result) {
    if (name.empty()) {
        return false;
    }
    for (const auto& [known, value] : environment_) {
        if (known == name) {
            result = value;
            return true;
        }
    }
    const char* const value = diagnostics_.host().env(name.c_str());
    if (value == nullptr) {
        return false;
    }
    result = value;
    environment_.emplace_back(name, result);
    return true;
}

std::string MacroExpander::run_shell(const std::string& command) {
    std::optional<std::string> answer =
        shell_ ? shell_(command) : diagnostics_.host().shell(command, kShellBytes);
    if (!answer) {
        diagnostics_.set_fatal();
        return {};
    }
    std::string& text = *answer;
    if (text.size() >= kShellBytes) {
        text.resize(kShellBytes - 1);
    }
    while (!text.empty() && text.back() == '\n') {
        text.pop_back();
    }
    text.resize(text.find('\0') == std::string::npos ? text.size() : text.find('\0'));
    for (char& c : text) {
        if (c == '\n') {
            c = ' ';
        }
    }
    return std::move(text);
}

}  // namespace kconfig
