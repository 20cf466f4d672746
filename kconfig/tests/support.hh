// SPDX-License-Identifier: GPL-2.0
// What the tests of the library share: a host without a process, trees from text.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <string>

#include "kconfig/io/config_file.hh"
#include "kconfig/model/load.hh"

namespace kconfig::test {

/// Keeps what is printed and has an environment of its own.
class FakeHost : public Host {
  public:
    const char* env(const char* name) override {
        const auto found = variables.find(name);
        return found != variables.end() ? found->second.c_str() : nullptr;
    }

    void out(std::string_view text) override { printed.append(text); }

    void err(std::string_view text) override { complained.append(text); }

    std::optional<std::string> shell(const std::string& command, std::size_t) override {
        commands.push_back(command);
        return answers[command];
    }

    std::map<std::string, std::string> variables;
    std::map<std::string, std::string> answers;
    std::vector<std::string> commands;
    std::string printed;
    std::string complained;
};

/// A directory that is gone after the test.
class TemporaryDirectory {
  public:
    TemporaryDirectory() {
        std::string name = (std::filesystem::temp_directory_path() / "kconfig-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) {
            throw std::runtime_error("cannot make a temporary directory");
        }
        path_ = name;
    }

    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    ~TemporaryDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    std::string file(const std::string& name) const { return path_ + "/" + name; }

    void write(const std::string& name, const std::string& text) const {
        std::ofstream(file(name), std::ios::binary) << text;
    }

    std::string read(const std::string& name) const {
        std::ifstream in(file(name), std::ios::binary);
        std::stringstream text;
        text << in.rdbuf();
        return text.str();
    }

  private:
    std::string path_;
};

/// The current directory, as long as this lives.
class WorkingDirectory {
  public:
    explicit WorkingDirectory(const std::string& path) : before_(std::filesystem::current_path()) {
        std::filesystem::current_path(path);
    }

    WorkingDirectory(const WorkingDirectory&) = delete;
    WorkingDirectory& operator=(const WorkingDirectory&) = delete;

    ~WorkingDirectory() {
        std::error_code ignored;
        std::filesystem::current_path(before_, ignored);
    }

  private:
    std::filesystem::path before_;
};

/// A tree read from text, with an evaluator.
class Fixture : public ::testing::Test {
  protected:
    /// Reads @p text as the top file; false when it is refused.
    bool load(const std::string& text, Dialect dialect = Dialect::v6_12) {
        directory.write("Top", text);
        host.variables["srctree"] = directory.file("");
        Profile profile;
        profile.dialect = dialect;
        profile.bug_compat = bug_compat;
        Diagnostics diagnostics(host, style);
        tree = load_tree("Top", profile, diagnostics);
        exit_code = diagnostics.exit_code();
        if (tree == nullptr) {
            return false;
        }
        evaluator = std::make_unique<Evaluator>(*tree, host);
        evaluator->set_changed(true);
        evaluator->clear_all();
        files = std::make_unique<ConfigFiles>(*evaluator);
        return true;
    }

    const Symbol& symbol(const std::string& name) {
        const Symbol* const found = tree->find(name);
        if (found == nullptr) {
            throw std::runtime_error("no symbol " + name);
        }
        return *found;
    }

    std::string value(const std::string& name) {
        evaluator->calc(symbol(name));
        return std::string(evaluator->text(symbol(name)));
    }

    void set(const std::string& name, const std::string& text) {
        ASSERT_TRUE(evaluator->assign(symbol(name), text)) << name << "=" << text;
        evaluator->clear_all();
    }

    /// The lines of .config without comments and blank lines.
    std::string config() {
        std::stringstream text(files->dot_config());
        std::string out;
        for (std::string line; std::getline(text, line);) {
            if (line.starts_with("CONFIG_") || line.ends_with("is not set")) {
                out += line + "\n";
            }
        }
        return out;
    }

    TemporaryDirectory directory;
    FakeHost host;
    MessageStyle style = MessageStyle::strict;
    bool bug_compat = false;
    int exit_code = 0;
    std::unique_ptr<Tree> tree;
    std::unique_ptr<Evaluator> evaluator;
    std::unique_ptr<ConfigFiles> files;
};

}  // namespace kconfig::test
