// SPDX-License-Identifier: GPL-2.0
// Loading for the commands of kc.
#include "kconfig/base/text.hh"
#include "kconfig/io/files.hh"
#include "kconfig/merge/merge.hh"
#include "kconfig/probe/probe.hh"
#include "kconfig/tools/kc/command.hh"

namespace kconfig::tools {

void Workspace::error(std::string_view text) {
    host_.err(cat("kc: ", text, '\n'));
}

bool Workspace::load() {
    Profile profile;
    const std::optional<Dialect> dialect =
        options_.dialect ? options_.dialect : detect_dialect(host_);
    if (!dialect) {
        error("KCONFIG_PROFILE must be 6.1, 6.12 or next");
        return false;
    }
    profile.dialect = *dialect;
    Diagnostics diagnostics(host_, MessageStyle::rich);
    ProbeCache probes(host_, options_.cache ? default_probe_directory(host_) : std::string());
    tree_ = load_tree(options_.kconfig, profile, diagnostics, probes.runner());
    if (tree_ == nullptr) {
        return false;
    }
    evaluator_ = std::make_unique<Evaluator>(*tree_, host_);
    evaluator_->set_quiet(true);
    evaluator_->set_changed(true);
    files_ = std::make_unique<ConfigFiles>(*evaluator_);
    files_->set_message([this](std::string_view text) { host_.err(cat("# ", text, '\n')); });
    return true;
}

std::string Workspace::config_name() {
    if (!options_.config.empty()) {
        return options_.config;
    }
    const char* const named = host_.env("KCONFIG_CONFIG");
    return named != nullptr ? named : ".config";
}

bool Workspace::read_config(const std::string& name) {
    return read_config(*files_, name.empty() ? config_name() : name);
}

bool Workspace::read_config_if_any() {
    const std::string name = config_name();
    if (options_.config.empty() && !file_exists(name)) {
        files_->read(name.c_str());  // $srctree may have one, as for conf
        return true;
    }
    return read_config(*files_, name);
}

bool Workspace::read_config(ConfigFiles& files, const std::string& name) {
    // As in the original a directory would be a file without lines.
    if (!is_directory(name) && files.read(name.c_str())) {
        return true;
    }
    error(cat("cannot read the configuration ", name, why_unreadable(name)));
    return false;
}

const Symbol* Workspace::symbol(std::string_view name) {
    const std::string prefix = files_->prefix();
    if (name.starts_with(prefix) && tree_->find(name) == nullptr) {
        name.remove_prefix(prefix.size());
    }
    const Symbol* const found = tree_->find(name);
    if (found != nullptr && !found->menus.empty()) {
        return found;
    }
    std::string message = cat("there is no symbol ", name);
    const std::vector<std::string> close = similar_names(*tree_, name);
    for (std::size_t i = 0; i < close.size(); ++i) {
        append(message, i == 0 ? "; did you mean " : " or ", close[i]);
    }
    error(close.empty() ? message : message + "?");
    return nullptr;
}

}  // namespace kconfig::tools
