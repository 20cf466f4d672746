// SPDX-License-Identifier: GPL-2.0
#include "common/command_line.hh"

#include <iostream>

#include "common/cli_options.hh"

namespace lkl::tools {
namespace {

constexpr const char* kExitCodes = R"(.SH EXIT STATUS
.TP
.B 0
Every named source was copied, the file system was written back and cleanly unmounted.
.TP
.B 1
Something was not copied; each error was told with its path. The rest is safe.
.TP
.B 2
The command line makes no sense.
.TP
.B 3
The image or the target could not be opened or mounted; nothing was done.
.TP
.B 4
Writing back or unmounting failed: the image may miss anything.
.TP
.B 5
The kernel in the library panicked; its last words were told.
.TP
.B 128 and a signal's number
Interrupted; the file system was cleanly unmounted.
)";

const char* description(Tool tool) {
    switch (tool) {
        case Tool::cptofs:
            return "Copy files into a file-system image. All metadata is kept: owners, modes, "
                   "times, hard and symbolic links, holes, special files, extended attributes and "
                   "ACLs. Needs neither root nor a mount: a Linux kernel in the process does the "
                   "work.";
        case Tool::cpfromfs:
            return "Copy files out of a file-system image. The image is never written. All "
                   "metadata is kept, as far as you may set it. Needs neither root nor a mount.";
        case Tool::fs2tar:
            return "Write what is in a file-system image as a pax tar archive. The image is never "
                   "written. GNU tar reads the archive's extended attributes and ACLs with "
                   "--xattrs --acls. Needs neither root nor a mount.";
    }
    return "";
}

const char* synopsis(Tool tool) {
    switch (tool) {
        case Tool::cptofs:
            return "[OPTIONS] -i IMAGE SOURCE... DIRECTORY";
        case Tool::cpfromfs:
            return "[OPTIONS] -i IMAGE SOURCE... DIRECTORY";
        case Tool::fs2tar:
            return "[OPTIONS] -i IMAGE ARCHIVE [PATH...]";
    }
    return "";
}

const char* details(Tool tool) {
    switch (tool) {
        case Tool::cptofs:
            return R"(.SH SOURCES AND TARGET
Copies keep their last name below the target, an existing directory of the image. A source that
ends in "/." stands for what is in it, and gives its own mode, owner and times to the target; "."
and "/" stand for what is in them only. Existing files and links are replaced, directories merged.
.SH ENVIRONMENT
.B SOURCE_DATE_EPOCH
is the latest time that a copy gets, in seconds since 1970, and the kernel's time of day.
)";
        case Tool::cpfromfs:
            return R"(.SH SOURCES AND TARGET
Copies keep their last name below the target, an existing directory. The last name of a source may
be a pattern with *, ? and []. A source that ends in "/." stands for what is in it, and gives its
own mode, owner and times to the target; "/" stands for what is in it only. A journal that needs
recovery is replayed in memory.
)";
        case Tool::fs2tar:
            return R"(.SH ARCHIVE
"-" is standard output. A name that ends in .gz, .tgz, .xz, .zst or .bz2 is compressed so. Sockets
are left out: tar has no entry for them. With no PATH everything is archived.
.SH ENVIRONMENT
.B SOURCE_DATE_EPOCH
is the latest time that a member gets, in seconds since 1970.
)";
    }
    return "";
}

void add_copy_options(CLI::App& app, Tool tool, fs::JobOptions& options) {
    app.option_defaults()->group("Target");
    app.add_flag("--mkdir", options.make_target, "Make the target directory if it is missing");
    app.add_flag("-T,--no-target-directory", options.target_is_name,
                 "The target is the copy's own name, not the directory for it");
    if (tool != Tool::cptofs) {
        return;
    }
    app.add_option_function<std::string>(
           "-s,--selinux", [&options](const std::string& label) { options.walk.selinux = label; },
           "SELinux label of all copies")
        ->option_text("LABEL");
    app.add_option_function<double>(
           "--sync-every",
           [&options](double seconds) {
               options.sync_interval = std::chrono::milliseconds(
                   static_cast<std::chrono::milliseconds::rep>(seconds * 1000));
           },
           "Write back so often what is copied, and tell how much is safe then")
        ->option_text("SECONDS")
        ->check(CLI::Range(0.001, 1e6));
    app.add_option("--tar", options.archive_source,
                   "Copy the members of this archive (tar or cpio; - is standard input) "
                   "instead of sources")
        ->option_text("ARCHIVE");
    app.add_option("--manifest", options.manifest,
                   "Owners, modes, times and special files as this manifest tells (mtree)")
        ->option_text("FILE")
        ->group("Owners");
}

std::string complain(const ParsedLine& line, Tool tool, std::vector<std::string>& words) {
    const fs::JobOptions& options = line.options;
    if (options.image.path.empty() && !(tool == Tool::fs2tar && words.size() >= 2)) {
        return "an image is missing (-i IMAGE)";
    }
    if (tool == Tool::fs2tar) {
        return words.empty() ? "an archive to write is missing" : "";
    }
    if (words.empty()) {
        return "a source and a target are missing";
    }
    const bool from_archive = !options.archive_source.empty();
    if (words.size() == 1 && !from_archive) {
        return "a target is missing after " + words[0];
    }
    if (words.size() > 1 && from_archive) {
        return "with --tar there are no other sources, but " + words[0];
    }
    return "";
}

void distribute(ParsedLine& line, Tool tool, std::vector<std::string>& words) {
    fs::JobOptions& options = line.options;
    if (tool == Tool::fs2tar) {
        if (options.image.path.empty()) {
            options.image.path = words.front();
            words.erase(words.begin());
        }
        options.target = words.front();
        words.erase(words.begin());
    } else {
        options.target = words.back();
        words.pop_back();
    }
    options.sources = std::move(words);
}

}  // namespace

ParsedLine parse_command_line(Tool tool, const std::string& program,
                              std::vector<std::string> arguments) {
    ParsedLine line;
    line.options.program = program;
    CLI::App app(description(tool), program);
    app.footer(synopsis(tool));
    app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    std::vector<std::string> words;
    app.add_option("PATH", words)->group("")->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    add_document_options(app);
    add_image_options(app, line.options);
    if (tool != Tool::fs2tar) {
        add_copy_options(app, tool, line.options);
    } else {
        app.add_option("-s,--selinux-contexts", line.options.selinux_contexts_file,
                       "Write the SELinux labels to this file, a line each")
            ->option_text("FILE")
            ->group("Report");
    }
    add_selection_options(app, line.options);
    add_owner_options(app, line.options);
    add_report_options(app, line.options);
    app.add_option("--checksums", line.options.checksums,
                   "Write the SHA-256 sums of all files to FILE, as sha256sum does")
        ->option_text("FILE")
        ->group("Report");
    line.exit_code =
        parse(app, program, std::move(arguments), std::string(details(tool)) + kExitCodes);
    if (line.exit_code) {
        return line;
    }
    const std::string complaint = complain(line, tool, words);
    if (!complaint.empty()) {
        std::cerr << program << ": " << complaint << "\nTry '" << program << " --help' for more.\n";
        line.exit_code = static_cast<int>(fs::ExitCode::usage);
        return line;
    }
    distribute(line, tool, words);
    if (tool == Tool::fs2tar && line.options.target == "-" && line.options.json) {
        std::cerr << program << ": standard output cannot take the archive and --json\n";
        line.exit_code = static_cast<int>(fs::ExitCode::usage);
    }
    return line;
}

}  // namespace lkl::tools
