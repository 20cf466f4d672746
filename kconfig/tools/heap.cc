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
    constexpr std::size_t kFirst = 256 << 10;  // more than what the heap begins with
    constexpr int kStep = 48 << 20;
    constexpr int kLargestMapping = 32 << 20;
    if (mallopt(M_TOP_PAD, kStep) == 0 || mallopt(M_MMAP_THRESHOLD, kLargestMapping) == 0 ||
        mallopt(M_TRIM_THRESHOLD, 2 * kStep) == 0) {
        return;
    }
    // An allocation that does not fit makes the heap grow by a step. It is put right below a huge
    // page: malloc() writes beside what it gives, and a huge page that has been written to before
    // the advice is given comes as 512 small ones.
    const auto now = reinterpret_cast<std::uintptr_t>(::sbrk(0)) + kFirst;
    ::sbrk(static_cast<std::intptr_t>((kHugePage - now % kHugePage) % kHugePage));
    void* const first = std::malloc(kFirst - 4096);
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
