// SPDX-License-Identifier: GPL-2.0
// What the build reads: auto.conf, headers, dependencies and touched files.
#include <cerrno>
#include <cstring>

#include "kconfig/base/text.hh"
#include "kconfig/io/config_file.hh"
#include "kconfig/io/files.hh"

namespace kconfig {

namespace {

constexpr const char* kAutoConf = "include/config/auto.conf";
constexpr const char* kAutoHeader = "include/generated/autoconf.h";
constexpr const char* kRustCfg = "include/generated/rustc_cfg";
constexpr std::size_t kPathMax = 4096;
constexpr std::size_t kPiece = 9999;  // 6.12 formats through a buffer of this size

bool needs_hex_prefix(std::string_view value) {
    return value.size() < 2 || value[0] != '0' || (value[1] != 'x' && value[1] != 'X');
}

void say_errno(Host& host, std::string_view what) {
    host.err(cat(what, ": ", std::strerror(errno), '\n'));
}

// The list of files and variables in auto.conf.cmd, as each generation writes it.
std::string command_file_text(const Tree& tree, const std::string& autoconf) {
    std::string out;
    if (tree.profile().is_6_1()) {
        out = "deps_config := \\\n";
        for (auto file = tree.dependencies.rbegin(); file != tree.dependencies.rend(); ++file) {
            append(out, '\t', (*file)->name, " \\\n");
        }
        append(out, '\n', autoconf, ": $(deps_config)\n\n");
        for (const auto& [name, value] : tree.environment) {
            append(out, "ifneq \"$(", name, ")\" \"", value, "\"\n", autoconf, ": FORCE\nendif\n");
        }
        out += "\n$(deps_config): ;\n";
        return out;
    }
    append(out, "autoconfig := ", autoconf, "\n\ndeps_config := \\\n");
    for (const SourceFile* const file : tree.dependencies) {
        append(out, '\t', file->name, " \\\n");
    }
    out += "\n$(autoconfig): $(deps_config)\n$(deps_config): ;\n";
    for (const auto& [name, value] : tree.environment) {
        const std::string piece =
            cat("\nifneq \"$(", name, ")\" \"", value, "\"\n$(autoconfig): FORCE\nendif\n");
        out += piece.substr(0, kPiece);
    }
    return out;
}

}  // namespace

void ConfigFiles::append_enabled(std::string& out, const Symbol& symbol, bool has_line) {
    const std::string name = cat("__enabled_", prefix(), symbol.text());
    const Tristate state = has_line ? evaluator_.tri(symbol) : Tristate::no;
    append(out, "#define ", name, ' ', state == Tristate::yes ? 1 : 0, "\n#define ", name,
           "_MODULE ", state == Tristate::mod ? 1 : 0, '\n');
}

void ConfigFiles::append_for_c(std::string& out, const Symbol& symbol) {
    const std::string prefix = this->prefix();
    const std::string_view value = evaluator_.text(symbol);
    switch (symbol.type) {
        case SymbolType::unknown:
            return;
        case SymbolType::boolean:
        case SymbolType::tristate:
            if (value != "n") {
                append(out, "#define ", prefix, symbol.text(), value == "m" ? "_MODULE" : "",
                       " 1\n");
            }
            return;
        case SymbolType::hex:
            append(out, "#define ", prefix, symbol.text(), ' ', needs_hex_prefix(value) ? "0x" : "",
                   value, '\n');
            return;
        case SymbolType::string:
            append(out, "#define ", prefix, symbol.text(), ' ', quoted(value), '\n');
            return;
        case SymbolType::integer:
            append(out, "#define ", prefix, symbol.text(), ' ', value, '\n');
            return;
    }
}

void ConfigFiles::append_for_rust(std::string& out, const Symbol& symbol) {
    const std::string prefix = this->prefix();
    const std::string_view value = evaluator_.text(symbol);
    if (symbol.type == SymbolType::unknown) {
        return;
    }
    if (is_logical(symbol.type)) {
        if (value == "n") {
            return;
        }
        append(out, "--cfg=", prefix, symbol.text(), '\n');
    }
    const bool add = symbol.type == SymbolType::hex && needs_hex_prefix(value);
    append(out, "--cfg=", prefix, symbol.text(), '=', quoted(add ? cat("0x", value) : cat(value)),
           '\n');
}

bool ConfigFiles::write_command_file(const std::string& autoconf) {
    Host& host = evaluator_.host();
    const std::string name = cat(autoconf, ".cmd");
    const std::string temporary = cat(autoconf, ".cmd.tmp");
    if (temporary.size() >= kPathMax || !make_parent_directory(name)) {
        return false;
    }
    OutputFile file(temporary);
    if (!file.is_open()) {
        say_errno(host, "fopen");
        return false;
    }
    file.write(command_file_text(evaluator_.tree(), autoconf));
    if (!file.close()) {
        return false;
    }
    if (!rename_file(temporary, name)) {
        say_errno(host, "rename");
        return false;
    }
    return true;
}

bool ConfigFiles::touch(std::string_view name) {
    return touch_file(cat(touch_directory_, name));
}

// Whether the value differs from the one in the last auto.conf.
bool ConfigFiles::differs(const Symbol& symbol) {
    const bool has_old = evaluator_.has_given(symbol, Source::auto_conf);
    if (!evaluator_.writes(symbol)) {
        return has_old;
    }
    if (!has_old) {
        return !is_logical(symbol.type) || evaluator_.tri(symbol) != Tristate::no;
    }
    const Value& before = evaluator_.given(symbol, Source::auto_conf);
    if (is_logical(symbol.type)) {
        return evaluator_.tri(symbol) != before.tri;
    }
    return symbol.type == SymbolType::unknown || evaluator_.text(symbol) != before.text;
}

bool ConfigFiles::touch_changed() {
    const std::string name = string_from_env("KCONFIG_AUTOCONFIG", kAutoConf);
    const std::size_t slash = name.rfind('/');
    touch_directory_ = slash == std::string::npos ? "" : name.substr(0, slash + 1);
    if (touch_directory_.size() + 1 > kPathMax) {
        return false;
    }
    const bool old = evaluator_.tree().profile().is_6_1();
    read_simple(name.c_str(), Source::auto_conf);
    if (old) {
        evaluator_.calc(*evaluator_.tree().modules);
    }
    for (const Symbol* const symbol : evaluator_.tree().hash_order()) {
        if (old) {
            evaluator_.calc(*symbol);
        }
        if (symbol->is_choice || symbol->name == nullptr) {
            continue;
        }
        if (differs(*symbol) && !touch(symbol->text())) {
            return false;
        }
    }
    return true;
}

template <typename Append>
bool ConfigFiles::write_all(const std::string& name, const char* heading, Append append_one) {
    Host& host = evaluator_.host();
    const std::string temporary = cat(name, ".tmp");
    if (!make_parent_directory(name) || temporary.size() >= kPathMax) {
        return false;
    }
    OutputFile file(temporary);
    if (!file.is_open()) {
        say_errno(host, "fopen");
        return false;
    }
    std::string out;
    if (*heading != '\0') {
        append_heading(out, *heading == 'c');
    }
    for (const Symbol* const symbol : evaluator_.tree().hash_order()) {
        if (symbol->name != nullptr) {
            append_one(out, *symbol, evaluator_.writes(*symbol));
        }
    }
    file.write(out);
    if (!file.close()) {
        return false;
    }
    if (!rename_file(temporary, name)) {
        say_errno(host, "rename");
        return false;
    }
    return true;
}

bool ConfigFiles::write_autoconf(bool overwrite) {
    const std::string name = string_from_env("KCONFIG_AUTOCONFIG", kAutoConf);
    if (!overwrite && file_exists(name)) {
        return true;
    }
    if (!write_command_file(name)) {
        return false;
    }
    const bool old = evaluator_.tree().profile().is_6_1();
    const auto calc_all = [this] {
        for (const Symbol* const symbol : evaluator_.tree().hash_order()) {
            evaluator_.calc(*symbol);
        }
    };
    if (!old) {
        calc_all();
    }
    if (!touch_changed()) {
        return false;
    }
    if (old) {
        calc_all();
    }
    const auto for_c = [this](std::string& out, const Symbol& s, bool has_line) {
        if (header_ == HeaderStyle::enabled && is_logical(s.type) && !s.is_choice) {
            append_enabled(out, s, has_line);
        }
        if (has_line) {
            append_for_c(out, s);
        }
    };
    const auto for_rust = [this](std::string& out, const Symbol& s, bool has_line) {
        if (has_line) {
            append_for_rust(out, s);
        }
    };
    const auto for_make = [this](std::string& out, const Symbol& s, bool has_line) {
        if (has_line) {
            append_symbol(out, s, Unset::omit, false);
        }
    };
    // auto.conf last: it says that the others are complete.
    return write_all(string_from_env("KCONFIG_AUTOHEADER", kAutoHeader), "c", for_c) &&
           write_all(string_from_env("KCONFIG_RUSTCCFG", kRustCfg), "", for_rust) &&
           write_all(name, "#", for_make);
}

}  // namespace kconfig
