// SPDX-License-Identifier: GPL-2.0
#include "lklfuse/control.hh"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace lkl::tools {

Result<std::pair<UniqueFd, UniqueFd>> make_control() {
    int ends[2];
    // Each word is a message of its own, so that a descriptor stays with its word.
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, &ends[0]) != 0) {
        return Error::host(errno, "make", "a pair of sockets");
    }
    return std::pair(UniqueFd(ends[0]), UniqueFd(ends[1]));
}

bool tell(int control, Word word, int descriptor) {
    if (descriptor < 0) {
        return ::write(control, &word, sizeof(word)) == sizeof(word);
    }
    iovec data{&word, sizeof(word)};
    alignas(cmsghdr) char room[CMSG_SPACE(sizeof(int))] = {};
    msghdr message{};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = &room[0];
    message.msg_controllen = sizeof(room);
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(header), &descriptor, sizeof(int));
    return ::sendmsg(control, &message, MSG_NOSIGNAL) == sizeof(word);
}

Word listen(int control, UniqueFd* descriptor) {
    Word word = Word::none;
    iovec data{&word, sizeof(word)};
    alignas(cmsghdr) char room[CMSG_SPACE(sizeof(int))] = {};
    msghdr message{};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = &room[0];
    message.msg_controllen = sizeof(room);
    ssize_t size = 0;
    do {
        size = ::recvmsg(control, &message, MSG_CMSG_CLOEXEC);
    } while (size < 0 && errno == EINTR);
    if (size != sizeof(word)) {
        return Word::none;
    }
    const cmsghdr* header = CMSG_FIRSTHDR(&message);
    if (header != nullptr && header->cmsg_type == SCM_RIGHTS) {
        int received = -1;
        std::memcpy(&received, CMSG_DATA(header), sizeof(int));
        UniqueFd owned(received);
        if (descriptor != nullptr) {
            *descriptor = std::move(owned);
        }
    }
    return word;
}

}  // namespace lkl::tools
