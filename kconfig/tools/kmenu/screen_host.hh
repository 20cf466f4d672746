// SPDX-License-Identifier: GPL-2.0
// The process while the terminal shows menus: nothing may be printed between them.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "kconfig/base/host.hh"

namespace kconfig::kmenu {

/// Keeps what is printed while the screen is on, to be shown there. Not for several threads.
class ScreenHost : public ProcessHost {
  public:
    /// Whether to keep texts from now on; what is kept is printed when that ends.
    void keep(bool on) {
        keeping_ = on;
        if (!on) {
            ProcessHost::err(take());
        }
    }

    /// What was said since the last time.
    std::string take() { return std::exchange(said_, {}); }

    void out(std::string_view text) override {
        if (keeping_) {
            said_.append(text);
        } else {
            ProcessHost::out(text);
        }
    }

    void err(std::string_view text) override {
        if (keeping_) {
            said_.append(text);
        } else {
            ProcessHost::err(text);
        }
    }

  private:
    bool keeping_ = false;
    std::string said_;
};

}  // namespace kconfig::kmenu
