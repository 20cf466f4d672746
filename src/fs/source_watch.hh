// SPDX-License-Identifier: GPL-2.0
// Which of the named sources a copy has not come to the end of.
#pragma once

#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "fs/stream.hh"

namespace lkl::fs {

// Hands everything on to another sink. A source has ended with the last item of the entry of its
// own name; a source that has no entry of its own ("." or "/") never ends.
class SourceWatch final : public Sink {
  public:
    SourceWatch(std::unique_ptr<Sink> next, const std::vector<std::string>& sources);

    Result<void> take(Item& item) override;

    Result<void> finish() override { return next_->finish(); }

    // A sentence for every source that has not ended, in the order of the command line: at which
    // entry the copy stopped, or that it never began.
    [[nodiscard]] std::vector<std::string> unfinished() const;

  private:
    void ended(const std::string& source);

    std::unique_ptr<Sink> next_;
    std::vector<std::string> order_;  // without slashes at the end
    std::unordered_set<std::string> open_;
    std::string last_;  // the entry that came last
};

}  // namespace lkl::fs
