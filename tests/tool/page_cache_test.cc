// SPDX-License-Identifier: GPL-2.0
// What a copy leaves in the memory of the kernel in the library.
#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "fs/image.hh"
#include "fs/tree_walker.hh"
#include "tool_fixture.hh"

namespace lkl::tool_test {
namespace {

constexpr std::size_t kSize = 100'000;

class PageCache : public ToolTest {
  protected:
    // The image with one file in it, opened for reading.
    void SetUp() override {
        work_.write("tree/file", std::string(kSize, 'x'));
        const std::string image = make_image("ext4");
        expect_tool("cptofs", "-i " + quote(image) + " " + quote(path("tree")) + "/. /");
        fs::ImageOptions options;
        options.path = image;
        auto opened = fs::Image::open(options);
        ASSERT_TRUE(opened) << opened.error().message();
        image_.emplace(*std::move(opened));
    }

    // How many of the file's pages are in memory.
    std::uint64_t cached() {
        constexpr long kCachestat = 451;  // cachestat(2)
        const std::array<std::uint64_t, 2> all{};
        std::array<std::uint64_t, 5> counts{};
        auto& calls = image_->calls();
        const auto file =
            fs::open_file(calls, {image_->root(), "file"}, open_flags::read_only, 0, "file");
        EXPECT_TRUE(file);
        EXPECT_EQ(image_->kernel().call(kCachestat, file->get(), all.data(), counts.data(), 0), 0);
        return counts[0];
    }

    // Reads the image as a copy does; returns how much that was.
    std::size_t walk() {
        constexpr std::size_t kWhole = 2;  // batches that hold all of it
        fs::Stream stream(kWhole);
        {
            fs::StreamWriter writer(stream);
            fs::TreeWalker(image_->calls(), {}, writer).walk(image_->root(), "/", "", true);
        }
        stream.finish();
        std::size_t size = 0;
        while (const auto batch = stream.take_full()) {
            for (const fs::Item& item : batch->items) {
                const auto* const data = std::get_if<fs::Data>(&item);
                size += data != nullptr ? data->bytes.size() : 0;
            }
        }
        return size;
    }

    std::optional<fs::Image> image_;
};

TEST_F(PageCache, KeepsNoFileThatWasCopied) {
    {
        const auto file = fs::open_file(image_->calls(), {image_->root(), "file"},
                                        open_flags::read_only, 0, "file");
        ASSERT_TRUE(file);
        std::array<std::byte, 10> bytes{};
        ASSERT_EQ(image_->calls().read(file->get(), bytes, 0), 10);
    }
    EXPECT_GT(cached(), 0U);
    EXPECT_EQ(walk(), kSize);
    EXPECT_EQ(cached(), 0U);
    const auto finished = image_->finish();
    EXPECT_TRUE(finished) << finished.error().message();
}

}  // namespace
}  // namespace lkl::tool_test
