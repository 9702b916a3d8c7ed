#pragma once

/// Objects as the guided steps or a model would make them, shown in the labels before they are
/// kept.
///
/// Threads  one, the UI thread; making them is a job of the workspace.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "annotation/label_edit.h"
#include "core/base/signal.h"
#include "core/segment/mask_steps.h"

namespace karyo {

class Workspace;

class MaskPreview {
 public:
  explicit MaskPreview(Workspace& workspace) : workspace_(workspace) {}
  ~MaskPreview();

  /// Objects numbered from 1 on, for a part of the labels.
  struct Made {
    LabelArray labels;
    Index3 origin = {};      ///< the voxel of the labels that they begin at
    bool beside = false;     ///< what is there stays; else locked objects alone
    StepCounts counts = {};  ///< of the steps
    ValueRange threshold = {};
  };
  using Make = std::function<Result<Made>(TaskControl&)>;

  /// Shows in the labels at a time what `make` makes, in the place of the objects that are there;
  /// locked ones stay. An older run that is not finished ends. Errors come through the workspace's
  /// `failed`.
  void show(const std::shared_ptr<LabelsLayer>& labels, std::int64_t time, Make make);
  /// The same of the steps, for an image of the labels' size.
  void show(const std::shared_ptr<LabelsLayer>& labels, std::int64_t time,
            std::shared_ptr<const Volume> volume, std::int64_t volume_time, std::int64_t channel,
            const MaskSteps& steps);
  /// Makes what is shown an edit, a step of undo of this name, as soon as it is there.
  void keep(const std::string& name);
  /// Shows the labels as they were.
  void cancel();
  /// Before something else is done to labels: waits for what is to be kept, else cancels.
  void settle();
  bool running() const { return job_ != 0; }
  bool shown() const { return editor_ != nullptr; }
  /// Of what was shown last.
  const StepCounts& counts() const { return counts_; }
  const ValueRange& threshold() const { return threshold_; }

  Signal<> changed;

 private:
  void put(const std::shared_ptr<LabelsLayer>& labels, std::int64_t time, Made made);
  void finish_keeping();

  Workspace& workspace_;
  std::uint64_t job_ = 0;
  std::unique_ptr<LabelEditor> editor_;
  std::string keep_as_;
  StepCounts counts_;
  ValueRange threshold_;
};

}  // namespace karyo
