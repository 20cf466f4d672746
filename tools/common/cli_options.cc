// SPDX-License-Identifier: GPL-2.0
#include "common/cli_options.hh"

#include <fcntl.h>

#include <cstdlib>
#include <iostream>
#include <map>

#include "common/version.hh"

namespace lkl::tools {
namespace {

// A failure of ours as one of CLI11's, so that parsing ends with its message.
void accept(const Result<void>& result) {
    if (!result) {
        throw CLI::ValidationError(result.error().message());
    }
}

// Before the tool opens anything: later the number may be that of the image. CLI11 wants what is
// wrong, or nothing.
std::string is_open_descriptor(const std::string& number) {
    const long descriptor = std::strtol(number.c_str(), nullptr, 10);
    return ::fcntl(static_cast<int>(descriptor), F_GETFD) >= 0
               ? ""
               : "descriptor " + number + " is not open; the shell opens it with " + number +
                     "< FILE";
}

// Options that are added while it lives stand under this heading.
class GroupScope {
  public:
    GroupScope(CLI::App& app, const char* name) : app_(app) { app.option_defaults()->group(name); }

    ~GroupScope() { app_.option_defaults()->group("Options"); }

    GroupScope(const GroupScope&) = delete;
    GroupScope& operator=(const GroupScope&) = delete;

  private:
    CLI::App& app_;
};

}  // namespace

void add_image_options(CLI::App& app, fs::JobOptions& options) {
    const GroupScope scope(app, "Image");
    app.add_option("-i,--image,--filesystem-image", options.image.path,
                   "Image file or block device, or an nbd:// or nbd+unix:// address")
        ->option_text("IMAGE");
    app.add_option_function<std::string>(
           "--device",
           [&options](const std::string& path) { options.image.more_devices.push_back(path); },
           "A further device of the same file system (btrfs), array (MD RAID) or volume group "
           "(LVM); "
           "several with several options")
        ->option_text("IMAGE")
        ->trigger_on_parse()
        ->take_last();
    app.add_option("-P,--partition", options.image.partition,
                   "Partition: its number, or LABEL=, UUID=, PARTLABEL= or PARTUUID= and a "
                   "value; 0 is the whole image. By itself the only file system is taken")
        ->option_text("PARTITION");
    app.add_option("--volume", options.image.volume,
                   "Logical volume (LVM): GROUP/NAME, or NAME alone. By itself the only one is "
                   "taken")
        ->option_text("VOLUME");
    app.add_option("-t,--type,--filesystem-type", options.image.type,
                   "Type of the file system; by itself it is found out")
        ->option_text("TYPE");
    app.add_option("--mount-options", options.image.mount_options,
                   "Options for the mount, separated by commas")
        ->option_text("OPTIONS");
    app.add_option_function<std::uint64_t>(
           "-m,--memory,--mb",
           [&options](std::uint64_t megabytes) { options.image.memory_bytes = megabytes << 20; },
           "Memory of the kernel in MiB; by itself it suits the file system")
        ->option_text("MIB")
        ->check(CLI::Range(std::uint64_t{16}, std::uint64_t{1} << 20));
    app.add_option("--passphrase-fd", options.image.keys.passphrase_fd,
                   "Descriptor whose first line is the passphrase of an encrypted volume (LUKS); "
                   "by itself the terminal is asked")
        ->option_text("FD")
        ->check(CLI::Range(0, 1 << 20))
        ->check(is_open_descriptor);
    app.add_option("--key-file", options.image.keys.key_file,
                   "File that is, as a whole, the passphrase; - is standard input")
        ->option_text("FILE")
        ->excludes("--passphrase-fd");
    app.add_option("--keyfile-offset", options.image.keys.key_file_offset,
                   "Bytes of the key file to leave out first")
        ->option_text("BYTES")
        ->needs("--key-file");
    app.add_option("--keyfile-size", options.image.keys.key_file_size,
                   "Bytes of the key file that count; by itself all, at most 8 MiB")
        ->option_text("BYTES")
        ->needs("--key-file")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{8} << 20));
    app.add_option("--key-slot", options.image.keys.key_slot,
                   "The only key slot to try; by itself all are")
        ->option_text("SLOT");
    app.add_flag_callback(
        "--no-sandbox", [&options] { options.sandbox = false; },
        "Do not confine the process (seccomp, Landlock) before it reads the image");
    app.add_flag("-p,--kernel-log,--enable-printk", options.print_kernel_log,
                 "Show the kernel's log on standard error");
}

