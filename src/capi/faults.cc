// SPDX-License-Identifier: GPL-2.0
#include <lkl/lkl_host_api.h>

#include "platform/fault.hh"

int lkl_handle_fault(int sig, void* info, void* ctx) {
    return lkl::redirect_fault(sig, info, ctx) ? 1 : 0;
}
