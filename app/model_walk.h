#pragma once

/// A model's objects on trial, gone through one by one: the least sure first, each accepted or
/// rejected or left for later.
///
/// What is accepted is an object at once, a step of undo each. What is rejected comes no more from
/// this model in these labels, whatever its thresholds, until it is taken back or the model is put
/// away. All else stays on trial (MaskPreview); where that was settled meanwhile, as by a stroke,
/// it is shown again before the next step.
///
/// Threads  one, the UI thread.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "annotation/placed_mask.h"
#include "app/model_objects.h"
#include "app/trial_object.h"
#include "core/base/signal.h"

namespace karyo {

class ModelWalk {
 public:
  explicit ModelWalk(Workspace& workspace);

  /// Shows what is wanted on trial, unless it is shown already, and goes to the first.
  /// Errors: those of show_model_objects.
  Result<void> begin(const ModelObjectsWanted& wanted);
  /// What is left stays on trial.
  void leave();
  bool on() const { return on_; }
  /// The model is another one: nothing was decided yet.
  void forget();

  /// The one at hand; null while it is being looked for, and after accept(true).
  const TrialObject* current() const;
  /// Of those that were decided since it began and those that are left: which one is at hand, from
  /// 1 on, and how many there are.
  struct Progress {
    std::int64_t number = 0, count = 0, accepted = 0, rejected = 0;
  };
  Progress progress() const;

  /// Steps. Where nothing is on trial just now they are taken once it is, and errors come through
  /// the workspace's `failed`. Errors: kNotFound where none is at hand.
  ///
  /// `stays`: there, for what was accepted to be corrected; next() goes on.
  Result<void> accept(bool stays = false);
  Result<void> reject();
  Result<void> next();
  /// To where one was before; what was decided there is open again.
  Result<void> back();
  /// To the one at a voxel of the labels.
  Result<void> go_to(const Index3& voxel);

  /// To be told of what is shown on trial: with other thresholds it goes on with that.
  void shows(const ModelObjectsWanted& wanted);
  const ModelObjectsWanted& wanted() const { return wanted_; }
  /// Shows what is left again after something else was done.
  void show_again();

  /// Of all labels; forgotten, they are suggested again.
  std::int64_t rejected() const;
  void forget_rejected();

  /// What was decided for labels at a time: numbers of objects, and where others are not to come.
  std::vector<std::uint32_t> accepted_in(const LabelsLayer& layer, std::int64_t time) const;
  std::vector<PlacedMask> rejected_in(const LabelsLayer& layer, std::int64_t time) const;

  Signal<> changed;

 private:
  struct Decision {
    std::weak_ptr<const LabelsLayer> layer;
    std::int64_t time = 0;
    TrialObject object;
    std::optional<PlacedMask> rejected;  // none: it was accepted
    std::size_t steps_done = 0;          // of undo, then
  };
  Result<void> when_shown(std::function<Result<void>()> step);
  Result<void> accept_now(bool stays);
  Result<void> reject_now();
  Result<void> next_now();
  Result<void> back_now();
  Result<void> take_back(std::size_t number);
  Result<void> show();
  void go(const Index3& centre);
  void select_quietly(std::uint32_t id);
  void follow(const Layer& layer);
  void refresh();
  void drop_what_was_undone();
  void show_current();
  std::optional<Index3> after_current() const;
  bool is_here(const Decision& decision) const;
  bool can_be_shown() const;
  PlacedMask mask_of(const TrialObject& object) const;

  Workspace& workspace_;
  bool on_ = false, stays_ = false;
  ModelObjectsWanted wanted_ = {};
  std::vector<TrialObject> open_;    // the least sure first
  std::optional<Index3> at_;         // the centre of the one at hand
  std::optional<Index3> travelled_;  // the one that the cursor was last put to
  std::vector<Decision> decisions_;  // of this walk and of earlier ones
  std::size_t earlier_ = 0;          // of them, of earlier ones
  std::vector<Index3> trail_;        // centres of those that were at hand before
  std::optional<Index3> following_;  // what comes after the one that was accepted last
  std::uint32_t selected_before_ = 0;
  std::uint32_t marked_ = 0;  // selected because it is at hand
  std::function<Result<void>()> pending_;
  std::vector<Connection> connections_;
};

}  // namespace karyo
