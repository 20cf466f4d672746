// SPDX-License-Identifier: GPL-2.0
// Result and LKL_TRY are public: see error.hh beside this file.
#pragma once

#include "../../include/lkl/result.hh"
