// SPDX-License-Identifier: GPL-2.0
// The macro language of Kconfig: $(variable) and $(function,arguments).
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "kconfig/base/diagnostics.hh"
#include "kconfig/base/host.hh"

namespace kconfig {

/// How an assignment behaves: "=", ":=" and "+=".
enum class VariableFlavor { recursive, simple, append };

/// Runs $(shell,...) commands; the probe cache stands in here.
using ShellRunner = std::function<std::optional<std::string>(const std::string& command)>;

/// Holds the variables and expands references. Variables hide functions, and
/// functions hide the environment.
class MacroExpander {
  public:
    /// Tells where in the Kconfig files the expansion happens.
    using Here = std::function<SourcePoint()>;

    /// @p environment receives every environment variable used, once each.
    MacroExpander(Diagnostics& diagnostics, Here here, ShellRunner shell,
                  std::vector<std::pair<std::string, std::string>>& environment);

    /// Defines or changes a variable.
    void assign(std::string_view name, std::string_view value, VariableFlavor flavor);

    /// Expands what follows a '$' at text[at - 1]; moves @p at behind it.
    std::string expand_dollar(std::string_view text, std::size_t& at);

    /// Expands a word that starts at text[at]; moves @p at to its end.
    std::string expand_word(std::string_view text, std::size_t& at);

  private:
    using Arguments = std::vector<std::string>;

    struct Variable {
        std::string value;
        VariableFlavor flavor = VariableFlavor::recursive;
        int depth = 0;
    };

    std::string dollar(std::string_view text, std::size_t& at, const Arguments& args);
    std::string clause(std::string_view text, const Arguments& args);
    std::string call(std::string_view text, const Arguments& args);
    std::string expand(std::string_view text, const Arguments& args);
    bool variable(const std::string& name, const Arguments& args, std::string& result);
    bool function(const std::string& name, const Arguments& args, std::string& result);
    bool environment_variable(const std::string& name, std::string& result);
    std::string run_shell(const std::string& command);
    void fail(std::string_view message, std::string_view advice);

    Diagnostics& diagnostics_;
    Here here_;
    ShellRunner shell_;
    std::vector<std::pair<std::string, std::string>>& environment_;
    std::unordered_map<std::string, Variable> variables_;
    int nesting_ = 0;
};

}  // namespace kconfig
