// SPDX-License-Identifier: GPL-2.0
// conf: the kernel's line-oriented configuration program.
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>

#include "kconfig/base/host.hh"
#include "kconfig/base/text.hh"
#include "kconfig/io/config_file.hh"
#include "kconfig/model/load.hh"
#include "kconfig/modes/bulk.hh"
#include "kconfig/probe/probe.hh"
#include "kconfig/tools/ask.hh"
#include "kconfig/tools/conf_options.hh"
#include "kconfig/tools/heap.hh"

namespace {

using namespace kconfig;

// The modes that ask can be asked for help.
bool shows_details(Mode mode) {
    return mode == Mode::oldaskconfig || mode == Mode::oldconfig || mode == Mode::syncconfig ||
           mode == Mode::helpnewconfig;
}

class Session {
  public:
    Session(Host& host, Evaluator& evaluator, const Options& options)
        : host_(host), evaluator_(evaluator), options_(options), files_(evaluator) {
        if (options.silent) {
            files_.set_message({});
        }
        files_.set_header_style(options.header);
    }

    int run();

  private:
    bool read();
    bool read_seed();
    bool apply();
    bool write(bool keep_config);
    int write_defconfig();

    Host& host_;
    Evaluator& evaluator_;
    const Options& options_;
    ConfigFiles files_;
};

bool Session::read() {
    switch (options_.mode) {
        case Mode::defconfig:
            if (!files_.read(options_.file.c_str())) {
                host_.err(cat("***\n*** Can't find default configuration \"", options_.file,
                              "\"!\n***\n"));
                return false;
            }
            return true;
        case Mode::allnoconfig:
        case Mode::allyesconfig:
        case Mode::allmodconfig:
        case Mode::alldefconfig:
        case Mode::randconfig:
            return read_seed();
        default:
            files_.read(nullptr);
            return true;
    }
}

// The values that KCONFIG_ALLCONFIG names.
bool Session::read_seed() {
    const char* const name = host_.env("KCONFIG_ALLCONFIG");
    if (name == nullptr) {
        return true;
    }
    const std::string wanted = name;
    if (!wanted.empty() && wanted != "1") {
        if (files_.read_simple(wanted.c_str(), Source::user)) {
            return true;
        }
        host_.err(cat("*** Can't read seed configuration \"", wanted, "\"!\n"));
        return false;
    }
    const char* const usual = options_.mode == Mode::allnoconfig    ? "allno.config"
                              : options_.mode == Mode::allyesconfig ? "allyes.config"
                              : options_.mode == Mode::allmodconfig ? "allmod.config"
                              : options_.mode == Mode::alldefconfig ? "alldef.config"
                                                                    : "allrandom.config";
    if (files_.read_simple(usual, Source::user) || files_.read_simple("all.config", Source::user)) {
        return true;
    }
    host_.err(
        cat("*** KCONFIG_ALLCONFIG set, but no \"", usual, "\" or \"all.config\" file found\n"));
    return false;
}

bool Session::apply() {
    const Probabilities no_chances;
    switch (options_.mode) {
        case Mode::allnoconfig:
            set_all_new(evaluator_, NewValue::no, no_chances, nullptr);
            return true;
        case Mode::allyesconfig:
            set_all_new(evaluator_, NewValue::yes, no_chances, nullptr);
            return true;
        case Mode::allmodconfig:
            set_all_new(evaluator_, NewValue::mod, no_chances, nullptr);
            return true;
        case Mode::alldefconfig:
        case Mode::defconfig:
            set_all_new(evaluator_, NewValue::defaults, no_chances, nullptr);
            return true;
        case Mode::randconfig: {
            Probabilities chances;
            if (!read_probabilities(host_, chances)) {
                return false;
            }
            GlibcRandom random(options_.seed);
            const bool repeat = evaluator_.tree().profile().is_6_1();
            while (set_all_new(evaluator_, NewValue::random, chances, &random) && repeat) {
            }
            return true;
        }
        case Mode::yes2modconfig:
            rewrite_tristates(evaluator_, Tristate::yes, Tristate::mod);
            return true;
        case Mode::mod2yesconfig:
            rewrite_tristates(evaluator_, Tristate::mod, Tristate::yes);
            return true;
        case Mode::mod2noconfig:
            rewrite_tristates(evaluator_, Tristate::mod, Tristate::no);
            return true;
        case Mode::oldaskconfig: {
            Questioner questioner(evaluator_, files_, AskMode::all);
            questioner.ask_everything();
            return questioner.ask_new();
        }
        case Mode::oldconfig:
        case Mode::syncconfig:
            return Questioner(evaluator_, files_, AskMode::fresh).ask_new();
        case Mode::listnewconfig:
            return Questioner(evaluator_, files_, AskMode::list).ask_new();
        case Mode::helpnewconfig:
            return Questioner(evaluator_, files_, AskMode::list_help).ask_new();
        case Mode::savedefconfig:
        case Mode::olddefconfig:
            return true;
    }
    return true;
}

int Session::write_defconfig() {
    if (files_.write_defconfig(options_.file)) {
        return 0;
    }
    host_.err(cat("n*** Error while saving defconfig to: ", options_.file, "\n\n"));
    return 1;
}

bool Session::write(bool keep_config) {
    if (!keep_config && !files_.write()) {
        host_.err("\n*** Error during writing of the configuration.\n\n");
        return false;
    }
    // make needs auto.conf to be there; its content only matters to syncconfig.
    if (!files_.write_autoconf(options_.sync) && options_.sync) {
        host_.err("\n*** Error during sync of the configuration.\n\n");
        return false;
    }
    return true;
}

int Session::run() {
    if (!read() || files_.has_errors()) {
        return 1;
    }
    bool keep_config = false;
    if (options_.sync) {
        const char* const keep = host_.env("KCONFIG_NOSILENTUPDATE");
        if (keep != nullptr && *keep != '\0') {
            if (evaluator_.changed()) {
                host_.err("\n*** The configuration requires explicit update.\n\n");
                return 1;
            }
            keep_config = true;
        }
    }
    if (!apply()) {
        return 1;
    }
    if (evaluator_.warnings() != 0 && host_.env("KCONFIG_WERROR") != nullptr) {
        return 1;
    }
    if (options_.mode == Mode::savedefconfig) {
        return write_defconfig();
    }
    if (options_.mode == Mode::listnewconfig || options_.mode == Mode::helpnewconfig) {
        return 0;
    }
    return write(keep_config) ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    prepare_heap();
    ProcessHost host;
    Options options;
    if (const std::optional<int> code = parse_options(host, argc, argv, options)) {
        return *code;
    }
    if (!options.dialect) {
        options.dialect = detect_dialect(host);
    }
    if (!options.dialect) {
        host.err("conf: KCONFIG_PROFILE must be 6.1, 6.12 or next\n");
        return 1;
    }
    Profile profile;
    profile.dialect = *options.dialect;
    profile.bug_compat = options.bug_compat;
    Diagnostics diagnostics(host, options.rich ? MessageStyle::rich : MessageStyle::strict);
    std::unique_ptr<Tree> tree;
    {
        ProbeCache probes(host, options.cache ? default_probe_directory(host) : std::string());
        tree = load_tree(options.kconfig, profile, diagnostics, probes.runner(),
                         shows_details(options.mode) ? Details::kept : Details::skipped);
    }
    if (tree == nullptr) {
        return diagnostics.exit_code();
    }
    Evaluator evaluator(*tree, host);
    evaluator.set_changed(true);
    const int code = Session(host, evaluator, options).run();
    // Giving every symbol back one by one would take longer than writing .config.
    std::fflush(nullptr);
    std::_Exit(code);
}
