// SPDX-License-Identifier: GPL-2.0
// Strongly connected components of a graph, in the order of their dependencies.
#pragma once

#include <cstdint>
#include <vector>

namespace kconfig {

/// A graph cut into the largest parts whose nodes all reach each other.
struct Components {
    /// The part of each node. A part's number is below those of all the parts
    /// that can be reached from it.
    std::vector<std::uint32_t> of;
    /// The nodes of each part.
    std::vector<std::vector<std::uint32_t>> members;
};

/// The components of the graph in which @p next[n] are the nodes behind n.
Components find_components(const std::vector<std::vector<std::uint32_t>>& next);

}  // namespace kconfig
