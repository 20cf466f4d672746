// SPDX-License-Identifier: GPL-2.0
#include "lklfuse/supervisor.hh"

#include <fcntl.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "lklfuse/control.hh"
#include "lklfuse/host_mount.hh"
#include "lklfuse/worker.hh"

namespace lkl::tools {
namespace {

using fs::ExitCode;

constexpr int kSignalBase = 128;

// Lines that come through a pipe, to the system's log.
class Syslog {
  public:
    void open(UniqueFd pipe, const std::string& program) {
        pipe_ = std::move(pipe);
        program_ = program;
        ::openlog(program_.c_str(), LOG_PID, LOG_DAEMON);
    }

    [[nodiscard]] int descriptor() const { return pipe_.get(); }

    // Takes what there is.
    void pass_on() {
        char bytes[4096];
        const ssize_t size = ::read(pipe_.get(), &bytes[0], sizeof(bytes));
        if (size <= 0) {
            pipe_.reset();
            return;
        }
        text_.append(&bytes[0], static_cast<std::size_t>(size));
        for (std::size_t end = 0; (end = text_.find('\n')) != std::string::npos;) {
            ::syslog(LOG_ERR, "%s", text_.substr(0, end).c_str());
            text_.erase(0, end + 1);
        }
    }

  private:
    UniqueFd pipe_;
    std::string program_;
    std::string text_;
};

class Supervisor {
  public:
    explicit Supervisor(FuseOptions options)
        : options_(std::move(options)), console_(options_.job.program) {}

    int run() {
        if (const auto prepared = prepare(); !prepared) {
            console_.message(prepared.error().message());
            return static_cast<int>(ExitCode::image);
        }
        if (!options_.foreground) {
            if (const auto code = go_to_background()) {
                return *code;
            }
        }
        return supervise();
    }

