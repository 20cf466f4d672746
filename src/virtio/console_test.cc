// SPDX-License-Identifier: GPL-2.0
// The console driven by hand: output, input by push and by descriptor, size.
#include "virtio/console.hh"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/unique_fd.hh"
#include "virtio/mmio_registers.hh"
#include "virtio/testing/fake_driver.hh"
#include "virtio/testing/manual_loop.hh"
#include "virtio/virtio_mmio.hh"

namespace lkl {
namespace {

using namespace virtio;
using testing::FakeDriver;
using testing::ManualLoop;

class ConsoleTest : public ::testing::Test {
  protected:
    void make(VirtioConsoleOptions options = {}) {
        if (!options.output) {
            options.output = [this](std::string_view text) { output_ += text; };
        }
        auto console = std::make_unique<VirtioConsole>(std::move(options));
        console_ = console.get();
        device_ = std::make_unique<VirtioMmio>(std::move(console));
        driver_.emplace(*device_, &loop_);
    }

    void start(VirtioConsoleOptions options = {}) {
        make(std::move(options));
        driver_->start(kConsoleSize | kFeatureEventIndex | kFeatureIndirect, 2);
    }

    // Gives the device room for input; the address.
    std::uint64_t offer(std::uint32_t bytes) {
        const auto at = driver_->allocate(bytes);
        driver_->add(kConsoleReceive, {{at, bytes, true}});
        driver_->notify(kConsoleReceive);
        return at;
    }

    std::string text_at(std::uint64_t at, std::size_t bytes) {
        const auto span = driver_->at(at, bytes);
        return {reinterpret_cast<const char*>(span.data()), span.size()};
    }

    // The text in the next used chain, which was offered at `at`.
    std::optional<std::string> received(std::uint64_t at) {
        const auto used = driver_->take_used(kConsoleReceive);
        return used ? std::optional(text_at(at, used->length)) : std::nullopt;
    }

    void transmit(std::string_view text) {
        const auto at = driver_->allocate_copy(std::as_bytes(std::span(text)));
        driver_->add(kConsoleTransmit, {{at, static_cast<std::uint32_t>(text.size()), false}});
    }

    ManualLoop loop_;
    std::string output_;
    VirtioConsole* console_ = nullptr;
    std::unique_ptr<VirtioMmio> device_;
    std::optional<FakeDriver> driver_;
};

TEST_F(ConsoleTest, PassesOutputOnInOrder) {
    start();
    EXPECT_EQ(driver_->read(kRegDeviceId), 3U);
    transmit("Linux ");
    transmit("version");
    driver_->notify(kConsoleTransmit);
    EXPECT_EQ(output_, "Linux version");
    EXPECT_EQ(driver_->take_used(kConsoleTransmit)->length, 0U);
    EXPECT_TRUE(driver_->take_used(kConsoleTransmit));
    EXPECT_FALSE(driver_->take_used(kConsoleTransmit));
}

TEST_F(ConsoleTest, AChainOfAnyLengthArrivesWhole) {
    start();
    std::string text(300 * 1000, 'x');
    for (std::size_t i = 0; i < text.size(); ++i) {
        text[i] = static_cast<char>('a' + i % 23);
    }
    const auto at = driver_->allocate_copy(std::as_bytes(std::span(text)));
    driver_->add(kConsoleTransmit, {{at, 1000, false}, {at + 1000, 299000, false}});
    transmit(" and more");
    driver_->notify(kConsoleTransmit);
    EXPECT_EQ(output_, text + " and more");
    EXPECT_EQ(driver_->used_index(kConsoleTransmit), 2U);
}

TEST_F(ConsoleTest, InputWaitsForRoom) {
    start();
    EXPECT_EQ(console_->push_input("hello"), 5U);
    const auto at = offer(3);
    EXPECT_EQ(received(at), "hel");
    const auto more = offer(100);
    EXPECT_EQ(received(more), "lo");
    EXPECT_FALSE(driver_->take_used(kConsoleReceive));
    const auto last = offer(100);
    EXPECT_FALSE(driver_->take_used(kConsoleReceive));
    console_->push_input("again");
    EXPECT_EQ(received(last), "again");
    EXPECT_EQ(driver_->interrupts(), 1U);  // the driver did not move its used_event on
}

TEST_F(ConsoleTest, InputBeforeTheDriverIsKept) {
    make();
    EXPECT_EQ(console_->push_input("early"), 5U);
    driver_->start(0, 2);
    EXPECT_EQ(received(offer(16)), "early");
}

TEST_F(ConsoleTest, TooMuchInputIsRefusedNotLost) {
    start();
    const std::string much(VirtioConsole::kMaxPendingInput + 10, 'z');
    EXPECT_EQ(console_->push_input(much), VirtioConsole::kMaxPendingInput);
    EXPECT_EQ(console_->push_input("more"), 0U);
    EXPECT_EQ(received(offer(100))->size(), 100U);
    EXPECT_EQ(console_->push_input("more"), 4U);
}

TEST_F(ConsoleTest, TheOutputFunctionMayPushInput) {
    start({.output = [this](std::string_view text) { console_->push_input(text); }});
    const auto at = offer(100);
    transmit("echo");
    driver_->notify(kConsoleTransmit);
    EXPECT_EQ(received(at), "echo");
}

TEST_F(ConsoleTest, EmergencyWriteNeedsNoDriver) {
    make();
    device_->mmio_write(0x100 + offsetof(ConsoleConfig, emergency_write), 'P', 4);
    EXPECT_EQ(output_, "P");
}

TEST_F(ConsoleTest, SizeAndItsChange) {
    start({.columns = 132, .rows = 50});
    EXPECT_EQ(driver_->read_sized(0x100, 2), 132U);
    EXPECT_EQ(driver_->read_sized(0x102, 2), 50U);
    const auto generation = driver_->read(kRegConfigGeneration);
    console_->resize(100, 30);
    EXPECT_EQ(driver_->read(0x100), 100U | (30U << 16));
    EXPECT_NE(driver_->read(kRegConfigGeneration), generation);
    EXPECT_EQ(driver_->interrupt_status(), kInterruptConfig);
}

class ConsolePipeTest : public ConsoleTest {
  protected:
    ConsolePipeTest() {
        std::array<int, 2> fds{};
        EXPECT_EQ(pipe(fds.data()), 0);
        read_end_ = UniqueFd(fds[0]);
        write_end_ = UniqueFd(fds[1]);
    }

