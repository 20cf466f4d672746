// SPDX-License-Identifier: GPL-2.0
#include "lkl/commands.hh"

#include <iostream>

#include "common/cli_options.hh"
#include "fs/browse.hh"
#include "fs/shell_words.hh"
#include "lkl/shell.hh"

namespace lkl::tools {
namespace {

using fs::BrowseOptions;

// How a subcommand is parsed and run.
struct Command {
    Subcommand description;
    std::size_t least_paths;
    std::size_t most_paths;
    void (*add_options)(CLI::App&, BrowseOptions&);
    int (*run)(const BrowseOptions&);
};

constexpr std::size_t kAny = ~std::size_t{0};

void add_json(CLI::App& app, BrowseOptions& options) {
    app.add_flag("--json", options.job.json, "Write JSON, an object a line");
}

void add_list(CLI::App& app, BrowseOptions& options) {
    app.add_flag("-l,--long", options.long_lines, "Mode, links, owner, size and time as well");
    add_json(app, options);
}

void add_find(CLI::App& app, BrowseOptions& options) {
    add_json(app, options);
    app.add_option("--name", options.find.name, "The last name matches")->option_text("PATTERN");
    app.add_option_function<std::string>(
           "--kind", [&options](const std::string& text) { options.find.type = text[0]; },
           "f (file), d (directory), l (symbolic link), b, c (device), p (FIFO) or s (socket)")
        ->option_text("KIND")
        ->check(CLI::IsMember(std::vector<std::string>{"f", "d", "l", "b", "c", "p", "s"})
                    .description(""));
    const auto size = [](std::optional<std::uint64_t>& to, const char* name) {
        return [&to, name](const std::string& text) {
            const auto parsed = fs::parse_size(text, name);
            if (!parsed) {
                throw CLI::ValidationError(parsed.error().message());
            }
            to = *parsed;
        };
    };
    app.add_option_function<std::string>("--min-size", size(options.find.at_least, "--min-size"),
                                         "At least so many bytes (or 4k, 3M, 1G)")
        ->option_text("SIZE");
    app.add_option_function<std::string>("--max-size", size(options.find.at_most, "--max-size"),
                                         "At most so many bytes")
        ->option_text("SIZE");
    app.add_option_function<std::int64_t>(
           "--newer-than", [&options](std::int64_t seconds) { options.find.newer_than = seconds; },
           "Modified after this time, in seconds since 1970")
        ->option_text("SECONDS");
}

void add_mkdir(CLI::App& app, BrowseOptions& options) {
    app.add_flag("--parents", options.parents, "Make what is missing on the way; existing is fine");
}

void add_remove(CLI::App& app, BrowseOptions& options) {
    app.add_flag("-r,--recursive", options.recursive, "Remove directories with what is in them");
    app.add_flag("-f,--force", options.force, "What does not exist is no error");
}

void add_nothing(CLI::App& /*app*/, BrowseOptions& /*options*/) {}

const std::vector<Command>& commands() {
    static const std::vector<Command> all{
        {{"inspect", "Show the partitions and file systems of an image", "IMAGE"},
         1,
         1,
         add_json,
         fs::inspect_image},
        {{"ls", "List directories of an image", "-i IMAGE [PATH...]"},
         0,
         kAny,
         add_list,
         fs::list_entries},
        {{"cat", "Write files of an image to standard output", "-i IMAGE PATH..."},
         1,
         kAny,
         add_nothing,
         fs::print_files},
        {{"stat", "Show everything known of entries of an image", "-i IMAGE PATH..."},
         1,
         kAny,
         add_json,
         fs::show_status},
        {{"du", "Sum up the space that trees of an image take, in bytes", "-i IMAGE [PATH...]"},
         0,
         kAny,
         add_json,
         fs::sum_usage},
        {{"find", "Find entries of an image", "-i IMAGE [OPTIONS] [PATH...]"},
         0,
         kAny,
         add_find,
         fs::find_entries},
        {{"hash", "Write SHA-256 sums of an image's files, as sha256sum does",
          "-i IMAGE [PATH...]"},
         0,
         kAny,
         add_nothing,
         fs::hash_files},
        {{"check", "Mount an image and read everything in it", "-i IMAGE"},
         0,
         0,
         add_nothing,
         fs::check_image},
        {{"diff", "Compare two trees; each is IMAGE:/PATH or a directory of the host", "TREE TREE"},
         2,
         2,
         add_nothing,
         fs::compare_trees},
        {{"mkdir", "Make directories in an image", "-i IMAGE PATH..."},
         1,
         kAny,
         add_mkdir,
         fs::make_directories},
        {{"rm", "Remove entries of an image", "-i IMAGE [-r] PATH..."},
         1,
         kAny,
         add_remove,
         fs::remove_entries},
        {{"mv", "Move or rename an entry of an image", "-i IMAGE PATH NEW-PATH"},
         2,
         2,
         add_nothing,
         fs::move_entry},
    };
    return all;
}

// Sorts the words of the line into what the command wants of them; returns a complaint or "".
std::string distribute(const Command& command, BrowseOptions& options,
                       std::vector<std::string> words) {
    const std::string name = command.description.name;
    if (words.size() < command.least_paths || words.size() > command.most_paths) {
        return std::string("the words after the options are ") + command.description.synopsis;
    }
    if (name == "inspect") {
        options.job.image.path = words.front();
        return "";
    }
    if (options.job.image.path.empty() && name != "diff") {
        return "an image is missing (-i IMAGE)";
    }
    if (name == "mv") {
        options.job.target = words.back();
        words.pop_back();
    }
    options.job.sources = std::move(words);
    return "";
}

// Lets the options mean the image that is open, with paths from its current directory.
void settle(const OpenedPlace& place, BrowseOptions& options) {
    fs::JobOptions& job = options.job;
    job.opened = place.image;
    job.image.path = place.path;
    for (std::string& path : job.sources) {
        path = fs::resolve_path(place.directory, path);
    }
    if (!job.target.empty()) {
        job.target = fs::resolve_path(place.directory, job.target);
    }
    if (job.sources.empty()) {
        job.sources.push_back(place.directory);
    }
}

int run_command(const Command& command, std::vector<std::string> arguments,
                const OpenedPlace& place) {
    const bool opened = place.image != nullptr;
    const std::string program = std::string(opened ? "" : "lkl ") + command.description.name;
    BrowseOptions options;
    options.job.program = program;
    options.job.keep_going = true;
    CLI::App app(command.description.summary + std::string("."), program);
    app.footer(command.description.synopsis);
    app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    std::vector<std::string> words;
    app.add_option("PATH", words)->group("")->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    add_document_options(app);
    command.add_options(app, options);
    if (opened) {
        options.job.image.path = place.path;
    } else {
        add_image_options(app, options.job);
    }
    if (const auto code = parse(app, program, std::move(arguments), "")) {
        return *code;
    }
    const std::string complaint = distribute(command, options, std::move(words));
    if (!complaint.empty()) {
        std::cerr << program << ": " << complaint << "\nTry '" << program << " --help' for more.\n";
        return static_cast<int>(fs::ExitCode::usage);
    }
    if (opened) {
        settle(place, options);
    }
    return command.run(options);
}

}  // namespace

const std::vector<Subcommand>& subcommands() {
    static const std::vector<Subcommand> all = [] {
        std::vector<Subcommand> list;
        for (const Command& command : commands()) {
            list.push_back(command.description);
        }
        list.push_back({"shell", "Work on an image at a prompt", "-i IMAGE [OPTIONS]"});
        return list;
    }();
    return all;
}

int run_subcommand(const std::string& name, std::vector<std::string> arguments,
                   const OpenedPlace& place) {
    if (name == "shell" && place.image == nullptr) {
        return run_shell(std::move(arguments));
    }
    for (const Command& command : commands()) {
        if (name == command.description.name) {
            return run_command(command, std::move(arguments), place);
        }
    }
    return -1;
}

}  // namespace lkl::tools
