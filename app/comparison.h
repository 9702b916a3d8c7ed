#pragma once

/// A test set looked at image by image, the worst first: input, prediction, truth and errors, or
/// restored images, or two models beside each other (app/compared_image.h).
///
/// Threads  one, the UI thread; files are read and judged on others, and come in Workspace::poll().

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/commands.h"
#include "app/compared_image.h"
#include "app/model_trial.h"
#include "app/workspace.h"

namespace karyo {

/// How prediction and truth are put beside each other.
enum class CompareLook {
  kSideBySide,  ///< a column each
  kWipe,        ///< one picture, the prediction left and the truth right of a line that is dragged
  kBlink,       ///< one picture, the one or the other
  kOverlay,     ///< outlines of both; of restored images, one green and one magenta
  kDifference,  ///< the errors alone
  kMaps,        ///< of restored images: pictures, SSIM and errors in three rows
  kConfidence,  ///< the probability of an object at each place, over the input
};
/// "side_by_side", "wipe", "blink", "overlay", "difference", "maps", "confidence".
std::string_view name_of(CompareLook look);

class Comparison {
 public:
  explicit Comparison(Workspace& workspace) : workspace_(workspace) {}
  ~Comparison();
  Comparison(const Comparison&) = delete;
  Comparison& operator=(const Comparison&) = delete;

  /// Judges all images in the background, then shows the worst. A newer call takes the place of
  /// one that still works. Layers that were open are closed. Errors: as pair_files; later ones
  /// through Workspace::failed.
  Result<void> open(const PairOptions& files, ComparedKind kind = ComparedKind::kObjects);
  /// The same with what a model predicts, which is made first.
  void open(const ModelTrial& trial);
  bool is_open() const { return !images_.empty(); }
  /// The folder of the model that is judged; empty where predictions were compared alone.
  const std::filesystem::path& model() const { return model_; }
  /// It works: images are predicted, judged or read.
  bool working() const { return job_ != 0 && workspace_.busy(); }
  ComparedKind kind() const { return kind_; }
  /// Of a model that is compared with itself: its own thresholds, and the others.
  struct TwoThresholds {
    Thresholds own, other;
  };
  const std::optional<TwoThresholds>& thresholds() const { return thresholds_; }
  /// The image that is shown has a map of the model's probability.
  bool has_confidence_map() const;
  /// The worst first; equal ones by name.
  const std::vector<ComparedImage>& images() const { return images_; }
  int current() const { return current_; }  ///< -1: none yet
  const ComparedImage* current_image() const;
  /// Files that were left out, and why.
  const std::vector<std::string>& warnings() const { return warnings_; }
  /// Shows another image. Errors: kInvalidArgument where there is none.
  Result<void> show(int place);
  /// What the objects of the layer of errors are; empty while it is made.
  const std::vector<ErrorObject>& errors() const { return errors_; }
  /// The object of the layer of errors at a place; null on background.
  const ErrorObject* error_at(const WorldPoint& place) const;
  /// Moves the cursor to an object of errors(). Errors: kNotFound.
  Result<void> go_to(std::uint32_t id);
  /// The one that was gone to last; 0: none.
  std::uint32_t last_error() const { return last_error_; }

  /// Layers that would be lost if all were closed: the workspace's, but for those made here, which
  /// are made again of their files.
  std::vector<std::string> unsaved_layers() const;

  CompareLook look() const { return look_; }
  void set_look(CompareLook look);
  /// Where the wipe's line stands, 0 (left) to 1.
  double wipe_at() const { return wipe_at_; }
  void set_wipe_at(double place);
  /// Which of the two the blink shows.
  bool truth_shown() const { return truth_shown_; }
  void set_truth_shown(bool truth);

  Signal<> changed;       ///< opened, or another image is shown
  Signal<> look_changed;  ///< look, line of the wipe, which the blink shows

 private:
  void start(Workspace::BackgroundWork work);
  /// What is judged, beside its files.
  struct Judged {
    ComparedKind kind = ComparedKind::kObjects;
    std::filesystem::path model;
    std::optional<TwoThresholds> thresholds;
  };
  Result<Workspace::Finish> judge(const EvaluationPairs& files, const Judged& what,
                                  TaskControl& control);
  void take_over(int place, ComparedLayers shown);
  void add_some(int place, const std::shared_ptr<ComparedLayers>& shown, std::size_t from);
  void forget_job();
  LabelsLayer* labels_named(std::initializer_list<const char*> names) const;

  Workspace& workspace_;
  std::filesystem::path model_;
  ComparedKind kind_ = ComparedKind::kObjects;
  std::optional<TwoThresholds> thresholds_;
  std::vector<ComparedImage> images_;
  std::vector<std::string> warnings_;
  std::vector<ErrorObject> errors_;
  std::vector<std::weak_ptr<Layer>> made_;  // of the image that is shown
  int current_ = -1;
  std::uint32_t last_error_ = 0;
  CompareLook look_ = CompareLook::kSideBySide;
  double wipe_at_ = 0.5;
  bool truth_shown_ = false;
  std::uint64_t job_ = 0;  // the newest; 0: none
};

/// compare.open, compare.here, compare.without_truth, compare.thresholds, compare.show,
/// compare.next, compare.previous, compare.next_error, compare.go_to_error and the looks. The table
/// keeps what they work on, which is given back too; `workspace` must outlive both.
std::shared_ptr<Comparison> add_compare_commands(CommandTable& commands, Workspace& workspace);

}  // namespace karyo
