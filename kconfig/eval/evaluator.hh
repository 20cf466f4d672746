// SPDX-License-Identifier: GPL-2.0
// Values of the symbols of a tree, computed in the kernel's own order.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kconfig/base/arena.hh"
#include "kconfig/base/host.hh"
#include "kconfig/model/tree.hh"

namespace kconfig {

/// A value: the text of string, int and hex symbols, the state of the others.
struct Value {
    std::string_view text;  ///< A null pointer where nothing was computed yet.
    Tristate tri = Tristate::no;
};

/// Where a value given from outside came from.
enum class Source : std::uint8_t {
    user,       ///< .config or an answer.
    auto_conf,  ///< include/config/auto.conf.
};

/// One configuration of a tree. Values are computed when asked for, with the
/// recursion of the original (provisional values included), and remembered
/// until something is set. Several evaluators may share a tree, each on its
/// own thread.
class Evaluator {
  public:
    Evaluator(const Tree& tree, Host& host);

    const Tree& tree() const { return tree_; }

    Host& host() { return host_; }

    // --- values -----------------------------------------------------------

    /// Makes the value of @p symbol current.
    void calc(const Symbol& symbol);

    /// Brings what calc() of @p next will look at into the caches, and @p later
    /// itself. Nothing but faster.
    void expect_soon(const Symbol& next, const Symbol& later) const {
        __builtin_prefetch(&later);
        __builtin_prefetch(&states_[next.id], 1);
        if (!next.value_props.empty()) {
            __builtin_prefetch(next.value_props.front());
        }
    }

    /// The value of an expression; null is y.
    Tristate value(const Expr* e);

    /// The state of a bool or tristate as last computed.
    Tristate tri(const Symbol& symbol) const { return at(symbol).current.tri; }

    /// The value as text, as last computed; null pointer if it never was.
    std::string_view text(const Symbol& symbol) const;

    /// bool for a tristate without modules.
    SymbolType effective_type(const Symbol& symbol) const;

    Tristate visible(const Symbol& symbol) const { return at(symbol).visible; }

    Tristate reverse(const Symbol& symbol) const { return at(symbol).reverse; }

    Tristate direct(const Symbol& symbol) const { return at(symbol).direct; }

    Tristate implied(const Symbol& symbol) const { return at(symbol).implied; }

    /// The condition of a prompt as its symbol last saw it.
    Tristate prompt_state(const Property& prop) const { return prompts_[prop.id]; }

    /// Whether .config has a line for the symbol.
    bool writes(const Symbol& symbol) const { return at(symbol).write; }

    bool has_value(const Symbol& symbol) const { return at(symbol).has[0]; }

    /// The value from outside; only meaningful when there is one.
    const Value& given(const Symbol& symbol, Source source) const {
        return source == Source::user ? at(symbol).user : rare(symbol).auto_conf;
    }

    bool has_given(const Symbol& symbol, Source source) const {
        return at(symbol).has[static_cast<int>(source)];
    }

    /// Whether the user can change the value now.
    bool changeable(const Symbol& symbol) const;

    /// The value that savedefconfig compares with.
    std::string_view default_text(const Symbol& symbol);

    /// Visible in a menu: itself, or an entry below a symbol that is not n.
    bool node_visible(const MenuNode& node);

    /// The range that holds now; null without one.
    const Property* active_range(const Symbol& symbol);

    /// The default that holds now; null without one.
    const Property* active_default(const Symbol& symbol);

    // --- choices ----------------------------------------------------------

    /// The choice of a member: its node in 6.12, null for others and in 6.1.
    const MenuNode* choice_node(const Symbol& symbol) const {
        return old_ || !symbol.has_choice ? nullptr : symbol.choice;
    }

    /// The choice's symbol of a member, in every dialect; null for others.
    const Symbol* choice_of(const Symbol& symbol) const;

    /// Computes which member of the choice is set, and returns it.
    const Symbol* calc_choice(const MenuNode& choice);

