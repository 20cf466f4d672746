# SPDX-License-Identifier: GPL-2.0
"""Turns the kernel's exported headers into ones that live beside the host's: lkl_ and LKL_ names."""
