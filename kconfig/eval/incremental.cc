// SPDX-License-Identifier: GPL-2.0
// Recomputing only what an answer can have changed.
#include "kconfig/eval/incremental.hh"

#include <algorithm>

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
            add_readers(prop->visible, symbol);
            add_readers(prop->expr, symbol);
        }
        // A choice and its members settle their values together.
        if (const Symbol* const choice = evaluator_.choice_of(symbol)) {
            link(symbol, *choice);
            link(*choice, symbol);
        }
    }
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

void IncrementalEvaluator::changed(const Symbol& symbol) {
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