    void type(std::string_view text) {
        ASSERT_EQ(write(write_end_.get(), text.data(), text.size()),
                  static_cast<ssize_t>(text.size()));
    }

    UniqueFd read_end_;
    UniqueFd write_end_;
};

TEST_F(ConsolePipeTest, ReadsTheDescriptorWhenThereIsRoom) {
    start({.input_fd = read_end_.get()});
    type("typed");
    const auto at = offer(16);
    while (loop_.run_once(0)) {
    }
    EXPECT_EQ(received(at), "typed");
    // Without room one piece is taken and waits; then the descriptor is left alone.
    type(std::string(5000, 'y'));
    while (loop_.run_once(0)) {
    }
    EXPECT_EQ(loop_.watched(), 0U);
    const auto room = offer(8192);
    EXPECT_EQ(received(room)->size(), 4096U);
    const auto rest = offer(8192);
    while (loop_.run_once(0)) {
    }
    EXPECT_EQ(received(rest)->size(), 5000U - 4096);
}

TEST_F(ConsolePipeTest, StopsAtTheEndOfInput) {
    start({.input_fd = read_end_.get()});
    const auto at = offer(16);
    type("last");
    write_end_.reset();
    while (loop_.run_once(0)) {
    }
    EXPECT_EQ(received(at), "last");
    EXPECT_EQ(loop_.watched(), 0U);
    offer(16);
    EXPECT_EQ(loop_.watched(), 0U);
}

TEST_F(ConsolePipeTest, ADeviceThatIsResetOrGoneDoesNotRead) {
    start({.input_fd = read_end_.get()});
    offer(16);
    driver_->write(kRegStatus, 0);
    type("nobody");
    while (loop_.run_once(0)) {
    }
    EXPECT_EQ(loop_.watched(), 0U);
    driver_->start(0, 2);
    const auto at = offer(16);
    while (loop_.run_once(0)) {
    }
    EXPECT_EQ(received(at), "nobody");
    driver_.reset();
    EXPECT_EQ(loop_.watched(), 0U);
}

TEST_F(ConsoleTest, ReadsAFileToItsEnd) {
    const UniqueFd file(memfd_create("input", MFD_CLOEXEC));
    const std::string text(10000, 'f');
    ASSERT_EQ(write(file.get(), text.data(), text.size()), 10000);
    ASSERT_EQ(lseek(file.get(), 0, SEEK_SET), 0);
    start({.input_fd = file.get()});
    std::string all;
    for (int i = 0; i < 10; ++i) {
        const auto at = offer(1500);
        all += received(at).value_or("");
    }
    EXPECT_EQ(all, text);
}

TEST_F(ConsolePipeTest, AChildDoesNotReadItsParentsInput) {
    start({.input_fd = read_end_.get()});
    device_->after_fork_in_child();
    loop_.restart_in_child();
    type("for the parent");
    offer(100);
    while (loop_.run_once(0)) {
    }
    std::array<char, 100> left{};
    EXPECT_EQ(read(read_end_.get(), left.data(), left.size()), 14);
    EXPECT_EQ(loop_.watched(), 0U);
    EXPECT_FALSE(driver_->take_used(kConsoleReceive));
    EXPECT_EQ(console_->push_input("own"), 3U);
    EXPECT_TRUE(driver_->take_used(kConsoleReceive));
}

}  // namespace
}  // namespace lkl
