// SPDX-License-Identifier: GPL-2.0
// Every tool shows the last words of a kernel that panics.

#include "panic_fixture.hh"

namespace lkl::tool_test {
namespace {

using Panic = PanicTest;

TEST_F(Panic, EveryToolShowsTheKernelsLastWords) {
    work_.write("new", "x");

    const struct {
        std::string name;
        std::string before;
        std::string after;
    } lines[] = {
        {"cptofs", "-i ", " " + quote(path("new")) + " /d"},
        {"lkl", "mkdir -i ", " /d/new"},
        {"lkl", "shell --write -c 'mkdir /d/new' -i ", ""},
    };

    for (const auto& line : lines) {
        const std::string image = make_treacherous_image();
        const auto result = tool(
            line.name, line.before + quote(image) + " --mount-options errors=panic" + line.after);
        EXPECT_EQ(result.exit_code, 5) << line.name << " " << line.before << result.errors;
        for (const char* part : {" panicked; its last words:\n", "Kernel panic", "EXT4-fs"}) {
            EXPECT_NE(result.errors.find(part), std::string::npos)
                << part << " is missing in: " << line.before << result.errors;
        }
    }
}

}  // namespace
}  // namespace lkl::tool_test
