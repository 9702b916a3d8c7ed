// What a folder that is annotated keeps of an image beside its labels: classes, locks, reviews and
// regions, each change of which is a part of a step.

#include <utility>

#include "annotation/journal.h"
#include "app/dataset_session.h"
#include "app/workspace.h"

namespace karyo {

bool DatasetSession::keeps() const {
  return labels_ && journal_ && current_ >= 0 && !journal_->read_only() && !changed_outside_ &&
         workspace_.layers().find(labels_.get()) >= 0;  // else it is just being closed
}

/// The list of regions is the one that is known, as long as it is open; else the topmost.
void DatasetSession::find_regions() {
  const LayerList& layers = workspace_.layers();
  if (regions_ && layers.find(regions_.get()) >= 0) return;
  regions_.reset();
  for (int i = 0; i < layers.count(); ++i) {
    if (auto shapes = std::dynamic_pointer_cast<ShapesLayer>(layers.shared_at(i))) {
      regions_ = shapes;
    }
  }
}

/// In what they are other than they were written.
std::vector<NoteChange> DatasetSession::unwritten_notes() {
  std::vector<NoteChange> changes;
  if (!notes_are_sound_) return changes;
  find_regions();
  if (compare_notes_ || labels_->notes() != written_objects_) {
    // From here on the image has a list of classes of its own: numbers of classes mean that one.
    // Undo goes back to it, not to whatever the folder's is by then.
    if (!written_.objects.contains(kClassesNote) && *labels_->notes() != *written_objects_) {
      const std::string classes = text_of(written_objects_->classes);
      tell(journal_->set_note(file_name(current_), kClassesNote, classes));
      written_.objects[kClassesNote] = classes;
    }
    if (!written_.objects.empty()) {
      changes = changes_between(written_.objects, notes_of(*labels_->notes()));
    }
  }
  const auto regions = regions_ ? regions_->look().data : nullptr;
  if (compare_notes_ || regions != written_regions_) {
    auto of_regions = changes_between(written_.regions, notes_of(regions.get()));
    std::move(of_regions.begin(), of_regions.end(), std::back_inserter(changes));
  }
  return changes;
}

/// The journal has these changes; what is shown is what it has then.
void DatasetSession::note_written(const std::vector<NoteChange>& changes, bool forward) {
  apply(changes, forward, written_);
  const auto classes = written_.objects.find(kClassesNote);
  for (const NoteChange& change : changes) {
    if (change.key == kClassesNote && classes != written_.objects.end()) {
      tell(journal_->set_setting(kClassesNote, classes->second));
    }
  }
  written_objects_ = labels_->notes();
  written_regions_ = regions_ ? regions_->look().data : nullptr;
  compare_notes_ = false;
}

/// What is no step of undo, or no longer.
void DatasetSession::write_unwritten_notes() {
  if (!keeps()) return;
  const std::vector<NoteChange> changes = unwritten_notes();
  for (const NoteChange& change : changes) {
    tell(journal_->set_note(file_name(current_), change.key, change.after));
  }
  note_written(changes, true);
}

/// A step that was just made, if it changed something that the folder keeps.
LayerHistory::Kept DatasetSession::keep(const std::string& name,
                                        const std::vector<LabelEdit>& edits) {
  if (!keeps()) return nullptr;
  const bool labels = concerns(edits, *labels_);
  std::vector<NoteChange> notes = unwritten_notes();
  if (!labels && notes.empty()) return nullptr;
  JournalStep step = journal_step(name, edits, *labels_);
  step.notes = notes;
  auto number = journal_->record(file_name(current_), step);
  if (!number && number.error().code == ErrorCode::kTooLarge) {
    workspace_.failed.emit(number.error());
    write_unwritten_notes();
    notes.clear();
    step.notes.clear();
    if (!labels) return nullptr;
    number = journal_->record(file_name(current_), std::move(step));
  }
  if (!number) {
    workspace_.failed.emit(number.error());
    return nullptr;
  }
  position_ = *number;
  redo_travels_ = false;
  note_written(notes, true);
  tell(journal_->status());
  return std::make_shared<const std::vector<NoteChange>>(std::move(notes));
}

/// A kept step was undone or redone. Labels are as they are to be, and layers too where this run
/// made the step.
void DatasetSession::moved(bool forward, const LayerHistory::KeptStep& step) {
  if (!labels_ || !journal_) return;
  const std::vector<NoteChange>& notes = *step.notes;
  const bool objects = touch_objects(notes), regions = touch_regions(notes);
  if (step.restored && !notes.empty()) {
    apply(notes, forward, written_);
    notes_are_sound_ = show_notes(objects, regions) && notes_are_sound_;
  }
  if (!keeps()) return;
  position_ += forward ? 1 : -1;
  if (!forward) redo_travels_ = true;
  tell(journal_->moved(file_name(current_), position_));
  find_regions();
  note_written(notes, forward);
  if (concerns(step.edits, *labels_)) {
    unsaved_ = true;
    ++version_;
  }
  // Another list of regions may have come into the place of one that undo took away.
  compare_notes_ = !step.restored && !notes.empty();
  if (compare_notes_) write_unwritten_notes();
}

/// Puts what is written into the layers. False, after saying so, where it cannot be read.
bool DatasetSession::show_notes(bool objects, bool regions) {
  bool sound = true;
  const auto say = [&](const Error& error) {
    workspace_.failed.emit(error);
    sound = false;
  };
  if (objects) {
    auto found = objects_from(written_.objects, journal_->setting(kClassesNote));
    if (found) labels_->set_notes(std::make_shared<ObjectNotes>(*std::move(found)));
    if (!found) say(found.error());
  }
  LayerList& layers = workspace_.layers();
  auto found = regions ? regions_from(written_.regions) : Result<std::optional<ShapeList>>({});
  if (!found) say(found.error());
  if (regions && found && *found) {
    if (!regions_) regions_ = std::make_shared<ShapesLayer>("regions");
    ShapesLook look = regions_->look();
    look.data = std::make_shared<const ShapeList>(**std::move(found));
    look.selected = -1;
    regions_->set_look(std::move(look));
    if (layers.find(regions_.get()) < 0) {
      Layer* const selected = layers.selected();
      layers.insert(layers.count(), regions_);
      layers.select(selected);
    }
  } else if (regions && found && regions_) {
    const int at = layers.find(regions_.get());
    if (at >= 0) layers.remove(at);
  }
  written_objects_ = labels_->notes();
  written_regions_ = regions_ ? regions_->look().data : nullptr;
  return sound;
}

}  // namespace karyo
