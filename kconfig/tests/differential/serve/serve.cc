// SPDX-License-Identifier: GPL-2.0
// Runs conf many times from one process, for comparisons that need millions of runs.
//
//   serve [--exec PROGRAM] [--preparse KCONFIG] [--max-output BYTES]
//
// A case comes on standard input as fields "LENGTH:BYTES": the directory to work in, the
// milliseconds of CPU that a run may take, the number of steps, and for each step the counted
// lists of arguments, environment settings, files to remove and files to make (name, "f" or "l",
// content), then the step's standard input. The answer is one line: for every step the exit code
// (negative: the signal) and a hash over standard output, standard error and the directory
// with everything below it: names, contents, links, and whether the step wrote the file.
//
// Every step runs in a child made by fork(): either another program (--exec) or the conf that
// is linked into this one. With --preparse its Kconfig files are read once, before the first
// case, and what was printed then is printed again in every child. A child that makes a file, or
// writes to a standard stream, of more than --max-output bytes gets the signal XFSZ.
#include "kconfig/tests/differential/serve/serve.hh"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "kconfig/tests/differential/serve/directory.hh"

namespace {

constexpr rlim_t kMaxOutput = rlim_t{256} << 20;

[[noreturn]] void die(const char* what) {
    std::perror(what);
    std::_Exit(3);
}

// Reads fields from a descriptor of its own: the children's standard input is another.
class Fields {
  public:
    explicit Fields(int fd) : fd_(fd) {}

    /// False at the end of the input.
    bool next(std::string& field) {
        std::size_t length = 0;
        for (bool first = true;; first = false) {
            const int c = get();
            if (c < 0) {
                if (!first) {
                    die("serve: a field ends early");
                }
                return false;
            }
            if (c == ':') {
                break;
            }
            length = length * 10 + static_cast<std::size_t>(c - '0');
        }
        field.clear();
        while (field.size() < length) {
            if (at_ == end_ && !fill()) {
                die("serve: a field ends early");
            }
            const std::size_t part = std::min(length - field.size(), end_ - at_);
            field.append(buffer_ + at_, part);
            at_ += part;
        }
        return true;
    }

    std::string text() {
        std::string field;
        if (!next(field)) {
            die("serve: a case ends early");
        }
        return field;
    }

    int number() { return std::atoi(text().c_str()); }

    std::vector<std::string> list() {
        std::vector<std::string> out;
        for (int n = number(); n > 0; --n) {
            out.push_back(text());
        }
        return out;
    }

  private:
    bool fill() {
        const ssize_t got = ::read(fd_, buffer_, sizeof buffer_);
        at_ = 0;
        end_ = got > 0 ? static_cast<std::size_t>(got) : 0;
        return got > 0;
    }

    int get() {
        if (at_ == end_ && !fill()) {
            return -1;
        }
        return static_cast<unsigned char>(buffer_[at_++]);
    }

    int fd_;
    char buffer_[1 << 16];
    std::size_t at_ = 0;
    std::size_t end_ = 0;
};

// A file in memory that stands for one of the standard streams of a child.
class Stream {
  public:
    explicit Stream(const char* name) : fd_(::memfd_create(name, MFD_CLOEXEC)) {
        if (fd_ < 0) {
            die("memfd_create");
        }
    }

