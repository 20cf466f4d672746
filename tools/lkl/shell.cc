// SPDX-License-Identifier: GPL-2.0
#include "lkl/shell.hh"

#include <unistd.h>

#include <iostream>

#include "common/cli_options.hh"
#include "fs/entry_text.hh"
#include "fs/interruption.hh"
#include "fs/job_run.hh"
#include "fs/panic_text.hh"
#include "lkl/line_reader.hh"
#include "lkl/shell_session.hh"

namespace lkl::tools {
namespace {

constexpr const char* kProgram = "lkl shell";

struct ShellOptions {
    fs::JobOptions job;
    bool write = false;
    std::vector<std::string> commands;
};

std::optional<int> parse_shell(std::vector<std::string> arguments, ShellOptions& options) {
    CLI::App app(
        "Work on an image at a prompt. Commands come from the terminal, with history and "
        "completion, or from a pipe; there the first that fails ends the shell with its exit "
        "code. Files of the host are copied from and to the current directory and what is "
        "beneath it; --no-sandbox lifts that.\n\nCommands:\n" +
            shell_help(),
        kProgram);
    app.footer("-i IMAGE [OPTIONS]");
    app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    add_document_options(app);
    app.add_flag("-w,--write", options.write, "Let commands change the image");
    app.add_option_function<std::string>(
           "-c,--command",
           [&options](const std::string& command) { options.commands.push_back(command); },
           "Run this command instead of reading any; several in their order")
        ->option_text("COMMAND")
        ->trigger_on_parse()
        ->take_last();
    app.add_flag("-k,--keep-going", options.job.keep_going,
                 "Go on after a command that failed; the exit code is that of the first");
    add_image_options(app, options.job);
    if (const auto code = parse(app, kProgram, std::move(arguments), "")) {
        return code;
    }
    if (options.job.image.path.empty()) {
        std::cerr << kProgram << ": an image is missing (-i IMAGE)\nTry '" << kProgram
                  << " --help' for more.\n";
        return static_cast<int>(fs::ExitCode::usage);
    }
    return std::nullopt;
}

// Hands out the commands of the command line.
class GivenLines final : public LineReader {
  public:
    explicit GivenLines(std::vector<std::string> lines) : lines_(std::move(lines)) {}

    std::optional<std::string> read(const std::string& /*prompt*/) override {
        return next_ < lines_.size() ? std::optional(lines_[next_++]) : std::nullopt;
    }

  private:
    std::vector<std::string> lines_;
    std::size_t next_ = 0;
};

std::unique_ptr<LineReader> make_reader(const ShellOptions& options, bool interactive,
                                        const fs::StopFlag& stop,
                                        const std::optional<ShellSession>& session) {
    if (interactive) {
        return make_terminal_reader(
            "lkl", stop, [&session](const std::string& line) { return session->complete(line); });
    }
    if (!options.commands.empty()) {
        return std::make_unique<GivenLines>(options.commands);
    }
    return make_plain_reader(stop);
}

// Reads and runs until the end; returns the exit code so far.
int serve(ShellSession& session, LineReader& reader, bool interactive, bool keep_going,
          const fs::Image& image) {
    int code = 0;
    while (!session.ended()) {
        const auto line = reader.read("lkl:" + session.directory() + "> ");
        if (!line) {
            break;
        }
        const int one = session.run(*line);
        code = code == 0 ? one : code;
        const bool forgiven = interactive && fs::forgive_interruption();
        if (image.panic_message() || (fs::interruption_signal() != 0 && !forgiven) ||
            (one != 0 && !interactive && !keep_going)) {
            break;
        }
    }
    return interactive ? 0 : code;
}

int finish(fs::Image& image, bool write, int code) {
    auto panic = image.panic_message();
    const auto finished = image.finish();
    if (panic || (panic = image.panic_message())) {
        std::cerr << kProgram << ": " << fs::printable_lines(fs::panic_text(*panic)) << "\n";
        return static_cast<int>(fs::ExitCode::kernel);
    }
    if (!finished) {
        std::cerr << kProgram << ": " << fs::printable_lines(finished.error().message()) << "\n";
        return static_cast<int>(write ? fs::ExitCode::not_saved : fs::ExitCode::incomplete);
    }
    if (const int signal = fs::interruption_signal(); signal != 0) {
        constexpr int kSignalBase = 128;
        return kSignalBase + signal;
    }
    return code;
}

}  // namespace

int run_shell(std::vector<std::string> arguments) {
    ShellOptions options;
    options.job.program = kProgram;
    if (const auto code = parse_shell(std::move(arguments), options)) {
        return *code;
    }
    fs::StopFlag& stop = fs::watch_interruptions();
    const bool interactive = options.commands.empty() && ::isatty(STDIN_FILENO) == 1;
    std::optional<ShellSession> session;
    // The terminal's description is read here, because the sandbox forbids it later.
    const auto reader = make_reader(options, interactive, stop, session);
    fs::Sandboxing sandbox(options.job.sandbox, {});
    sandbox.add_target(".");
    options.job.image.write = options.write;
    auto image = fs::open_job_image(options.job, options.job.image, sandbox);
    if (!image) {
        std::cerr << kProgram << ": " << fs::printable_lines(image.error().message()) << "\n";
        return static_cast<int>(fs::ExitCode::image);
    }
    session.emplace(**image, options.job.image.path);
    if (interactive) {
        std::cout << "The image is open for " << (options.write ? "writing" : "reading only")
                  << "; help lists the commands.\n";
    }
    const int code = serve(*session, *reader, interactive, options.job.keep_going, **image);
    return finish(**image, options.write, code);
}

}  // namespace lkl::tools
