// SPDX-License-Identifier: GPL-2.0
// Lines from whoever types them: a person at a terminal, or a pipe.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "fs/pipeline.hh"
#include "fs/shell_words.hh"

namespace lkl::tools {

class LineReader {
  public:
    virtual ~LineReader() = default;

    // The next line without its newline; nothing at the end of the input and once `stop` was set.
    virtual std::optional<std::string> read(const std::string& prompt) = 0;
};

// Completes a line: what is left of the cursor.
using Completer = std::function<fs::Completion(const std::string& line)>;

// Reads from standard input, without a prompt.
std::unique_ptr<LineReader> make_plain_reader(const fs::StopFlag& stop);

// Edits on the terminal, with a history of this session and completion by the tabulator key.
// Ctrl-C starts the line over.
std::unique_ptr<LineReader> make_terminal_reader(const std::string& program,
                                                 const fs::StopFlag& stop, Completer complete);

}  // namespace lkl::tools
