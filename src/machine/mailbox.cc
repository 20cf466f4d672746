// SPDX-License-Identifier: GPL-2.0
#include "machine/mailbox.hh"

namespace lkl {

Mailbox& MailboxPool::take() {
    const std::scoped_lock lock(mutex_);
    if (free_.empty()) {
        return all_.emplace_back();
    }
    Mailbox& mailbox = *free_.back();
    free_.pop_back();
    mailbox.shared = {};
    return mailbox;
}

void MailboxPool::give_back(Mailbox& mailbox) {
    const std::scoped_lock lock(mutex_);
    free_.push_back(&mailbox);
}

}  // namespace lkl
