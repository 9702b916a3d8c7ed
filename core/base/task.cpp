#include "core/base/task.h"

#include <exception>
#include <new>

namespace karyo {

void TaskControl::report(double fraction, std::string doing) {
  const std::lock_guard lock(mutex_);
  progress_ = {fraction, std::move(doing)};
}

TaskControl::Progress TaskControl::progress() const {
  const std::lock_guard lock(mutex_);
  return progress_;
}

Error cancelled_error(const std::string& what) {
  return {ErrorCode::kCancelled, what + " was stopped", "Start it again to go on."};
}

Task::Task(Work work) {
  thread_ = std::thread([this, work = std::move(work)] {
    try {
      outcome_ = work(*control_);
    } catch (const std::bad_alloc&) {
      outcome_ = Error(ErrorCode::kTooLarge, "there is not enough memory for this",
                       "Close other programs or work on a smaller region.");
    } catch (const std::exception& e) {
      outcome_ = Error(ErrorCode::kInternal, e.what(), "Please report this as a defect.");
    }
    finished_.store(true, std::memory_order_release);
  });
}

Task::~Task() {
  control_->request_cancel();
  if (thread_.joinable()) thread_.join();
}

Result<void> Task::wait() {
  if (thread_.joinable()) thread_.join();
  return outcome_;
}

}  // namespace karyo
