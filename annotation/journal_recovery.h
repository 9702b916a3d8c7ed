#pragma once

/// Labels as they were when the program last ran, from a mask file and the journal.

#include <cstdint>
#include <optional>
#include <vector>

#include "annotation/journal_database.h"

namespace karyo {

struct Recovered {
  /// The mask file is not one that the journal knows: somebody else wrote or removed it. The labels
  /// are the file's then and there are no steps, until a person has decided.
  bool changed_outside = false;
  bool unsaved = false;             ///< steps have changed labels since the file was written
  std::vector<LabelVolume> labels;  ///< one a frame
  /// Of the history, the part around the position that fits the memory asked for: the last that is
  /// done at least.
  std::vector<JournalStep> steps;
  std::int64_t first = 1;     ///< the number of the first of them
  std::int64_t position = 0;  ///< how many of the history are done, counted from number 1
};

/// With what a journal needs to go on.
struct RecoveredImage {
  Recovered found;
  StepLog log;
  std::int64_t entry_of_file = 0;
  bool first_time = false;  ///< nothing is known of a mask yet
  /// The file holds the last entry too, for later steps changed no labels.
  bool file_is_up_to_date() const { return !found.unsaved && entry_of_file < log.end(); }
};

/// `base`: at least one frame, all of one shape. Another shape than the journal's is a file that
/// was changed outside, unless there are no steps. `most_bytes` bounds the tiles of the steps.
/// Errors: kBadFile, kIo.
Result<RecoveredImage> recover_image(JournalDatabase& database, StoredImage image,
                                     std::vector<LabelVolume> base,
                                     const std::optional<FileFingerprint>& file,
                                     std::uint64_t most_bytes);

/// Deletes the oldest steps while the journal has more than `most_bytes`, as long as there are some
/// that no mask file needs.
Result<void> prune(JournalDatabase& database, std::uint64_t most_bytes);

}  // namespace karyo