    /// What the choice would be without the user's values.
    const Symbol* choice_default(const MenuNode& choice);

    /// The members, in the order of the files.
    std::vector<const Symbol*> choice_members(const MenuNode& choice) const;

    /// Makes @p member the choice's value, as the user's answer.
    void set_choice(const MenuNode& choice, const Symbol& member);

    // --- setting ----------------------------------------------------------

    bool tri_within_range(const Symbol& symbol, Tristate value) const;
    bool text_within_range(const Symbol& symbol, std::string_view text);
    bool set_tri(const Symbol& symbol, Tristate value);
    bool set_text(const Symbol& symbol, std::string_view text);
    /// To the next value that is possible.
    Tristate toggle(const Symbol& symbol);

    // --- raw access for readers, modes and random configurations -----------

    void give(const Symbol& symbol, Source source, Tristate value);
    void give(const Symbol& symbol, Source source, std::string_view text);

    /// The state without the mark that it was given (rewriting of tristates).
    void poke(const Symbol& symbol, Tristate value) {
        given_changed();
        at(symbol).user.tri = value;
    }

    void mark_given(const Symbol& symbol, Source source, bool given);
    void reset_given(Source source);

    void forget_value(const Symbol& symbol) {
        given_changed();
        at(symbol).valid = 0;
    }

    /// Returns whether the expression had a value.
    bool forget_expression(std::uint32_t id) {
        given_changed();
        const bool had = exprs_[id] >> 2 == generation_;
        exprs_[id] = 0;
        return had;
    }

    bool is_current(const Symbol& symbol) const { return is_valid(at(symbol)); }

    void drop_write(const Symbol& symbol) {
        given_changed();
        at(symbol).write = false;
    }

    /// 6.12: gives the member the highest (or lowest) priority in its choice.
    void prioritize(const MenuNode& choice, const Symbol& symbol, bool first);
    void set_choice_value(const Symbol& choice, Source source, const Symbol* member);

    const Symbol* choice_value(const Symbol& choice) const { return rare(choice).choice_current; }

    /// 6.1: members without an answer become n; the choice counts as answered.
    void set_all_choice_values(const Symbol& choice);

    void need_choice_values(const Symbol& symbol) { at(symbol).need_choice = true; }

    /// What the user said about one symbol (and its choice), to come back to.
    struct Saved {
        Value given;
        bool has = false;
        Value choice_given;
        bool choice_has = false;
        const Symbol* choice_member = nullptr;
        std::vector<const Symbol*> priority;
    };

    Saved save(const Symbol& symbol) const;
    /// Puts it back; invalidate() is up to the caller.
    void restore(const Symbol& symbol, const Saved& saved);
    /// Takes a value as a line of .config would give it; false when it is none
    /// of the symbol's type.
    bool assign(const Symbol& symbol, std::string_view text);

    /// Nothing computed so far is valid any more.
    void invalidate();
    /// invalidate(), noting that the configuration differs from its file.
    void clear_all();

    /// The same where everything has to be computed once more only because the
    /// original does: left out when that could neither change a value nor print
    /// anything.
    void clear_unless_repeatable();

    bool changed() const { return changed_; }

    void set_changed(bool changed) { changed_ = changed; }

    /// How many unmet dependencies were reported.
    int warnings() const { return warnings_; }

    /// Whether unmet dependencies are reported on standard error.
    void set_quiet(bool quiet) { quiet_ = quiet; }

    // --- printing ---------------------------------------------------------

    /// Appends an expression; with values: "A [=y] && B [=n]".
    void print(std::string& out, const Expr* e, bool values) const;
    /// Appends the operands of a reverse dependency that have the value @p only.
    void print_reverse(std::string& out, const Expr* e, Tristate only, std::string_view title);

