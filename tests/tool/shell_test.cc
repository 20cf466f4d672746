// SPDX-License-Identifier: GPL-2.0
// lkl shell: from a pipe, from -c, and at a terminal.

#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>

#include "tool_fixture.hh"

namespace lkl::tool_test {
namespace {

class Shell : public ToolTest {
  protected:
    void SetUp() override {
        work_.write("tree/a.txt", "hello\n");
        work_.write("tree/sub dir/b.txt", "two\n");
        image_ = make_image("ext4");
        expect_tool("cptofs", "-o 0:0 -i " + quote(image_) + " " + quote(path("tree")) + " /");
    }

    // Runs `script` from a pipe.
    [[nodiscard]] CommandResult shell(const std::string& script,
                                      const std::string& options = "") const {
        return run("cd " + quote(work_.path()) + " && printf '%s' " + quote(script) + " | " +
                   quote(LKL_TOOL_DIRECTORY "/lkl") + " shell -i " + quote(image_) + " " + options);
    }

    std::string image_;
};

TEST_F(Shell, RunsCommandsOfAPipe) {
    const auto result = shell(
        "# a comment\n"
        "pwd\n\n"
        "cd tree\n"
        "pwd\n"
        "ls\n"
        "cat a.txt 'sub dir/b.txt'\n"
        "cd 'sub dir/..'\n"
        "find --kind f .\n"
        "cat *.txt\n"
        "exit\n"
        "never reached\n");
    EXPECT_EQ(result.exit_code, 0);
    EXPECT_EQ(result.errors, "");
    EXPECT_EQ(result.output,
              "/\n/tree\na.txt\nsub dir\nhello\ntwo\n/tree/a.txt\n/tree/sub dir/b.txt\nhello\n");
}

TEST_F(Shell, ChangesAnImageThatIsOpenForWriting) {
    work_.write("new", "new\n");
    const auto result = shell(
        "mkdir made\nput new made\nmv tree/a.txt made/moved\nrm -r tree\n"
        "get made out\nls made",
        "--write && ls out/made");
    EXPECT_NE(result.exit_code, 0) << "out does not exist yet";
    EXPECT_NE(result.errors.find("get: cannot find the target directory out"), std::string::npos)
        << result.errors;
    expect_clean("ext4", image_);
    std::filesystem::create_directory(path("out"));
    const auto again = shell("get made out\ncat made/new\n");
    EXPECT_EQ(again.exit_code, 0) << again.errors;
    EXPECT_EQ(again.output, "new\n");
    EXPECT_EQ(work_.read("out/made/new"), "new\n");
    EXPECT_EQ(work_.read("out/made/moved"), "hello\n");
    expect_clean("ext4", image_);
}

TEST_F(Shell, WithoutWriteNothingIsChanged) {
    const std::string before = run("sha256sum " + quote(image_)).output;
    const auto result = shell("rm tree/a.txt\n");
    EXPECT_EQ(result.exit_code, 3);
    EXPECT_NE(result.errors.find("rm: cannot write to "), std::string::npos) << result.errors;
    EXPECT_NE(result.errors.find("it is open for reading only"), std::string::npos);
    EXPECT_EQ(run("sha256sum " + quote(image_)).output, before);
}

TEST_F(Shell, TheFirstFailureEndsAScript) {
    const auto stopped = shell("cat none\npwd\n");
    EXPECT_EQ(stopped.exit_code, 1);
    EXPECT_EQ(stopped.output, "");
    EXPECT_NE(stopped.errors.find("cat: cannot open /none: No such file or directory"),
              std::string::npos)
        << stopped.errors;
    const auto kept = shell("frobnicate\npwd\ncat none\n", "--keep-going");
    EXPECT_EQ(kept.exit_code, 2);
    EXPECT_EQ(kept.output, "/\n");
    EXPECT_NE(kept.errors.find("there is no command 'frobnicate'"), std::string::npos);
    EXPECT_EQ(shell("cat 'open\n").exit_code, 1);
    EXPECT_EQ(shell("cat --nonsense x\n").exit_code, 2);
}

TEST_F(Shell, CommandsOfTheCommandLine) {
    const auto result = shell("pwd\n", "-c 'cd tree' -c 'cat a.txt'");
    EXPECT_EQ(result.exit_code, 0) << result.errors;
    EXPECT_EQ(result.output, "hello\n");
}

TEST_F(Shell, HelpNamesEveryCommand) {
    const auto result = shell("help\n");
    for (const char* name : {"cd", "get", "put", "tar", "ls", "hash", "rm", "mv"}) {
        EXPECT_NE(result.output.find(std::string("  ") + name + " "), std::string::npos) << name;
    }
    EXPECT_EQ(result.output.find("inspect"), std::string::npos);
}

// A shell on a terminal of its own.
class Terminal {
  public:
    explicit Terminal(const std::string& image) {
        winsize size{24, 200, 0, 0};
        pid_ = ::forkpty(&fd_, nullptr, nullptr, &size);
        if (pid_ == 0) {
            ::setenv("TERM", "xterm", 1);
            ::setenv("LC_ALL", "C.UTF-8", 1);
            ::execl(LKL_TOOL_DIRECTORY "/lkl", "lkl", "shell", "-i", image.c_str(), nullptr);
            ::_exit(127);
        }
    }

