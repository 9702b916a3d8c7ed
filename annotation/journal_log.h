#pragma once

/// What was done to an image's labels, in order: steps, and steps taken back or done again.
///
/// The log only grows at its end, also when a person undoes: a mask file holds the labels as of one
/// entry, and whatever was done since, the entries after it lead from that file to the labels as
/// they are. A step that was undone and then painted over stays until no such file needs it.
///
/// Steps of the history are numbered 1, 2, 3...; a position is how many of them are done.

#include <cstdint>
#include <unordered_set>
#include <vector>

#include "core/base/result.h"

namespace karyo {

struct LogEntry {
  std::int64_t id = 0;      ///< place in the log, > 0, growing
  std::int64_t number = 0;  ///< the step's place in the history
  std::int64_t step = 0;    ///< which step
  bool forward = true;      ///< done; else taken back
  friend bool operator==(const LogEntry&, const LogEntry&) = default;
};

class StepLog {
 public:
  StepLog() = default;
  /// `at_least`: the last entry was this or a later one; entries may have been pruned.
  /// Errors: kBadFile when the entries contradict each other.
  static Result<StepLog> replay(const std::vector<LogEntry>& entries, std::int64_t at_least);

  /// Between first() - 1 and last().
  std::int64_t position() const { return position_; }
  /// The oldest step that is kept, and the newest that can be done again.
  std::int64_t first() const { return first_; }
  std::int64_t last() const { return first_ + std::ssize(steps_) - 1; }
  /// The step of a number between first() and last().
  std::int64_t step(std::int64_t number) const {
    return steps_[static_cast<std::size_t>(number - first_)];
  }
  /// The id of the last entry; 0: nothing was done.
  std::int64_t end() const { return end_; }
  const std::vector<LogEntry>& entries() const { return entries_; }

  /// A new step is done: those past the position cannot be done again. The entry that says so.
  LogEntry add(std::int64_t step);
  /// To a position between first() - 1 and last(), step by step. The entries that say so.
  std::vector<LogEntry> move_to(std::int64_t position);

  /// Steps that no file needs when each holds the labels as of entry `oldest` or later: those that
  /// cannot be done again, and the oldest ones of the history, from first() on.
  std::vector<std::int64_t> out_of_reach(std::int64_t oldest) const;
  std::vector<std::int64_t> settled(std::int64_t oldest) const;
  /// Takes their entries out; which those were.
  std::vector<std::int64_t> forget(const std::vector<std::int64_t>& steps);

 private:
  bool apply(const LogEntry& entry);
  std::unordered_set<std::int64_t> touched_after(std::int64_t id) const;

  std::vector<LogEntry> entries_;
  std::vector<std::int64_t> steps_;
  std::int64_t first_ = 1, position_ = 0, end_ = 0;
};

}  // namespace karyo
