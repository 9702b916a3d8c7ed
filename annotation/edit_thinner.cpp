#include "annotation/edit_thinner.h"

#include <utility>

namespace karyo {

EditThinner::~EditThinner() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void EditThinner::thin(const std::shared_ptr<EditContent>& content, ReplacedTiles other) {
  const std::lock_guard lock(mutex_);
  jobs_.push_back({content, content->tiles(), std::move(other)});
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  wake_.notify_all();
}

void EditThinner::finish() {
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [this] { return jobs_.empty() && !working_; });
}

void EditThinner::run() {
  std::unique_lock lock(mutex_);
  while (!ending_) {
    if (jobs_.empty()) {
      idle_.notify_all();
      wake_.wait(lock);
      continue;
    }
    working_ = true;
    {
      // Ends here, and with it the last hold on whole tiles: to free them takes long, too.
      const Job job = std::exchange(jobs_.front(), {});
      jobs_.pop_front();
      lock.unlock();
      if (const auto content = job.content.lock()) content->thin(job.whole, job.other);
    }
    lock.lock();
    working_ = false;
  }
}

}  // namespace karyo
