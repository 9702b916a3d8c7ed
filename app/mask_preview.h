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
#include <vector>

#include "annotation/label_edit.h"
#include "app/steps_picture.h"
#include "app/trial_object.h"
#include "core/base/signal.h"

namespace karyo {

class CommandTable;
class Workspace;

class MaskPreview {
 public:
  explicit MaskPreview(Workspace& workspace) : workspace_(workspace) {}
  ~MaskPreview();

  /// How objects come into the labels.
  struct Placing {
    bool beside = false;  ///< what is there stays; else locked objects alone
    bool anew = true;     ///< they are all that there is: numbered from 1 on
    /// Filled by what makes them, with those numbers, by who wants to know of each; else null.
    std::shared_ptr<std::vector<TrialObject>> objects = {};
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

  /// What is shown, object by object, with the numbers they have in the labels. Empty where nothing
  /// is shown or what made it does not tell.
  const std::vector<TrialObject>& objects() const { return objects_; }
  /// Makes one of them an edit, a step of undo of this name; the others stay on trial. Of objects
  /// that go where objects are made, those of which it covers more than half go with it.
  void keep_object(std::uint32_t id, const std::string& name);
  /// Takes one of them out: its place is background.
  void drop_object(std::uint32_t id);
  /// The labels of a layer at a time without what is on trial.
  const LabelVolume& without_trial(const LabelsLayer& layer, std::int64_t time) const;
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
  void forget_object(std::uint32_t id);

  Workspace& workspace_;
  std::uint64_t job_ = 0;
  std::optional<Shown> shown_;
  std::vector<TrialObject> objects_;
  std::string keep_as_;
  PagedSteps made_;
};

/// Settles what is on trial before a command that may change labels, for as long as the connection
/// lives: it is no part of them yet. Looking is free, and going through the objects on trial.
[[nodiscard]] Connection settle_before(const CommandTable& commands, Workspace& workspace);

}  // namespace karyo
