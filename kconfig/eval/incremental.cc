// SPDX-License-Identifier: GPL-2.0
// Recomputing only what an answer can have changed.
#include "kconfig/eval/incremental.hh"

#include <algorithm>
#include <functional>

namespace kconfig {

namespace {

// Calls @p visit with every symbol in an expression.
template <typename Visit>
void for_each_symbol(const Expr* e, const Visit& visit) {
    if (e == nullptr) {
        return;
    }
    if (e->is_and_or() || e->type == ExprType::not_) {
        for_each_symbol(e->left(), visit);
        for_each_symbol(e->right(), visit);
        return;
    }
    visit(*e->left_symbol());
    if (e->right_symbol() != nullptr) {
        visit(*e->right_symbol());
    }
}

}  // namespace

IncrementalEvaluator::IncrementalEvaluator(Evaluator& evaluator) : evaluator_(evaluator) {
    build();
    evaluator_.invalidate();
    recompute_all();
}

void IncrementalEvaluator::recompute_all() {
    evaluator_.calc(*evaluator_.tree().modules);
    for (const Symbol* const symbol : evaluator_.tree().hash_order()) {
        evaluator_.calc(*symbol);
    }
}

void IncrementalEvaluator::link(const Symbol& read, const Symbol& reader) {
    std::vector<std::uint32_t>& readers = readers_[read.id];
    if (readers.empty() || readers.back() != reader.id) {
        readers.push_back(reader.id);
    }
}

void IncrementalEvaluator::add_readers(const Expr* e, const Symbol& reader) {
    for_each_symbol(e, [&](const Symbol& read) { link(read, reader); });
}

void IncrementalEvaluator::build() {
    const Tree& tree = evaluator_.tree();
    readers_.resize(tree.symbols.size());
    leaves_.resize(tree.symbols.size());
    order_.assign(tree.symbols.size(), 0);
    marked_.assign(tree.symbols.size(), 0);
    for (std::uint32_t place = 0; place < tree.hash_order().size(); ++place) {
        order_[tree.hash_order()[place]->id] = place;
    }
    for (const Symbol& symbol : tree.symbols) {
        add_readers(symbol.dir_dep, symbol);
        add_readers(symbol.rev_dep, symbol);
        add_readers(symbol.implied, symbol);
        for (const Property* const prop : symbol.props) {
            // Selected and implied symbols read their reverse dependencies; who
            // selects them reads nothing.
            if (prop->type == PropType::select || prop->type == PropType::imply) {
                continue;
            }
            add_readers(prop->visible, symbol);
            add_readers(prop->expr, symbol);
        }
        // A choice and its members settle their values together.
        if (const Symbol* const choice = evaluator_.choice_of(symbol)) {
            link(symbol, *choice);
            link(*choice, symbol);
        }
    }
    find_parts();
    parents_.resize(tree.exprs.size());
    tree.exprs.for_each([&](const Expr& e) {
        if (e.is_and_or() || e.type == ExprType::not_) {
            for (const Expr* const operand : {e.left(), e.right()}) {
                if (operand != nullptr) {
                    parents_[operand->id].push_back(e.id);
                }
            }
            return;
        }
        for_each_symbol(&e, [&](const Symbol& read) { leaves_[read.id].push_back(e.id); });
    });
}

// An expression that is not valid has no valid one above it.
void IncrementalEvaluator::forget_expressions(const Symbol& symbol) {
    climb_ = leaves_[symbol.id];
    while (!climb_.empty()) {
        const std::uint32_t id = climb_.back();
        climb_.pop_back();
        if (evaluator_.forget_expression(id)) {
            climb_.insert(climb_.end(), parents_[id].begin(), parents_[id].end());
        }
    }
}

bool IncrementalEvaluator::assign(const Symbol& symbol, std::string_view text) {
    if (!evaluator_.assign(symbol, text)) {
        return false;
    }
    changed(symbol);
    return true;
}

void IncrementalEvaluator::clear(const Symbol& symbol) {
    evaluator_.mark_given(symbol, Source::user, false);
    changed(symbol);
}

void IncrementalEvaluator::find_parts() {
    parts_ = find_components(readers_);
    is_loop_.assign(parts_.members.size(), 0);
    queued_.assign(parts_.members.size(), 0);
    const Tree& tree = evaluator_.tree();
    const auto unit = [&](std::uint32_t id) {
        const Symbol* const choice = evaluator_.choice_of(tree.symbols[id]);
        return choice != nullptr ? choice : &tree.symbols[id];
    };
    for (std::size_t part = 0; part < parts_.members.size(); ++part) {
        std::vector<std::uint32_t>& members = parts_.members[part];
        std::sort(members.begin(), members.end(),
                  [this](std::uint32_t a, std::uint32_t b) { return order_[a] < order_[b]; });
        for (const std::uint32_t id : members) {
            is_loop_[part] |= unit(id) != unit(members.front()) ? 1 : 0;
        }
    }
}

void IncrementalEvaluator::changed(const Symbol& symbol) {
    stale_.clear();
    if (evaluator_.tree().profile().is_6_1() || !follow(symbol)) {
        recompute_reached(symbol);
    }
}

// False where the change reaches a loop or MODULES.
bool IncrementalEvaluator::follow(const Symbol& symbol) {
    const auto later = std::greater<>();
    const std::uint32_t modules = parts_.of[evaluator_.tree().modules->id];
    bool followed = true;
    queue_.assign(1, parts_.of[symbol.id]);
    queued_[queue_.front()] = 1;
    while (!queue_.empty()) {
        std::pop_heap(queue_.begin(), queue_.end(), later);
        const std::uint32_t part = queue_.back();
        queue_.pop_back();
        queued_[part] = 0;
        followed = followed && is_loop_[part] == 0 && part != modules;
        if (followed) {
            renew(parts_.members[part]);
        }
    }
    return followed;
}

// Computes one part again; where a value has changed, its readers are next.
void IncrementalEvaluator::renew(const std::vector<std::uint32_t>& part) {
    const Tree& tree = evaluator_.tree();
    before_.clear();
    for (const std::uint32_t id : part) {
        const Symbol& symbol = tree.symbols[id];
        before_.push_back({evaluator_.text(symbol), evaluator_.tri(symbol)});
        evaluator_.forget_value(symbol);
        if (part.size() > 1) {
            forget_expressions(symbol);
        }
    }
    for (const std::uint32_t id : part) {
        evaluator_.calc(tree.symbols[id]);
        stale_.push_back(id);
    }
    for (std::size_t i = 0; i < part.size(); ++i) {
        const Symbol& symbol = tree.symbols[part[i]];
        if (evaluator_.text(symbol) == before_[i].text &&
            evaluator_.tri(symbol) == before_[i].tri) {
            continue;
        }
        forget_expressions(symbol);
        for (const std::uint32_t reader : readers_[symbol.id]) {
            const std::uint32_t next = parts_.of[reader];
            if (next != parts_.of[symbol.id] && queued_[next] == 0) {
                queued_[next] = 1;
                queue_.push_back(next);
                std::push_heap(queue_.begin(), queue_.end(), std::greater<>());
            }
        }
    }
}

void IncrementalEvaluator::recompute_reached(const Symbol& symbol) {
    const Tree& tree = evaluator_.tree();
    stale_.assign(1, symbol.id);
    marked_[symbol.id] = 1;
    for (std::size_t i = 0; i < stale_.size(); ++i) {
        for (const std::uint32_t reader : readers_[stale_[i]]) {
            if (marked_[reader] == 0) {
                marked_[reader] = 1;
                stale_.push_back(reader);
            }
        }
    }
    // Whether there are modules decides the type of every tristate.
    const bool everything = marked_[tree.modules->id] != 0;
    for (const std::uint32_t id : stale_) {
        marked_[id] = 0;
    }
    if (everything) {
        evaluator_.invalidate();
        recompute_all();
        stale_.clear();
        for (const Symbol& each : tree.symbols) {
            stale_.push_back(each.id);
        }
        return;
    }
    for (const std::uint32_t id : stale_) {
        evaluator_.forget_value(tree.symbols[id]);
        forget_expressions(tree.symbols[id]);
    }
    std::sort(stale_.begin(), stale_.end(),
              [this](std::uint32_t a, std::uint32_t b) { return order_[a] < order_[b]; });
    for (const std::uint32_t id : stale_) {
        evaluator_.calc(tree.symbols[id]);
    }
}

}  // namespace kconfig
