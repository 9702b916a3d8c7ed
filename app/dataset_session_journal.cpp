// What of a folder that is annotated goes into its journal, and comes back from it.

#include <algorithm>
#include <chrono>
#include <exception>
#include <thread>
#include <utility>

#include "annotation/journal.h"
#include "app/dataset_files.h"
#include "app/dataset_session.h"
#include "app/workspace.h"
#include "core/io/image_names.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;
using FolderHold = std::shared_ptr<const fs::path>;

/// Another journal of the folder is let go by jobs of ours that were told to end.
constexpr std::chrono::seconds kLongestWait{20};
constexpr std::chrono::milliseconds kLookAgain{5};
constexpr const char* kBeingRead = "what was done in it is still being read";

/// `holds`: of journals that are being left. One window of the program must not take itself for
/// another one.
Result<std::shared_ptr<Journal>> opened_journal(
    const FolderHold& folder, const JournalOptions& options,
    const std::vector<std::weak_ptr<const fs::path>>& holds, const TaskControl& control) {
  const auto begin = std::chrono::steady_clock::now();
  for (const auto& hold : holds) {
    while (!hold.expired() && std::chrono::steady_clock::now() - begin < kLongestWait) {
      if (control.cancelled()) return cancelled_error("reading what was done");
      std::this_thread::sleep_for(kLookAgain);
    }
  }
  try {
    KARYO_TRY(auto journal, Journal::open(*folder, options));
    if (control.cancelled()) return cancelled_error("reading what was done");
    return std::shared_ptr<Journal>(journal.release(), [folder](Journal* of) { delete of; });
  } catch (const std::exception& problem) {
    return Error(ErrorCode::kTooLarge,
                 "what was done in " + folder->string() + " cannot be read: " + problem.what(),
                 "Close other programs or images, then open the folder again.");
  }
}

}  // namespace

/// Reading it can take long: the disk may be slow, the journal large.
void DatasetSession::open_journal() {
  const auto folder = std::make_shared<const fs::path>(folder_.lexically_normal());
  std::erase_if(open_folders_, [](const auto& one) { return one.expired(); });
  std::vector<std::weak_ptr<const fs::path>> same;
  for (const auto& one : open_folders_) {
    const FolderHold other = one.lock();
    if (other && *other == *folder) same.push_back(one);
  }
  open_folders_.push_back(folder);
  opening_ = workspace_.in_background([this, folder, same, options = journal_options_](
                                          TaskControl& control) -> Result<Workspace::Finish> {
    control.report(0, "Reading what was done in " + folder->filename().string());
    auto journal = opened_journal(folder, options, same, control);
    return Workspace::Finish([this, journal = std::move(journal)] { take_journal(journal); });
  });
}

void DatasetSession::take_journal(Result<std::shared_ptr<Journal>> journal) {
  opening_ = 0;
  if (!journal) {
    forget_folder();
    if (journal.error().code != ErrorCode::kCancelled) workspace_.failed.emit(journal.error());
    return;
  }
  journal_ = *std::move(journal);
  const auto known = journal_->images();
  const auto marked = std::exchange(marked_, {});
  for (int place = 0; place < static_cast<int>(items_.size()); ++place) {
    DatasetItem& item = items_[static_cast<std::size_t>(place)];
    const auto found = known.find(file_name(place));
    if (found != known.end()) item.seconds = found->second.seconds;
    if (std::find(marked.begin(), marked.end(), place) != marked.end()) {
      if (!journal_->read_only()) {
        tell(journal_->set_state(file_name(place), std::string(name_of(item.state))));
      }
    } else if (found != known.end()) {
      if (const auto state = image_state_from(found->second.state)) item.state = *state;
    }
  }
  if (journal_->read_only()) {
    workspace_.failed.emit(
        Error(ErrorCode::kIo, folder_.string() + " is opened for looking only: " + why_read_only(),
              "Close the other window, or copy the folder; then open it again."));
  }
  changed.emit();
  current_changed.emit();
  if (const auto then = std::exchange(then_, {})) tell(then());
}

void DatasetSession::forget_folder() {
  if (opening()) workspace_.cancel_job(std::exchange(opening_, 0));
  then_ = {};
  marked_.clear();
  journal_.reset();
  redo_travels_ = true;
  folder_.clear();
  items_.clear();
  current_ = -1;
  forget_ahead();
  shown_state_.reset();
  changed.emit();
  current_changed.emit();
}

Result<void> DatasetSession::may_save(const char* what) const {
  if (why_read_only().empty()) return {};
  return Error(ErrorCode::kIo, std::string(what) + " not saved: " + why_read_only(),
               opening() ? "Wait until it is there, then try again."
                         : "Close the other window, or copy the folder; then open it again.");
}

std::string DatasetSession::file_name(int place) const {
  return items_[static_cast<std::size_t>(place)].image.filename().string();
}

std::string DatasetSession::why_read_only() const {
  if (opening()) return kBeingRead;
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
    LayerHistory& history = workspace_.history();
    RestoredSteps restored = steps_of(*pair.recovered, labels_, history.thinner());
    history.restore(std::move(restored.steps), restored.done);
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
