#pragma once

/// Progress, cancel and a stated reason for stopping, for work of more than an instant.

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "core/base/result.h"

namespace karyo {

/// Shared between the work and whoever watches it. All members may be called from any thread.
class TaskControl {
 public:
  struct Progress {
    double fraction = 0;  ///< 0..1
    std::string doing;    ///< what is going on, for people
  };

  void request_cancel() { cancel_.store(true, std::memory_order_relaxed); }
  bool cancelled() const { return cancel_.load(std::memory_order_relaxed); }

  void report(double fraction, std::string doing);
  Progress progress() const;

 private:
  std::atomic<bool> cancel_{false};
  mutable std::mutex mutex_;
  Progress progress_;
};

/// The error long work returns when it notices cancelled().
Error cancelled_error(const std::string& what);

/// One piece of background work. Destroying it requests cancel and waits.
class Task {
 public:
  using Work = std::function<Result<void>(TaskControl&)>;

  /// Starts `work` on its own thread. Exceptions end as Error{kInternal}.
  explicit Task(Work work);
  ~Task();
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;

  TaskControl& control() { return *control_; }
  bool finished() const { return finished_.load(std::memory_order_acquire); }
  /// Waits for the end and says how it ended.
  Result<void> wait();

 private:
  std::shared_ptr<TaskControl> control_ = std::make_shared<TaskControl>();
  std::atomic<bool> finished_{false};
  Result<void> outcome_;
  std::thread thread_;
};

}  // namespace karyo