  private:
    // Whatever can be found wrong before a kernel boots.
    Result<void> prepare() {
        std::error_code failure;
        const auto absolute = std::filesystem::canonical(options_.mount_point, failure);
        if (failure) {
            return Error::host(failure.value(), "mount on", options_.mount_point);
        }
        if (!std::filesystem::is_directory(absolute)) {
            return Error::host(ENOTDIR, "mount on", options_.mount_point);
        }
        options_.mount_point = absolute;
        if (!options_.log.empty()) {
            log_ = UniqueFd(
                ::open(options_.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
            if (!log_) {
                return Error::host(errno, "open the log", options_.log);
            }
        }
        return {};
    }

    // In the first process: its exit code, when the second one works or has ended.
    std::optional<int> go_to_background() {
        int ends[2];
        if (::pipe2(&ends[0], O_CLOEXEC) != 0) {
            return refuse(Error::host(errno, "make", "a pipe"));
        }
        UniqueFd works(ends[0]);
        UniqueFd tells(ends[1]);
        const pid_t child = ::fork();
        if (child < 0) {
            return refuse(Error::host(errno, "start", "a process"));
        }
        if (child == 0) {
            background_ = std::move(tells);
            return std::nullopt;
        }
        tells.reset();
        char ready = 0;
        if (::read(works.get(), &ready, 1) == 1) {
            return static_cast<int>(ExitCode::success);
        }
        return exit_code_of(child);
    }

    int supervise() {
        sigset_t signals;
        sigset_t before;
        ::sigemptyset(&signals);
        for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
            ::sigaddset(&signals, number);
        }
        ::sigprocmask(SIG_BLOCK, &signals, &before);
        ::signal(SIGPIPE, SIG_IGN);
        signals_ = UniqueFd(::signalfd(-1, &signals, SFD_CLOEXEC));
        auto control = make_control();
        if (!control) {
            return refuse(control.error());
        }
        const WorkerOutput output = prepare_output();
        worker_ = ::fork();
        if (worker_ == 0) {
            control->first.reset();
            background_.reset();
            signals_.reset();
            ::sigprocmask(SIG_SETMASK, &before, nullptr);
            return run_worker(std::move(options_), std::move(control->second), output);
        }
        if (worker_ < 0) {
            return refuse(Error::host(errno, "start", "a process"));
        }
        control->second.reset();
        worker_messages_.reset();
        control_ = std::move(control->first);
        while (look()) {
        }
        const int code = exit_code_of(worker_);
        mount_.reset();
        if (own_code_ == ExitCode::success && still_mounted()) {
            console_.message("the image is in order, but " + options_.mount_point +
                             " could not be unmounted: `umount` it as root");
            own_code_ = ExitCode::incomplete;
        }
        while (syslog_.descriptor() >= 0) {
            syslog_.pass_on();
        }
        return own_code_ != ExitCode::success && code == 0 ? static_cast<int>(own_code_) : code;
    }

    WorkerOutput prepare_output() {
        WorkerOutput output;
        output.log = log_.get();
        output.background = !options_.foreground;
        if (options_.foreground) {
            return output;
        }
        int ends[2];
        if (!log_ && ::pipe2(&ends[0], O_CLOEXEC) == 0) {
            syslog_.open(UniqueFd(ends[0]), options_.job.program);
            worker_messages_ = UniqueFd(ends[1]);
        }
        output.messages = log_ ? log_.get() : worker_messages_.get();
        return output;
    }

    // Waits for something to happen and does what it asks for; false when the worker has ended.
    bool look() {
        pollfd events[] = {{control_.get(), POLLIN, 0},
                           {signals_.get(), POLLIN, 0},
                           {syslog_.descriptor(), POLLIN, 0}};
        if (::poll(&events[0], 3, -1) < 0) {
            return errno == EINTR;
        }
        if (events[2].revents != 0) {
            syslog_.pass_on();
        }
        if (events[1].revents != 0) {
            signalfd_siginfo signal{};
            static_cast<void>(::read(signals_.get(), &signal, sizeof(signal)));
            end(static_cast<int>(signal.ssi_signo));
        }
        if (events[0].revents != 0) {
            switch (listen(control_.get())) {
                case Word::mounted:
                    connect();
                    break;
                case Word::end:
                    end(0);
                    break;
                default:
                    return false;
            }
        }
        return true;
    }

    // Mounts, now that the worker can answer.
    void connect() {
        if (ending_) {
            return;
        }
        auto mounted = HostMount::mount(options_);
        if (!mounted) {
            console_.message(mounted.error().message());
            own_code_ = ExitCode::image;
            tell(control_.get(), Word::stop);
            return;
        }
        mount_ = *std::move(mounted);
        tell(control_.get(), Word::connection, mount_->connection());
        if (background_) {
            leave_terminal();
            const char ready = 'r';
            static_cast<void>(::write(background_.get(), &ready, 1));
            background_.reset();
        }
    }

    void leave_terminal() {
        const UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
        const int messages = log_ ? log_.get() : null.get();
        ::dup2(null.get(), STDIN_FILENO);
        ::dup2(messages, STDOUT_FILENO);
        ::dup2(messages, STDERR_FILENO);
        // Not before: until now a passphrase can be asked for, and Ctrl-C ends all of it.
        ::setsid();
        static_cast<void>(::chdir("/"));  // holds no other mount
    }

    // In order; at once for a second signal. 0 stands for the worker's wish: a signal to the whole
    // group of processes comes both ways.
    void end(int signal) {
        if (signal != 0 && ended_by_ != 0) {
            killed_ = true;
            ::kill(worker_, SIGKILL);
        }
        ended_by_ = signal != 0 ? signal : ended_by_;
        if (ending_) {
            return;
        }
        ending_ = true;
        if (mount_) {
            unmount();
        }
        tell(control_.get(), Word::stop);
    }

    void unmount() {
        const pid_t flush = mount_->start_flush();
        int look = 0;
        // Until it is done, nobody answers any more, or a second signal comes.
        while (flush > 0 && look == 0 && ::waitpid(flush, nullptr, WNOHANG) == 0) {
            constexpr int kLook = 10;  // milliseconds
            pollfd events[] = {{control_.get(), 0, 0}, {signals_.get(), POLLIN, 0}};
            look = ::poll(&events[0], 2, kLook);
        }
        mount_->unmount();
    }

    // Where fusermount3 refuses to unmount, the mount stays without anybody who answers.
    [[nodiscard]] bool still_mounted() const {
        struct stat status {};

        return ::stat(options_.mount_point.c_str(), &status) != 0 && errno == ENOTCONN;
    }

    int refuse(const Error& error) {
        console_.message(error.message());
        return static_cast<int>(ExitCode::image);
    }

    int exit_code_of(pid_t process) {
        int status = 0;
        while (::waitpid(process, &status, 0) < 0 && errno == EINTR) {
        }
        if (WIFEXITED(status)) {
            return WEXITSTATUS(status);
        }
        if (killed_) {
            return kSignalBase + ended_by_;
        }
        console_.message("the process that works on the image was ended by signal " +
                         std::to_string(WTERMSIG(status)) + ": the image is as after a power cut");
        return kSignalBase + WTERMSIG(status);
    }

    FuseOptions options_;
    fs::Console console_;
    UniqueFd log_;
    UniqueFd background_;  // where the first process waits for word
    UniqueFd worker_messages_;
    Syslog syslog_;
    UniqueFd signals_;
    UniqueFd control_;
    pid_t worker_ = -1;
    std::optional<HostMount> mount_;
    ExitCode own_code_ = ExitCode::success;
    bool ending_ = false;
    bool killed_ = false;
    int ended_by_ = 0;
};

}  // namespace

int run_lklfuse(FuseOptions options) {
    return Supervisor(std::move(options)).run();
}

}  // namespace lkl::tools
