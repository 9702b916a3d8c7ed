#pragma once

/// A folder of images that is being annotated: one image with its labels at a time, masks saved
/// under the image's name.
///
/// Undo has one order: of an image, whatever a step changed (labels, classes, locks, regions), and
/// across images, where nothing is left to be undone in the one that is open. It goes on in the
/// next run.
///
/// The folder holds images/ (or the images themselves) and masks/, which is made when the first
/// mask is saved. Images are never written. What masks cannot hold, states, time, classes and every
/// edit, is in karyoscope.db beside them (annotation/journal.h).
///
/// Threads  one, the UI thread; files are read and written by jobs of the workspace.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/dataset_journal.h"
#include "app/image_doubts.h"
#include "core/base/result.h"
#include "core/base/signal.h"
#include "core/dataset/dataset_folder.h"
#include "core/layers/image_layer.h"
#include "core/layers/labels_layer.h"
#include "core/layers/vector_layers.h"

namespace karyo {

class Workspace;
class Journal;
class LabelEdit;
struct ImagePair;
struct MaskSteps;

enum class ImageState { kUntouched, kInProgress, kDone, kNeedsReview, kExcluded };
inline constexpr int kImageStateCount = 5;
/// "untouched", "in_progress", "done", "needs_review", "excluded".
std::string_view name_of(ImageState state);
Result<ImageState> image_state_from(std::string_view name);

struct DatasetItem {
  std::string name;  ///< the file's, without its ending
  std::filesystem::path image;
  std::filesystem::path mask;  ///< where it is saved, whether it is there or not
  ImageState state = ImageState::kUntouched;
  double seconds = 0;             ///< that a person has worked on it
  bool picked = true;             ///< of the random choice, where one was made
  std::vector<Finding> findings;  ///< what is wrong with its files
  std::optional<ImageDoubt> doubt = {};  ///< of the model that made its mask
};

/// What the guided steps find in one image.
struct BatchCount {
  std::string name;
  std::int64_t objects = 0;  ///< below 0: it did not work
  std::string problem;       ///< why
};

class DatasetSession {
 public:
  explicit DatasetSession(Workspace& workspace);
  ~DatasetSession();

  bool is_open() const { return !folder_.empty(); }
  /// Images are listed, but what was done to them is still being read: no image is shown yet.
  bool opening() const { return opening_ != 0; }
  /// How journals are opened from now on.
  void set_journal_options(JournalOptions options) { journal_options_ = std::move(options); }
  const std::filesystem::path& folder() const { return folder_; }
  const std::vector<DatasetItem>& items() const { return items_; }
  /// The image that is open; -1: none.
  int current() const { return current_; }
  /// Whether step(1) finds one behind it.
  bool has_next() const { return neighbour(1) >= 0; }
  const DatasetItem* current_item() const;
  /// Its place by name; -1: none has it.
  int find(const std::string& name) const;
  /// Null while it is being read.
  const std::shared_ptr<ImageLayer>& image() const { return image_; }
  const std::shared_ptr<LabelsLayer>& labels() const { return labels_; }
  /// Whether a layer's edits are kept by the folder: its labels and regions.
  bool owns(const Layer& layer) const {
    return &layer == labels_.get() || &layer == regions_.get();
  }
  /// Labels were changed since they were last written.
  bool unsaved() const { return unsaved_; }
  /// Another window has the folder, it cannot be written, or opening() holds: labels can be looked
  /// at alone. Says why in words; empty: they can be changed.
  std::string why_read_only() const;
  /// The mask of the open image was changed by another program since it was last saved here.
  bool changed_outside() const { return changed_outside_; }
  /// What to do then: go on with the file, forgetting the steps, or with the edits made here.
  Result<void> take_file();
  Result<void> keep_edits();

  /// Closes what was annotated before and lists the images; none is opened yet. The journal is read
  /// in the background; where that fails, the folder is closed again and `failed` says why. What is
  /// asked of the folder until then is done when it is there: an image to show (go_to, step,
  /// resume; the last one counts), states.
  /// Errors: kNotFound, kBadFile when there is no image.
  Result<void> open(const std::filesystem::path& folder);
  /// Its layers are closed at once; what is not on disk yet is written in the background, and tried
  /// again while the disk does not take it. A mask that cannot be written is said: what was drawn
  /// is in the journal then. Errors: kNotFound when the labels to be saved cannot be told.
  Result<void> close();

  /// Saves the mask of the image that is open and opens this one, in the background.
  /// Errors: kNotFound for a place that is not there.
  Result<void> go_to(int place);
  /// The next (1) or previous (-1) one that is shown. Errors: kNotFound at the end.
  Result<void> step(int direction);
  /// Where work goes on: the image with the step that was made last, else the first that is shown.
  /// Errors: kNotFound when none is shown.
  Result<void> resume();

  /// Undo, once nothing is left to be undone here: opens the image with the step that was made last
  /// and undoes that. Errors: kNotFound.
  Result<void> undo_elsewhere();
  bool can_undo_elsewhere() const { return elsewhere(-1) >= 0; }
  /// Redo likewise, unless something new was done since the last undo: the image with the step that
  /// was made first of those undone.
  Result<void> redo_elsewhere();
  bool can_redo_elsewhere() const { return redo_travels_ && elsewhere(1) >= 0; }

