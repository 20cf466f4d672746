// SPDX-License-Identifier: GPL-2.0
// Merging of configuration fragments, as the kernel's merge_config.sh does it.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "kconfig/explain/explain.hh"
#include "kconfig/io/config_file.hh"
#include "kconfig/merge/annotation.hh"

namespace kconfig {

/// How fragments are put together.
struct MergeOptions {
    bool report_redundant = false;  ///< -r: say what a fragment repeats.
    bool builtin_wins = false;      ///< -y: m does not replace y.
    bool quiet_overrides = false;   ///< -Q: do not say what is overridden.
    std::string prefix = "CONFIG_";
    /// --for: comments behind values say when they bind (annotation.hh), and a
    /// line that is neither a value nor a comment is an error.
    std::optional<Version> annotations_for;
};

/// A value that some fragment asks for.
struct Request {
    std::string symbol;  ///< Without the prefix.
    std::string value;   ///< As written after "="; "n" for "is not set".
    ConfigLine where;
    bool optional = false;  ///< Its loss is none.
};

/// Collects fragments; the last one that speaks of a symbol wins.
class FragmentMerger {
  public:
    using Say = std::function<void(std::string_view)>;

    FragmentMerger(MergeOptions options, Say say)
        : options_(std::move(options)), say_(std::move(say)) {}

    /// The base comes first. False when the file cannot be used: error() says why.
    bool add_base(const std::string& file);
    bool add_fragment(const std::string& file);

    const std::string& error() const { return error_; }

    /// Whether a fragment changed a value that was there before.
    bool redefined() const { return redefined_; }

    /// All lines that are left, in order.
    std::vector<ConfigLine> lines() const;

    /// The values asked for, in order.
    std::vector<Request> requests() const;

  private:
    struct Entry {
        ConfigLine line;
        std::string symbol;  // empty for other lines
        std::string value;
        bool dropped = false;
        bool optional = false;
    };

    bool read(const std::string& file, std::string_view what, std::vector<Entry>& out);
    bool read_line(ConfigLine line, std::vector<Entry>& out);
    Entry parse(ConfigLine line) const;
    void report(const Entry& before, const Entry& now, const std::string& file);

    MergeOptions options_;
    Say say_;
    std::vector<Entry> entries_;
    std::map<std::string, std::size_t> last_;
    bool redefined_ = false;
    std::string error_;
};

/// A request that the configuration does not fulfil.
struct LostRequest {
    Request request;
    std::string actual;  ///< The line in .config, or empty.
    Reason why;
};

/// Compares the requests with the evaluator's current values.
std::vector<LostRequest> lost_requests(Evaluator& evaluator, const std::vector<Request>& requests);

/// Symbols of the tree whose names are close to @p name, best first.
std::vector<std::string> similar_names(const Tree& tree, std::string_view name);

}  // namespace kconfig
