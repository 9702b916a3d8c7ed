#pragma once

/// What a training run said of itself, read from the lines it wrote.
///
/// A run is `karyoscope-worker train … --progress json` with both outputs in one file. Its lines
/// are events, one JSON object each ("step", "epoch", "note", at the end "done"), and for what went
/// wrong two lines "error: …" and "fix: …". Other lines (of libraries) are kept as last words.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/worker/said.h"

namespace karyo {

struct TrainingResult {
  std::int64_t epochs = 0, best_epoch = 0;
  bool stopped = false;  ///< on request; it can go on
  double seconds = 0, peak_memory_bytes = 0;
};

class TrainingLog {
 public:
  /// `text` may end in the middle of a line.
  void add(std::string_view text);

  std::int64_t epoch() const { return epoch_; }  ///< that is going on, from 1; 0: none yet
  std::int64_t step() const { return step_; }    ///< of it, from 1
  std::int64_t epochs_done() const { return epochs_done_; }
  double step_ms() const { return step_ms_; }  ///< of the last steps, smoothed; 0: not known
  double validation_seconds() const { return validation_seconds_; }  ///< after an epoch
  std::int64_t best_epoch() const { return best_epoch_; }            ///< 0: none yet
  const std::vector<std::string>& notes() const { return notes_; }
  const std::optional<TrainingResult>& result() const { return result_; }
  /// On request, and it can go on.
  bool stopped() const { return result_ && result_->stopped; }
  /// What it ended with; being stopped on request is none.
  std::optional<Error> failure() const { return stopped() ? std::nullopt : said_.failure; }
  const std::string& last_words() const { return said_.last_words; }

 private:
  void add_line(const std::string& line);
  void add_step(std::int64_t epoch, std::int64_t step, double ms);

  std::string rest_;  // a line that has not ended
  std::int64_t epoch_ = 0, step_ = 0, epochs_done_ = 0, best_epoch_ = 0;
  double step_ms_ = 0, epoch_ms_ = 0, validation_seconds_ = 0;
  std::vector<std::string> notes_;
  std::optional<TrainingResult> result_;
  worker::Said said_;
};

}  // namespace karyo
