// SPDX-License-Identifier: GPL-2.0
#include "lklfuse/options.hh"

#include <charconv>
#include <iostream>

#include "common/cli_options.hh"

namespace lkl::tools {
namespace {

constexpr const char* kDetails = R"(.SH MOUNT OPTIONS
After
.BR \-o ,
separated by commas; a comma in a value is written with a backslash before it.
.TP
.BR ro ", " rw
Read only, or (by itself) to be written.
.TP
.BR type= "TYPE, " part= "PARTITION, " volume= "VOLUME, " keyfile= "FILE, " opts= "OPTIONS, " mb= MIB
The same as \-t, \-P, \-\-volume, \-\-key\-file, \-\-mount\-options and \-m.
.TP
.BR log= FILE
The kernel's log goes to the end of this file, and so do messages from the background, which
otherwise go to syslog.
.TP
.BR uid= "UID, " gid= GID
The owner of everything that is made; otherwise it belongs to whoever makes it.
.TP
.B default_permissions
The modes, owners and ACLs in the image count. Otherwise whoever mounts may do everything, and
nobody else anything.
.TP
.B allow_other
Others may use the mount as well; brings default_permissions. Ordinary users need user_allow_other
in /etc/fuse.conf.
.PP
Other options go to FUSE: see mount.fuse3(8).
.SH UNMOUNTING
"fusermount3 \-u DIRECTORY", or SIGINT, SIGTERM or SIGHUP. Both return before the image is
complete, which it is when the process has ended: with \-f the exit code tells how, and
"flock IMAGE true" waits for the end of one in the background.
.SH EXIT STATUS
Without \-f the first process ends with 0 as soon as the file system can be used.
.TP
.B 0
Everything was written back and the image's file system cleanly unmounted.
.TP
.B 2
The command line makes no sense.
.TP
.B 3
The image could not be opened or mounted, or the directory not be mounted on.
.TP
.B 4
Writing back or unmounting the image's file system failed: it may miss anything.
.TP
.B 5
The kernel in the library panicked; its last words were told.
.TP
.B 128 and a signal's number
A second signal ended it at once, as a power cut would have.
.SH SEE ALSO
cptofs(1), cpfromfs(1), lkl(1), fusermount3(1), mount.fuse3(8)
)";

// Splits at commas; a backslash takes the next byte as it is.
std::vector<std::string> split_list(const std::string& text) {
    std::vector<std::string> parts(1);
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 1 < text.size()) {
            parts.back() += text[++i];
        } else if (text[i] == ',') {
            parts.emplace_back();
        } else {
            parts.back() += text[i];
        }
    }
    return parts;
}

template <typename T>
T number(const std::string& name, const std::string& text, T least, T most) {
    T value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < least || value > most) {
        throw CLI::ValidationError("-o " + name + "= wants a number from " + std::to_string(least) +
                                   " to " + std::to_string(most) + ", not \"" + text + "\"");
    }
    return value;
}

void take_option(FuseOptions& options, const std::string& option) {
    const std::size_t equals = option.find('=');
    const std::string name = option.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : option.substr(equals + 1);
    constexpr std::uint32_t kNobody = ~std::uint32_t{0};
    fs::ImageOptions& image = options.job.image;
    if (option.empty()) {
        return;
    }
    if (option == "ro" || option == "rw") {
        options.read_only = option == "ro";
    } else if (name == "type") {
        image.type = value;
    } else if (name == "part") {
        image.partition = value;
    } else if (name == "volume") {
        image.volume = value;
    } else if (name == "keyfile") {
        image.keys.key_file = value;
    } else if (name == "opts") {
        image.mount_options += (image.mount_options.empty() ? "" : ",") + value;
    } else if (name == "mb") {
        image.memory_bytes = number<std::uint64_t>(name, value, 16, std::uint64_t{1} << 20U) << 20U;
    } else if (name == "log") {
        options.log = value;
    } else if (name == "uid") {
        options.uid = number<std::uint32_t>(name, value, 0, kNobody - 1);
    } else if (name == "gid") {
        options.gid = number<std::uint32_t>(name, value, 0, kNobody - 1);
    } else if (option == "debug") {
        options.debug = true;
    } else {
        options.permissions = options.permissions || option == "default_permissions" ||
                              option == "allow_other" || option == "allow_root";
        options.fuse.push_back(option);
    }
}

void add_mount_options(CLI::App& app, FuseOptions& options) {
    app.option_defaults()->group("Mount");
    app.add_option_function<std::string>(
           "-o",
           [&options](const std::string& list) {
               for (const std::string& option : split_list(list)) {
                   take_option(options, option);
               }
           },
           "Options, separated by commas: ro, type=, part=, volume=, keyfile=, opts= (for the "
           "mount in the kernel), mb=, log=FILE, uid=, gid=, default_permissions, allow_other and "
           "what FUSE knows")
        ->option_text("OPTION,...")
        ->trigger_on_parse()
        ->take_last();
    app.add_flag("-r,--read-only", options.read_only, "The same as -o ro");
    app.add_flag("-f,--foreground", options.foreground,
                 "Stay in the foreground until it is unmounted; the exit code tells how that went");
    app.add_flag("-s", options.single_thread, "One request at a time");
    app.add_flag("-d,--debug", options.debug, "Show every request; stay in the foreground");
    app.add_flag("-v,--verbose", options.job.verbose, "Tell what the sandbox lacks on this host");
    app.option_defaults()->group("Options");
}

std::string distribute(FuseOptions& options, std::vector<std::string> words) {
    if (options.job.image.path.empty() && !words.empty()) {
        options.job.image.path = words.front();
        words.erase(words.begin());
    }
    if (options.job.image.path.empty()) {
        return "an image is missing";
    }
    if (words.empty()) {
        return "a directory to mount on is missing";
    }
    if (words.size() > 1) {
        return "there is a word too many: " + words[1];
    }
    options.mount_point = words.front();
    return "";
}

}  // namespace

ParsedFuseLine parse_fuse_line(const std::string& program, std::vector<std::string> arguments) {
    ParsedFuseLine line;
    FuseOptions& options = line.options;
    options.job.program = program;
    CLI::App app(
        "Mount a file-system image as an ordinary user, through FUSE. A Linux kernel in the "
        "process does the work, so every type that it knows can be mounted, and written.",
        program);
    app.footer("[OPTIONS] IMAGE DIRECTORY");
    app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    std::vector<std::string> words;
    app.add_option("PATH", words)->group("")->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    add_document_options(app);
    app.set_version_flag("-V,--version", app.version(), "Show the version");
    add_mount_options(app, options);
    add_image_options(app, options.job);
    line.exit_code = parse(app, program, std::move(arguments), kDetails);
    if (line.exit_code) {
        return line;
    }
    const std::string complaint = distribute(options, std::move(words));
    if (!complaint.empty()) {
        std::cerr << program << ": " << complaint << "\nTry '" << program << " --help' for more.\n";
        line.exit_code = static_cast<int>(fs::ExitCode::usage);
    }
    options.foreground = options.foreground || options.debug;
    options.job.image.write = !options.read_only;
    return line;
}

}  // namespace lkl::tools
