// What of a folder that is annotated goes into its journal, and comes back from it.

#include <algorithm>
#include <utility>

#include "annotation/journal.h"
#include "app/dataset_files.h"
#include "app/dataset_journal.h"
#include "app/dataset_session.h"
#include "app/workspace.h"

namespace karyo {
namespace {

constexpr const char* kObjectsNote = "objects";
constexpr const char* kRegionsNote = "regions";

}  // namespace

std::string DatasetSession::file_name(int place) const {
  return items_[static_cast<std::size_t>(place)].image.filename().string();
}

std::string DatasetSession::why_read_only() const {
  return journal_ ? journal_->why_read_only() : std::string();
}

void DatasetSession::tell(const Result<void>& outcome) {
  if (!outcome) workspace_.failed.emit(outcome.error());
}

/// Each step of undo that changes the labels is recorded when it is made, done or undone.
void DatasetSession::follow_history() {
  LayerHistory& history = workspace_.history();
  connections_.push_back(
      history.edited.connect([this](const std::string& name, const std::vector<LabelEdit>& edits) {
        if (!labels_ || !concerns(edits, *labels_) || journal_->read_only()) return;
        auto number = journal_->record(file_name(current_), journal_step(name, edits, *labels_));
        if (number) position_ = *number;
        if (!number) workspace_.failed.emit(number.error());
        edited_order_.push_back(current_item()->name);
        tell(journal_->status());
      }));
  connections_.push_back(history.edits_moved.connect([this](bool forward,
                                                            const std::vector<LabelEdit>& edits) {
    if (!labels_ || !concerns(edits, *labels_) || journal_->read_only()) return;
    position_ += forward ? 1 : -1;
    unsaved_ = true;
    ++version_;
    tell(journal_->moved(file_name(current_), position_));
    const auto last = std::find(edited_order_.rbegin(), edited_order_.rend(), current_item()->name);
    if (forward) edited_order_.push_back(current_item()->name);
    if (!forward && last != edited_order_.rend()) edited_order_.erase(std::next(last).base());
  }));
  connections_.push_back(
      workspace_.layers().layer_changed.connect([this](Layer&) { write_notes(); }));
  connections_.push_back(workspace_.layers().list_changed.connect([this] { write_notes(); }));
}

/// Classes, locks, reviews and regions, where they are others than were written.
void DatasetSession::write_notes() {
  if (!labels_ || !journal_ || journal_->read_only() || changed_outside_) return;
  const LayerList& layers = workspace_.layers();
  if (layers.find(labels_.get()) < 0) return;  // it is just being closed
  if (!regions_ || layers.find(regions_.get()) < 0) {
    regions_.reset();
    for (int i = 0; i < layers.count(); ++i) {
      if (auto shapes = std::dynamic_pointer_cast<ShapesLayer>(layers.shared_at(i))) {
        regions_ = shapes;
      }
    }
  }
  if (labels_->notes() != written_notes_) {
    written_notes_ = labels_->notes();
    tell(journal_->set_note(file_name(current_), kObjectsNote, text_of(*written_notes_)));
    tell(journal_->set_setting("classes", text_of({written_notes_->classes, {}})));
  }
  const auto regions = regions_ ? regions_->look().data : nullptr;
  if (regions != written_regions_) {
    written_regions_ = regions;
    tell(journal_->set_note(file_name(current_), kRegionsNote,
                            regions ? std::optional(bytes_of(*regions)) : std::nullopt));
  }
}

void DatasetSession::take_recovered(const ImagePair& pair) {
  workspace_.history().reset();
  changed_outside_ = false;
  position_ = 0;
  written_notes_.reset();
  written_regions_.reset();
  if (!labels_ || !pair.recovered) return;
  changed_outside_ = pair.recovered->changed_outside;
  unsaved_ = pair.recovered->unsaved && !changed_outside_;
  position_ = pair.recovered->position;
  if (!changed_outside_) {
    RestoredSteps restored = steps_of(*pair.recovered, labels_);
    workspace_.history().restore(std::move(restored.steps), restored.done);
  }
  const auto objects = pair.notes.find(kObjectsNote);
  const std::string classes = journal_->setting("classes");
  if (objects != pair.notes.end() || !classes.empty()) {
    auto notes = object_notes_from(objects != pair.notes.end() ? objects->second : classes);
    if (notes) labels_->set_notes(std::make_shared<ObjectNotes>(*std::move(notes)));
    if (!notes) workspace_.failed.emit(notes.error());
  }
  written_notes_ = labels_->notes();
  const auto regions = pair.notes.find(kRegionsNote);
  if (regions != pair.notes.end()) {
    if (auto shapes = shapes_from(regions->second)) {
      regions_ = std::make_shared<ShapesLayer>("regions", *std::move(shapes));
      workspace_.layers().insert(workspace_.layers().count(), regions_);
      workspace_.layers().select(labels_.get());
      written_regions_ = regions_->look().data;
    } else {
      workspace_.failed.emit(shapes.error());
    }
  }
  labels_->set_locked(!why_read_only().empty() || changed_outside_);
  workspace_.history().accept();
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
  tell(go_to(place));
}

int DatasetSession::elsewhere() const {
  const auto* here = current_item();
  for (auto name = edited_order_.rbegin(); name != edited_order_.rend(); ++name) {
    if (here == nullptr || *name != here->name) return find(*name);
  }
  return -1;
}

Result<void> DatasetSession::undo_elsewhere() {
  const int place = elsewhere();
  if (place < 0) {
    return Error(ErrorCode::kNotFound, "there is nothing to undo", "Nothing was changed yet.");
  }
  undo_when_shown_ = true;
  return go_to(place);
}

}  // namespace karyo
