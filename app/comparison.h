#pragma once

/// A test set looked at image by image, the worst first: input, prediction, truth and errors.
///
/// Threads  one, the UI thread; files are read and judged on others, and come in Workspace::poll().

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "app/commands.h"
#include "app/report/evaluation_pairs.h"
#include "app/workspace.h"
#include "core/base/task.h"
#include "core/metrics/object_verdicts.h"

namespace karyo {

/// The IoU from which on two objects match where one number stands for an image.
inline constexpr double kComparedIou = 0.5;

/// Files of one image, and how well the prediction does.
struct ComparedImage {
  EvaluationPair files;
  std::vector<Matching> by_threshold;  ///< IoU 0.1, 0.15 ... 0.95; at kComparedIou: [8]

  /// Accuracy, TP / (TP + FP + FN), at kComparedIou; 1 where neither side holds an object.
  double score() const;
};

/// Reads two label images and matches their objects. Errors: as read_image, to_labels and
/// find_overlaps, naming the image. Threads: any.
Result<ComparedImage> judge_image(const EvaluationPair& files);

/// What is shown of one image. Layers are named "input" (where there is one), "prediction",
/// "truth" and "errors".
struct ComparedLayers {
  std::vector<std::shared_ptr<Layer>> layers;  ///< from the bottom
  std::vector<ErrorObject> errors;             ///< of the layer "errors", by id
};

/// Errors: as judge_image, and those of open_layers for the input. Threads: any.
Result<ComparedLayers> read_compared(const EvaluationPair& files,
                                     const std::shared_ptr<ChunkStore>& chunks,
                                     TaskControl& control);

/// Colours that stay apart for colour-blind eyes (Okabe and Ito, 2008).
Rgb color_of(ObjectVerdict verdict);

class Comparison {
 public:
  explicit Comparison(Workspace& workspace) : workspace_(workspace) {}
  ~Comparison();
  Comparison(const Comparison&) = delete;
  Comparison& operator=(const Comparison&) = delete;

  /// Judges all images in the background, then shows the worst. A newer call takes the place of
  /// one that still works. Layers that were open are closed. Errors: as pair_files; later ones
  /// through Workspace::failed.
  Result<void> open(const PairOptions& files);
  bool is_open() const { return !images_.empty(); }
  /// The worst first; equal ones by name.
  const std::vector<ComparedImage>& images() const { return images_; }
  int current() const { return current_; }  ///< -1: none yet
  /// Shows another image. Errors: kInvalidArgument where there is none.
  Result<void> show(int place);
  /// What the objects of the layer "errors" are; empty while it is made.
  const std::vector<ErrorObject>& errors() const { return errors_; }
  /// Moves the cursor to an object of the layer "errors". Errors: kNotFound.
  Result<void> go_to(std::uint32_t id);

  Signal<> changed;  ///< opened, or another image is shown

 private:
  void take_over(int place, ComparedLayers shown);
  void forget_job();

  Workspace& workspace_;
  std::vector<ComparedImage> images_;
  std::vector<ErrorObject> errors_;
  int current_ = -1;
  std::uint64_t job_ = 0;  // the newest; 0: none
};

/// compare.open, compare.next, compare.previous, compare.go_to_error. The table keeps what they
/// work on, which is given back too; `workspace` must outlive both.
std::shared_ptr<Comparison> add_compare_commands(CommandTable& commands, Workspace& workspace);

}  // namespace karyo