  /// Writes the mask in the background where it has changed or is asked for: atomically, and read
  /// back. `rois`: NAME_RoiSet.zip beside it as well. Errors: kNotFound when nothing is open.
  Result<void> save(bool rois, bool even_unchanged);
  /// The same at once, before what reads the file.
  Result<void> save_now();
  /// A mask is being written, or a folder that was closed.
  bool writing() const { return writing_ > 0; }
  /// Nothing is being written and nothing has to be: the program may end.
  bool settled() const;

  /// Does the guided steps for the next images that are untouched and without a mask, in the
  /// background; writes their masks, or counts objects alone. Ends in batch_counted. Without
  /// `steps` each image has those that its picture suggests, and is to be reviewed then.
  Result<void> run_on_next(std::size_t count, const std::optional<MaskSteps>& steps, bool save);

  /// Has a model (StarDist) make the masks of all images that are gone through and have none yet,
  /// but the open one, in the background; they are to be reviewed then. What is done stays when it
  /// is stopped. An object that the model misses from one of so many `sides` of the image, 1 to 4,
  /// counts as unsure; each side costs a prediction.
  /// Errors: kNotFound where there is no such image; kIo where masks cannot be saved.
  Result<void> predict_rest(const std::filesystem::path& model, int sides = 1);
  /// Opens the image that is not done of whose objects the model was unsure most often.
  /// Errors: kNotFound where a model was sure of all, or has made none.
  Result<void> go_to_most_doubtful();

  void set_state(int place, ImageState state);
  void add_seconds(double seconds);
  /// Chooses so many images by chance; only they are gone through. 0: all again.
  void pick(std::size_t count, std::uint64_t seed);
  /// The state that is gone through; none: every one but excluded.
  void show_only(std::optional<ImageState> state);
  const std::optional<ImageState>& shown_state() const { return shown_state_; }
  bool shows(const DatasetItem& item) const;
  int count_of(ImageState state) const;

  /// The workspace tells of each edit.
  void edited(const LabelEdit& edit);

  Signal<> changed;          ///< the list, or what is said of an image
  Signal<> current_changed;  ///< another image is open, or its layers have come
  Signal<const std::vector<BatchCount>&> batch_counted;
  Signal<> conflict;  ///< changed_outside() has become true

 private:
  /// `travel`: -1 to undo a step once it is shown, 1 to redo one, 0.
  Result<void> go_to(int place, int travel);
  void show(int place, ImagePair pair, int travel);
  /// The next (1) or previous (-1) one that is shown; -1: none.
  int neighbour(int direction) const;
  void read_ahead();
  void forget_ahead();
  void take_layers_away();
  static Error nothing_open();
  struct Saving;
  struct SaveOrder;
  Result<Saving> saving();
  bool to_be_saved() const;
  void leave(std::optional<Saving> saving);
  void tell(const Result<void>& outcome);
  void follow_history();
  void take_recovered(const ImagePair& pair);
  void read_again();
  /// Where undo (-1) or redo (1) goes on, but here; -1: nowhere.
  int elsewhere(int direction) const;
  // Of notes: classes, locks, regions.
  bool keeps() const;
  std::shared_ptr<const std::vector<NoteChange>> keep(const std::string& name,
                                                      const std::vector<LabelEdit>& edits);
  void moved(bool forward, const LayerHistory::KeptStep& step);
  void find_regions();
  std::vector<NoteChange> unwritten_notes();
  void write_unwritten_notes();
  void note_written(const std::vector<NoteChange>& changes, bool forward);
  bool show_notes(bool objects, bool regions);
  std::string file_name(int place) const;
  void open_journal();
  void take_journal(Result<std::shared_ptr<Journal>> journal);
  void forget_folder();
  Result<void> may_save(const char* what) const;
  void note_saved(const std::filesystem::path& image, const std::filesystem::path& mask);
  void check_files();

  Workspace& workspace_;
  std::filesystem::path folder_;
  std::vector<DatasetItem> items_;
  std::optional<ImageState> shown_state_;
  int current_ = -1;
  std::uint64_t reading_ = 0;  // the job that reads the current image
  bool unsaved_ = false;
  std::uint64_t version_ = 0;  // of the labels: counts edits
  std::shared_ptr<Journal> journal_;
  JournalOptions journal_options_;
  std::uint64_t opening_ = 0;  // the job that opens the journal
  // Of journals that may still be open, as a job holds them: their folders.
  std::vector<std::weak_ptr<const std::filesystem::path>> open_folders_;
  // Asked for while the journal was being opened.
  std::function<Result<void>()> then_;
  std::vector<int> marked_;
  std::int64_t position_ = 0;  // steps done, in the journal
  std::uint64_t saving_ = 0;   // 1 + the version that is being written; 0: none
  int writing_ = 0;            // jobs that write masks and what is left of folders
  std::shared_ptr<SaveOrder> save_order_;
  std::uint64_t last_saving_ = 0;
  bool changed_outside_ = false;
  bool redo_travels_ = true;  // nothing new was done since the last undo
  ImageNotes written_;        // as the journal has them
  // What they were made of, to be spared making them again; and whether that is certain.
  std::shared_ptr<const ObjectNotes> written_objects_;
  std::shared_ptr<const ShapeList> written_regions_;
  bool compare_notes_ = false;
  bool notes_are_sound_ = true;           // else they are not touched
  std::shared_ptr<ShapesLayer> regions_;  // null: none yet
  std::vector<Connection> connections_;
  std::shared_ptr<ImageLayer> image_;
  std::shared_ptr<LabelsLayer> labels_;
  struct Ahead;
  std::unique_ptr<Ahead> ahead_;
};

}  // namespace karyo
