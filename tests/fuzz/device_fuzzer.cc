// SPDX-License-Identifier: GPL-2.0
// The entry point for libFuzzer.
#include "device_case.hh"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    lkl::fuzz::Tally tally;
    lkl::fuzz::run_device_case({data, size}, tally);
    return 0;
}
