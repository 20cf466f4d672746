// SPDX-License-Identifier: GPL-2.0
// Claims, what they follow from, and the cheapest way to derive one.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <queue>
#include <unordered_map>
#include <utility>
#include <vector>

#include "kconfig/model/types.hh"

namespace kconfig {

/// What a node of the graph says about its object.
enum class Claim : std::uint8_t {
    symbol_at_least,
    symbol_at_most,
    expr_at_least,
    expr_at_most,
    seen,   ///< A prompt of the symbol lets it be that.
    quiet,  ///< The default (a property) gives no more than that.
    goals,
};

/// A graph of claims. An edge says: when all that it needs holds, its head
/// holds, too, for the edge's own cost and that of its needs. cheapest() is
/// Knuth's generalization of Dijkstra's algorithm to such graphs.
class Derivation {
  public:
    using Id = std::uint32_t;

    static constexpr Id kNone = std::numeric_limits<Id>::max();

    struct Node {
        Claim claim = Claim::goals;
        Tristate level = Tristate::no;
        const void* object = nullptr;
    };

    /// The node of that claim, made where it is new.
    Id node(Claim claim, const void* object, Tristate level);

    /// @p answer is the caller's number for what the edge stands for.
    void edge(Id head, int cost, std::vector<Id> needs, Id answer = kNone);

    /// A node that was made and has not been handed out; kNone when there is none.
    Id next_new();

    const Node& at(Id id) const { return nodes_[id].what; }

    std::size_t size() const { return nodes_.size(); }

    /// The answers of the cheapest derivation, those that others need first.
    std::optional<std::vector<Id>> cheapest(Id goal);

  private:
    struct Edge {
        Id head = 0;
        int cost = 0;
        std::uint32_t waiting = 0;
        Id answer = kNone;
        std::vector<Id> needs;
    };

    struct State {
        Node what;
        int cost = std::numeric_limits<int>::max();
        bool settled = false;
        Id best = kNone;
        std::vector<Id> used_by;  // edges
    };

    void offer(Id edge, int cost);
    void collect(Id at, std::vector<Id>& out);

    std::vector<State> nodes_;
    std::vector<Edge> edges_;
    std::unordered_map<std::uintptr_t, Id> known_[7][3];  // by claim and level
    std::vector<Id> new_;
    std::vector<char> collected_;
    using Offer = std::pair<int, Id>;  // cost, edge
    std::priority_queue<Offer, std::vector<Offer>, std::greater<>> queue_;
};

}  // namespace kconfig
