// SPDX-License-Identifier: GPL-2.0
#include "platform/backing_file.hh"

#include <fcntl.h>
#include <link.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

namespace lkl {
namespace {

struct Search {
    std::uint64_t address = 0;
    std::uint64_t length = 0;
    bool found = false;
    std::string path;
    std::uint64_t offset = 0;
};

int look_at_object(dl_phdr_info* info, std::size_t /*size*/, void* data) {
    auto& search = *static_cast<Search*>(data);
    for (const ElfW(Phdr) & header : std::span(info->dlpi_phdr, info->dlpi_phnum)) {
        const std::uint64_t start = info->dlpi_addr + header.p_vaddr;
        if (header.p_type != PT_LOAD || search.address < start ||
            search.address - start > header.p_filesz ||
            search.length > header.p_filesz - (search.address - start)) {
            continue;
        }
        search.found = true;
        search.path = info->dlpi_name;
        search.offset = header.p_offset + (search.address - start);
        return 1;
    }
    return 0;
}

constexpr std::size_t kPage = 4096;

// The first page of `bytes`, or all where they are fewer.
bool same_bytes(int fd, std::uint64_t offset, std::span<const std::byte> bytes) {
    std::array<std::byte, kPage> buffer{};
    const std::size_t length = std::min(bytes.size(), buffer.size());
    return pread(fd, buffer.data(), length, static_cast<off_t>(offset)) ==
               static_cast<ssize_t>(length) &&
           std::memcmp(buffer.data(), bytes.data(), length) == 0;
}

}  // namespace

std::optional<BackingFile> find_backing_file(std::span<const std::byte> bytes,
                                             std::span<const std::byte> identity) {
    if (identity.empty()) {
        return std::nullopt;  // nothing tells this build from another
    }
    Search search;
    search.address = reinterpret_cast<std::uint64_t>(bytes.data());
    search.length = bytes.size();
    dl_iterate_phdr(look_at_object, &search);
    if (!search.found) {
        return std::nullopt;
    }
    // The program itself has no name in the list.
    const char* path = search.path.empty() ? "/proc/self/exe" : search.path.c_str();
    UniqueFd fd(open(path, O_RDONLY | O_CLOEXEC));
    const std::size_t last = bytes.size() > kPage ? bytes.size() - kPage : 0;
    const auto where = static_cast<std::uint64_t>(identity.data() - bytes.data());
    if (!fd || !same_bytes(fd.get(), search.offset, bytes) ||
        !same_bytes(fd.get(), search.offset + last, bytes.subspan(last)) ||
        !same_bytes(fd.get(), search.offset + where, identity)) {
        return std::nullopt;
    }
    return BackingFile{std::move(fd), search.offset};
}

}  // namespace lkl
