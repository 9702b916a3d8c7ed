#pragma once

/// A disk in memory, as SQLite sees disks, that can lose its power, fill up and fail.
///
/// What was written and not synced is uncertain: when the power goes, each sector of it is there or
/// not by chance, whatever the order it was written in, as drives do. A file's name is certain from
/// its first sync on. A deleted file may come back until the folder is synced: by the deletion
/// where SQLite asks for it, by the first sync of a new journal.

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/base/random.h"

namespace karyo::test {

class CrashDisk {
 public:
  /// `shared_memory`: without, SQLite cannot keep a write-ahead log.
  CrashDisk(std::uint64_t seed, bool shared_memory);
  ~CrashDisk();
  CrashDisk(const CrashDisk&) = delete;
  CrashDisk& operator=(const CrashDisk&) = delete;

  /// For SQLite's opening.
  const char* vfs() const { return name_.c_str(); }

  /// The power goes at the n-th change or sync from now, n >= 1.
  void cut_power_after(std::int64_t changes);
  bool power_is_cut() const;
  /// All files are closed; the power is back.
  void restart();
  /// Bytes that all files together may have; none: any.
  void set_capacity(std::optional<std::int64_t> bytes);
  std::int64_t used() const;
  /// Changes and syncs fail by chance.
  void set_failing(double probability);

  struct File;
  struct Methods;

 private:
  friend struct Methods;
  struct Write {
    std::int64_t offset = 0;
    std::string bytes;
    std::optional<std::int64_t> cut_to = {};  // a truncation
  };
  /// SQLite's code for what happens to a change or sync instead of it; 0: it is done.
  int trouble(bool is_write, std::int64_t growth);
  std::int64_t used_now() const;

  std::string name_;
  mutable std::mutex mutex_;
  Random random_;
  std::map<std::string, std::shared_ptr<File>> files_;
  std::map<std::string, std::shared_ptr<File>> perhaps_deleted_;
  std::optional<std::int64_t> left_;  // changes until the power goes
  bool cut_ = false;
  std::optional<std::int64_t> capacity_;
  double failing_ = 0;
  bool shared_memory_;
  std::unique_ptr<Methods> methods_;
};

}  // namespace karyo::test
