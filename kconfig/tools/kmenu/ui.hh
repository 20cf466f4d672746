// SPDX-License-Identifier: GPL-2.0
// The dialogues of kmenu.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kconfig/tools/kmenu/model.hh"
#include "kconfig/tools/kmenu/screen.hh"
#include "kconfig/tools/kmenu/screen_host.hh"

namespace kconfig::kmenu {

/// Runs the menus until the user leaves.
class Ui {
  public:
    Ui(Screen& screen, Model& model, ScreenHost& host, std::string config)
        : screen_(screen), model_(model), host_(host), config_(std::move(config)) {}

    /// The program's exit code.
    int run();

  private:
    enum class Outcome { stay, leave, interrupted };

    void draw();
    void draw_rows(int top, int bottom);
    void draw_pane(int top, int bottom);
    Outcome handle(int key);
    Outcome try_to_leave();
    void activate();
    void assign(std::string_view value);
    void set_state(char key);
    std::string reason();
    void jump_to(const MenuNode* node);
    void search();
    void save();
    void load();
    void show_text(const std::string& title, const std::string& text);
    std::optional<std::string> ask(const std::string& question, const std::string& initial);
    int choose(const std::string& question, std::string_view keys);
    const Row* current();
    int rescue();
    bool offer_rescue();
    void keep_copy();
    void drop_copy();

    std::string rescue_name() const { return config_ + ".rescue"; }

    void edited() { edited_ = copy_pending_ = true; }

    Screen& screen_;
    Model& model_;
    ScreenHost& host_;
    std::string config_;
    std::size_t cursor_ = 0;
    std::size_t first_ = 0;
    int list_top_ = 2;
    int list_height_ = 1;
    std::string message_;
    bool interrupted_ = false;
    bool with_preview_ = false;  // the pane tells what would follow, too
    bool copy_pending_ = false;
    bool edited_ = false;
};

}  // namespace kconfig::kmenu
