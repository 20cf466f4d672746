// SPDX-License-Identifier: GPL-2.0
// Reading once for our conf, whose main() calls serve_load_tree() for load_tree().
#include "kconfig/compat/profile.hh"
#include "kconfig/model/load.hh"
#include "kconfig/tests/differential/serve/serve.hh"
#include "kconfig/tools/heap.hh"

namespace kconfig {

// A heap for large trees would only make every fork() dearer.
void prepare_heap() {}

namespace {

std::unique_ptr<Tree> kept;
std::string out_text;
std::string err_text;

}  // namespace

std::unique_ptr<Tree> serve_load_tree(std::string_view name, Profile profile,
                                      Diagnostics& diagnostics, ShellRunner shell,
                                      Details details) {
    if (kept == nullptr) {
        return load_tree(name, profile, diagnostics, std::move(shell), details);
    }
    diagnostics.host().out(out_text);
    diagnostics.host().err(err_text);
    return std::move(kept);
}

}  // namespace kconfig

void preparse(const char* name) {
    using namespace kconfig;
    ProcessHost host;
    Diagnostics diagnostics(host, MessageStyle::strict);
    Profile profile;
    profile.dialect = detect_dialect(host).value_or(Dialect::v6_12);
    kept = load_tree(name, profile, diagnostics);
}

void remember_messages(std::string out, std::string err) {
    kconfig::out_text = std::move(out);
    kconfig::err_text = std::move(err);
}
