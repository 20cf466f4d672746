// SPDX-License-Identifier: GPL-2.0
// What the two processes of lklfuse tell each other: single letters, and once a connection.
#pragma once

#include <lkl/result.hh>
#include <utility>

#include "base/unique_fd.hh"

namespace lkl::tools {

enum class Word : char {
    none = 0,          // the other process is gone
    mounted = 'm',     // worker: the image is mounted; wants the connection to FUSE
    end = 'e',         // worker: a signal came, or the kernel panicked; wants to be unmounted
    connection = 'c',  // supervisor: here it is
    stop = 's',        // supervisor: answer no more requests, unmount the image, end
};

// One end for the supervisor, one for the worker.
Result<std::pair<UniqueFd, UniqueFd>> make_control();

// Safe in signal handlers without a descriptor. False if the other one is gone.
bool tell(int control, Word word, int descriptor = -1);

// Waits for a word; `descriptor` receives what came with it.
Word listen(int control, UniqueFd* descriptor = nullptr);

}  // namespace lkl::tools
