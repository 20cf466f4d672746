// SPDX-License-Identifier: GPL-2.0
// Reading and writing of .config and of everything that is made from it.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "kconfig/eval/evaluator.hh"

namespace kconfig {

class OutputFile;

/// Which C header autoconf.h is.
enum class HeaderStyle {
    plain,    ///< CONFIG_X and CONFIG_X_MODULE, as today.
    enabled,  ///< Also __enabled_CONFIG_X macros, 0 or 1, as before Linux 3.x's kconfig.h.
};

/// A line of a configuration file, and where it stands.
struct ConfigLine {
    std::string file;
    int line = 0;
    std::string text;  ///< Without the end of the line.
};

/// The files of one configuration, named by the KCONFIG_* variables. Messages,
/// warnings and file operations are those of the original.
class ConfigFiles {
  public:
    /// Receives "configuration written to .config" and the like.
    using Message = std::function<void(std::string_view)>;

    explicit ConfigFiles(Evaluator& evaluator);

    /// Who gets the messages; an empty function silences them.
    void set_message(Message message) { message_ = std::move(message); }

    void set_header_style(HeaderStyle style) { header_ = style; }

    /// Reads a configuration: of the given name, or .config or one of
    /// KCONFIG_DEFCONFIG_LIST. False when there is none. Then everything is
    /// computed, and changed() tells whether the file is still right.
    bool read(const char* name);

    /// Only takes the values from the file.
    bool read_simple(const char* name, Source source);

    /// Takes the values from lines of several files; warnings name the files.
    void read_lines(const std::vector<ConfigLine>& lines);

    /// Writes .config. False on errors (some are reported); the file is as it was then, unless
    /// KCONFIG_OVERWRITECONFIG has it written in place.
    bool write(const char* name = nullptr);

    /// Writes only what differs from the defaults. False on errors.
    bool write_defconfig(const std::string& name);

    /// Writes auto.conf, the headers, auto.conf.cmd and the touched files; does
    /// nothing when auto.conf exists, unless @p overwrite.
    bool write_autoconf(bool overwrite);

    /// The lines of .config as text, without writing a file.
    std::string dot_config();

    /// Whether warnings are errors (KCONFIG_WERROR) and there were some.
    bool has_errors();

    std::string config_name();

    /// "CONFIG_", or what the environment says instead.
    std::string prefix();

    /// A line "CONFIG_X=..." as --listnewconfig prints it.
    std::string list_line(const Symbol& symbol);

  private:
    enum class Unset { assign, comment, omit };

    struct Line {
        std::string_view name;
        std::string_view value;
    };

    bool split_line(std::string_view text, Line& out);
    void read_text(std::string_view text, Source source);
    void take_line(std::string_view line, Source source);
    bool take_value(const Symbol& symbol, Source source, std::string& value);
    void settle_choice(const Symbol& symbol);
    void settle_choice_6_1(const Symbol& symbol, Source source);
    void check_read();
    void check_read_6_1(bool& unsaved);
    std::string string_from_env(const char* name, const char* fallback);
    void message(std::string_view text);
    void warn(std::string_view text);

    void append_symbol(std::string& out, const Symbol& symbol, Unset unset, bool escape);
    void append_enabled(std::string& out, const Symbol& symbol, bool has_line);
    void append_for_c(std::string& out, const Symbol& symbol);
    void append_for_rust(std::string& out, const Symbol& symbol);
    void append_heading(std::string& out, bool c_style);
    bool write_command_file(const std::string& autoconf);
    bool complete(OutputFile& file, const std::string& name);
    bool touch(std::string_view name);
    bool touch_changed();
    bool differs(const Symbol& symbol);
    template <typename Append>
    bool write_all(const std::string& name, const char* heading, Append append_one);

    Evaluator& evaluator_;
    Message message_;
    HeaderStyle header_ = HeaderStyle::plain;
    std::string file_;
    std::string touch_directory_;
    std::string prefix_;  // as it was when reading began
    bool warn_unknown_ = false;
    int line_ = 0;
    int warnings_ = 0;
};

/// "..." with backslashes before quotes and backslashes.
std::string quoted(std::string_view text);

}  // namespace kconfig
