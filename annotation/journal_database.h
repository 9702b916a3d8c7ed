#pragma once

/// The tables of karyoscope.db.
///
///   setting  key, value                              of the dataset, JSON
///   image    id, name, state, seconds, frames, z, y, x    one an image; the shape of its labels
///   mask     image, entry, there, size, hash, modified    a file like this (there 0: no file)
///   holds
///                                                    the labels as of this entry of the log
///   log      image, id, number, step, forward        what was done, see journal_log.h
///   step     id, image, part, parts, name, arguments, made, notes, tiles    a step of n parts has
///   n
///                                                    rows with ids one after the other
///   note     image, key, value                       what an image has beside its labels, as it is
///   batch    id, number                              which transaction was the last; one row
/// All but the last end with `sum`, see sqlite.h. PRAGMA user_version counts changes of this
/// description.
///
/// Threads  one at a time. Errors  kBadFile when what is read is damaged; kIo.

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "annotation/file_fingerprint.h"
#include "annotation/journal_log.h"
#include "annotation/journal_step.h"
#include "annotation/sqlite.h"

namespace karyo {

/// A row of `image`.
struct StoredImage {
  std::int64_t id = 0;
  std::string name, state;
  double seconds = 0;
  std::int64_t frames = 0;
  Index3 shape;
};

/// A row of `mask`: none is no file.
struct StoredMask {
  std::int64_t entry = 0;
  std::optional<FileFingerprint> file;
};

class JournalDatabase {
 public:
  enum class Safety {
    kLocal,    ///< write-ahead log: needs memory that all users of the file share
    kNetwork,  ///< rollback journal
  };
  /// Makes the tables in a new file, and looks the structure of an old one over where that is
  /// quick. Errors: kBadFile, kUnsupported for one of a newer version, kIo; the file stays as it
  /// was.
  static Result<JournalDatabase> open_for_writing(const std::filesystem::path& path, Safety safety,
                                                  const char* vfs);
  /// `unchanging`: nobody writes it meanwhile, nor helper files beside it.
  static Result<JournalDatabase> open_for_reading(const std::filesystem::path& path,
                                                  bool unchanging, const char* vfs);

  Result<void> begin();
  Result<void> commit();
  void roll_back();
  /// A number that is written in a transaction tells afterwards whether it was committed: a
  /// commit() that failed does not.
  Result<void> put_batch(std::int64_t number);
  Result<std::int64_t> last_batch();

  Result<std::map<std::string, std::string>> settings();
  Result<void> put_setting(const std::string& key, const std::string& value);

  Result<std::vector<StoredImage>> images();
  Result<void> put_image(const StoredImage& image);
  /// Whether something was done since the oldest mask that may be there.
  Result<bool> unsaved(std::int64_t image);

  Result<std::vector<StoredMask>> masks(std::int64_t image);
  Result<void> put_mask(std::int64_t image, const StoredMask& mask);
  /// What is known of this file is that it holds a later entry too.
  Result<void> move_mask(std::int64_t image, const StoredMask& mask);
  Result<void> delete_masks(std::int64_t image);

  Result<StepLog> log(std::int64_t image);
  Result<void> put_entry(std::int64_t image, const LogEntry& entry);

  /// From here on no step has an id.
  Result<std::int64_t> free_step();
  /// Rows from `id` on, as many as count_parts says; notes are applied too.
  Result<void> put_step(std::int64_t image, std::int64_t id, const JournalStep& step);
  /// Checked against the image's shape.
  Result<JournalStep> step(const StoredImage& image, std::int64_t id);
  /// Applies a step's notes.
  Result<void> apply_notes(std::int64_t image, std::int64_t step, bool forward);
  /// With their entries in the log.
  Result<void> delete_steps(std::int64_t image, const std::vector<std::int64_t>& steps,
                            const std::vector<std::int64_t>& entries);
  /// All steps, the log and what is known of masks.
  Result<void> delete_history(std::int64_t image);
  /// The oldest step with an id above `after`: its id and image. None: no such.
  Result<std::optional<std::pair<std::int64_t, std::int64_t>>> oldest_step(std::int64_t after);
  /// Of the file, without what is free to be used again.
  Result<std::uint64_t> used_bytes();

  Result<std::map<std::string, std::string>> notes(std::int64_t image);
  Result<void> put_note(std::int64_t image, const std::string& key,
                        const std::optional<std::string>& value);

 private:
  explicit JournalDatabase(sqlite::Connection connection) : connection_(std::move(connection)) {}
  Result<void> make_tables();
  Result<void> check();
  Result<void> check_tables();

  sqlite::Connection connection_;
};

}  // namespace karyo
