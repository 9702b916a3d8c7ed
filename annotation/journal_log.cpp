#include "annotation/journal_log.h"

#include <algorithm>
#include <unordered_map>

#include "annotation/sqlite.h"

namespace karyo {
namespace {

constexpr std::int64_t kMostSteps = std::int64_t{1} << 40;

}  // namespace

Result<StepLog> StepLog::replay(const std::vector<LogEntry>& entries, std::int64_t at_least) {
  StepLog log;
  if (!entries.empty()) {
    log.first_ = entries.front().number;
    log.position_ = log.first_ - 1;
  }
  // A step has one place. One that had many could make a small file long to read.
  std::unordered_map<std::int64_t, std::int64_t> numbers;
  for (const LogEntry& entry : entries) {
    if (numbers.emplace(entry.step, entry.number).first->second != entry.number ||
        !log.apply(entry)) {
      return damaged_journal("the order of the steps is broken");
    }
  }
  log.end_ = std::max(log.end_, at_least);
  return log;
}

bool StepLog::apply(const LogEntry& entry) {
  if (entry.id <= end_ || entry.number < 1 || entry.number > kMostSteps) return false;
  const std::int64_t place = entry.number - first_;
  const bool known = place >= 0 && place < std::ssize(steps_) &&
                     steps_[static_cast<std::size_t>(place)] == entry.step;
  if (entry.forward) {
    if (entry.number != position_ + 1) return false;
    if (!known) {
      steps_.resize(static_cast<std::size_t>(place));
      steps_.push_back(entry.step);
    }
    position_ = entry.number;
  } else {
    if (entry.number != position_ || !known) return false;
    position_ = entry.number - 1;
  }
  end_ = entry.id;
  entries_.push_back(entry);
  return true;
}

LogEntry StepLog::add(std::int64_t step) {
  const LogEntry entry{end_ + 1, position_ + 1, step, true};
  apply(entry);
  return entry;
}

std::vector<LogEntry> StepLog::move_to(std::int64_t position) {
  std::vector<LogEntry> added;
  while (position_ != position) {
    const bool forward = position_ < position;
    const std::int64_t number = forward ? position_ + 1 : position_;
    added.push_back({end_ + 1, number, step(number), forward});
    apply(added.back());
  }
  return added;
}

std::unordered_set<std::int64_t> StepLog::touched_after(std::int64_t id) const {
  std::unordered_set<std::int64_t> steps;
  for (auto entry = entries_.rbegin(); entry != entries_.rend() && entry->id > id; ++entry) {
    steps.insert(entry->step);
  }
  return steps;
}

std::vector<std::int64_t> StepLog::out_of_reach(std::int64_t oldest) const {
  std::unordered_set<std::int64_t> needed = touched_after(oldest);
  needed.insert(steps_.begin(), steps_.end());
  std::unordered_set<std::int64_t> gone;
  for (const LogEntry& entry : entries_) {
    if (!needed.contains(entry.step)) gone.insert(entry.step);
  }
  return {gone.begin(), gone.end()};
}

std::vector<std::int64_t> StepLog::settled(std::int64_t oldest) const {
  const std::unordered_set<std::int64_t> needed = touched_after(oldest);
  std::vector<std::int64_t> settled;
  for (std::int64_t number = first_; number <= position_; ++number) {
    if (needed.contains(step(number))) break;
    settled.push_back(step(number));
  }
  return settled;
}

std::vector<std::int64_t> StepLog::forget(const std::vector<std::int64_t>& steps) {
  const std::unordered_set<std::int64_t> gone(steps.begin(), steps.end());
  std::vector<std::int64_t> taken;
  std::erase_if(entries_, [&](const LogEntry& entry) {
    const bool out = gone.contains(entry.step);
    if (out) taken.push_back(entry.id);
    return out;
  });
  return taken;
}

}  // namespace karyo
