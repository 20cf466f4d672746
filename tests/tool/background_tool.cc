// SPDX-License-Identifier: GPL-2.0
#include "background_tool.hh"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

namespace lkl::tool_test {

BackgroundTool::BackgroundTool(const std::string& name, std::vector<std::string> arguments) {
    int ends[2];
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    read_end_ = UniqueFd(ends[0]);
    const UniqueFd write_end(ends[1]);
    EXPECT_EQ(::fcntl(write_end.get(), F_SETFL, O_NONBLOCK), 0);
    const std::array<char, 4096> filling{};
    for (ssize_t size = 0; size >= 0;) {
        size = ::write(write_end.get(), filling.data(), filling.size());
        filling_ += static_cast<std::size_t>(std::max<ssize_t>(size, 0));
    }
    EXPECT_EQ(::fcntl(write_end.get(), F_SETFL, 0), 0);

    const std::string program = std::string(LKL_TOOL_DIRECTORY) + "/" + name;
    arguments.insert(arguments.begin(), program);
    std::vector<char*> words;
    for (std::string& argument : arguments) {
        words.push_back(argument.data());
    }
    words.push_back(nullptr);
    error_file_ = UniqueFd(::memfd_create("errors", MFD_CLOEXEC));
    process_ = ::fork();
    if (process_ == 0) {
        ::dup2(write_end.get(), STDOUT_FILENO);
        ::dup2(error_file_.get(), STDERR_FILENO);
        ::execv(program.c_str(), words.data());
        ::_exit(127);
    }
}

BackgroundTool::~BackgroundTool() {
    if (process_ > 0) {
        ::kill(process_, SIGKILL);
        ::waitpid(process_, nullptr, 0);
    }
}

std::vector<std::string> BackgroundTool::status(const std::string& field) const {
    std::vector<std::string> values;
    std::error_code gone;
    const std::string tasks = "/proc/" + std::to_string(process_) + "/task";
    for (const auto& task : std::filesystem::directory_iterator(tasks, gone)) {
        std::ifstream file(task.path() / "status");
        for (std::string line; std::getline(file, line);) {
            if (line.rfind(field + ":\t", 0) == 0) {
                values.push_back(line.substr(field.size() + 2));
            }
        }
    }
    return values;
}

bool BackgroundTool::wait_for(const std::string& field, const std::string& value) const {
    for (int i = 0; i < 3000; ++i) {
        const auto values = status(field);
        if (!values.empty() && std::all_of(values.begin(), values.end(),
                                           [&](const auto& one) { return one == value; })) {
            return true;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
}

bool BackgroundTool::wait_for_output() const {
    const std::string call = "/proc/" + std::to_string(process_) + "/syscall";
    for (int i = 0; i < 3000; ++i) {
        long number = -1;
        std::string descriptor;
        std::ifstream(call) >> number >> descriptor;
        if (number == SYS_write && descriptor == "0x1") {
            return true;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
}

int BackgroundTool::finish() {
    std::array<char, 65536> buffer{};
    for (ssize_t size = 1; size > 0;) {
        size = ::read(read_end_.get(), buffer.data(), buffer.size());
        output_.append(buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    }
    output_.erase(0, filling_);
    int status = 0;
    EXPECT_EQ(::waitpid(process_, &status, 0), process_);
    for (ssize_t size = 1; size > 0;) {
        size = ::pread(error_file_.get(), buffer.data(), buffer.size(),
                       static_cast<off_t>(errors_.size()));
        errors_.append(buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    }
    process_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

}  // namespace lkl::tool_test
