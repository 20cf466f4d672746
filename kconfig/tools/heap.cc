// SPDX-License-Identifier: GPL-2.0
// Large steps and huge pages for glibc's heap.
#include "kconfig/tools/heap.hh"

#include <cstdlib>

#if defined(__GLIBC__)
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#endif

namespace kconfig {

#if defined(__GLIBC__)

void prepare_heap() {
    constexpr std::size_t kHugePage = std::size_t{2} << 20;
    constexpr int kStep = 48 << 20;
    constexpr int kLargestMapping = 32 << 20;
    if (mallopt(M_TOP_PAD, kStep) == 0 || mallopt(M_MMAP_THRESHOLD, kLargestMapping) == 0 ||
        mallopt(M_TRIM_THRESHOLD, 2 * kStep) == 0) {
        return;
    }
    // An allocation that does not fit makes the heap grow by a step.
    void* const first = std::malloc(kHugePage);
    const auto begin = reinterpret_cast<std::uintptr_t>(first);
    const auto end = reinterpret_cast<std::uintptr_t>(::sbrk(0));
    const std::uintptr_t aligned = (begin + kHugePage - 1) & ~(kHugePage - 1);
    if (first != nullptr && aligned < end && end - aligned <= 2 * std::uintptr_t{kStep}) {
        // Advice only: without huge pages everything works as before.
        ::madvise(reinterpret_cast<void*>(aligned), end - aligned, MADV_HUGEPAGE);
    }
    std::free(first);
}

#else

void prepare_heap() {}

#endif

}  // namespace kconfig
