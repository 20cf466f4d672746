// SPDX-License-Identifier: GPL-2.0
#include "capi/call_guard.hh"

#include <thread>

#include "capi/process_barrier.hh"

namespace lkl::capi {

thread_local constinit CallSlot* current_slot = nullptr;
constinit std::atomic<detail::Instance*> current_instance{nullptr};

namespace {

constinit std::atomic<CallSlot*> all_slots{nullptr};

// Gives the slot back when its thread ends. A call made even later, by another destructor of the
// thread, takes a slot again, which then stays taken: a few bytes.
struct SlotOwner {
    CallSlot* slot = nullptr;

    ~SlotOwner() {
        if (slot != nullptr) {
            current_slot = nullptr;
            slot->taken.store(false, std::memory_order_release);
        }
    }
};

thread_local SlotOwner slot_owner;

CallSlot& find_slot() {
    for (CallSlot* slot = all_slots.load(std::memory_order_acquire); slot != nullptr;
         slot = slot->next) {
        bool free = false;
        if (slot->taken.compare_exchange_strong(free, true, std::memory_order_acq_rel)) {
            return *slot;
        }
    }
    auto* slot = new CallSlot;  // never freed: see CallSlot
    slot->taken.store(true, std::memory_order_relaxed);
    slot->next = all_slots.load(std::memory_order_relaxed);
    while (!all_slots.compare_exchange_weak(slot->next, slot, std::memory_order_acq_rel)) {
    }
    return *slot;
}

bool others_are_inside() {
    for (CallSlot* slot = all_slots.load(std::memory_order_acquire); slot != nullptr;
         slot = slot->next) {
        if (slot->depth.load(std::memory_order_acquire) != 0) {
            return true;
        }
    }
    return false;
}

}  // namespace

CallSlot& take_slot() {
    CallSlot& slot = find_slot();
    slot_owner.slot = &slot;
    current_slot = &slot;
    return slot;
}

bool inside_call() {
    return current_slot != nullptr && current_slot->depth.load(std::memory_order_relaxed) != 0;
}

void publish(detail::Instance* instance) {
    current_instance.store(instance, std::memory_order_release);
}

bool withdraw(std::chrono::milliseconds patience) {
    constexpr std::chrono::milliseconds kPause(1);
    current_instance.exchange(nullptr, std::memory_order_seq_cst);  // a full barrier of our own
    process_barrier();
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (others_are_inside()) {
        if (std::chrono::steady_clock::now() >= deadline) {
            return false;
        }
        std::this_thread::sleep_for(kPause);
    }
    return true;
}

void forget_other_threads() {
    for (CallSlot* slot = all_slots.load(std::memory_order_acquire); slot != nullptr;
         slot = slot->next) {
        if (slot != current_slot) {
            slot->depth.store(0, std::memory_order_relaxed);
            slot->taken.store(false, std::memory_order_relaxed);
        }
    }
}

}  // namespace lkl::capi
