// SPDX-License-Identifier: GPL-2.0
// Reading once for the kernel's own conf, whose conf.c calls serve_conf_parse() for conf_parse().
#include <cstdio>

#include "kconfig/tests/differential/serve/serve.hh"

extern "C" void conf_parse(const char* name);
extern "C" void serve_conf_parse(const char* name);

namespace {

bool parsed = false;
std::string out_text;
std::string err_text;

}  // namespace

void preparse(const char* kconfig) {
    conf_parse(kconfig);
    parsed = true;
}

void remember_messages(std::string out, std::string err) {
    out_text = std::move(out);
    err_text = std::move(err);
}

void serve_conf_parse(const char* name) {
    if (!parsed) {
        conf_parse(name);
        return;
    }
    std::fwrite(out_text.data(), 1, out_text.size(), stdout);
    std::fwrite(err_text.data(), 1, err_text.size(), stderr);
}
