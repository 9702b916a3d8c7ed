#pragma once

/// Objects as the guided steps or a model would make them, shown in the labels before they are
/// kept.
///
/// Threads  one, the UI thread; making them, and a copy of the labels with them, is a job of the
///          workspace.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "annotation/label_edit.h"
#include "app/steps_picture.h"
#include "core/base/signal.h"

namespace karyo {

class Workspace;

class MaskPreview {
 public:
  explicit MaskPreview(Workspace& workspace) : workspace_(workspace) {}
  ~MaskPreview();

  /// How objects come into the labels.
  struct Placing {
    bool beside = false;  ///< what is there stays; else locked objects alone
    bool anew = true;     ///< they are all that there is: numbered from 1 on
  };
  /// A number for voxels of what is made that stay as they are, whatever is there.
  static constexpr std::uint32_t kAsItIs = 0xFFFFFFFE;
  /// Hands over objects numbered from 1 on, in one part of the labels or in several. `before`: the
  /// labels without what is shown.
  using Make = std::function<Result<PagedSteps>(TaskControl&, const LabelVolume& before,
                                                const PutLabels& put)>;

  /// Shows in the labels at a time what `make` makes, in the place of the objects that are there;
  /// locked ones and what is ignored stay. An older run that is not finished ends. Errors come
  /// through the workspace's `failed`.
  void show(const std::shared_ptr<LabelsLayer>& labels, std::int64_t time, const Placing& placing,
            Make make);
  /// The same of the steps, for an image of the labels' size.
  void show(const std::shared_ptr<LabelsLayer>& labels, std::int64_t time, StepsPicture picture,
            const MaskSteps& steps);
  /// Makes what is shown an edit, a step of undo of this name, as soon as it is there.
  void keep(const std::string& name);
  /// Shows the labels as they were.
  void cancel();
  /// Before something else is done to labels: waits for what is to be kept, else cancels.
  void settle();
  bool running() const { return job_ != 0; }
  bool shown() const { return shown_.has_value(); }
  /// Of what was shown last.
  const StepCounts& counts() const { return made_.counts; }
  const ValueRange& threshold() const { return made_.threshold; }

  Signal<> changed;

 private:
  /// The labels as they were, and what leads back to them.
  struct Shown {
    LabelVolume before;
    std::shared_ptr<LabelsLayer> layer;
    std::int64_t time = 0;
    ReplacedTiles replaced;
    Box3 box;
  };
  struct Made;
  void take(const Placing& placing, const Make& make, Made& made);
  void take_back();
  void finish_keeping();

  Workspace& workspace_;
  std::uint64_t job_ = 0;
  std::optional<Shown> shown_;
  std::string keep_as_;
  PagedSteps made_;
};

}  // namespace karyo
