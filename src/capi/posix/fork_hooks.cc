// SPDX-License-Identifier: GPL-2.0
#include "capi/fork_hooks.hh"

#include <pthread.h>

#include "base/check.hh"

namespace lkl::capi {

void register_fork_hooks(void (*prepare)(), void (*parent)(), void (*child)()) {
    LKL_CHECK(::pthread_atfork(prepare, parent, child) == 0);
}

}  // namespace lkl::capi
