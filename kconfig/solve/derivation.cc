// SPDX-License-Identifier: GPL-2.0
// The cheapest derivation of a claim.
#include "kconfig/solve/derivation.hh"

namespace kconfig {

Derivation::Id Derivation::node(Claim claim, const void* object, Tristate level) {
    auto& known = known_[static_cast<int>(claim)][static_cast<int>(level)];
    const auto [place, is_new] =
        known.try_emplace(reinterpret_cast<std::uintptr_t>(object), static_cast<Id>(nodes_.size()));
    if (is_new) {
        nodes_.emplace_back().what = {claim, level, object};
        new_.push_back(place->second);
    }
    return place->second;
}

Derivation::Id Derivation::next_new() {
    if (new_.empty()) {
        return kNone;
    }
    const Id id = new_.back();
    new_.pop_back();
    return id;
}

void Derivation::edge(Id head, int cost, std::vector<Id> needs, Id answer) {
    const auto index = static_cast<Id>(edges_.size());
    for (const Id need : needs) {
        nodes_[need].used_by.push_back(index);
    }
    Edge& made = edges_.emplace_back();
    made.head = head;
    made.cost = cost;
    made.waiting = static_cast<std::uint32_t>(needs.size());
    made.answer = answer;
    made.needs = std::move(needs);
    if (made.waiting == 0) {
        offer(index, cost);
    }
}

void Derivation::offer(Id index, int cost) {
    State& head = nodes_[edges_[index].head];
    if (!head.settled && cost < head.cost) {
        head.cost = cost;
        head.best = index;
        queue_.emplace(cost, index);
    }
}

void Derivation::collect(Id at, std::vector<Id>& out) {
    if (collected_[at] != 0) {
        return;
    }
    collected_[at] = 1;
    const Edge& best = edges_[nodes_[at].best];
    for (const Id need : best.needs) {
        collect(need, out);
    }
    if (best.answer != kNone) {
        out.push_back(best.answer);
    }
}

std::optional<std::vector<Derivation::Id>> Derivation::cheapest(Id goal) {
    while (!queue_.empty()) {
        const auto [cost, index] = queue_.top();
        queue_.pop();
        State& head = nodes_[edges_[index].head];
        if (head.settled || head.best != index) {
            continue;
        }
        head.settled = true;
        if (edges_[index].head == goal) {
            break;
        }
        for (const Id user : head.used_by) {
            Edge& waiting = edges_[user];
            waiting.cost += cost;
            if (--waiting.waiting == 0) {
                offer(user, waiting.cost);
            }
        }
    }
    if (!nodes_[goal].settled) {
        return std::nullopt;
    }
    std::vector<Id> out;
    collected_.assign(nodes_.size(), 0);
    collect(goal, out);
    return out;
}

}  // namespace kconfig
