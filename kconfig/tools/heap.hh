// SPDX-License-Identifier: GPL-2.0
// Memory for a program that builds one large tree and ends.
#pragma once

namespace kconfig {

/// Makes the heap grow in few large steps and lie on huge pages, where the host has such a
/// thing: reading a kernel's files touches tens of megabytes, and page faults and address
/// translation were a fifth of the time. Call it first thing in main(). Does nothing elsewhere.
void prepare_heap();

}  // namespace kconfig
