#include "annotation/journal.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "annotation/journal_codec.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;

constexpr const char* kInUse = "another window or program has this folder open";
constexpr const char* kNotWritable = "this folder cannot be written";

/// Whether a write-ahead log is safe: its users share memory, so they have to be on one machine.
/// A file system that is not known to be of this machine alone is taken for one that is not.
JournalDatabase::Safety safety_of(const fs::path& folder) {
  constexpr std::array<std::int64_t, 8> kLocalSystems{
      0xef53,      // ext2, ext3, ext4
      0x58465342,  // XFS
      0x9123683e,  // Btrfs
      0x01021994,  // tmpfs
      0xf2f52010,  // F2FS
      0x794c7630,  // overlayfs
      0x2fc12fc1,  // ZFS
      0xca451a4e,  // bcachefs
  };
  struct statfs about {};
  const bool known = ::statfs(folder.c_str(), &about) == 0;
  const auto type = static_cast<std::int64_t>(static_cast<std::uint32_t>(about.f_type));
  return known && std::find(kLocalSystems.begin(), kLocalSystems.end(), type) != kLocalSystems.end()
             ? JournalDatabase::Safety::kLocal
             : JournalDatabase::Safety::kNetwork;
}

/// So that the name of a new file is on disk too. Some network file systems cannot do it and say
/// so; there it is the server's matter.
void sync_folder(const fs::path& folder) {
  const int file = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return;
  ::fsync(file);
  ::close(file);
}

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

Error misused(const std::string& what) {
  return {ErrorCode::kInvalidArgument, what, "This is a defect of the program: please report it."};
}

}  // namespace

Journal::Lock::~Lock() {
  ::close(file);
}

