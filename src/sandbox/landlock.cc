// SPDX-License-Identifier: GPL-2.0
#include "sandbox/landlock.hh"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>

#include "base/unique_fd.hh"

namespace lkl {
namespace {

// The kernel's interface (Documentation/userspace-api/landlock.rst), spelled out because the
// headers of the machine that builds may be older than the kernel that runs.
struct RulesetAttributes {
    std::uint64_t files;
    std::uint64_t network;
    std::uint64_t scopes;
};

struct __attribute__((packed)) PathAttributes {
    std::uint64_t allowed;
    std::int32_t parent;
};

static_assert(sizeof(RulesetAttributes) == 24 && sizeof(PathAttributes) == 12);

constexpr unsigned kVersionFlag = 1;
constexpr int kRulePathBeneath = 1;

constexpr std::uint64_t kExecute = 1U << 0U;
constexpr std::uint64_t kWriteFile = 1U << 1U;
constexpr std::uint64_t kReadFile = 1U << 2U;
constexpr std::uint64_t kReadDirectory = 1U << 3U;
constexpr std::uint64_t kTruncate = 1U << 14U;
constexpr std::uint64_t kDeviceControl = 1U << 15U;
// The rights that make sense for what is no directory.
constexpr std::uint64_t kOfFiles = kExecute | kWriteFile | kReadFile | kTruncate | kDeviceControl;

// The number of access rights to files that each version knows: version 2 brought moving between
// directories, 3 truncation, 5 device control.
constexpr std::array<unsigned, 5> kRightsOfVersion = {13, 14, 15, 15, 16};

std::uint64_t rights_of(long version) {
    const auto index = std::min<std::size_t>(static_cast<std::size_t>(version), 5) - 1;
    return (std::uint64_t{1} << kRightsOfVersion.at(index)) - 1;
}

Result<void> add_rule(int ruleset, const std::string& path, std::uint64_t rights, bool follow) {
    const int how = O_PATH | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW);
    const UniqueFd fd(::open(path.c_str(), how));

    struct stat status {};

    if (!fd || ::fstat(fd.get(), &status) != 0 || S_ISLNK(status.st_mode)) {
        return {};  // whoever wants to open it tells better what is wrong
    }
    PathAttributes rule{};
    rule.allowed = S_ISDIR(status.st_mode) ? rights : rights & kOfFiles;
    rule.parent = fd.get();
    if (::syscall(SYS_landlock_add_rule, ruleset, kRulePathBeneath, &rule, 0) != 0) {
        return Error::host(errno, "allow access to", path);
    }
    return {};
}

}  // namespace

Result<void> enter_landlock(const SandboxOptions& options) {
    const long version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, kVersionFlag);
    if (version < 1) {
        return Error::host(errno, "use", "Landlock");
    }
    if (version < 2 && !options.writable.empty()) {
        // It would refuse every link and rename between two directories.
        return Error::other("its first version (Linux 5.13 to 5.18) allows no hard links", "use",
                            "Landlock");
    }
    const std::uint64_t all = rights_of(version);
    RulesetAttributes attributes{};
    attributes.files = all;
    attributes.network = version >= 4 ? 3 : 0;  // TCP: to bind, to connect
    attributes.scopes = version >= 6 ? 3 : 0;   // abstract sockets and signals of others
    const UniqueFd ruleset(static_cast<int>(
        ::syscall(SYS_landlock_create_ruleset, &attributes, sizeof(attributes), 0)));
    if (!ruleset) {
        return Error::host(errno, "use", "Landlock");
    }
    const std::uint64_t reading = (kReadFile | kReadDirectory | kDeviceControl) & all;
    const std::uint64_t writing = all & ~kExecute;

    const struct {
        const std::vector<std::string>& paths;
        std::uint64_t rights;
        bool follow;
    } lists[] = {
        {options.early_readable, reading, true},
        {options.early_writable, writing & kOfFiles, true},
        {options.readable, reading, false},
        {options.writable, writing, true},
    };

    for (const auto& list : lists) {
        for (const std::string& path : list.paths) {
            LKL_TRY_VOID(add_rule(ruleset.get(), path, list.rights, list.follow));
        }
    }
    if (::syscall(SYS_landlock_restrict_self, ruleset.get(), 0) != 0) {
        return Error::host(errno, "use", "Landlock");
    }
    return {};
}

}  // namespace lkl
