// SPDX-License-Identifier: GPL-2.0
// The terminal.
#include "kconfig/tools/kmenu/screen.hh"

#include <curses.h>
#include <term.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <cwchar>

namespace kconfig::kmenu {

namespace {

constexpr int kPollMs = 250;  // so that signals are seen soon

volatile std::sig_atomic_t g_quit = 0;
bool g_on = false;

void quit_soon(int) {
    g_quit = 1;
}

// A crash must not leave the terminal in full-screen mode.
void on_crash(int signal) {
    if (g_on) {
        g_on = false;
        endwin();
    }
    std::signal(signal, SIG_DFL);
    std::raise(signal);
}

// A crash may be that there is no stack left.
alignas(16) char g_crash_stack[64 * 1024];

void handle(int signal, void (*handler)(int), int flags = 0) {
    struct sigaction action {};

    action.sa_handler = handler;
    action.sa_flags = flags;  // no SA_RESTART: getch() must return
    sigemptyset(&action.sa_mask);
    sigaction(signal, &action, nullptr);
}

void handle_crashes() {
    stack_t stack{};
    stack.ss_sp = g_crash_stack;
    stack.ss_size = sizeof g_crash_stack;
    const int flags = ::sigaltstack(&stack, nullptr) == 0 ? SA_ONSTACK : 0;
    for (const int signal : {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL}) {
        handle(signal, on_crash, flags);
    }
}

// How many bytes of @p text fit into @p room columns, without cutting a character in two; @p room
// becomes what is left of it.
std::size_t bytes_within(std::string_view text, int& room) {
    std::mbstate_t state{};
    std::size_t at = 0;
    while (at < text.size()) {
        wchar_t wide = 0;
        std::size_t length = std::mbrtowc(&wide, text.data() + at, text.size() - at, &state);
        int width = 1;
        if (length == 0 || length > text.size() - at) {
            length = 1;  // no character in this locale: curses shows it as "~C" or "M-C"
            width = 4;
            state = {};
        } else {
            width = std::max(0, ::wcwidth(wide));
        }
        if (width > room) {
            break;
        }
        room -= width;
        at += length;
    }
    return at;
}

short pair_of(Style style) {
    return static_cast<short>(static_cast<int>(style) + 1);
}

}  // namespace

Screen::Screen(std::string_view mode) {
    std::setlocale(LC_ALL, "");
    if (newterm(nullptr, stdout, stdin) == nullptr) {
        return;
    }
    works_ = tigetstr(const_cast<char*>("cup")) != nullptr;
    if (!works_) {
        endwin();
        return;
    }
    g_on = true;
    cbreak();
    noecho();
    nonl();
    keypad(stdscr, TRUE);
    set_escdelay(50);
    mousemask(BUTTON1_CLICKED | BUTTON1_DOUBLE_CLICKED | BUTTON4_PRESSED | BUTTON5_PRESSED,
              nullptr);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
        handle(signal, quit_soon);
    }
    handle_crashes();
    if (mode == "mono" || !has_colors()) {
        return;
    }
    // The terminal's own background stays: it may be light or dark.
    colors_ = start_color() == OK && use_default_colors() == OK;
    if (colors_) {
        const bool black = mode == "blackbg";
        const bool white = mode == "classic";
        const short back = static_cast<short>(black ? COLOR_BLACK : white ? COLOR_WHITE : -1);
        const short front = static_cast<short>(black ? COLOR_WHITE : white ? COLOR_BLACK : -1);
        init_pair(pair_of(Style::normal), front, back);
        init_pair(pair_of(Style::title), COLOR_WHITE, COLOR_BLUE);
        init_pair(pair_of(Style::selected), COLOR_WHITE, COLOR_BLUE);
        init_pair(pair_of(Style::hidden), COLOR_MAGENTA, back);
        init_pair(pair_of(Style::key), COLOR_RED, back);
        init_pair(pair_of(Style::pane), front, back);
        init_pair(pair_of(Style::warning), COLOR_RED, back);
        if (black || white) {
            bkgd(static_cast<chtype>(COLOR_PAIR(pair_of(Style::normal))));
        }
    }
}

Screen::~Screen() {
    if (g_on) {
        g_on = false;
        endwin();
    }
}

int Screen::width() const {
    return COLS;
}

int Screen::height() const {
    return LINES;
}

void Screen::clear() {
    erase();
}

void Screen::put(int y, int x, std::string_view text, Style style) {
    if (y < 0 || y >= LINES || x >= COLS) {
        return;
    }
    attr_t attributes = A_NORMAL;
    if (colors_) {
        attributes = static_cast<attr_t>(COLOR_PAIR(pair_of(style)));
        if (style == Style::title || style == Style::selected) {
            attributes |= A_BOLD;
        }
    } else if (style == Style::selected || style == Style::title) {
        attributes = A_REVERSE;
    } else if (style == Style::hidden) {
        attributes = A_DIM;
    } else if (style == Style::key || style == Style::warning) {
        attributes = A_BOLD;
    }
    attrset(static_cast<int>(attributes));
    int room = COLS - x;
    mvaddnstr(y, x, text.data(), static_cast<int>(bytes_within(text, room)));
    attrset(A_NORMAL);
}

void Screen::fill(int y, int x, int width, Style style) {
    put(y, x, std::string(static_cast<std::size_t>(std::max(0, width)), ' '), style);
}

void Screen::line(int y) {
    mvhline(y, 0, 0, COLS);
}

void Screen::cursor(int y, int x, bool visible) {
    curs_set(visible ? 1 : 0);
    move(y, x);
}

int Screen::width_of(std::string_view text) {
    int room = INT_MAX;
    bytes_within(text, room);
    return INT_MAX - room;
}

void Screen::show() {
    refresh();
}

int Screen::translate(int key) {
    switch (key) {
        case KEY_UP:
            return on_up;
        case KEY_DOWN:
            return on_down;
        case KEY_LEFT:
            return on_left;
        case KEY_RIGHT:
            return on_right;
        case KEY_PPAGE:
            return on_page_up;
        case KEY_NPAGE:
            return on_page_down;
        case KEY_HOME:
            return on_home;
        case KEY_END:
            return on_end;
        case KEY_ENTER:
        case '\r':
        case '\n':
            return on_enter;
        case KEY_BACKSPACE:
        case 127:
        case '\b':
            return on_backspace;
        case KEY_DC:
            return on_delete;
        case KEY_RESIZE:
            return on_resize;
        case 27:
            return on_escape;
        case '\t':
            return on_tab;
        default:
            return key < 256 ? key : on_none;
    }
}

int Screen::key(int idle_ms) {
    for (;;) {
        timeout(idle_ms >= 0 ? idle_ms : kPollMs);
        const int got = getch();
        if (g_quit != 0) {
            return on_quit;
        }
        if (got == ERR) {
            if (std::feof(stdin) != 0 || isatty(0) == 0) {
                return on_quit;  // nobody is there any more
            }
            if (idle_ms >= 0) {
                return on_idle;
            }
            continue;
        }
        if (got == KEY_MOUSE) {
            MEVENT event{};
            if (getmouse(&event) != OK) {
                continue;
            }
            if ((event.bstate & BUTTON4_PRESSED) != 0) {
                return on_wheel_up;
            }
            if ((event.bstate & BUTTON5_PRESSED) != 0) {
                return on_wheel_down;
            }
            mouse_y_ = event.y;
            double_click_ = (event.bstate & BUTTON1_DOUBLE_CLICKED) != 0;
            return on_mouse;
        }
        const int key = translate(got);
        if (key != on_none) {
            return key;
        }
    }
}

}  // namespace kconfig::kmenu
