// SPDX-License-Identifier: GPL-2.0
// The terminal: curses, and giving it back whatever happens.
#pragma once

#include <string>
#include <string_view>

namespace kconfig::kmenu {

/// What a piece of text is, for its colours.
enum class Style { normal, title, selected, hidden, key, pane, warning };

/// Keys that are no characters.
enum Key : int {
    on_up = 0x110000,
    on_down,
    on_left,
    on_right,
    on_page_up,
    on_page_down,
    on_home,
    on_end,
    on_enter,
    on_backspace,
    on_delete,
    on_escape,
    on_tab,
    on_resize,
    on_mouse,
    on_wheel_up,
    on_wheel_down,
    on_quit,  ///< SIGINT, SIGTERM, SIGHUP or SIGQUIT came.
    on_idle,  ///< Nothing came in time.
    on_none,
};

/// One terminal in full-screen mode. Only one may exist.
class Screen {
  public:
    /// @p mode is MENUCONFIG_COLOR: mono, blackbg or classic; any other name keeps the
    /// terminal's own background.
    explicit Screen(std::string_view mode);
    Screen(const Screen&) = delete;
    Screen& operator=(const Screen&) = delete;
    ~Screen();

    /// False where the terminal cannot place its cursor (TERM=dumb).
    bool works() const { return works_; }

    int width() const;
    int height() const;

    void clear();
    /// Writes text, cut off at the right edge.
    void put(int y, int x, std::string_view text, Style style = Style::normal);
    /// Fills a line's rest.
    void fill(int y, int x, int width, Style style);
    void line(int y);
    void cursor(int y, int x, bool visible);
    /// How many columns the text takes.
    static int width_of(std::string_view text);
    void show();

    /// The next key: a byte, or a Key. With @p idle_ms on_idle when none came within
    /// that time; without, it waits.
    int key(int idle_ms = -1);

    /// Where the mouse was for on_mouse; whether it was a double click.
    int mouse_y() const { return mouse_y_; }

    bool double_click() const { return double_click_; }

  private:
    int translate(int key);

    bool works_ = false;
    bool colors_ = false;
    int mouse_y_ = 0;
    bool double_click_ = false;
};

}  // namespace kconfig::kmenu
