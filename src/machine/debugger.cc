// SPDX-License-Identifier: GPL-2.0
#include "machine/debugger.hh"

#include <string>

namespace {

// The layout that liblkl-gdb.py reads: eight-byte words, one after the other.
struct DebugInstance {
    DebugInstance* next;
    std::uint64_t base;            // where the image is
    std::uint64_t preferred_base;  // where it is linked for
    const char* image;             // its file, or a name for it
    const void* build_id;          // the notes that hold it
    std::uint64_t build_id_size;
};

// GDB's side of the interface: these names and this layout are its own.
struct JitCodeEntry {
    JitCodeEntry* next;
    JitCodeEntry* previous;
    const void* symbol_file;
    std::uint64_t symbol_file_size;
};

enum JitAction : std::uint32_t { kJitNothing, kJitRegister, kJitUnregister };

struct JitDescriptor {
    std::uint32_t version;
    std::uint32_t action;
    JitCodeEntry* relevant;
    JitCodeEntry* first;
};

}  // namespace

// Local symbols: a program may have another compiler with the interface in it, and GDB looks in
// each file of its own. Found by name, so they must stay although nothing refers to them.
__attribute__((used)) static DebugInstance* debug_instances __asm__("lkl_debug_instances");
__attribute__((used)) static JitDescriptor jit_descriptor __asm__("__jit_debug_descriptor") = {
    1, kJitNothing, nullptr, nullptr};
static void jit_register_code() __asm__("__jit_debug_register_code");

// GDB has a breakpoint here.
__attribute__((used, noinline)) static void jit_register_code() {
    __asm__ volatile("" : : "r"(&jit_descriptor) : "memory");
}

namespace lkl {
namespace {

void tell_gdb(JitAction action, JitCodeEntry& entry) {
    jit_descriptor.action = action;
    jit_descriptor.relevant = &entry;
    jit_register_code();
    jit_descriptor.action = kJitNothing;
    jit_descriptor.relevant = nullptr;
}

}  // namespace

struct DebuggerEntry::Entry {
    std::string image;
    DebugInstance instance{};
    JitCodeEntry symbols{};
    bool at_preferred_base = false;
};

DebuggerEntry::DebuggerEntry(const Image& image, std::uint64_t base)
    : entry_(std::make_unique<Entry>()) {
    entry_->image = image.name();
    entry_->at_preferred_base = base == image.header().preferred_base;
    entry_->symbols.symbol_file = image.bytes().data();
    entry_->symbols.symbol_file_size = image.bytes().size();
    entry_->instance = {debug_instances,
                        base,
                        image.header().preferred_base,
                        entry_->image.c_str(),
                        image.build_id().data(),
                        image.build_id().size()};
    debug_instances = &entry_->instance;
    if (entry_->at_preferred_base) {
        entry_->symbols.next = jit_descriptor.first;
        if (jit_descriptor.first != nullptr) {
            jit_descriptor.first->previous = &entry_->symbols;
        }
        jit_descriptor.first = &entry_->symbols;
        tell_gdb(kJitRegister, entry_->symbols);
    }
}

DebuggerEntry::~DebuggerEntry() {
    for (DebugInstance** at = &debug_instances; *at != nullptr; at = &(*at)->next) {
        if (*at == &entry_->instance) {
            *at = entry_->instance.next;
            break;
        }
    }
    if (entry_->at_preferred_base) {
        JitCodeEntry& symbols = entry_->symbols;
        (symbols.previous != nullptr ? symbols.previous->next : jit_descriptor.first) =
            symbols.next;
        if (symbols.next != nullptr) {
            symbols.next->previous = symbols.previous;
        }
        tell_gdb(kJitUnregister, symbols);
    }
}

}  // namespace lkl
