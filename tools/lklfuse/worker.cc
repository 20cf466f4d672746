// SPDX-License-Identifier: GPL-2.0
#include "lklfuse/worker.hh"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>

#include "fs/job_run.hh"
#include "fs/panic_text.hh"
#include "lklfuse/control.hh"
#include "lklfuse/fuse_server.hh"

namespace lkl::tools {
namespace {

using fs::ExitCode;

std::atomic<int> control_of_signals = -1;

extern "C" void on_signal(int /*number*/) {
    const int before = errno;
    tell(control_of_signals, Word::end);
    errno = before;
}

// The supervisor unmounts; here a signal only asks for it.
void pass_signals_on(int control) {
    control_of_signals = control;

    struct sigaction action {};

    action.sa_handler = on_signal;
    action.sa_flags = static_cast<int>(SA_RESTART) | SA_ONSTACK;
    ::sigemptyset(&action.sa_mask);
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
        struct sigaction before {};

        // What is ignored from the start, as nohup does with SIGHUP, stays ignored.
        if (::sigaction(number, nullptr, &before) == 0 && before.sa_handler != SIG_IGN) {
            ::sigaction(number, &action, nullptr);
        }
    }
    ::signal(SIGPIPE, SIG_IGN);
}

class Worker {
  public:
    Worker(FuseOptions options, UniqueFd control, WorkerOutput output)
        : options_(std::move(options)),
          control_(std::move(control)),
          output_(output),
          console_(options_.job.program),
          sandbox_(options_.job.sandbox, [this](const std::string& sentence) {
              if (options_.job.verbose) {
                  console_.message("the sandbox is incomplete: " + sentence);
              }
          }) {}

    int run() {
        pass_signals_on(control_.get());
        sandbox_.serve();
        // Before the sandbox: what makes memory, threads and events is the same afterwards.
        const UniqueFd ended(::eventfd(0, EFD_CLOEXEC));
        fs::ImageOptions image_options = options_.job.image;
        if (output_.log >= 0) {
            image_options.print = [log = output_.log](std::string_view text) {
                static_cast<void>(::write(log, text.data(), text.size()));
            };
        }
        auto image = fs::open_job_image(options_.job, image_options, sandbox_);
        if (!image) {
            console_.message(image.error().message() + hint(image.error()));
            return static_cast<int>(fs::open_failure_code(image.error()));
        }
        const Result<void> served = serve(**image, ended.get());
        if (!served) {
            console_.message(served.error().message());
        }
        return finish(*image, served ? ExitCode::success : ExitCode::image);
    }

  private:
    [[nodiscard]] std::string hint(const Error& error) const {
        const bool read_only = error.linux_errno() == EROFS || error.linux_errno() == EACCES ||
                               error.message().find("can only be read") != std::string::npos;
        return read_only && !options_.read_only ? " (-o ro mounts it read-only)" : "";
    }

    Result<void> serve(fs::Image& image, int ended) {
        LKL_TRY(auto tree, fs::ServedTree::open(image));
        tell(control_.get(), Word::mounted);
        UniqueFd connection;
        if (listen(control_.get(), &connection) != Word::connection || !connection) {
            return {};  // the supervisor has said why
        }
        FuseServerOptions how;
        how.program = options_.job.program;
        how.permissions = options_.permissions;
        how.debug = options_.debug;
        how.threads = options_.single_thread ? 1 : how.threads;
        how.uid = options_.uid;
        how.gid = options_.gid;
        LKL_TRY(auto server, FuseServer::create(*tree, std::move(connection), std::move(how)));
        if (output_.background) {
            ::setsid();
        }
        if (output_.messages >= 0) {
            ::dup2(output_.messages, STDERR_FILENO);
            ::dup2(output_.messages, STDOUT_FILENO);
        }
        server->start([ended] {
            const std::uint64_t one = 1;
            static_cast<void>(::write(ended, &one, sizeof(one)));
        });
        wait(image, ended);
        server->stop();
        return {};
    }

    // Until the connection ends or the supervisor says so; asks it to when the kernel has panicked.
    void wait(fs::Image& image, int ended) {
        constexpr int kLookForPanic = 1000;  // milliseconds
        bool told = false;
        for (;;) {
            pollfd events[] = {{control_.get(), POLLIN, 0}, {ended, POLLIN, 0}};
            const int count = ::poll(&events[0], 2, kLookForPanic);
            if (!told && image.kernel().panicked()) {
                told = true;
                tell(control_.get(), Word::end);
            }
            if (count > 0 && events[1].revents != 0) {
                return;
            }
            if (count > 0 && events[0].revents != 0) {
                const Word word = listen(control_.get());
                if (word == Word::stop || word == Word::none) {
                    return;
                }
            }
        }
    }

    int finish(fs::JobImage& image, ExitCode code) {
        auto panic = image->panic_message();
        const auto finished = image.finish();
        if (!panic) {
            panic = image->panic_message();
        }
        if (panic) {
            console_.message(fs::panic_text(*panic));
            return static_cast<int>(ExitCode::kernel);
        }
        if (!finished) {
            console_.message(finished.error().message());
            if (!options_.read_only) {
                console_.message("the image " + options_.job.image.path +
                                 " may be incomplete or damaged");
                return static_cast<int>(ExitCode::not_saved);
            }
            return static_cast<int>(ExitCode::incomplete);
        }
        return static_cast<int>(code);
    }

    FuseOptions options_;
    UniqueFd control_;
    WorkerOutput output_;
    fs::Console console_;
    fs::Sandboxing sandbox_;
};

}  // namespace

int run_worker(FuseOptions options, UniqueFd control, WorkerOutput output) {
    return Worker(std::move(options), std::move(control), output).run();
}

}  // namespace lkl::tools
