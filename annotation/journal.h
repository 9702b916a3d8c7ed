#pragma once

/// The journal of an annotated folder: every step of work is on disk within a second of being done,
/// so that a crash, a power cut or a full disk takes no more than that.
///
/// It is the SQLite database karyoscope.db beside images/ and masks/ (tables: journal_database.h).
/// Masks remain the result; the journal has what was done since they were written, the steps that
/// undo goes back through after a restart, and what masks cannot hold.
///
///   KARYO_TRY(auto journal, Journal::open(folder));
///   KARYO_TRY(auto file, fingerprint_of(mask));
///   KARYO_TRY(auto found, journal->recover("a.tif", frames_of_mask, file));
///   journal->record("a.tif", step); ... journal->moved("a.tif", position) after undo and redo
///   const auto mark = journal->mark("a.tif");           // with a copy of the labels
///   ... write them to a temporary file, take its fingerprint ...
///   journal->saving("a.tif", mark, fingerprint); journal->flush();  // then give it its name
///   journal->saved("a.tif", mark, fingerprint);
///
/// One process writes; while it has the folder open, others read. Images go by their file names.
///
/// Threads  any may call. record, moved, mark, saving, saved and what sets something never wait for
///          the disk; flush, recover and notes do.
/// Errors   of writing come from flush, status and JournalOptions::status_changed. What could not
///          be written stays in memory, in order, and is tried again. What sets something says
///          kInvalidArgument when the journal is read-only.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "annotation/file_fingerprint.h"
#include "annotation/journal_recovery.h"
#include "annotation/journal_step.h"
#include "annotation/journal_writer.h"

namespace karyo {

struct JournalOptions {
  /// When it is opened, the oldest steps are forgotten until the file has no more than this; those
  /// that are in no mask yet always stay.
  std::uint64_t most_bytes = std::uint64_t{1} << 30;
  /// Hears, on the writer's thread, when writing fails and when it works again.
  JournalWriter::StatusChanged status_changed = {};
  const char* vfs = nullptr;  ///< SQLite's name of a layer of files; null: the system's
};

/// What is known of an image without opening it.
struct JournalImage {
  std::string state;     ///< the caller's word ("done"); empty at first
  double seconds = 0;    ///< that a person has worked on it
  bool unsaved = false;  ///< there are steps that no mask has
};

class Journal {
 public:
  static constexpr const char* kFileName = "karyoscope.db";

  /// Makes the file where it is missing. Read-only where another window or program has the folder
  /// open, or where the folder cannot be written.
  /// Errors: kBadFile when it is damaged, kUnsupported when a newer version wrote it, kIo; it is
  /// never replaced or deleted.
  static Result<std::unique_ptr<Journal>> open(const std::filesystem::path& folder,
                                               JournalOptions options = {});
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  bool read_only() const { return !why_read_only_.empty(); }
  /// For people; empty when it is not.
  const std::string& why_read_only() const { return why_read_only_; }

  // Of the folder. When the journal is read-only, as they were when it was opened.
  std::map<std::string, JournalImage> images() const;
  /// JSON by key ("classes", "threshold"); empty: not set.
  std::string setting(const std::string& key) const;
  Result<void> set_setting(const std::string& key, std::string json);
  /// Of some images the one with the step that was made last of all that are done: undo goes on
  /// there. With the one that was made first of all that are undone: so does redo. Empty: none.
  /// Nothing is known of it when the journal is read-only.
  using Among = std::function<bool(const std::string& image)>;
  std::string last_done(const Among& among) const;
  std::string first_undone(const Among& among) const;
  Result<void> set_state(const std::string& image, std::string state);
  Result<void> set_seconds(const std::string& image, double seconds);

  // Of an image.
  /// The labels as they were when the program last ran, and the steps that led there; to be called
  /// before all of the following. `base`: the mask's frames, all background where there is no mask.
  /// `most_bytes` bounds the tiles of the steps.
  Result<Recovered> recover(const std::string& image, std::vector<LabelVolume> base,
                            const std::optional<FileFingerprint>& file,
                            std::uint64_t most_bytes = std::uint64_t{1} << 30);
  /// What to do when the file was changed outside, then recover() again: take the file as it is and
  /// forget the steps, or lay every tile that the steps know over it. The second errs with
  /// kInvalidArgument where the file has another shape.
  Result<void> take_file(const std::string& image, const std::optional<FileFingerprint>& file);
  Result<void> keep_steps(const std::string& image, const std::vector<LabelVolume>& base,
                          const std::optional<FileFingerprint>& file);

  /// Returns the step's number. Steps past the position can no longer be done again.
  Result<std::int64_t> record(const std::string& image, JournalStep step);
  /// After undo or redo: so many steps are done. Notes of the steps follow.
  Result<void> moved(const std::string& image, std::int64_t position);
  /// Beside the labels, not undone: for what is no step. None: taken away.
  Result<void> set_note(const std::string& image, const std::string& key,
                        std::optional<std::string> value);
  Result<std::map<std::string, std::string>> notes(const std::string& image);

  /// Names the labels as they are now, for saved(). One save of an image at a time.
  Result<std::int64_t> mark(const std::string& image) const;
  /// A file with these labels is about to take the mask's place: after a crash either is known.
  Result<void> saving(const std::string& image, std::int64_t mark, const FileFingerprint& file);
  /// It has.
  Result<void> saved(const std::string& image, std::int64_t mark, const FileFingerprint& file);

  /// Waits until all is on disk.
  Result<void> flush() { return writer_->flush(); }
  Result<void> status() const { return writer_->status(); }
  /// How much is not on disk yet; 0 but for an instant, unless writing fails.
  std::size_t waiting() const { return writer_->waiting(); }

 private:
  struct Image {
    StoredImage row;
    bool unsaved = false;
    std::optional<StepLog> log = {};  // once it was recovered
    std::int64_t saved = 0;           // entry of the log that the mask has
    // Steps beside the position; 0: none. They are known without the log as well.
    std::int64_t last_done = 0, first_undone = 0;
    void note_ends(const StepLog& of);
    void note_ends() { note_ends(*log); }
  };
  /// Held as long as it lives; the system lets it go when the process ends.
  struct Lock {
    explicit Lock(int open_file) : file(open_file) {}
    ~Lock();
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;
    int file;
  };
  static Result<std::unique_ptr<Lock>> lock(const std::filesystem::path& folder,
                                            std::string& why_not);

  Journal() = default;
  Result<void> load(JournalDatabase& database);
  Result<void> writable() const;
  Image& image_of(const std::string& name);
  Result<Image*> opened(const std::string& name);
  void put(const StoredImage& row);

  std::unique_ptr<Lock> lock_;  // let go after the writer has ended
  std::string why_read_only_;
  mutable std::mutex mutex_;
  std::map<std::string, std::string> settings_;
  std::map<std::string, Image> images_;
  std::int64_t next_image_ = 1, next_step_ = 1;
  std::unique_ptr<JournalWriter> writer_;
};

}  // namespace karyo
