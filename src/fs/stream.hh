// SPDX-License-Identifier: GPL-2.0
// The stream between a producer that reads a tree or an archive and a consumer that writes one.
//
// The producer runs ahead in a thread of its own, bounded by the batches of the pool. Order is
// kept: consumers see entries, data and faults exactly as they were read.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <lkl/result.hh>
#include <lkl/types.hh>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace lkl::fs {

struct Attribute {
    std::string name;  // with its namespace: "user.comment"
    std::string value;

    friend bool operator==(const Attribute&, const Attribute&) = default;
};

// Bytes of a file that hold data; everything between is a hole.
struct Extent {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;

    friend bool operator==(const Extent&, const Extent&) = default;
};

// A file, directory, link or node. For a regular file Data items follow, then an EndOfFile.
struct Entry {
    std::string path;  // relative to the stream's root, no leading or trailing '/'; "" is the root
    std::string source;  // where it was read from, for messages
    FileStatus status;
    std::string target;               // of a symbolic link
    std::optional<std::string> link;  // path of an earlier entry of which this is a hard link
    std::vector<Attribute> attributes;
    std::vector<Extent> extents;  // only where `sparse`
    bool sparse = false;
};

struct Data {
    std::uint64_t offset = 0;
    std::span<const std::byte> bytes;  // in the batch's buffer
};

struct EndOfFile {};

// All of a directory has been seen: its times and mode can be set.
struct LeaveDirectory {
    Entry entry;
};

// Something could not be read. Inside a file (before its EndOfFile) the file is incomplete.
struct Fault {
    Error error;
};

using Item = std::variant<Entry, Data, EndOfFile, LeaveDirectory, Fault>;

class Batch {
  public:
    explicit Batch(std::size_t capacity) : buffer_(new std::byte[capacity]), capacity_(capacity) {}

    std::vector<Item> items;

    [[nodiscard]] std::span<std::byte> room() { return {buffer_.get() + used_, capacity_ - used_}; }

    void consume(std::size_t bytes) { used_ += bytes; }

    [[nodiscard]] std::size_t used() const { return used_; }

    void clear() {
        items.clear();
        used_ = 0;
    }

  private:
    std::unique_ptr<std::byte[]> buffer_;
    std::size_t capacity_;
    std::size_t used_ = 0;
};

// A bounded pipe of batches, for one producer and one consumer.
class Stream {
  public:
    // `capacity` is the bytes of a batch, and so the largest piece of data.
    explicit Stream(std::size_t batches = 6, std::size_t capacity = std::size_t{1} << 20);

    // Producer: an empty batch, or nullptr when the consumer gave up.
    std::unique_ptr<Batch> take_empty();
    void put_full(std::unique_ptr<Batch> batch);
    // No more will come.
    void finish();

    // Consumer: the next batch, or nullptr at the end, and soon after `stop` was set (by a signal
    // handler, which cannot wake anyone).
    std::unique_ptr<Batch> take_full(const std::atomic<bool>* stop = nullptr);
    void put_empty(std::unique_ptr<Batch> batch);
    // Makes the producer stop at its next batch.
    void cancel();

    [[nodiscard]] bool cancelled() const { return cancelled_; }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::unique_ptr<Batch>> empty_;
    std::vector<std::unique_ptr<Batch>> full_;  // the oldest first
    bool finished_ = false;
    std::atomic<bool> cancelled_ = false;
};

// The producer's end: gathers items into batches. After a cancel() of the consumer, stopped() is
// true and whatever is put is dropped.
class StreamWriter {
  public:
    explicit StreamWriter(Stream& stream);
    ~StreamWriter();
    StreamWriter(const StreamWriter&) = delete;
    StreamWriter& operator=(const StreamWriter&) = delete;

    [[nodiscard]] bool stopped() const { return batch_ == nullptr || stream_.cancelled(); }

    // Room for data of about `wanted` bytes: at least min(wanted, 64 KiB); empty when stopped.
    std::span<std::byte> room(std::uint64_t wanted);
    // Sends the first `size` bytes of the last room().
    void put_data(std::uint64_t offset, std::size_t size);
    void put(Item item);
    // Sends what has gathered.
    void flush();

  private:
    Stream& stream_;
    std::unique_ptr<Batch> batch_;
};

// The consumer's side of every copy. An Error returned by take() ends the copy; everything else
// that goes wrong is told to a Report.
class Sink {
  public:
    virtual ~Sink() = default;
    virtual Result<void> take(Item& item) = 0;
    // After the last item; also after an error or an interruption.
    virtual Result<void> finish() = 0;
};

}  // namespace lkl::fs
