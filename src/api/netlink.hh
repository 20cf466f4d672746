// SPDX-License-Identifier: GPL-2.0
// Requests to the kernel's rtnetlink (RFC 3549; include/uapi/linux/netlink.h, rtnetlink.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <lkl/descriptor.hh>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace lkl::detail {

namespace nlm {
inline constexpr std::uint16_t request = 0x01;
inline constexpr std::uint16_t ack = 0x04;
inline constexpr std::uint16_t dump = 0x300;
inline constexpr std::uint16_t replace = 0x100;
inline constexpr std::uint16_t exclusive = 0x200;
inline constexpr std::uint16_t create = 0x400;
}  // namespace nlm

// A message under construction: the header, a fixed part, attributes.
class NetlinkMessage {
  public:
    // `fixed` is the structure that follows the header (struct ifinfomsg and so on).
    template <typename Fixed>
    NetlinkMessage(std::uint16_t type, std::uint16_t flags, const Fixed& fixed) {
        static_assert(std::is_trivially_copyable_v<Fixed>);
        begin(type, flags);
        append(&fixed, sizeof(fixed));
    }

    void add(std::uint16_t attribute, std::span<const std::byte> value);
    void add(std::uint16_t attribute, std::uint32_t value);
    void add(std::uint16_t attribute, const std::string& value);  // with its NUL

    [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }

  private:
    void begin(std::uint16_t type, std::uint16_t flags);
    void append(const void* data, std::size_t size);

    std::vector<std::byte> bytes_;
};

// The fixed part and the attributes of one answer.
class NetlinkAnswer {
  public:
    explicit NetlinkAnswer(std::span<const std::byte> payload) : payload_(payload) {}

    // The fixed part; zeroes where the answer is too short for it.
    template <typename Fixed>
    [[nodiscard]] Fixed fixed() const {
        Fixed value{};
        copy(&value, sizeof(value));
        return value;
    }

    // The value of an attribute after a fixed part of that size; empty if absent.
    [[nodiscard]] std::span<const std::byte> attribute(std::size_t fixed_size,
                                                       std::uint16_t type) const;

  private:
    void copy(void* to, std::size_t size) const;

    std::span<const std::byte> payload_;
};

// Sends a request and waits for its acknowledgement. The error is the kernel's, with `operation`
// and `object`.
Result<void> netlink_request(const InstanceRef& instance, const NetlinkMessage& message,
                             const std::string& operation, const std::string& object);

// Sends a dump request and hands over every answer.
Result<void> netlink_dump(const InstanceRef& instance, const NetlinkMessage& message,
                          const std::string& operation,
                          const std::function<void(const NetlinkAnswer&)>& answer);

// What one buffer of answers said: done or more to come, or a failure (-errno).
struct NetlinkProgress {
    bool done = false;
    long status = 0;
};

// Goes through the messages of a buffer. Never reads outside it.
NetlinkProgress parse_netlink(std::span<const std::byte> buffer,
                              const std::function<void(const NetlinkAnswer&)>& answer);

}  // namespace lkl::detail
