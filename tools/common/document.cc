// SPDX-License-Identifier: GPL-2.0
// Manual pages and shell completions, from the option tables that the tools parse by.

#include <algorithm>
#include <cctype>
#include <sstream>

#include "common/cli_options.hh"
#include "common/version.hh"

namespace lkl::tools {
namespace {

struct Described {
    std::vector<std::string> names;  // with their dashes
    std::string argument;            // "" for flags
    std::string text;
    std::string group;
};

void collect(const CLI::App& app, std::vector<Described>& all) {
    for (const CLI::Option* option : app.get_options()) {
        if (option->get_group().empty() || option->get_positional()) {
            continue;
        }
        Described described;
        for (const std::string& name : option->get_snames()) {
            described.names.push_back("-" + name);
        }
        for (const std::string& name : option->get_lnames()) {
            described.names.push_back("--" + name);
        }
        if (option->get_items_expected_max() > 0) {
            described.argument = option->get_option_text();
        }
        described.text = option->get_description();
        described.group = option->get_group();
        all.push_back(std::move(described));
    }
}

// `text` in lines of at most `width` columns, each after `indent` blanks.
std::string wrap(const std::string& text, std::size_t indent, std::size_t width) {
    std::istringstream words(text);
    std::string wrapped;
    std::string line;
    std::string word;
    while (words >> word) {
        if (!line.empty() && indent + line.size() + 1 + word.size() > width) {
            wrapped += std::string(indent, ' ') + line + "\n";
            line.clear();
        }
        line += (line.empty() ? "" : " ") + word;
    }
    return wrapped + std::string(indent, ' ') + line + "\n";
}

// Text for roff: dashes are literal, backslashes and leading dots are escaped.
std::string roff(const std::string& text) {
    std::string escaped;
    for (const char byte : text) {
        if (byte == '-' || byte == '\\') {
            escaped += '\\';
        }
        if ((byte == '.' || byte == '\'') && (escaped.empty() || escaped.back() == '\n')) {
            escaped += "\\&";
        }
        escaped += byte;
    }
    return escaped;
}

std::string upper(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char byte) { return static_cast<char>(std::toupper(byte)); });
    return text;
}

}  // namespace

std::string help_text(const CLI::App& app, const std::string& name) {
    constexpr std::size_t kWidth = 80;
    constexpr std::size_t kNames = 2;
    constexpr std::size_t kText = 6;
    std::string text =
        "Usage: " + name + " " + app.get_footer() + "\n\n" + wrap(app.get_description(), 0, kWidth);
    std::vector<Described> options;
    collect(app, options);
    for (const std::string& group : app.get_groups()) {
        std::string part;
        for (const Described& option : options) {
            if (option.group != group) {
                continue;
            }
            std::string names;
            for (const std::string& word : option.names) {
                names += (names.empty() ? "" : ", ") + word;
            }
            part += std::string(kNames, ' ') + names + (option.argument.empty() ? "" : " ") +
                    option.argument + "\n" + wrap(option.text, kText, kWidth);
        }
        if (!part.empty()) {
            text += "\n" + group + ":\n" + part;
        }
    }
    return text;
}

std::string manual_page(const CLI::App& app, const std::string& name, const std::string& details) {
    std::ostringstream page;
    std::string title = upper(name);
    std::replace(title.begin(), title.end(), ' ', '-');
    page << ".TH " << title << " 1 \"\" \"LKL " << kVersion << "\" \"User Commands\"\n"
         << ".SH NAME\n"
         << roff(name) << " \\- ";
    std::string description = app.get_description();
    const std::string summary = description.substr(0, description.find('.'));
    std::string first = summary;
    if (!first.empty()) {
        first[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(first[0])));
    }
    page << roff(first) << "\n.SH SYNOPSIS\n.B " << roff(name) << "\n"
         << roff(app.get_footer()) << "\n.SH DESCRIPTION\n"
         << roff(description) << "\n.SH OPTIONS\n";
    std::vector<Described> options;
    collect(app, options);
    for (const Described& option : options) {
        page << ".TP\n";
        for (std::size_t i = 0; i < option.names.size(); ++i) {
            page << (i == 0 ? "" : ", ") << "\\fB" << roff(option.names[i]) << "\\fR";
        }
        if (!option.argument.empty()) {
            page << " \\fI" << roff(option.argument) << "\\fR";
        }
        page << "\n" << roff(option.text) << ".\n";
    }
    page << details;
    return page.str();
}

std::string bash_completion(const CLI::App& app, const std::string& name) {
    std::vector<Described> options;
    collect(app, options);
    std::string words;
    for (const Described& option : options) {
        for (const std::string& word : option.names) {
            words += (words.empty() ? "" : " ") + word;
        }
    }
    const std::string function = "_lkl_" + name;
    return "# bash completion for " + name + "\n" + function + "() {\n" +
           "    local word=\"${COMP_WORDS[COMP_CWORD]}\"\n" +
           "    case \"${COMP_WORDS[COMP_CWORD-1]}\" in\n" +
           "        --progress) COMPREPLY=($(compgen -W 'auto off bar json' -- \"$word\")); "
           "return;;\n" +
           "        -t|--type) COMPREPLY=($(compgen -W 'ext2 ext3 ext4 xfs btrfs f2fs vfat exfat "
           "ntfs3 squashfs erofs iso9660 udf' -- \"$word\")); return;;\n" +
           "    esac\n" + "    if [[ $word == -* ]]; then\n" + "        COMPREPLY=($(compgen -W '" +
           words + "' -- \"$word\"))\n" +
           "    else\n        COMPREPLY=($(compgen -f -- \"$word\"))\n    fi\n}\n" +
           "complete -o filenames -F " + function + " " + name + "\n";
}

std::string zsh_completion(const CLI::App& app, const std::string& name) {
    std::vector<Described> options;
    collect(app, options);
    std::string script = "#compdef " + name + "\n_arguments -s \\\n";
    for (const Described& option : options) {
        std::string text = option.text.substr(0, option.text.find_first_of(".;:"));
        text.erase(
            std::remove_if(text.begin(), text.end(),
                           [](char byte) { return byte == '[' || byte == ']' || byte == '\''; }),
            text.end());
        for (const std::string& word : option.names) {
            script += "  '" + word + "[" + text + "]" +
                      (option.argument.empty() ? "" : ":" + option.argument + ":_files") + "' \\\n";
        }
    }
    return script + "  '*:file:_files'\n";
}

}  // namespace lkl::tools