Result<std::unique_ptr<Journal::Lock>> Journal::lock(const fs::path& folder, std::string& why_not) {
  // Its own file: closing any handle of the database would drop SQLite's locks on it. It stays, as
  // taking it away could leave two windows with a lock each.
  const fs::path path = folder / ".karyoscope.lock";
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (file < 0 && (errno == EACCES || errno == EPERM || errno == EROFS)) {
    why_not = kNotWritable;
    return std::unique_ptr<Lock>();
  }
  if (file < 0) {
    return Error(ErrorCode::kIo, "cannot make " + path.string() + ": " + std::strerror(errno),
                 errno == ENOSPC ? "Free some space on the disk, then open the folder again."
                                 : "Check that the folder is there and can be written.");
  }
  auto lock = std::make_unique<Lock>(file);
  if (::flock(file, LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno == EWOULDBLOCK) {
    why_not = kInUse;
    return std::unique_ptr<Lock>();
  }
  return Error(ErrorCode::kIo, "cannot lock " + path.string() + ": " + std::strerror(errno),
               "Copy the folder to a disk that knows locks, a local one for instance.");
}

Result<std::unique_ptr<Journal>> Journal::open(const fs::path& folder, JournalOptions options) {
  std::unique_ptr<Journal> journal(new Journal);
  KARYO_TRY(journal->lock_, lock(folder, journal->why_read_only_));
  const fs::path path = folder / kFileName;
  const auto open_database = [&]() -> Result<JournalDatabase> {
    if (!journal->read_only()) {
      KARYO_TRY(auto database,
                JournalDatabase::open_for_writing(path, safety_of(folder), options.vfs));
      sync_folder(folder);
      KARYO_CHECK_OK(prune(database, options.most_bytes));
      return database;
    }
    // A log that was left behind in a folder that cannot be written has to be read as well.
    std::error_code none;
    const bool unchanging = journal->why_read_only_ == kNotWritable &&
                            !fs::exists(fs::path(path.string() + "-wal"), none);
    return JournalDatabase::open_for_reading(path, unchanging, options.vfs);
  };
  KARYO_TRY(auto database, open_database());
  KARYO_CHECK_OK(journal->load(database));
  journal->writer_ =
      std::make_unique<JournalWriter>(std::move(database), std::move(options.status_changed));
  return journal;
}

Journal::~Journal() = default;

Result<void> Journal::load(JournalDatabase& database) {
  const std::lock_guard lock(mutex_);
  KARYO_TRY(settings_, database.settings());
  KARYO_TRY(const std::vector<StoredImage> rows, database.images());
  images_.clear();
  for (const StoredImage& row : rows) {
    KARYO_TRY(const bool unsaved, database.unsaved(row.id));
    images_.emplace(row.name, Image{row, unsaved});
    next_image_ = std::max(next_image_, row.id + 1);
  }
  KARYO_TRY(next_step_, database.free_step());
  return {};
}

Result<void> Journal::writable() const {
  if (!read_only()) return {};
  return Error(ErrorCode::kInvalidArgument,
               "the folder is open for reading only: " + why_read_only_,
               "Close the other window, or copy the folder to where you may write; then open it "
               "again.");
}

Journal::Image& Journal::image_of(const std::string& name) {
  const auto [image, added] = images_.try_emplace(name);
  if (added) {
    image->second.row.id = next_image_++;
    image->second.row.name = name;
  }
  return image->second;
}

Result<Journal::Image*> Journal::opened(const std::string& name) {
  KARYO_CHECK_OK(writable());
  const auto image = images_.find(name);
  if (image == images_.end() || !image->second.log) {
    return misused("the journal was not asked for " + name + " before it is changed");
  }
  return &image->second;
}

void Journal::put(const StoredImage& row) {
  writer_->write([row](JournalDatabase& database) { return database.put_image(row); });
}

std::map<std::string, JournalImage> Journal::images() const {
  const std::lock_guard lock(mutex_);
  std::map<std::string, JournalImage> images;
  for (const auto& [name, image] : images_) {
    images.emplace(name, JournalImage{image.row.state, image.row.seconds, image.unsaved});
  }
  return images;
}

std::string Journal::setting(const std::string& key) const {
  const std::lock_guard lock(mutex_);
  const auto found = settings_.find(key);
  return found == settings_.end() ? std::string() : found->second;
}

Result<void> Journal::set_setting(const std::string& key, std::string json) {
  const std::lock_guard lock(mutex_);
  KARYO_CHECK_OK(writable());
  settings_[key] = json;
  writer_->write([key, json = std::move(json)](JournalDatabase& database) {
    return database.put_setting(key, json);
  });
  return {};
}

Result<void> Journal::set_state(const std::string& image, std::string state) {
  const std::lock_guard lock(mutex_);
  KARYO_CHECK_OK(writable());
  StoredImage& row = image_of(image).row;
  row.state = std::move(state);
  put(row);
  return {};
}

Result<void> Journal::set_seconds(const std::string& image, double seconds) {
  const std::lock_guard lock(mutex_);
  KARYO_CHECK_OK(writable());
  StoredImage& row = image_of(image).row;
  row.seconds = seconds;
  put(row);
  return {};
}

Result<Recovered> Journal::recover(const std::string& image, std::vector<LabelVolume> base,
                                   const std::optional<FileFingerprint>& file,
                                   std::uint64_t most_bytes) {
  const std::int64_t frames = std::ssize(base);
  const Index3 shape = base.empty() ? Index3{} : base.front().shape();
  if (!std::all_of(base.begin(), base.end(),
                   [&](const LabelVolume& frame) { return frame.shape() == shape; }) ||
      base.empty()) {
    return misused("frames of labels are missing or of several shapes");
  }
  RecoveredImage recovered;
  KARYO_CHECK_OK(writer_->read([&](JournalDatabase& database) -> Result<void> {
    if (read_only()) KARYO_CHECK_OK(load(database));
    StoredImage row;
    {
      const std::lock_guard lock(mutex_);
      Image& known = image_of(image);
      known.log.reset();
      row = known.row;
    }
    KARYO_TRY(recovered, recover_image(database, row, std::move(base), file, most_bytes));
    return {};
  }));
  if (read_only() || recovered.found.changed_outside) return std::move(recovered.found);
  const std::lock_guard lock(mutex_);
  Image& known = image_of(image);
  if (known.row.frames != frames || known.row.shape != shape) {
    known.row.frames = frames;
    known.row.shape = shape;
    put(known.row);
  }
  if (recovered.first_time) {
    writer_->write([id = known.row.id, file](JournalDatabase& database) {
      return database.put_mask(id, {0, file});
    });
  }
  known.log = std::move(recovered.log);
  known.saved = recovered.entry_of_file;
  known.unsaved = recovered.found.unsaved;
  return std::move(recovered.found);
}

Result<void> Journal::take_file(const std::string& image,
                                const std::optional<FileFingerprint>& file) {
  const std::lock_guard lock(mutex_);
  KARYO_CHECK_OK(writable());
  Image& known = image_of(image);
  known.log.reset();
  known.unsaved = false;
  writer_->write([row = known.row, file](JournalDatabase& database) -> Result<void> {
    KARYO_CHECK_OK(database.put_image(row));
    KARYO_CHECK_OK(database.delete_history(row.id));
    return database.put_mask(row.id, {0, file});
  });
  return {};
}

Result<void> Journal::keep_steps(const std::string& image, const std::vector<LabelVolume>& base,
                                 const std::optional<FileFingerprint>& file) {
  const std::lock_guard lock(mutex_);
  KARYO_CHECK_OK(writable());
  Image& known = image_of(image);
  const bool fits = std::ssize(base) == known.row.frames &&
                    std::all_of(base.begin(), base.end(), [&](const LabelVolume& frame) {
                      return frame.shape() == known.row.shape;
                    });
  if (!fits) {
    return Error(
        ErrorCode::kInvalidArgument,
        "the mask of " + image + " has another size than the one that was worked on",
        "Take the mask as it is now, or put the former one back and open the image again.");
  }
  known.log.reset();
  writer_->write([id = known.row.id, file](JournalDatabase& database) {
    return database.put_mask(id, {0, file});
  });
  return {};
}

Result<std::int64_t> Journal::record(const std::string& image, JournalStep step) {
  const std::lock_guard lock(mutex_);
  KARYO_TRY(Image* const known, opened(image));
  KARYO_CHECK_OK(check_step(step, known->row.frames, known->row.shape));
  if (step.made_ms == 0) step.made_ms = now_ms();
  const std::int64_t id = next_step_;
  next_step_ += static_cast<std::int64_t>(count_parts(step));
  const LogEntry entry = known->log->add(id);
  known->unsaved = true;
  writer_->write([image_id = known->row.id, id, entry,
                  step = std::move(step)](JournalDatabase& database) -> Result<void> {
    KARYO_CHECK_OK(database.put_step(image_id, id, step));
    return database.put_entry(image_id, entry);
  });
  return entry.number;
}

Result<void> Journal::moved(const std::string& image, std::int64_t position) {
  const std::lock_guard lock(mutex_);
  KARYO_TRY(Image* const known, opened(image));
  StepLog& log = *known->log;
  if (position < log.first() - 1 || position > log.last()) {
    return misused("the journal has no step " + std::to_string(position) + " of " + image);
  }
  const std::vector<LogEntry> entries = log.move_to(position);
  if (entries.empty()) return {};
  known->unsaved = true;
  writer_->write([id = known->row.id, entries](JournalDatabase& database) -> Result<void> {
    for (const LogEntry& entry : entries) {
      KARYO_CHECK_OK(database.put_entry(id, entry));
      KARYO_CHECK_OK(database.apply_notes(id, entry.step, entry.forward));
    }
    return {};
  });
  return {};
}

Result<void> Journal::set_note(const std::string& image, const std::string& key,
                               std::optional<std::string> value) {
  const std::lock_guard lock(mutex_);
  KARYO_TRY(const Image* const known, opened(image));
  writer_->write([id = known->row.id, key, value = std::move(value)](JournalDatabase& database) {
    return database.put_note(id, key, value);
  });
  return {};
}

Result<std::map<std::string, std::string>> Journal::notes(const std::string& image) {
  std::map<std::string, std::string> notes;
  KARYO_CHECK_OK(writer_->read([&](JournalDatabase& database) -> Result<void> {
    std::int64_t id = 0;
    {
      const std::lock_guard lock(mutex_);
      const auto known = images_.find(image);
      if (known == images_.end()) return {};
      id = known->second.row.id;
    }
    KARYO_TRY(notes, database.notes(id));
    return {};
  }));
  return notes;
}

Result<std::int64_t> Journal::mark(const std::string& image) const {
  const std::lock_guard lock(mutex_);
  const auto known = images_.find(image);
  if (known == images_.end() || !known->second.log) {
    return misused("the journal was not asked for " + image + " before it is saved");
  }
  return known->second.log->end();
}

Result<void> Journal::saving(const std::string& image, std::int64_t mark,
                             const FileFingerprint& file) {
  const std::lock_guard lock(mutex_);
  KARYO_TRY(const Image* const known, opened(image));
  if (mark < known->saved || mark > known->log->end()) return misused("a mark is of another time");
  writer_->write([id = known->row.id, mark, file](JournalDatabase& database) {
    return database.put_mask(id, {mark, file});
  });
  return {};
}

Result<void> Journal::saved(const std::string& image, std::int64_t mark,
                            const FileFingerprint& file) {
  const std::lock_guard lock(mutex_);
  KARYO_TRY(Image* const known, opened(image));
  StepLog& log = *known->log;
  if (mark < known->saved || mark > log.end()) return misused("a mark is of another time");
  known->saved = mark;
  known->unsaved = mark < log.end();
  const std::vector<std::int64_t> steps = log.out_of_reach(mark);
  const std::vector<std::int64_t> entries = log.forget(steps);
  writer_->write(
      [id = known->row.id, mark, file, steps, entries](JournalDatabase& database) -> Result<void> {
        KARYO_CHECK_OK(database.delete_masks(id));
        KARYO_CHECK_OK(database.put_mask(id, {mark, file}));
        return database.delete_steps(id, steps, entries);
      });
  return {};
}

}  // namespace karyo
