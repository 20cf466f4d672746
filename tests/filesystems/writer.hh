// SPDX-License-Identifier: GPL-2.0
// Work on a mounted file system, and the tree that must be there after it.
#pragma once

#include <cstdint>
#include <lkl/dir.hh>
#include <string>
#include <string_view>

#include "tree_model.hh"

namespace lkl::testing {

// Every member does its work through the library and in the model. A call that fails is an
// exception with the error's message.
class Writer {
  public:
    // `model` is what is there already.
    Writer(Dir root, const Abilities& abilities, Tree model = {})
        : root_(std::move(root)), abilities_(abilities), model_(std::move(model)) {}

    // sample_tree(): files, folders, links, modes.
    void add_tree();

    // A file of some MiB, written in odd pieces and out of order, overwritten and appended to.
    void write_in_pieces();

    // Files are cut, emptied, and grow by a hole.
    void change_sizes();

    // Files and folders get new names and places; a file takes the place of another.
    void rename();

    // Files go, one of them while it is open and written; folders go.
    void remove();

    // All but one entry of the root, with everything below.
    void remove_everything_but(const std::string& name);

    [[nodiscard]] const Tree& model() const { return model_; }

  private:
    void add(const std::string& path, const Node& node);
    void write_at(File& file, const std::string& path, std::uint64_t offset, std::string_view data);
    void truncate(const std::string& path, std::uint64_t size);
    void move(const std::string& from, const std::string& to);
    void unlink(const std::string& path);

    Dir root_;
    Abilities abilities_;
    Tree model_;
};

}  // namespace lkl::testing
