// SPDX-License-Identifier: GPL-2.0
#include "fs/source_watch.hh"

#include <gtest/gtest.h>

namespace lkl::fs {
namespace {

class Nothing final : public Sink {
  public:
    Result<void> take(Item& item) override {
        if (auto* entry = std::get_if<Entry>(&item)) {
            const Entry taken = std::move(*entry);  // as real sinks do
        }
        return {};
    }

    Result<void> finish() override { return {}; }
};

Entry entry_of(const std::string& source, std::uint32_t type) {
    Entry entry;
    entry.source = source;
    entry.status.mode = type;
    return entry;
}

class SourceWatchTest : public ::testing::Test {
  protected:
    void take(Item item) { EXPECT_TRUE(watch_.take(item)); }

    SourceWatch watch_{std::make_unique<Nothing>(), {"tree/", "file", "link", "never"}};
};

TEST_F(SourceWatchTest, NamesWhereTheCopyStoppedAndWhatItNeverBegan) {
    take(entry_of("tree", mode::directory));
    take(entry_of("tree/a", mode::regular));
    EXPECT_EQ(
        watch_.unfinished(),
        (std::vector<std::string>{"not copied completely: tree, stopped at tree/a",
                                  "not copied: file", "not copied: link", "not copied: never"}));
}

TEST_F(SourceWatchTest, ASourceEndsWithTheLastItemOfItsOwnEntry) {
    take(entry_of("tree", mode::directory));
    take(LeaveDirectory{entry_of("tree", mode::directory)});
    take(entry_of("file", mode::regular));
    EXPECT_EQ(watch_.unfinished().front(), "not copied completely: file, stopped at file");
    take(EndOfFile{});
    take(entry_of("link", mode::symlink));
    EXPECT_EQ(watch_.unfinished(), (std::vector<std::string>{"not copied: never"}));
}

TEST_F(SourceWatchTest, WhatOnlyBeginsWithTheNameIsAnotherSource) {
    take(entry_of("tree", mode::directory));
    take(LeaveDirectory{entry_of("tree", mode::directory)});
    take(entry_of("file", mode::regular));
    take(EndOfFile{});
    take(entry_of("never more", mode::regular));
    EXPECT_EQ(watch_.unfinished(),
              (std::vector<std::string>{"not copied: link", "not copied: never"}));
}

}  // namespace
}  // namespace lkl::fs
