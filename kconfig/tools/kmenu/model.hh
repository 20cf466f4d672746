// SPDX-License-Identifier: GPL-2.0
// What kmenu shows and does, without a terminal.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kconfig/eval/incremental.hh"
#include "kconfig/io/config_file.hh"

namespace kconfig::kmenu {

/// One line of a menu.
struct Row {
    const MenuNode* node = nullptr;
    std::string text;  ///< With its state and arrow: "[*] Networking support  --->".
    std::size_t indent = 0;
    bool hidden = false;  ///< Shown only because everything is.
    bool enters = false;  ///< Return opens a menu.
};

/// What an answer would change besides its symbol.
struct Preview {
    std::vector<std::string> changes;  ///< "NAME: before -> after".
};

/// The menus over one configuration, with undo.
class Model {
  public:
    Model(Evaluator& evaluator, ConfigFiles& files, bool single_menu);

    /// The lines of the menu that is open.
    const std::vector<Row>& rows();

    const MenuNode& menu() const { return *menu_; }

    /// "A > B > C" for the menu that is open.
    std::string path() const;

    bool show_all() const { return show_all_; }

    void set_show_all(bool all);

    /// Opens the node's menu; false when it has none.
    bool enter(const MenuNode& node);
    /// Goes to the menu around; false at the top. @p from gets the line to stand on.
    bool leave(const MenuNode*& from);
    /// Opens the menu in which the symbol stands.
    bool jump(const Symbol& symbol, const MenuNode*& to);

    /// Gives the node's symbol a value; false when it cannot have it.
    bool set(const MenuNode& node, std::string_view value);
    /// To the next possible value.
    bool toggle(const MenuNode& node);
    /// Takes the last change back; the line it was on, or null.
    const MenuNode* undo();

    /// What setting the symbol would change.
    Preview preview(const MenuNode& node, std::string_view value);
    /// The values that toggling would go to next.
    std::string next_value(const MenuNode& node);

    /// Symbols that differ from the file, as "NAME: before -> after".
    std::vector<std::string> changed();

    /// Whether leaving now would lose something.
    bool modified();

    /// A few lines about why the node's symbol is as it is, and what Space would do:
    /// with @p with_preview also what would follow.
    std::vector<std::string> explain(const MenuNode& node, bool with_preview);

    /// Help and everything known about the node.
    std::string help(const MenuNode& node);

    /// Symbols whose name or prompt contains @p text, best first.
    std::vector<const Symbol*> search(std::string_view text, std::size_t limit);

    bool load(const std::string& name);
    bool save(const std::string& name);
    /// Writes the configuration as it is, without taking it for saved.
    bool keep_copy(const std::string& name);

    Evaluator& evaluator() { return evaluator_; }

  private:
    struct Change {
        const MenuNode* node;
        std::vector<std::pair<const Symbol*, Evaluator::Saved>> saved;
    };

    void add_rows(const MenuNode& parent, std::size_t indent);
    void add_row(const MenuNode& node, std::size_t indent, bool visible);
    std::string state_of(const MenuNode& node);
    void remember_saved();
    IncrementalEvaluator& incremental();
    void take_back(const Change& change);
    bool apply(const MenuNode& node, std::string_view value, Change& change);

    Evaluator& evaluator_;
    ConfigFiles& files_;
    std::optional<IncrementalEvaluator> incremental_;
    const MenuNode* menu_;
    bool single_menu_;
    bool unsaved_load_;  // what was read is not what the file would be
    bool show_all_ = false;
    bool stale_ = true;
    std::vector<Row> rows_;
    std::vector<Change> changes_;
    std::vector<std::string> saved_;  // by symbol, as the file has it
    bool modified_ = false;
    bool modified_stale_ = false;
};

}  // namespace kconfig::kmenu
