// SPDX-License-Identifier: GPL-2.0
// One fuzz case: a driver that does whatever the bytes say to a block device, console or rng.
#pragma once

#include <cstdint>
#include <span>

namespace lkl::fuzz {

// What a case came to, so that a run can show that its cases reach something.
struct Tally {
    unsigned long chains_answered = 0;  // about: the case may have written over the count
    unsigned long needed_reset = 0;
};

// Ends the process if the device touches what is not its own, answers what it was not asked, or
// does not work after a reset.
void run_device_case(std::span<const std::uint8_t> bytes, Tally& tally);

}  // namespace lkl::fuzz
