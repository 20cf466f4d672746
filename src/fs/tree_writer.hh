// SPDX-License-Identifier: GPL-2.0
// Writes a stream into a directory of either side.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "fs/directory_stack.hh"
#include "fs/metadata_writer.hh"
#include "fs/report.hh"
#include "fs/stream.hh"

namespace lkl::fs {

struct WriteOptions {
    MetadataOptions metadata;
    // An entry that this run made may be replaced by a later one of the same name (archives).
    bool replace_own = false;
    // Missing directories on the way are made (archives name files without their directories).
    bool make_parents = false;
};

// The file whose data the writer is receiving.
struct CurrentFile {
    OpenFile file;
    Entry entry;
    int directory = -1;
    bool fresh = false;
    std::uint64_t end = 0;  // of what was written
    bool failed = false;
};

// Existing files, links and nodes are replaced, never written through; existing directories are
// kept and take the metadata of the source. A file that could not be completed is removed.
class TreeWriter final : public Sink {
  public:
    // Entries go below `root`, which `root_path` names in messages.
    TreeWriter(FileCalls& calls, OpenFile root, std::string root_path, WriteOptions options,
               Report& report);

    Result<void> take(Item& item) override;
    Result<void> finish() override;

  private:
    void take_entry(Entry entry);
    void take_data(const Data& data);
    void end_file();
    void leave_directory(const Entry& entry);

    void begin_file(DirectoryStack::Place place, Entry entry);
    void make_directory(DirectoryStack::Place place, const Entry& entry);
    void make_accessible(At directory);
    void make_special(DirectoryStack::Place place, const Entry& entry);
    void make_link(DirectoryStack::Place place, const Entry& entry);
    bool copy_instead_of_link(At existing, DirectoryStack::Place place, const Entry& entry);
    // The directory of what `entry`, which is to be made in `place`, links to.
    Result<DirectoryStack::Place> place_of_existing(const Entry& entry,
                                                    DirectoryStack::Place place);
    Result<DirectoryStack::Place> parent_of(const std::string& path);
    // Calls `make` and, if the name is taken by something that may be replaced, removes that and
    // calls it again.
    template <typename Make>
    long make_or_replace(DirectoryStack::Place place, const char* name, const Make& make);
    void fail(long code, std::string operation, const std::string& path);
    void finished(const Entry& entry);

    FileCalls& calls_;
    WriteOptions options_;
    Report& report_;
    DirectoryStack stack_;
    std::optional<DirectoryStack> link_stack_;  // where the last hard link led
    MetadataWriter metadata_;
    std::optional<CurrentFile> current_;
    bool drop_data_ = false;  // of a file that could not be created
    // A directory that could not be made, and how many entries below it were dropped.
    std::optional<std::string> lost_directory_;
    std::uint64_t lost_entries_ = 0;
};

}  // namespace lkl::fs