    void set(const std::string& text) {
        if (::ftruncate(fd_, 0) != 0 || ::lseek(fd_, 0, SEEK_SET) != 0 ||
            ::pwrite(fd_, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) {
            die("serve: stream");
        }
    }

    std::string get() const {
        std::string text(static_cast<std::size_t>(::lseek(fd_, 0, SEEK_END)), '\0');
        if (::pread(fd_, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) {
            die("serve: stream");
        }
        return text;
    }

    void become(int fd) const { ::dup2(fd_, fd); }

  private:
    int fd_;
};

struct Step {
    std::vector<std::string> args;
    std::vector<std::string> environment;
    std::string input;
};

struct Server {
    const char* program = nullptr;
    rlim_t max_output = kMaxOutput;
    Stream in{"in"};
    Stream out{"out"};
    Stream err{"err"};

    [[noreturn]] void child(const Step& step, const std::string& work, int cpu_ms);
    std::string run(const Step& step, const std::string& work, int cpu_ms);
};

void Server::child(const Step& step, const std::string& work, int cpu_ms) {
    in.become(0);
    out.become(1);
    err.become(2);
    const rlimit file{max_output, max_output};
    ::setrlimit(RLIMIT_FSIZE, &file);
    itimerval limit{};
    limit.it_value.tv_sec = cpu_ms / 1000;
    limit.it_value.tv_usec = cpu_ms % 1000 * 1000;
    ::setitimer(ITIMER_PROF, &limit, nullptr);
    if (::chdir(work.c_str()) != 0) {
        die(work.c_str());
    }
    std::vector<char*> argv;
    std::string name = "conf";
    argv.push_back(name.data());
    for (const std::string& arg : step.args) {
        argv.push_back(const_cast<char*>(arg.c_str()));
    }
    argv.push_back(nullptr);
    for (const std::string& setting : step.environment) {
        ::putenv(const_cast<char*>(setting.c_str()));
    }
    if (program != nullptr) {
        ::execv(program, argv.data());
        die(program);
    }
    std::exit(conf_main(static_cast<int>(argv.size()) - 1, argv.data()));
}

std::string Server::run(const Step& step, const std::string& work, int cpu_ms) {
    in.set(step.input);
    out.set({});
    err.set({});
    const pid_t pid = ::fork();
    if (pid < 0) {
        die("fork");
    }
    if (pid == 0) {
        child(step, work, cpu_ms);
    }
    int status = 0;
    if (::waitpid(pid, &status, 0) != pid) {
        die("waitpid");
    }
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    Digest digest;
    digest.add("out", out.get());
    digest.add("err", err.get());
    digest_directory(work, digest);
    return std::to_string(code) + ':' + digest.text();
}

void serve_case(Server& server, Fields& fields, const std::string& work, int answers) {
    empty_directory(work);
    const int cpu_ms = fields.number();
    std::string answer;
    for (int steps = fields.number(); steps > 0; --steps) {
        Step step;
        step.args = fields.list();
        step.environment = fields.list();
        for (const std::string& name : fields.list()) {
            ::unlink((work + '/' + name).c_str());
        }
        const std::vector<std::string> files = fields.list();
        for (std::size_t i = 0; i + 2 < files.size(); i += 3) {
            make_file(work + '/' + files[i], files[i + 1] == "l", files[i + 2]);
        }
        step.input = fields.text();
        age_directory(work);
        answer += server.run(step, work, cpu_ms) + ' ';
    }
    answer.back() = '\n';
    if (::write(answers, answer.data(), answer.size()) != static_cast<ssize_t>(answer.size())) {
        die("serve: answer");
    }
}

}  // namespace

int main(int argc, char** argv) {
    Server server;
    const char* kconfig = nullptr;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string_view option = argv[i];
        if (option == "--exec") {
            server.program = argv[i + 1];
        } else if (option == "--preparse") {
            kconfig = argv[i + 1];
        } else if (option == "--max-output") {
            server.max_output = std::strtoull(argv[i + 1], nullptr, 10);
        } else {
            std::fprintf(stderr, "serve: unknown option %s\n", argv[i]);
            return 2;
        }
    }
    // Descriptors of its own, so that the standard ones are free for the children.
    const int requests = ::fcntl(0, F_DUPFD_CLOEXEC, 10);
    const int answers = ::fcntl(1, F_DUPFD_CLOEXEC, 10);
    const int messages = ::fcntl(2, F_DUPFD_CLOEXEC, 10);
    if (requests < 0 || answers < 0 || messages < 0) {
        die("serve");
    }
    if (kconfig != nullptr) {
        server.in.become(0);
        server.out.become(1);
        server.err.become(2);
        preparse(kconfig);
        std::fflush(nullptr);
        remember_messages(server.out.get(), server.err.get());
        ::dup2(messages, 2);
    }
    Fields fields(requests);
    std::string work;
    while (fields.next(work)) {
        serve_case(server, fields, work, answers);
    }
    return 0;
}
