# SPDX-License-Identifier: GPL-2.0
# What `cmake --install` puts where: lib, include, bin and the two ways to find them.
