// SPDX-License-Identifier: GPL-2.0
// What the commands of kc share.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kconfig/base/host.hh"
#include "kconfig/io/config_file.hh"
#include "kconfig/model/load.hh"

namespace kconfig::tools {

/// Exit codes of kc.
enum Exit : int {
    exit_ok = 0,
    exit_error = 1,  ///< Wrong usage, unreadable files, broken Kconfig.
    exit_unmet = 2,  ///< The answer is no: lost values, differences, findings.
};

/// Options before the command.
struct GlobalOptions {
    std::string kconfig = "Kconfig";
    std::string config;  ///< Empty: KCONFIG_CONFIG or .config.
    std::optional<Dialect> dialect;
    bool cache = true;
};

/// The loaded tree with one configuration.
class Workspace {
  public:
    Workspace(Host& host, const GlobalOptions& options) : host_(host), options_(options) {}

    /// Reads the Kconfig files; false after messages.
    bool load();

    /// Reads the configuration file (an explicit name, else the global one).
    /// False, with a message, when it cannot be read.
    bool read_config(const std::string& name = {});
    /// The same, but without a file, and without -c, every symbol has its default.
    bool read_config_if_any();
    /// The same as read_config() for another evaluator's files.
    bool read_config(ConfigFiles& files, const std::string& name);

    Host& host() { return host_; }

    const Tree& tree() const { return *tree_; }

    Evaluator& evaluator() { return *evaluator_; }

    ConfigFiles& files() { return *files_; }

    /// The configuration's name; known before load().
    std::string config_name();

    /// The symbol of that name (with or without prefix); a message when none is.
    const Symbol* symbol(std::string_view name);

    void out(std::string_view text) { host_.out(text); }

    void error(std::string_view text);

  private:
    Host& host_;
    const GlobalOptions& options_;
    std::unique_ptr<Tree> tree_;
    std::unique_ptr<Evaluator> evaluator_;
    std::unique_ptr<ConfigFiles> files_;
};

/// Arguments behind the command's name.
using Arguments = std::vector<std::string>;

int merge_command(Workspace& workspace, const Arguments& arguments);
int explain_command(Workspace& workspace, const Arguments& arguments);
int diff_command(Workspace& workspace, const Arguments& arguments);
int lint_command(Workspace& workspace, const Arguments& arguments);
int search_command(Workspace& workspace, const Arguments& arguments);
int savedefconfig_command(Workspace& workspace, const Arguments& arguments);
int tree_command(Workspace& workspace, const Arguments& arguments);
int local_command(Workspace& workspace, const Arguments& arguments);
int set_command(Workspace& workspace, const Arguments& arguments);

}  // namespace kconfig::tools
