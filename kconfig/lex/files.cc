// SPDX-License-Identifier: GPL-2.0
// The lexer's stack of files: source statements and ends of files.
#include "kconfig/base/file_text.hh"
#include "kconfig/base/text.hh"
#include "kconfig/lex/lexer.hh"

namespace kconfig {

namespace {

constexpr int kScannerFailure = 2;

}  // namespace

std::optional<FileText> Lexer::load(std::string_view name) {
    FileText text;
    if (!spare_.empty()) {
        text = std::move(spare_.back());
        spare_.pop_back();
    }
    if (!reader_.read(name, text)) {
        return std::nullopt;
    }
    if (text.unreadable) {
        // A directory opens but cannot be read; the original's scanner dies so.
        diagnostics_.raw("input in flex scanner failed\n");
        diagnostics_.set_fatal(kScannerFailure);
    }
    return text;
}

// Goes on at the beginning of a file.
void Lexer::enter(SourceFile* file, FileText text) {
    text_ = text.view();
    if (diagnostics_.keeps_texts()) {
        diagnostics_.remember(file, text_);
        tree_.buffers.push_back(std::move(text.data));
        text = FileText();
    }
    file_text_ = std::move(text);
    file_ = file;
    at_ = 0;
    line_ = 1;
}

// Goes back to the file that the current one was sourced from.
void Lexer::leave() {
    if (file_text_.data != nullptr) {
        spare_.push_back(std::move(file_text_));
    }
    file_text_ = std::move(open_.back().file_text);
    text_ = open_.back().text;
    at_ = open_.back().at;
    open_.pop_back();
}

void Lexer::open(std::string_view name) {
    std::optional<FileText> text = load(name);
    if (!text) {
        diagnostics_.raw(cat("can't find file ", name, '\n'));
        diagnostics_.set_fatal();
        return;
    }
    enter(tree_.file_record(name), std::move(*text));
}

void Lexer::source(std::string_view name) {
    const bool old = tree_.profile().is_6_1();
    if (old && file_ == nullptr) {
        // The line that says so is the end of everything, and 6.1 loses itself here.
        diagnostics_.raw(cat("can't read file \"", name,
                             "\": the source statement needs a new line at its end\n"));
        diagnostics_.set_fatal();
        return;
    }
    SourceFile* file = old ? tree_.file_record(name) : nullptr;
    open_.push_back({std::move(file_text_), text_, at_, line_, file_, statement_line_});
    std::optional<FileText> text = load(name);
    if (!text) {
        diagnostics_.report(old ? statement() : SourcePoint{file_, statement_line_, 0},
                            cat("can't open file \"", name, '"'),
                            "the name is looked up in the current directory, then in $srctree");
        diagnostics_.set_fatal();
        return;
    }
    if (old) {
        file_->resume_line = line_;
        recursive_inclusion_6_1(*file);
    } else {
        recursive_inclusion(name);
        if (!diagnostics_.fatal()) {
            file = tree_.file_record(name);
        }
    }
    if (diagnostics_.fatal()) {
        return;
    }
    file->parent = old ? file_ : nullptr;
    enter(file, std::move(*text));
}

void Lexer::recursive_inclusion(std::string_view name) {
    bool found = false;
    for (const Open& open : open_) {
        found = found || open.file->name == name;
    }
    if (!found) {
        return;
    }
    std::string message =
        cat("Recursive inclusion detected.\nInclusion path:\n  current file : ", name, '\n');
    for (auto open = open_.rbegin(); open != open_.rend(); ++open) {
        append(message, "  included from: ", open->file->name, ':', open->source_line, '\n');
    }
    diagnostics_.raw(message);
    diagnostics_.set_fatal();
}

void Lexer::recursive_inclusion_6_1(const SourceFile& file) {
    bool found = false;
    for (const SourceFile* above = file_; above != nullptr && !found; above = above->parent) {
        found = above == &file;
    }
    if (!found) {
        return;
    }
    std::string message =
        cat("Recursive inclusion detected.\nInclusion path:\n  current file : ", file.name, '\n');
    const SourceFile* above = file_;
    for (;; above = above->parent) {
        append(message, "  included from: ", above->name, ':', above->resume_line - 1, '\n');
        if (above == &file) {
            break;
        }
    }
    diagnostics_.raw(message);
    diagnostics_.set_fatal();
}

void Lexer::end_of_file(Token& token) {
    if (!ends_statement(previous_)) {
        diagnostics_.warn({file_, line_, 0}, "no new line at end of file");
    }
    if (tree_.profile().is_6_1()) {
        if (file_ == nullptr) {
            return;
        }
        file_ = file_->parent;
        if (file_ != nullptr) {
            line_ = file_->resume_line;
        }
    } else if (open_.empty()) {
        return;
    } else {
        line_ = open_.back().line;
        file_ = open_.back().file;
    }
    if (!open_.empty()) {
        leave();
    }
    token.kind = TokenKind::eol;
}

}  // namespace kconfig
