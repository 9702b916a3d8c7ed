#pragma once

/// The thread that writes the journal: takes what is to be kept in order, and keeps it until it is
/// on disk.
///
/// What waits goes to disk in one transaction, at most a fifth of a second of it. When that fails
/// (full disk) all of it stays and is tried again every half second and whenever more comes, so
/// nothing is lost while the program runs.
///
/// Threads  any may call.

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "annotation/journal_database.h"

namespace karyo {

class JournalWriter {
 public:
  /// After a failure it is run again, on tables that are as they were before.
  using Work = std::function<Result<void>(JournalDatabase&)>;
  /// Called on the writer's thread when writing begins to fail, fails otherwise or works again.
  using StatusChanged = std::function<void(const Result<void>&)>;

  JournalWriter(JournalDatabase database, StatusChanged status_changed);
  /// Writes what waits, if that can be done at once.
  ~JournalWriter();
  JournalWriter(const JournalWriter&) = delete;
  JournalWriter& operator=(const JournalWriter&) = delete;

  /// Never waits.
  void write(Work work);
  /// Runs it when all that was written before is on disk, and waits for that. The error is that of
  /// writing, if that fails.
  Result<void> read(const Work& work);
  Result<void> flush();

  Result<void> status() const;
  /// How many pieces of work are not on disk yet.
  std::size_t waiting() const;

 private:
  /// In the queue both kinds have their place; who reads waits for `answer`.
  struct Reading {
    const Work& work;
    std::optional<Result<void>> answer = {};
    bool tried = false;  // writing what is before it has begun since it was asked for
  };
  struct Job {
    Work write;
    Reading* reading = nullptr;
  };
  void run();
  Result<void> write_batch();
  Result<void> write_some(std::size_t& done);
  Result<void> see_to_unsure();
  void answer(std::unique_lock<std::mutex>& lock, Reading& reading);
  void take_writes();
  void fail_readers(const Error& error);
  void set_status(std::unique_lock<std::mutex>& lock, const Result<void>& status);

  JournalDatabase database_;       // the thread's alone
  std::deque<Work> batch_;         // the thread's alone: taken from the queue, not on disk
  std::int64_t batch_number_ = 0;  // the thread's alone, as the next: of the last transaction tried
  std::size_t unsure_ = 0;         // works in that one, when its commit failed
  StatusChanged status_changed_;

  mutable std::mutex mutex_;
  std::condition_variable wake_, answered_;
  std::deque<Job> queue_;
  Result<void> status_;
  std::size_t waiting_ = 0;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace karyo
