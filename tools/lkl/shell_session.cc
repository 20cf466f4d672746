// SPDX-License-Identifier: GPL-2.0
#include "lkl/shell_session.hh"

#include <algorithm>
#include <iostream>

#include "common/command_line.hh"
#include "fs/directory_reader.hh"
#include "fs/host_calls.hh"
#include "lkl/commands.hh"

namespace lkl::tools {
namespace {

struct OwnCommand {
    const char* name;
    const char* summary;
};

constexpr OwnCommand kOwn[] = {
    {"cd", "Go to a directory of the image"},
    {"pwd", "Write the current directory"},
    {"get", "Copy files out of the image: get [OPTIONS] PATH... [HOST-DIRECTORY]"},
    {"put", "Copy files into the image: put [OPTIONS] HOST-PATH... [DIRECTORY]"},
    {"tar", "Write a tar archive: tar [OPTIONS] HOST-FILE [PATH...]"},
    {"help", "Show this list; COMMAND --help tells more"},
    {"exit", "Write everything back, unmount and leave"},
};

// Subcommands that open images of their own.
bool is_for_a_shell(const std::string& name) {
    return name != "inspect" && name != "diff" && name != "shell";
}

std::vector<std::string> command_names() {
    std::vector<std::string> names;
    for (const OwnCommand& command : kOwn) {
        names.emplace_back(command.name);
    }
    for (const Subcommand& command : subcommands()) {
        if (is_for_a_shell(command.name)) {
            names.emplace_back(command.name);
        }
    }
    std::sort(names.begin(), names.end());
    return names;
}

// The entries of the directory that `typed` leads into, each as `typed` would go on; directories
// with a slash.
std::vector<std::string> paths_for(fs::FileCalls& calls, int root, const std::string& directory,
                                   const std::string& typed) {
    const std::size_t cut = typed.rfind('/') == std::string::npos ? 0 : typed.rfind('/') + 1;
    const std::string parent = typed.substr(0, cut);
    const std::string place =
        directory.empty() ? (parent.empty() ? "." : parent) : fs::resolve_path(directory, parent);
    std::vector<std::string> candidates;
    const long fd = calls.open_resolved(root, place.c_str(), open_flags::directory);
    if (fd < 0) {
        return candidates;
    }
    const fs::OpenFile opened(calls, static_cast<int>(fd));
    if (const auto entries = fs::read_directory(calls, opened.get(), true, place)) {
        for (const fs::DirectoryEntry& entry : *entries) {
            candidates.push_back(parent + entry.name + (entry.type == mode::directory ? "/" : ""));
        }
    }
    return candidates;
}

}  // namespace

ShellSession::ShellSession(fs::Image& image, std::string path)
    : image_(image), path_(std::move(path)) {}

int ShellSession::fail(const std::string& program, const std::string& message) {
    std::cerr << program << ": " << message << "\n";
    return static_cast<int>(fs::ExitCode::incomplete);
}

Result<std::vector<std::string>> ShellSession::expand(
    const std::vector<fs::ShellWord>& words) const {
    std::vector<std::string> expanded;
    for (const fs::ShellWord& word : words) {
        if (!word.pattern || word.text.front() == '-') {
            expanded.push_back(word.text);
            continue;
        }
        LKL_TRY(const auto names, fs::expand_pattern(image_.calls(), image_.root(),
                                                     fs::resolve_path(directory_, word.text)));
        expanded.insert(expanded.end(), names.begin(), names.end());
    }
    return expanded;
}

int ShellSession::run(const std::string& line) {
    const auto words = fs::split_words(line);
    if (!words) {
        return fail("lkl shell", words.error().message());
    }
    if (words->empty()) {
        return 0;
    }
    const std::string name = words->front().text;
    std::vector<fs::ShellWord> rest(words->begin() + 1, words->end());
    if (name == "put") {
        // Patterns there mean files of the host, which cptofs's own shell would have expanded.
        rest.erase(
            std::remove_if(rest.begin(), rest.end(), [](const auto& word) { return word.pattern; }),
            rest.end());
        if (rest.size() + 1 != words->size()) {
            return fail(name, "patterns for files of the host are not supported; name them");
        }
    }
    auto arguments = expand(rest);
    if (!arguments) {
        return fail(name, arguments.error().message());
    }
    const int code = dispatch(name, std::move(*arguments));
    std::cout.flush();
    return code;
}

int ShellSession::dispatch(const std::string& name, std::vector<std::string> arguments) {
    if (name == "exit" || name == "quit") {
        ended_ = true;
        return 0;
    }
    if (name == "help") {
        std::cout << shell_help();
        return 0;
    }
    if (name == "pwd") {
        std::cout << directory_ << "\n";
        return 0;
    }
    if (name == "cd") {
        return change_directory(arguments);
    }
    if (name == "get" || name == "put" || name == "tar") {
        return copy(name, std::move(arguments));
    }
    const int code = is_for_a_shell(name)
                         ? run_subcommand(name, std::move(arguments), {&image_, path_, directory_})
                         : -1;
    if (code == -1) {
        return fail("lkl shell", "there is no command '" + name + "'; help lists all") + 1;
    }
    return code;
}

int ShellSession::change_directory(const std::vector<std::string>& arguments) {
    if (arguments.size() > 1) {
        return fail("cd",
                    "there is one directory to go to, not " + std::to_string(arguments.size()));
    }
    const std::string to =
        fs::resolve_path(directory_, arguments.empty() ? "/" : arguments.front());
    fs::FileCalls& calls = image_.calls();
    const long fd = calls.open_resolved(image_.root(), to.c_str(), open_flags::directory);
    if (fd < 0) {
        return fail("cd", calls.error(fd, "go to", to).message());
    }
    calls.close(static_cast<int>(fd));
    directory_ = to;
    return 0;
}

int ShellSession::copy(const std::string& name, std::vector<std::string> arguments) {
    const Tool tool = name == "get" ? Tool::cpfromfs : name == "put" ? Tool::cptofs : Tool::fs2tar;
    const auto is_path = [](const std::string& word) { return word.empty() || word[0] != '-'; };
    if (tool != Tool::fs2tar && std::count_if(arguments.begin(), arguments.end(), is_path) == 1) {
        arguments.emplace_back(".");
    }
    arguments.insert(arguments.begin(), {"-i", path_});
    ParsedLine line = parse_command_line(tool, name, std::move(arguments));
    if (line.exit_code) {
        return *line.exit_code;
    }
    fs::JobOptions& options = line.options;
    options.opened = &image_;
    const auto resolve = [this](std::string& path) {
        // "dir/." means what is in it.
        const bool contents = path.size() > 1 && path.compare(path.size() - 2, 2, "/.") == 0;
        path = fs::resolve_path(directory_, path) + (contents ? "/." : "");
    };
    if (tool == Tool::cptofs) {
        resolve(options.target);
        return fs::copy_into_image(std::move(options));
    }
    std::for_each(options.sources.begin(), options.sources.end(), resolve);
    return tool == Tool::cpfromfs ? fs::copy_from_image(std::move(options))
                                  : fs::image_to_tar(std::move(options));
}

fs::Completion ShellSession::complete(const std::string& line) const {
    const fs::UnfinishedWord word = fs::unfinished_word(line);
    if (word.before.empty()) {
        return fs::complete_word(word.text, command_names(), word.quote);
    }
    const std::string& command = word.before.front().text;
    if (command == "put") {
        const auto host = fs::make_host_calls();
        return fs::complete_word(word.text,
                                 paths_for(*host, fs::FileCalls::kCurrentDirectory, "", word.text),
                                 word.quote);
    }
    return fs::complete_word(
        word.text, paths_for(image_.calls(), image_.root(), directory_, word.text), word.quote);
}

std::string shell_help() {
    std::string text;
    const auto add = [&text](const std::string& name, const std::string& summary) {
        text += "  " + name + std::string(10 - name.size(), ' ') + summary + "\n";
    };
    for (const OwnCommand& command : kOwn) {
        add(command.name, command.summary);
    }
    for (const Subcommand& command : subcommands()) {
        if (is_for_a_shell(command.name)) {
            add(command.name, command.summary);
        }
    }
    return text;
}

}  // namespace lkl::tools
