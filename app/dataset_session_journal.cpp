// What of a folder that is annotated goes into its journal, and comes back from it.

#include <utility>

#include "annotation/journal.h"
#include "app/dataset_files.h"
#include "app/dataset_session.h"
#include "app/workspace.h"
#include "core/io/image_names.h"

namespace karyo {
std::string DatasetSession::file_name(int place) const {
  return items_[static_cast<std::size_t>(place)].image.filename().string();
}

std::string DatasetSession::why_read_only() const {
  return journal_ ? journal_->why_read_only() : std::string();
}

void DatasetSession::tell(const Result<void>& outcome) {
  if (!outcome) workspace_.failed.emit(outcome.error());
}

/// Each step of undo that changes what the folder keeps is recorded when it is made, done or
/// undone.
void DatasetSession::follow_history() {
  LayerHistory& history = workspace_.history();
  history.set_keeper([this](const std::string& name, const std::vector<LabelEdit>& edits) {
    return keep(name, edits);
  });
  connections_.push_back(history.moved.connect(
      [this](bool forward, const LayerHistory::KeptStep& step) { moved(forward, step); }));
  connections_.push_back(history.accepted.connect([this] { write_unwritten_notes(); }));
}

void DatasetSession::take_recovered(const ImagePair& pair) {
  workspace_.history().reset();
  changed_outside_ = false;
  position_ = 0;
  written_ = {};
  written_objects_.reset();
  written_regions_.reset();
  compare_notes_ = false;
  notes_are_sound_ = true;
  if (!labels_ || !pair.recovered) return;
  changed_outside_ = pair.recovered->changed_outside;
  unsaved_ = pair.recovered->unsaved && !changed_outside_;
  position_ = pair.recovered->position;
  written_ = known_notes(pair.notes);
  notes_are_sound_ = show_notes(true, true);
  if (!changed_outside_) {
    RestoredSteps restored = steps_of(*pair.recovered, labels_);
    workspace_.history().restore(std::move(restored.steps), restored.done);
  }
  labels_->set_locked(!why_read_only().empty() || changed_outside_);
  workspace_.history().accept();
  compare_notes_ = are_old(written_);
  write_unwritten_notes();
}

Result<void> DatasetSession::take_file() {
  if (!changed_outside_) return {};
  const DatasetItem item = *current_item();
  KARYO_TRY(const auto file, fingerprint_of(item.mask));
  KARYO_CHECK_OK(journal_->take_file(item.image.filename().string(), file));
  read_again();
  return {};
}

Result<void> DatasetSession::keep_edits() {
  if (!changed_outside_) return {};
  const DatasetItem item = *current_item();
  KARYO_TRY(const auto file, fingerprint_of(item.mask));
  KARYO_CHECK_OK(journal_->keep_steps(item.image.filename().string(), frames_of(*labels_), file));
  read_again();
  return {};
}

void DatasetSession::read_again() {
  const int place = std::exchange(current_, -1);
  changed_outside_ = false;
  unsaved_ = false;
  notes_are_sound_ = false;  // those that are shown are not written any more
  tell(go_to(place));
}

int DatasetSession::elsewhere(int direction) const {
  if (!journal_) return -1;
  int place = -1;
  const Journal::Among others = [&](const std::string& file) {
    const int found = find(image_stem(file));
    const bool other = found >= 0 && found != current_ && file_name(found) == file;
    if (other) place = found;
    return other;
  };
  // The last that is asked for is the one that is found.
  const std::string file =
      direction < 0 ? journal_->last_done(others) : journal_->first_undone(others);
  return file.empty() ? -1 : place;
}

Result<void> DatasetSession::undo_elsewhere() {
  const int place = elsewhere(-1);
  if (place >= 0) return go_to(place, -1);
  return Error(ErrorCode::kNotFound, "there is nothing to undo", "Nothing was changed yet.");
}

Result<void> DatasetSession::redo_elsewhere() {
  const int place = redo_travels_ ? elsewhere(1) : -1;
  if (place >= 0) return go_to(place, 1);
  return Error(ErrorCode::kNotFound, "there is nothing to redo",
               "Redo does again what was undone last.");
}

}  // namespace karyo