void add_selection_options(CLI::App& app, fs::JobOptions& options) {
    const GroupScope scope(app, "Selection");
    app.add_option_function<std::string>(
           "--include",
           [&options](const std::string& pattern) { options.walk.selection.include(pattern); },
           "Copy what matches. The last of the --include and --exclude that match decides; if "
           "the first is an --include, what matches none is left out")
        ->option_text("PATTERN")
        ->trigger_on_parse()
        ->take_last();
    app.add_option_function<std::string>(
           "--exclude",
           [&options](const std::string& pattern) { options.walk.selection.exclude(pattern); },
           "Leave out what matches: names, or paths from the source's root where the pattern "
           "has a slash; * and ? stay within a name, ** does not; a slash at the end matches "
           "directories only")
        ->option_text("PATTERN")
        ->trigger_on_parse()
        ->take_last();
    app.add_flag("-x,--one-file-system", options.walk.one_file_system,
                 "Do not go into other file systems of the source");
    app.add_flag_callback(
        "--no-xattrs",
        [&options] {
            options.walk.attributes = false;
            options.preserve.attributes = false;
        },
        "Do not copy extended attributes and ACLs");
}

void add_owner_options(CLI::App& app, fs::JobOptions& options) {
    const GroupScope scope(app, "Owners");
    app.add_option_function<std::string>(
           "-o,--owner",
           [&options](const std::string& text) {
               accept(options.walk.owners.set_owner(text, "--owner"));
           },
           "Owner of all copies, in numbers")
        ->option_text("UID[:GID]");
    app.add_option_function<std::string>(
           "-g,--group",
           [&options](const std::string& text) {
               accept(options.walk.owners.set_owner(":" + text, "--group"));
           },
           "Group of all copies, as a number")
        ->option_text("GID");
    app.add_option_function<std::string>(
           "--map-users",
           [&options](const std::string& text) {
               accept(options.walk.owners.users.add_ranges(text, "--map-users"));
           },
           "Users FROM on become those from TO on, COUNT of them (1); several with commas")
        ->option_text("FROM:TO[:COUNT]");
    app.add_option_function<std::string>(
           "--map-groups",
           [&options](const std::string& text) {
               accept(options.walk.owners.groups.add_ranges(text, "--map-groups"));
           },
           "The same for groups")
        ->option_text("FROM:TO[:COUNT]");
}

void add_report_options(CLI::App& app, fs::JobOptions& options) {
    const GroupScope scope(app, "Report");
    app.add_flag("-k,--keep-going", options.keep_going,
                 "Go on after an error; otherwise the first one ends the copy");
    app.add_flag("-n,--dry-run", options.dry_run, "Only tell what would be done (with -v)");
    app.add_flag("-v,--verbose", options.verbose, "Name everything that is copied");
    app.add_flag("-q,--quiet", options.quiet, "Say nothing but errors and warnings");
    app.add_flag("--strict", options.strict,
                 "What the target cannot hold is an error, not a warning");
    static const std::map<std::string, fs::ProgressMode> modes{
        {"auto", fs::ProgressMode::automatic},
        {"off", fs::ProgressMode::off},
        {"bar", fs::ProgressMode::bar},
        {"json", fs::ProgressMode::json}};
    app.add_option("--progress", options.progress,
                   "auto (a bar on a terminal), off, bar, or json: a line a second on standard "
                   "error")
        ->option_text("MODE")
        ->transform(CLI::CheckedTransformer(modes).description(""));
    app.add_flag("--json", options.json, "Tell the result as JSON on standard output");
}

void add_document_options(CLI::App& app) {
    app.set_help_flag("-h,--help", "Show this help");
    app.set_version_flag("--version", std::string("LKL ") + kVersion, "Show the version");
    app.add_flag(
           "--print-man-page", [](std::int64_t) {}, "The manual page")
        ->group("");
    app.add_option("--print-completion", "Completions for bash or zsh")->group("");
}

std::optional<int> parse(CLI::App& app, const std::string& program,
                         std::vector<std::string> arguments, const std::string& details) {
    std::string complaint;
    try {
        app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    } catch (const CLI::CallForHelp&) {
        std::cout << help_text(app, program);
        return 0;
    } catch (const CLI::Success& success) {
        return app.exit(success, std::cout, std::cerr);
    } catch (const CLI::ParseError& error) {
        complaint = error.what();
    }
    if (app.count("--print-man-page") != 0) {
        std::cout << manual_page(app, program, details);
        return 0;
    }
    const CLI::Option* completion = app.get_option("--print-completion");
    if (completion->count() != 0) {
        const std::string shell = completion->results().back();
        if (shell == "bash" || shell == "zsh") {
            std::cout << (shell == "bash" ? bash_completion(app, program)
                                          : zsh_completion(app, program));
            return 0;
        }
        complaint = "--print-completion: there are completions for bash and zsh";
    }
    if (complaint.empty()) {
        return std::nullopt;
    }
    std::cerr << program << ": " << complaint << "\nTry '" << program << " --help' for more.\n";
    return static_cast<int>(fs::ExitCode::usage);
}

}  // namespace lkl::tools
