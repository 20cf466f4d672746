// SPDX-License-Identifier: GPL-2.0
// Questions and answers of conf's interactive modes.
#pragma once

#include <string>
#include <string_view>

#include "kconfig/eval/evaluator.hh"
#include "kconfig/io/config_file.hh"

namespace kconfig {

/// Which questions are asked, and how.
enum class AskMode {
    all,       ///< oldaskconfig: everything.
    fresh,     ///< oldconfig, syncconfig: what has no value yet.
    list,      ///< listnewconfig: names it only.
    list_help  ///< helpnewconfig: with the help.
};

/// Asks on standard output and reads answers from standard input.
class Questioner {
  public:
    Questioner(Evaluator& evaluator, ConfigFiles& files, AskMode mode);

    /// Goes through the whole tree once: oldaskconfig.
    void ask_everything();

    /// Asks for new symbols until none is left. False when the input ended
    /// where an answer was needed.
    bool ask_new();

  private:
    enum class Answer { kept, typed };

    void ask(const MenuNode& menu);
    void ask_below(const MenuNode& menu);
    void look_for_new(const MenuNode& menu);
    void ask_state(const MenuNode& menu);
    void ask_text(const MenuNode& menu);
    void ask_choice(const MenuNode& menu);
    bool ask_choice_state_6_1(const MenuNode& menu);
    int list_members(const MenuNode& menu, const Symbol* current, int& current_number,
                     bool& is_new);
    Answer answer(const Symbol& symbol, std::string_view current);
    void read_line();

    void out(std::string_view text) { evaluator_.host().out(text); }

    void help(const MenuNode& menu);
    std::string_view prompt(const MenuNode& menu) const;
    const MenuNode& menu_around(const MenuNode& menu) const;

    Evaluator& evaluator_;
    ConfigFiles& files_;
    AskMode mode_;
    const MenuNode* root_ = nullptr;
    std::size_t indent_ = 1;
    int asked_ = 0;
    bool terminal_ = false;
    bool failed_ = false;
    std::string line_;
};

}  // namespace kconfig
