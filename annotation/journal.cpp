#include "annotation/journal.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

#include "annotation/journal_codec.h"

namespace karyo {
namespace {

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

Error misused(const std::string& what) {
  return {ErrorCode::kInvalidArgument, what, "This is a defect of the program: please report it."};
}

}  // namespace

Journal::~Journal() = default;

Result<void> Journal::load(JournalDatabase& database) {
  const std::lock_guard lock(mutex_);
  KARYO_TRY(settings_, database.settings());
  KARYO_TRY(const std::vector<StoredImage> rows, database.images());
  images_.clear();
  for (const StoredImage& row : rows) {
    KARYO_TRY(const bool unsaved, database.unsaved(row.id));
    Image& image = images_.emplace(row.name, Image{row, unsaved}).first->second;
    // Of one whose log is damaged the rest is still of use; it is said when it is opened.
    const auto log = read_only() ? Result<StepLog>(StepLog()) : database.log(row.id);
    if (log) image.note_ends(*log);
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

void Journal::Image::note_ends(const StepLog& of) {
  last_done = of.position() >= of.first() ? of.step(of.position()) : 0;
  first_undone = of.position() < of.last() ? of.step(of.position() + 1) : 0;
}

std::string Journal::last_done(const Among& among) const {
  const std::lock_guard lock(mutex_);
  std::string found;
  std::int64_t latest = 0;
  for (const auto& [name, image] : images_) {
    if (image.last_done <= latest || !among(name)) continue;
    latest = image.last_done;
    found = name;
  }
  return found;
}

std::string Journal::first_undone(const Among& among) const {
  const std::lock_guard lock(mutex_);
  std::string found;
  std::int64_t earliest = std::numeric_limits<std::int64_t>::max();
  for (const auto& [name, image] : images_) {
    if (image.first_undone == 0 || image.first_undone >= earliest || !among(name)) continue;
    earliest = image.first_undone;
    found = name;
  }
  return found;
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
  if (recovered.file_is_up_to_date()) {
    // Steps that no file needs may be forgotten, and nobody may ever save this mask again.
    writer_->write([id = known.row.id, file, end = recovered.log.end()](JournalDatabase& database) {
      return database.move_mask(id, {end, file});
    });
  }
  known.log = std::move(recovered.log);
  known.note_ends();
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
  known.last_done = known.first_undone = 0;
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
  known->note_ends();
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
  known->note_ends();
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
