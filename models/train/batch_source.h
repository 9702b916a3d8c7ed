#pragma once

/// Batches made ahead of the training step by background threads.
///
/// Batch n is whatever `make(n)` returns, so the order and content of batches do not depend on the
/// number of threads, and the position in the stream is one integer: seek(n) resumes exactly.
///
/// Threads  make() is called from several threads at once and must be a pure function of n. The
///          other members are called from one thread. The destructor waits for batches in work.

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <thread>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "models/train/batch.h"

namespace karyo {

template <typename Batch>
class BatchSource {
 public:
  using Make = std::function<Result<Batch>(std::int64_t number)>;

  /// `threads` >= 1 workers keep up to `ahead` >= 1 batches ready or in work.
  BatchSource(Make make, int threads, int ahead) : make_(std::move(make)), ahead_(ahead) {
    for (int i = 0; i < threads; ++i) workers_.emplace_back([this] { work(); });
  }
  ~BatchSource() {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    room_.notify_all();
    for (auto& worker : workers_) worker.join();
  }
  BatchSource(const BatchSource&) = delete;
  BatchSource& operator=(const BatchSource&) = delete;

  /// The batch at position(), which moves on by one. An error leaves the position where it was;
  /// the next call makes the batch anew.
  Result<Batch> next() {
    std::unique_lock lock(mutex_);
    filled_.wait(lock, [this] { return ready_.contains(position_); });
    Result<Batch> batch = std::move(ready_.extract(position_).mapped());
    if (batch) {
      ++position_;
    } else {
      restart(position_);
    }
    lock.unlock();
    room_.notify_all();
    return batch;
  }

  /// The next call of next() returns batch `number` >= 0.
  void seek(std::int64_t number) {
    {
      const std::lock_guard lock(mutex_);
      if (number == position_) return;
      restart(number);
    }
    room_.notify_all();
  }

  /// Number of the batch that next() returns.
  std::int64_t position() const {
    const std::lock_guard lock(mutex_);
    return position_;
  }

 private:
  void restart(std::int64_t number) {
    ++generation_;
    ready_.clear();
    position_ = number;
    to_make_ = number;
  }

  void work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      room_.wait(lock, [this] { return stop_ || to_make_ < position_ + ahead_; });
      if (stop_) return;
      const std::int64_t number = to_make_++;
      const std::int64_t generation = generation_;
      lock.unlock();
      Result<Batch> batch = make_safely(number);
      lock.lock();
      if (generation != generation_) continue;  // seek() was called meanwhile
      ready_.emplace(number, std::move(batch));
      filled_.notify_all();
    }
  }

  Result<Batch> make_safely(std::int64_t number) {
    try {
      return make_(number);
    } catch (const std::bad_alloc&) {
      return Error(ErrorCode::kTooLarge, "there is not enough memory to prepare a batch",
                   "Choose a smaller batch, patch or cache_mib.");
    } catch (const std::exception& e) {
      return Error(ErrorCode::kInternal, std::string("preparing a batch failed: ") + e.what(),
                   "Please report this as a defect.");
    }
  }

  const Make make_;
  const std::int64_t ahead_;
  mutable std::mutex mutex_;
  std::condition_variable room_, filled_;
  std::map<std::int64_t, Result<Batch>> ready_;
  std::int64_t position_ = 0, to_make_ = 0, generation_ = 0;
  bool stop_ = false;
  std::vector<std::thread> workers_;
};

using StarDistBatchSource = BatchSource<StarDistBatch>;
using RestorationBatchSource = BatchSource<RestorationBatch>;

/// A source's batches as `prepare` makes them of each, one ahead of what is asked for.
/// `batches` must outlive it, and belongs to it alone as long as it lives.
template <typename Prepared, typename Batch>
std::unique_ptr<BatchSource<Prepared>> prepared_ahead(
    BatchSource<Batch>& batches, std::function<Result<Prepared>(Batch)> prepare) {
  // One thread: the source below is asked in the order of its batches.
  return std::make_unique<BatchSource<Prepared>>(
      [&batches, prepare = std::move(prepare)](std::int64_t number) -> Result<Prepared> {
        batches.seek(number);
        KARYO_TRY(Batch batch, batches.next());
        return prepare(std::move(batch));
      },
      1, 1);
}

}  // namespace karyo