    ~Terminal() {
        if (pid_ > 0) {
            ::kill(pid_, SIGKILL);
            ::waitpid(pid_, nullptr, 0);
        }
        ::close(fd_);
    }

    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    void type(const std::string& keys) const {
        EXPECT_EQ(::write(fd_, keys.data(), keys.size()), static_cast<ssize_t>(keys.size()));
    }

    // Waits until `text` is on the screen, below what was awaited before.
    bool await(const std::string& text) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        while (std::chrono::steady_clock::now() < deadline) {
            const std::size_t at = screen_.find(text, seen_);
            if (at != std::string::npos) {
                seen_ = at + text.size();
                return true;
            }
            pollfd poll{fd_, POLLIN, 0};
            char buffer[4096];
            if (::poll(&poll, 1, 100) > 0) {
                const ssize_t size = ::read(fd_, buffer, sizeof(buffer));
                if (size <= 0) {
                    break;
                }
                screen_.append(buffer, static_cast<std::size_t>(size));
            }
        }
        ADD_FAILURE() << "missing: " << text << "\nin: " << screen_.substr(seen_);
        return false;
    }

    // The status that the shell ends with; all it says is read meanwhile.
    int wait() {
        int status = 0;
        char buffer[4096];
        while (::read(fd_, buffer, sizeof(buffer)) > 0) {
        }
        ::waitpid(pid_, &status, 0);
        pid_ = -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }

    [[nodiscard]] pid_t pid() const { return pid_; }

  private:
    int fd_ = -1;
    pid_t pid_ = -1;
    std::string screen_;
    std::size_t seen_ = 0;
};

TEST_F(Shell, CompletesAndRemembersAtATerminal) {
    Terminal terminal(image_);
    ASSERT_TRUE(terminal.await("lkl:/> "));
    terminal.type("cd tr\t\r");
    ASSERT_TRUE(terminal.await("lkl:/tree> "));
    terminal.type("cat sub\tb\t\r");
    ASSERT_TRUE(terminal.await("two\r\n"));
    ASSERT_TRUE(terminal.await("lkl:/tree> "));
    terminal.type("\033[A\r");  // the line before, once more
    ASSERT_TRUE(terminal.await("two\r\n"));
    ASSERT_TRUE(terminal.await("lkl:/tree> "));
    terminal.type("h\t");  // several: hash and help
    ASSERT_TRUE(terminal.await("hash\r\nhelp\r\n"));
    terminal.type("\003");  // Ctrl-C: the line is gone
    terminal.type("pwd\r");
    ASSERT_TRUE(terminal.await("/tree\r\n"));
    ASSERT_TRUE(terminal.await("lkl:/tree> "));
    terminal.type("cat none\r");
    ASSERT_TRUE(terminal.await("cannot open /tree/none"));
    ASSERT_TRUE(terminal.await("lkl:/tree> "));
    terminal.type("exit\r");
    EXPECT_EQ(terminal.wait(), 0);
}

TEST_F(Shell, ASignalAtThePromptEndsItCleanly) {
    Terminal terminal(image_);
    ASSERT_TRUE(terminal.await("lkl:/> "));
    ASSERT_EQ(::kill(terminal.pid(), SIGTERM), 0);
    EXPECT_EQ(terminal.wait(), 128 + SIGTERM);
    expect_clean("ext4", image_);
}

}  // namespace
}  // namespace lkl::tool_test
