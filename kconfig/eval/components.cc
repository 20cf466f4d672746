// SPDX-License-Identifier: GPL-2.0
// Tarjan's algorithm with a stack of its own: chains of symbols are long.
#include "kconfig/eval/components.hh"

#include <algorithm>

namespace kconfig {

namespace {

constexpr std::uint32_t kUnseen = 0;

struct Frame {
    std::uint32_t node;
    std::size_t edge = 0;
};

class Finder {
  public:
    explicit Finder(const std::vector<std::vector<std::uint32_t>>& next)
        : next_(next), index_(next.size(), kUnseen), low_(next.size()), open_(next.size(), 0) {
        found_.of.resize(next.size());
    }

    Components run() {
        for (std::uint32_t node = 0; node < next_.size(); ++node) {
            if (index_[node] == kUnseen) {
                visit(node);
            }
        }
        // A part is found after everything behind it.
        std::reverse(found_.members.begin(), found_.members.end());
        const auto parts = static_cast<std::uint32_t>(found_.members.size());
        for (std::uint32_t& part : found_.of) {
            part = parts - 1 - part;
        }
        return std::move(found_);
    }

  private:
    void enter(std::uint32_t node) {
        index_[node] = low_[node] = ++count_;
        open_[node] = 1;
        path_.push_back(node);
        frames_.push_back({node});
    }

    void visit(std::uint32_t root) {
        enter(root);
        while (!frames_.empty()) {
            Frame& frame = frames_.back();
            const std::uint32_t node = frame.node;
            if (frame.edge < next_[node].size()) {
                const std::uint32_t behind = next_[node][frame.edge++];
                if (index_[behind] == kUnseen) {
                    enter(behind);
                } else if (open_[behind] != 0) {
                    low_[node] = std::min(low_[node], index_[behind]);
                }
                continue;
            }
            frames_.pop_back();
            if (!frames_.empty()) {
                std::uint32_t& above = low_[frames_.back().node];
                above = std::min(above, low_[node]);
            }
            if (low_[node] == index_[node]) {
                close(node);
            }
        }
    }

    void close(std::uint32_t first) {
        std::vector<std::uint32_t>& part = found_.members.emplace_back();
        std::uint32_t node = 0;
        do {
            node = path_.back();
            path_.pop_back();
            open_[node] = 0;
            found_.of[node] = static_cast<std::uint32_t>(found_.members.size() - 1);
            part.push_back(node);
        } while (node != first);
    }

    const std::vector<std::vector<std::uint32_t>>& next_;
    std::vector<std::uint32_t> index_;
    std::vector<std::uint32_t> low_;
    std::vector<char> open_;
    std::vector<std::uint32_t> path_;
    std::vector<Frame> frames_;
    std::uint32_t count_ = 0;
    Components found_;
};

}  // namespace

Components find_components(const std::vector<std::vector<std::uint32_t>>& next) {
    return Finder(next).run();
}

}  // namespace kconfig
