// SPDX-License-Identifier: GPL-2.0
#include "lkl/line_reader.hh"

#include <histedit.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <clocale>
#include <cstdio>
#include <cwchar>

#include "fs/entry_text.hh"

namespace lkl::tools {
namespace {

// Waits for standard input and reads what there is; 0 at the end and when `stop` was set.
std::size_t read_input(char* buffer, std::size_t size, const fs::StopFlag& stop) {
    constexpr int kLook = 50;  // milliseconds
    while (!stop) {
        pollfd input{STDIN_FILENO, POLLIN, 0};
        if (::poll(&input, 1, kLook) <= 0) {
            continue;
        }
        const ssize_t count = ::read(STDIN_FILENO, buffer, size);
        if (count >= 0) {
            return static_cast<std::size_t>(count);
        }
        if (errno != EINTR && errno != EAGAIN) {
            break;
        }
    }
    return 0;
}

class PlainReader final : public LineReader {
  public:
    explicit PlainReader(const fs::StopFlag& stop) : stop_(stop) {}

    std::optional<std::string> read(const std::string& /*prompt*/) override {
        std::size_t end = 0;
        while ((end = pending_.find('\n')) == std::string::npos) {
            std::array<char, 4096> buffer{};
            const std::size_t count = read_input(buffer.data(), buffer.size(), stop_);
            if (count == 0) {
                if (stop_ || pending_.empty()) {
                    return std::nullopt;
                }
                return std::exchange(pending_, {});
            }
            pending_.append(buffer.data(), count);
        }
        std::string line = pending_.substr(0, end);
        pending_.erase(0, end + 1);
        return line;
    }

  private:
    const fs::StopFlag& stop_;
    std::string pending_;
};

// libedit hands no context to its callbacks but this: a pointer set with EL_CLIENTDATA.
class TerminalReader final : public LineReader {
  public:
    TerminalReader(const std::string& program, const fs::StopFlag& stop, Completer complete)
        : stop_(stop),
          complete_(std::move(complete)),
          history_(::history_init()),
          editor_(::el_init(program.c_str(), stdin, stdout, stderr)) {
        constexpr int kHistorySize = 1000;
        HistEvent event{};
        ::history(history_.get(), &event, H_SETSIZE, kHistorySize);
        ::history(history_.get(), &event, H_SETUNIQUE, 1);
        EditLine* editor = editor_.get();
        ::el_set(editor, EL_CLIENTDATA, this);
        ::el_set(editor, EL_PROMPT, &TerminalReader::prompt_of);
        ::el_set(editor, EL_EDITOR, "emacs");
        ::el_set(editor, EL_HIST, ::history, history_.get());
        ::el_set(editor, EL_GETCFN, &TerminalReader::get_character);
        // libedit keeps these two strings; of narrow ones it would make copies that nobody frees.
        ::el_wset(editor, EL_ADDFN, L"complete", L"Complete the word",
                  &TerminalReader::on_complete);
        ::el_set(editor, EL_BIND, "^I", "complete", nullptr);
        ::el_set(editor, EL_BIND, "^R", "em-inc-search-prev", nullptr);
        // Ctrl-C comes as a character and empties the line.
        ::el_set(editor, EL_SETTY, "-d", "-isig", nullptr);
        ::el_set(editor, EL_BIND, "^C", "em-kill-line", nullptr);
    }

    std::optional<std::string> read(const std::string& prompt) override {
        prompt_ = prompt;
        int count = 0;
        const char* line = ::el_gets(editor_.get(), &count);
        if (line == nullptr || count <= 0 || stop_) {
            std::fputs("\n", stdout);
            return std::nullopt;
        }
        std::string text(line, static_cast<std::size_t>(count));
        if (text.back() == '\n') {
            text.pop_back();
        }
        if (text.find_first_not_of(" \t") != std::string::npos) {
            HistEvent event{};
            ::history(history_.get(), &event, H_ENTER, text.c_str());
        }
        return text;
    }

  private:
    static TerminalReader& self(EditLine* editor) {
        void* data = nullptr;
        ::el_get(editor, EL_CLIENTDATA, &data);
        return *static_cast<TerminalReader*>(data);
    }

    static const char* prompt_of(EditLine* editor) { return self(editor).prompt_.c_str(); }

    // One character, byte by byte, so that a signal is seen while nobody types.
    static int get_character(EditLine* editor, wchar_t* character) {
        std::mbstate_t state{};
        for (;;) {
            char byte = 0;
            if (read_input(&byte, 1, self(editor).stop_) == 0) {
                return 0;
            }
            const std::size_t length = std::mbrtowc(character, &byte, 1, &state);
            if (length == static_cast<std::size_t>(-1)) {
                state = {};  // no character of this locale: wait for the next
            } else if (length != static_cast<std::size_t>(-2)) {
                return 1;
            }
        }
    }

    static unsigned char on_complete(EditLine* editor, int /*key*/) {
        const LineInfo* line = ::el_line(editor);
        const auto completion = self(editor).complete_(std::string(line->buffer, line->cursor));
        if (!completion.insert.empty()) {
            return ::el_insertstr(editor, completion.insert.c_str()) == 0 ? CC_REFRESH : CC_ERROR;
        }
        if (completion.choices.empty()) {
            return CC_ERROR;
        }
        std::fputs("\n", stdout);
        for (const std::string& choice : completion.choices) {
            std::fprintf(stdout, "%s\n", fs::printable(choice).c_str());
        }
        return CC_REDISPLAY;
    }

    struct HistoryEnd {
        void operator()(History* history) const { ::history_end(history); }
    };

    struct EditorEnd {
        void operator()(EditLine* editor) const { ::el_end(editor); }
    };

    const fs::StopFlag& stop_;
    Completer complete_;
    std::string prompt_;
    std::unique_ptr<History, HistoryEnd> history_;
    std::unique_ptr<EditLine, EditorEnd> editor_;
};

}  // namespace

std::unique_ptr<LineReader> make_plain_reader(const fs::StopFlag& stop) {
    return std::make_unique<PlainReader>(stop);
}

std::unique_ptr<LineReader> make_terminal_reader(const std::string& program,
                                                 const fs::StopFlag& stop, Completer complete) {
    std::setlocale(LC_CTYPE, "");
    return std::make_unique<TerminalReader>(program, stop, std::move(complete));
}

}  // namespace lkl::tools
