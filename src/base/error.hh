// SPDX-License-Identifier: GPL-2.0
// Error is public: its header is among the installed ones, found from here without their path so
// that a file of src/ compiles with src/ alone as include folder.
#pragma once

#include "../../include/lkl/error.hh"
