// SPDX-License-Identifier: GPL-2.0
#include "block/nbd_client.hh"

#include <dlfcn.h>
#include <libnbd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <string_view>
#include <vector>

#include "block/callback_backend.hh"

namespace lkl {
namespace {

// Servers take at least this much in one request.
constexpr std::size_t kLargestRequest = std::size_t{4} << 20;
constexpr std::uint64_t kSector = 512;

// The functions of libnbd that are used.
struct Library {
    decltype(&::nbd_create) create = nullptr;
    decltype(&::nbd_close) close = nullptr;
    decltype(&::nbd_connect_uri) connect_uri = nullptr;
    decltype(&::nbd_get_size) get_size = nullptr;
    decltype(&::nbd_is_read_only) is_read_only = nullptr;
    decltype(&::nbd_can_flush) can_flush = nullptr;
    decltype(&::nbd_pread) pread = nullptr;
    decltype(&::nbd_pwrite) pwrite = nullptr;
    decltype(&::nbd_flush) flush = nullptr;
    decltype(&::nbd_get_error) get_error = nullptr;
    decltype(&::nbd_get_errno) get_errno = nullptr;
    std::string complaint;  // empty: all of the above are there
};

Library load() {
    Library library;
    void* handle = ::dlopen("libnbd.so.0", RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) {
        library.complaint = "libnbd cannot be loaded (Debian's package libnbd0)";
        return library;
    }
    const auto find = [&](auto& function, const char* name) {
        void* symbol = ::dlsym(handle, name);
        if (symbol == nullptr) {
            library.complaint = std::string("this libnbd has no ") + name;
        }
        std::memcpy(&function, &symbol, sizeof(symbol));
    };
    find(library.create, "nbd_create");
    find(library.close, "nbd_close");
    find(library.connect_uri, "nbd_connect_uri");
    find(library.get_size, "nbd_get_size");
    find(library.is_read_only, "nbd_is_read_only");
    find(library.can_flush, "nbd_can_flush");
    find(library.pread, "nbd_pread");
    find(library.pwrite, "nbd_pwrite");
    find(library.flush, "nbd_flush");
    find(library.get_error, "nbd_get_error");
    find(library.get_errno, "nbd_get_errno");
    return library;
}

const Library& library() {
    static const Library loaded = load();
    return loaded;
}

// The last failure's number; libnbd has none for some.
int failure() {
    const int number = library().get_errno();
    return number != 0 ? number : EIO;
}

}  // namespace

struct NbdClient::Impl {
    ~Impl() {
        if (handle != nullptr) {
            library().close(handle);
        }
    }

    nbd_handle* handle = nullptr;
    std::string address;
    std::uint64_t size = 0;
    bool read_only = true;
    bool can_flush = false;
    std::mutex mutex;  // a handle's calls exclude each other anyway; its error is the thread's

    int transfer(BlockOp op, std::byte* data, std::size_t length, std::uint64_t offset) {
        const std::lock_guard lock(mutex);
        while (length > 0) {
            const std::size_t piece = std::min(length, kLargestRequest);
            const int result = op == BlockOp::read
                                   ? library().pread(handle, data, piece, offset, 0)
                                   : library().pwrite(handle, data, piece, offset, 0);
            if (result < 0) {
                return failure();
            }
            data += piece;
            length -= piece;
            offset += piece;
        }
        return 0;
    }

    int flush() {
        const std::lock_guard lock(mutex);
        return can_flush && library().flush(handle, 0) < 0 ? failure() : 0;
    }

    // Several buffers are one request to the server.
    int gather(const CallbackRequest& request) {
        std::size_t total = 0;
        for (const iovec& buffer : request.buffers) {
            total += buffer.iov_len;
        }
        std::vector<std::byte> whole(total);
        const auto copy_all = [&](bool out) {
            std::byte* at = whole.data();
            for (const iovec& buffer : request.buffers) {
                std::memcpy(out ? buffer.iov_base : at, out ? at : buffer.iov_base, buffer.iov_len);
                at += buffer.iov_len;
            }
        };
        if (request.op == BlockOp::write) {
            copy_all(false);
        }
        const int error = transfer(request.op, whole.data(), total, request.sector * kSector);
        if (error == 0 && request.op == BlockOp::read) {
            copy_all(true);
        }
        return error;
    }

    int perform(const CallbackRequest& request) {
        if (request.op == BlockOp::flush) {
            return flush();
        }
        if (request.buffers.size() != 1) {
            return gather(request);
        }
        const iovec& buffer = request.buffers.front();
        return transfer(request.op, static_cast<std::byte*>(buffer.iov_base), buffer.iov_len,
                        request.sector * kSector);
    }
};

NbdClient::NbdClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

NbdClient::~NbdClient() = default;

bool NbdClient::is_address(const std::string& name) {
    constexpr std::array<std::string_view, 6> kSchemes = {
        "nbd://", "nbds://", "nbd+unix://", "nbds+unix://", "nbd+vsock://", "nbds+vsock://"};
    return std::any_of(kSchemes.begin(), kSchemes.end(), [&](std::string_view scheme) {
        return std::string_view(name).substr(0, scheme.size()) == scheme;
    });
}

Result<std::unique_ptr<NbdClient>> NbdClient::connect(const std::string& address, bool write) {
    const Library& nbd = library();
    if (!nbd.complaint.empty()) {
        return Error::other(nbd.complaint, "connect to", address);
    }
    auto impl = std::make_unique<Impl>();
    impl->address = address;
    impl->handle = nbd.create();
    if (impl->handle == nullptr || nbd.connect_uri(impl->handle, address.c_str()) < 0) {
        const char* text = nbd.get_error();
        return Error::other(text != nullptr ? text : "libnbd tells no reason", "connect to",
                            address);
    }
    const std::int64_t size = nbd.get_size(impl->handle);
    if (size < 0) {
        return Error::host(failure(), "find the size of", address);
    }
    impl->size = static_cast<std::uint64_t>(size);
    impl->read_only = nbd.is_read_only(impl->handle) != 0;
    impl->can_flush = nbd.can_flush(impl->handle) == 1;
    if (write && impl->read_only) {
        return Error::other("the server lets it be read only", "write to", address);
    }
    impl->read_only = !write;
    return std::unique_ptr<NbdClient>(new NbdClient(std::move(impl)));
}

std::uint64_t NbdClient::size() const {
    return impl_->size;
}

bool NbdClient::read_only() const {
    return impl_->read_only;
}

int NbdClient::read(std::span<std::byte> buffer, std::uint64_t offset) {
    return impl_->transfer(BlockOp::read, buffer.data(), buffer.size(), offset);
}

Result<std::unique_ptr<BlockBackend>> NbdClient::backend() {
    CallbackDisk disk;
    disk.capacity = impl_->size;
    disk.read_only = impl_->read_only;
    disk.identity = "nbd";
    disk.perform = [impl = impl_.get()](const CallbackRequest& request) {
        return impl->perform(request);
    };
    return CallbackBackend::create(std::move(disk));
}

}  // namespace lkl
