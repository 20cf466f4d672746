// SPDX-License-Identifier: GPL-2.0
#include "api/netlink.hh"

#include <algorithm>
#include <cstring>
#include <lkl/socket.hh>

#include "api/calls.hh"
#include "api/text.hh"

namespace lkl::detail {
namespace {

// struct nlmsghdr
struct Header {
    std::uint32_t length;
    std::uint16_t type, flags;
    std::uint32_t sequence, port;
};

static_assert(sizeof(Header) == 16);

// struct nlattr
struct AttributeHeader {
    std::uint16_t length, type;
};

static_assert(sizeof(AttributeHeader) == 4);

constexpr std::uint16_t kError = 2;  // also the acknowledgement, with status 0
constexpr std::uint16_t kDone = 3;
constexpr int kNetlinkRoute = 0;
constexpr std::size_t kBufferSize = 32768;
constexpr std::uint16_t kTypeMask = 0x3fff;  // without NLA_F_NESTED and NLA_F_NET_BYTEORDER

std::size_t aligned(std::size_t size) {
    return (size + 3) & ~std::size_t{3};
}

Result<Socket> open_netlink(const InstanceRef& instance) {
    const std::string name = "a netlink socket";
    const long fd =
        tree(instance).descriptor().raw(nr::socket, net::af_netlink, net::raw, kNetlinkRoute);
    if (fd < 0) {
        return Error::kernel(fd, "open", name);
    }
    return Socket(Descriptor(instance, static_cast<int>(fd), name));
}

Result<void> exchange(const InstanceRef& instance, const NetlinkMessage& message,
                      const std::string& operation, const std::string& object,
                      const std::function<void(const NetlinkAnswer&)>& answer) {
    LKL_TRY(Socket socket, open_netlink(instance));
    LKL_TRY_VOID(socket.send_all(message.bytes()));
    std::vector<std::byte> buffer(kBufferSize);
    for (;;) {
        LKL_TRY(const std::size_t got, socket.receive(buffer));
        const NetlinkProgress progress = parse_netlink(std::span(buffer).subspan(0, got), answer);
        if (progress.status < 0) {
            return Error::kernel(progress.status, operation, object);
        }
        if (progress.done) {
            return {};
        }
    }
}

}  // namespace

void NetlinkMessage::begin(std::uint16_t type, std::uint16_t flags) {
    const Header header{0, type, static_cast<std::uint16_t>(flags | nlm::request), 1, 0};
    append(&header, sizeof(header));
}

void NetlinkMessage::append(const void* data, std::size_t size) {
    const auto* bytes = static_cast<const std::byte*>(data);
    bytes_.insert(bytes_.end(), bytes, bytes + size);
    bytes_.resize(aligned(bytes_.size()));
    const auto length = static_cast<std::uint32_t>(bytes_.size());
    std::memcpy(bytes_.data(), &length, sizeof(length));
}

void NetlinkMessage::add(std::uint16_t attribute, std::span<const std::byte> value) {
    const AttributeHeader header{static_cast<std::uint16_t>(sizeof(AttributeHeader) + value.size()),
                                 attribute};
    append(&header, sizeof(header));
    append(value.data(), value.size());
}

void NetlinkMessage::add(std::uint16_t attribute, std::uint32_t value) {
    add(attribute, std::as_bytes(std::span(&value, 1)));
}

void NetlinkMessage::add(std::uint16_t attribute, const std::string& value) {
    add(attribute, std::as_bytes(std::span(value.c_str(), value.size() + 1)));
}

void NetlinkAnswer::copy(void* to, std::size_t size) const {
    if (size <= payload_.size()) {
        std::memcpy(to, payload_.data(), size);
    }
}

std::span<const std::byte> NetlinkAnswer::attribute(std::size_t fixed_size,
                                                    std::uint16_t type) const {
    std::size_t offset = aligned(fixed_size);
    while (offset + sizeof(AttributeHeader) <= payload_.size()) {
        AttributeHeader header{};
        std::memcpy(&header, payload_.data() + offset, sizeof(header));
        if (header.length < sizeof(header) || header.length > payload_.size() - offset) {
            break;
        }
        if ((header.type & kTypeMask) == type) {
            return payload_.subspan(offset + sizeof(header), header.length - sizeof(header));
        }
        offset += aligned(header.length);
    }
    return {};
}

NetlinkProgress parse_netlink(std::span<const std::byte> buffer,
                              const std::function<void(const NetlinkAnswer&)>& answer) {
    while (buffer.size() >= sizeof(Header)) {
        Header header{};
        std::memcpy(&header, buffer.data(), sizeof(header));
        if (header.length < sizeof(header) || header.length > buffer.size()) {
            break;
        }
        const auto payload = buffer.subspan(sizeof(header), header.length - sizeof(header));
        if (header.type == kDone || header.type == kError) {
            std::int32_t status = 0;
            if (payload.size() >= sizeof(status)) {
                std::memcpy(&status, payload.data(), sizeof(status));
            }
            return {true, status};
        }
        answer(NetlinkAnswer(payload));
        buffer = buffer.subspan(std::min(aligned(header.length), buffer.size()));
    }
    return {};
}

Result<void> netlink_request(const InstanceRef& instance, const NetlinkMessage& message,
                             const std::string& operation, const std::string& object) {
    return exchange(instance, message, operation, object, [](const NetlinkAnswer&) {});
}

Result<void> netlink_dump(const InstanceRef& instance, const NetlinkMessage& message,
                          const std::string& operation,
                          const std::function<void(const NetlinkAnswer&)>& answer) {
    return exchange(instance, message, operation, "", answer);
}

}  // namespace lkl::detail
