#pragma once

/// The system's disk, as SQLite sees disks, which answers no opening of a file until it is let go:
/// a network drive that has gone to sleep. For programs that link SQLite.

#include <sqlite3.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>

namespace karyo::test {

class StalledDisk {
 public:
  StalledDisk() {
    system_ = sqlite3_vfs_find(nullptr);
    vfs_ = *system_;
    // SQLite hands over its own structure alone: the name leads back to this object.
    static std::atomic<int> count{0};
    name_ = "stalled" + std::to_string(++count);
    vfs_.zName = name_.c_str();
    vfs_.pNext = nullptr;
    vfs_.xOpen = &StalledDisk::open;
    sqlite3_vfs_register(&vfs_, 0);
  }
  ~StalledDisk() {
    let_go();
    sqlite3_vfs_unregister(&vfs_);
  }
  StalledDisk(const StalledDisk&) = delete;
  StalledDisk& operator=(const StalledDisk&) = delete;

  const char* vfs() const { return name_.c_str(); }
  /// Somebody waits for it.
  bool waited_for() const { return waiting_ > 0; }
  void let_go() {
    const std::lock_guard lock(mutex_);
    stalled_ = false;
    changed_.notify_all();
  }

 private:
  static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out) {
    // vfs_ is the first member.
    auto& disk = *reinterpret_cast<StalledDisk*>(vfs);
    {
      std::unique_lock lock(disk.mutex_);
      ++disk.waiting_;
      // A test that forgets to let go fails rather than hangs.
      disk.changed_.wait_for(lock, std::chrono::seconds(20), [&] { return !disk.stalled_; });
      --disk.waiting_;
    }
    return disk.system_->xOpen(vfs, name, file, flags, out);
  }

  sqlite3_vfs vfs_{};
  sqlite3_vfs* system_ = nullptr;
  std::string name_;
  std::atomic<int> waiting_{0};
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stalled_ = true;
};

}  // namespace karyo::test
