// SPDX-License-Identifier: GPL-2.0
#include "machine/threads.hh"

#include <pthread.h>

#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <vector>

#include "base/check.hh"

namespace lkl {
namespace {

struct Registry {
    // By itself on the heap: see reset_thread_hosts_in_child().
    std::unique_ptr<std::shared_mutex> mutex = std::make_unique<std::shared_mutex>();
    std::map<std::uint64_t, ThreadHost*> hosts;
    std::uint64_t next = 1;
};

// Never destroyed: threads may end after static objects did.
Registry& registry() {
    static auto* instance = new Registry;  // NOLINT(cppcoreguidelines-owning-memory)
    return *instance;
}

struct Entry {
    std::uint64_t generation;
    Mailbox* mailbox;
};

// The last one used; most threads have one instance.
__attribute__((tls_model("initial-exec"))) thread_local Entry cached{0, nullptr};

// Freed through a key of pthreads, whose destructors run after those of thread_local objects, and
// again for what was made meanwhile: a call from any destructor of an ending thread works, and the
// task that it was given ends too.
class ThreadMailboxes {
  public:
    ThreadMailboxes() = default;
    ThreadMailboxes(const ThreadMailboxes&) = delete;
    ThreadMailboxes& operator=(const ThreadMailboxes&) = delete;

    ~ThreadMailboxes() {
        cached = {0, nullptr};
        Registry& hosts = registry();
        const std::shared_lock lock(*hosts.mutex);
        for (const Entry& entry : entries_) {
            const auto found = hosts.hosts.find(entry.generation);
            if (found != hosts.hosts.end()) {
                found->second->thread_ended(*entry.mailbox);
            }
        }
    }

    [[nodiscard]] std::vector<Entry>& entries() { return entries_; }

  private:
    std::vector<Entry> entries_;
};

// The calling thread's; null: none yet.
thread_local ThreadMailboxes* current = nullptr;

void end_thread(void* mailboxes) {
    current = nullptr;
    const std::unique_ptr<ThreadMailboxes> ended(static_cast<ThreadMailboxes*>(mailboxes));
}

pthread_key_t make_key() {
    pthread_key_t key{};
    LKL_CHECK(pthread_key_create(&key, end_thread) == 0);
    return key;
}

ThreadMailboxes& mine() {
    if (current == nullptr) {
        static const pthread_key_t key = make_key();
        current = std::make_unique<ThreadMailboxes>().release();
        LKL_CHECK(pthread_setspecific(key, current) == 0);
    }
    return *current;
}

}  // namespace

std::uint64_t register_thread_host(ThreadHost& host) {
    Registry& hosts = registry();
    const std::unique_lock lock(*hosts.mutex);
    hosts.hosts[hosts.next] = &host;
    return hosts.next++;
}

void unregister_thread_host(std::uint64_t generation) {
    Registry& hosts = registry();
    const std::unique_lock lock(*hosts.mutex);
    hosts.hosts.erase(generation);
}

Mailbox* find_mailbox(std::uint64_t generation) noexcept {
    if (cached.generation == generation) [[likely]] {
        return cached.mailbox;
    }
    if (current == nullptr) {
        return nullptr;
    }
    for (const Entry& entry : current->entries()) {
        if (entry.generation == generation) {
            cached = entry;
            return entry.mailbox;
        }
    }
    return nullptr;
}

void remember_mailbox(std::uint64_t generation, Mailbox& mailbox) {
    std::vector<Entry>& entries = mine().entries();
    {
        // Room made by instances that are gone.
        Registry& hosts = registry();
        const std::shared_lock lock(*hosts.mutex);
        std::erase_if(entries, [&](const Entry& entry) {
            return hosts.hosts.find(entry.generation) == hosts.hosts.end();
        });
    }
    entries.push_back({generation, &mailbox});
    cached = entries.back();
}

void forget_mailbox(std::uint64_t generation) {
    std::erase_if(mine().entries(),
                  [=](const Entry& entry) { return entry.generation == generation; });
    cached = {0, nullptr};
}

void lock_thread_hosts() {
    registry().mutex->lock();
}

void unlock_thread_hosts() {
    registry().mutex->unlock();
}

void reset_thread_hosts_in_child() {
    // This thread locked it, under another number: it cannot unlock it. ThreadSanitizer remembers
    // the lock by its address until the memory is freed, so that making it anew in place would not
    // do.
    registry().mutex = std::make_unique<std::shared_mutex>();
}

}  // namespace lkl
