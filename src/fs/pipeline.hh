// SPDX-License-Identifier: GPL-2.0
// Runs a producer and a consumer against each other.
#pragma once

#include <atomic>
#include <functional>

#include "fs/report.hh"
#include "fs/stream.hh"

namespace lkl::fs {

// Set (by a signal handler) to end a copy early and in order.
using StopFlag = std::atomic<bool>;

enum class Outcome { complete, stopped_by_error, interrupted };

// Runs `produce` in a thread of its own and feeds what it sends to `sink` on this thread, until
// the stream ends, the report says stop, or `stop` is set. sink.finish() runs in every case. An
// Error is one that sink.take() or sink.finish() returned.
Result<Outcome> run_pipeline(const std::function<void(StreamWriter&)>& produce, Sink& sink,
                             const Report& report, const StopFlag& stop);

}  // namespace lkl::fs
