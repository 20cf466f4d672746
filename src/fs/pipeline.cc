// SPDX-License-Identifier: GPL-2.0
#include "fs/pipeline.hh"

#include <thread>

namespace lkl::fs {
namespace {

Result<Outcome> consume(Stream& stream, Sink& sink, const Report& report, const StopFlag& stop) {
    while (auto batch = stream.take_full(&stop)) {
        for (Item& item : batch->items) {
            if (stop) {
                return Outcome::interrupted;
            }
            LKL_TRY_VOID(sink.take(item));
            if (report.should_stop()) {
                return Outcome::stopped_by_error;
            }
        }
        stream.put_empty(std::move(batch));
    }
    return stop ? Outcome::interrupted : Outcome::complete;
}

}  // namespace

Result<Outcome> run_pipeline(const std::function<void(StreamWriter&)>& produce, Sink& sink,
                             const Report& report, const StopFlag& stop) {
    Stream stream;
    std::jthread producer([&] {
        StreamWriter writer(stream);
        produce(writer);
    });
    auto outcome = consume(stream, sink, report, stop);
    stream.cancel();
    producer.join();
    auto finished = sink.finish();
    if (!outcome) {
        return outcome;
    }
    if (!finished) {
        return std::move(finished).error();
    }
    return outcome;
}

}  // namespace lkl::fs
