#include "annotation/journal_writer.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

namespace karyo {
namespace {

constexpr std::chrono::milliseconds kLongestTransaction{200};
constexpr std::chrono::milliseconds kTryAgainAfter{500};

/// An exception (no memory) becomes an error: the thread goes on.
Result<void> run_safely(const JournalWriter::Work& work, JournalDatabase& database) {
  try {
    return work(database);
  } catch (const std::exception& problem) {
    return Error(ErrorCode::kTooLarge, std::string("the journal cannot go on: ") + problem.what(),
                 "Close other programs or images: edits wait and are written then.");
  }
}

}  // namespace

JournalWriter::JournalWriter(JournalDatabase database, StatusChanged status_changed)
    : database_(std::move(database)), status_changed_(std::move(status_changed)) {
  thread_ = std::thread([this] { run(); });
}

JournalWriter::~JournalWriter() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void JournalWriter::write(Work work) {
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back({std::move(work)});
    ++waiting_;
  }
  wake_.notify_one();
}

Result<void> JournalWriter::read(const Work& work) {
  Reading reading{work};
  std::unique_lock lock(mutex_);
  queue_.push_back({{}, &reading});
  wake_.notify_one();
  answered_.wait(lock, [&] { return reading.answer.has_value(); });
  return *reading.answer;
}

Result<void> JournalWriter::flush() {
  return read([](JournalDatabase&) { return Result<void>(); });
}

Result<void> JournalWriter::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

std::size_t JournalWriter::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiting_;
}

void JournalWriter::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    const auto something = [this] { return !queue_.empty() || ending_; };
    if (batch_.empty()) {
      wake_.wait(lock, something);
    } else {
      wake_.wait_for(lock, kTryAgainAfter, something);
    }
    if (queue_.empty() && batch_.empty()) return;  // ending
    while (!queue_.empty() || !batch_.empty()) {
      take_writes();
      for (Job& job : queue_) {
        if (job.reading != nullptr) job.reading->tried = true;
      }
      lock.unlock();
      const std::size_t before = batch_.size();
      const Result<void> outcome = write_batch();
      const std::size_t written = before - batch_.size();
      lock.lock();
      waiting_ -= written;
      set_status(lock, outcome);
      if (!outcome) {
        fail_readers(outcome.error());
        if (ending_) return;
        break;
      }
      if (!batch_.empty() || queue_.empty() || queue_.front().reading == nullptr) continue;
      Reading& reading = *queue_.front().reading;
      queue_.pop_front();
      answer(lock, reading);
    }
  }
}

void JournalWriter::take_writes() {
  while (!queue_.empty() && queue_.front().reading == nullptr) {
    batch_.push_back(std::move(queue_.front().write));
    queue_.pop_front();
  }
}

Result<void> JournalWriter::write_batch() {
  KARYO_CHECK_OK(see_to_unsure());
  if (batch_.empty()) return {};
  std::size_t done = 0;
  const Result<void> outcome = write_some(done);
  if (outcome) {
    batch_.erase(batch_.begin(), batch_.begin() + static_cast<std::ptrdiff_t>(done));
  } else {
    database_.roll_back();
  }
  return outcome;
}

/// One transaction, of the first `done`.
Result<void> JournalWriter::write_some(std::size_t& done) {
  const auto begin = std::chrono::steady_clock::now();
  KARYO_TRY(const std::int64_t last, database_.last_batch());
  batch_number_ = std::max(batch_number_, last) + 1;
  KARYO_CHECK_OK(database_.begin());
  KARYO_CHECK_OK(database_.put_batch(batch_number_));
  while (done < batch_.size() && std::chrono::steady_clock::now() - begin < kLongestTransaction) {
    KARYO_CHECK_OK(run_safely(batch_[done], database_));
    ++done;
  }
  const Result<void> committed = database_.commit();
  if (!committed) unsure_ = done;
  return committed;
}

/// A commit can fail and be done all the same: a rollback journal was emptied, but the disk did not
/// say so.
Result<void> JournalWriter::see_to_unsure() {
  if (unsure_ == 0) return {};
  KARYO_TRY(const std::int64_t last, database_.last_batch());
  if (last == batch_number_) {
    batch_.erase(batch_.begin(), batch_.begin() + static_cast<std::ptrdiff_t>(unsure_));
  }
  unsure_ = 0;
  return {};
}

/// One state of the file from its first to its last statement: another process may write meanwhile.
void JournalWriter::answer(std::unique_lock<std::mutex>& lock, Reading& reading) {
  lock.unlock();
  Result<void> outcome = database_.begin();
  if (outcome) outcome = run_safely(reading.work, database_);
  database_.roll_back();
  lock.lock();
  reading.answer = std::move(outcome);
  answered_.notify_all();
}

void JournalWriter::fail_readers(const Error& error) {
  std::deque<Job> left;
  for (Job& job : queue_) {
    if (job.reading == nullptr || !job.reading->tried) {
      left.push_back(std::move(job));
    } else {
      job.reading->answer = Result<void>(error);
    }
  }
  queue_ = std::move(left);
  answered_.notify_all();
}

void JournalWriter::set_status(std::unique_lock<std::mutex>& lock, const Result<void>& status) {
  const bool same = status_.has_value() == status.has_value() &&
                    (status.has_value() || status_.error().what == status.error().what);
  status_ = status;
  if (same || !status_changed_) return;
  lock.unlock();
  status_changed_(status);
  lock.lock();
}

}  // namespace karyo