  private:
    // One line of the processor's cache: most states are looked at in no order.
    struct alignas(64) State {
        Value current;
        Value user;  // what Source::user gave
        std::uint32_t valid = 0;
        Tristate visible = Tristate::no;
        Tristate direct = Tristate::no;
        Tristate reverse = Tristate::no;
        Tristate implied = Tristate::no;
        bool has[2] = {false, false};
        bool write = false;
        bool fixed = false;
        bool open = false;  // being computed now: what is read is provisional
        bool need_choice = false;
    };

    static_assert(sizeof(void*) != 8 || sizeof(State) == 64);

    // What only 6.1's choices and auto.conf need.
    struct Rare {
        Value auto_conf;                         // what Source::auto_conf gave
        const Symbol* choice_current = nullptr;  // 6.1: the member that is set
        const Symbol* choice_given[2] = {nullptr, nullptr};
    };

    State& at(const Symbol& symbol) { return states_[symbol.id]; }

    const State& at(const Symbol& symbol) const { return states_[symbol.id]; }

    Rare& rare(const Symbol& symbol) {
        if (rare_.empty()) {
            rare_.resize(states_.size());
        }
        return rare_[symbol.id];
    }

    const Rare& rare(const Symbol& symbol) const {
        return rare_.empty() ? kNothingRare : rare_[symbol.id];
    }

    Value& given_value(const Symbol& symbol, Source source) {
        return source == Source::user ? at(symbol).user : rare(symbol).auto_conf;
    }

    bool is_valid(const State& state) const { return state.fixed || state.valid == generation_; }

    // A given value is about to change, beneath values that were computed from it.
    void given_changed() { repeatable_ = repeatable_ && idle_; }

    // The text of a symbol that another one takes over.
    std::string_view text_to_copy(const Symbol& symbol) {
        // A member that was only computed along with its choice has none yet.
        repeatable_ = repeatable_ && choice_node(symbol) == nullptr;
        return at(symbol).current.text;
    }

    void calc_visibility(const Symbol& symbol);
    void calc_logical(const Symbol& symbol, Value& value);
    void calc_text(const Symbol& symbol, Value& value);
    void finish_choice_6_1(const Symbol& symbol);
    const Symbol* calc_choice_6_1(const Symbol& choice);
    const Symbol* choice_default_6_1(const Symbol& choice);
    const Property* members_property(const Symbol& choice) const;
    const ShortList<Symbol*, 1>& members_6_1(const Symbol& choice) const;
    void validate_range(const Symbol& symbol);
    long long range_value(const Symbol& symbol, int base);
    Tristate compute(const Expr* e);
    Tristate compare(const Expr* e);
    void warn_unmet(const Symbol& symbol);
    void print_symbol(std::string& out, const Symbol* symbol, bool values) const;
    void print_inner(std::string& out, const Expr* e, bool values, ExprType outer) const;
    void print_reverse_inner(std::string& out, const Expr* e, Tristate only,
                             std::string_view& title);

    const Tree& tree_;
    Host& host_;
    const bool old_;
    static const Rare kNothingRare;

    std::vector<State> states_;
    std::vector<Rare> rare_;  // by symbol, once anybody needs it
    std::vector<std::uint32_t> exprs_;
    std::vector<Tristate> prompts_;
    std::vector<const Symbol*> choice_symbol_;                                  // 6.1
    std::unordered_map<const Symbol*, std::vector<const Symbol*>> priorities_;  // of choices
    TextArena texts_;
    std::uint32_t generation_ = 1;
    Tristate modules_ = Tristate::no;
    // Since invalidate(): computing again, in whatever order, would give the same.
    bool repeatable_ = true;
    bool idle_ = true;           // nothing has been computed
    bool met_tristate_ = false;  // a symbol has been whose type depends on MODULES
    bool changed_ = false;
    bool quiet_ = false;
    int warnings_ = 0;
};

/// The text of help that conf and the menus print for a node.
std::string extended_help(Evaluator& evaluator, const MenuNode& node);

/// The part of it about the symbol: where defined, what it needs and selects.
std::string symbol_help(Evaluator& evaluator, const Symbol& symbol);

}  // namespace kconfig
