#pragma once

/// Changes to labels that the hand does not wait for: sought in the background on a copy of the
/// labels, and one step when they are there.
///
/// Commands make the same changes at once, from the same LabelWork.
///
/// Threads  one, the UI thread; the work itself is a job of the workspace.

#include <deque>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "annotation/placed_mask.h"
#include "app/label_target.h"

namespace karyo {

class Workspace;

/// A change of one layer at one time.
struct LabelWork {
  LabelTarget target;
  std::string doing;  ///< for the status line
  /// Returns the box that changed. Any thread: nothing it refers to may change.
  std::function<Result<Box3>(LabelWriter&, const LabelVolume&)> change;
  /// Once it is done: what is selected then.
  std::function<void()> then = [] {};
};

/// Of the arguments of labels.fill, labels.one_click and labels.wand. Errors: theirs, as far as they
/// are known before the work.
Result<LabelWork> fill_work(Workspace& workspace, const nlohmann::json& arguments);
Result<LabelWork> one_click_work(Workspace& workspace, const nlohmann::json& arguments);
/// `found`: what the wand was seen to take (app/wand_preview.h); null: to be sought.
Result<LabelWork> wand_work(Workspace& workspace, const nlohmann::json& arguments,
                            std::shared_ptr<const PlacedMask> found = nullptr);

/// Does it here and now, as a part of the next step of undo. Errors: those of the work.
Result<void> do_now(Workspace& workspace, const LabelWork& work);

/// What one tool has going on. Changes are made one after the other, each of the labels that the
/// one before left. A change is void, and that is said, where the labels were changed meanwhile by
/// something else; where the layer was closed it is forgotten.
class BackgroundEdit {
 public:
  explicit BackgroundEdit(Workspace& workspace) : workspace_(workspace) {}
  ~BackgroundEdit();
  BackgroundEdit(const BackgroundEdit&) = delete;
  BackgroundEdit& operator=(const BackgroundEdit&) = delete;

  /// `make` is asked for the work when its turn comes, `did` is called once it is done: to make a
  /// step of undo of it. Errors come through the workspace's `failed`.
  void want(std::function<Result<LabelWork>()> make, std::function<void()> did);
  /// Nothing is wanted any more. False where nothing was.
  bool give_up();
  bool going_on() const { return !wishes_.empty(); }

 private:
  struct Wish {
    std::function<Result<LabelWork>()> make;
    std::function<void()> did;
  };
  struct Made;
  void begin();
  void take(const LabelWork& work, Made& made);

  Workspace& workspace_;
  std::deque<Wish> wishes_;  // the first goes on
  std::uint64_t job_ = 0;    // 0: none
};

}  // namespace karyo
