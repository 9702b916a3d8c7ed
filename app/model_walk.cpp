#include "app/model_walk.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "app/mask_preview.h"
#include "app/workspace.h"

namespace karyo {
namespace {

constexpr const char* kAcceptName = "Accept the suggestion";

Error none_at_hand() {
  return {ErrorCode::kNotFound, "no suggestion is at hand", "Go on to the next one."};
}

/// Those of which the model is least sure come first: their mistakes teach it most.
bool less_sure(const TrialObject& a, const TrialObject& b) {
  const auto key = [](const TrialObject& one) {
    return std::tuple(one.sure, one.centre.z, one.centre.y, one.centre.x);
  };
  return key(a) < key(b);
}

template <typename Objects>
auto at_centre(Objects& objects, const Index3& centre) {
  return std::find_if(objects.begin(), objects.end(),
                      [&](const TrialObject& one) { return one.centre == centre; });
}

}  // namespace

ModelWalk::ModelWalk(Workspace& workspace) : workspace_(workspace) {
  connections_.push_back(workspace_.preview().changed.connect([this] { refresh(); }));
  connections_.push_back(workspace_.layers().list_changed.connect([this] {
    if (!on_ || can_be_shown()) return;
    marked_ = 0;  // nothing is to be selected in layers that are gone
    leave();
  }));
  connections_.push_back(
      workspace_.layers().layer_changed.connect([this](Layer& layer) { follow(layer); }));
}

Result<void> ModelWalk::begin(const ModelObjectsWanted& wanted) {
  leave();
  on_ = true;
  stays_ = false;
  wanted_ = wanted;
  at_.reset();
  trail_.clear();
  earlier_ = decisions_.size();
  selected_before_ = wanted.target.layer->selected();
  auto begun = show();
  if (!begun) leave();
  return begun;
}

void ModelWalk::leave() {
  if (!on_) return;
  on_ = false;
  if (marked_ != 0 && wanted_.target.layer->selected() == marked_) {
    select_quietly(selected_before_);
  }
  marked_ = 0;
  pending_ = nullptr;
  open_.clear();
  at_.reset();
  travelled_.reset();
  wanted_ = {};
  changed.emit();
}

void ModelWalk::forget() {
  leave();
  decisions_.clear();
  earlier_ = 0;
}

const TrialObject* ModelWalk::current() const {
  if (!on_ || !at_) return nullptr;
  const auto found = at_centre(open_, *at_);
  return found == open_.end() ? nullptr : &*found;
}

ModelWalk::Progress ModelWalk::progress() const {
  Progress progress;
  for (std::size_t i = earlier_; i < decisions_.size(); ++i) {
    ++(decisions_[i].rejected ? progress.rejected : progress.accepted);
  }
  const std::int64_t decided = progress.accepted + progress.rejected;
  const TrialObject* const at_hand = current();
  progress.number = decided + (at_hand == nullptr ? 0 : at_hand - open_.data() + 1);
  progress.count = decided + static_cast<std::int64_t>(open_.size());
  return progress;
}

Result<void> ModelWalk::accept(bool stays) {
  return when_shown([this, stays] { return accept_now(stays); });
}

Result<void> ModelWalk::reject() {
  return when_shown([this] { return reject_now(); });
}

Result<void> ModelWalk::next() {
  return when_shown([this] { return next_now(); });
}

Result<void> ModelWalk::back() {
  return when_shown([this] { return back_now(); });
}

Result<void> ModelWalk::when_shown(std::function<Result<void>()> step) {
  if (!on_) {
    return Error(ErrorCode::kInvalidArgument, "no suggestions are gone through",
                 "Annotate › Model: one by one begins with it.");
  }
  const MaskPreview& preview = workspace_.preview();
  if (preview.shown() && !preview.running()) return step();
  pending_ = std::move(step);
  return preview.running() ? Result<void>() : show();
}

Result<void> ModelWalk::accept_now(bool stays) {
  const TrialObject* const at_hand = current();
  if (at_hand == nullptr) return none_at_hand();
  const TrialObject object = *at_hand;
  following_ = after_current();
  at_ = stays ? std::nullopt : following_;
  stays_ = stays;
  marked_ = 0;
  trail_.push_back(object.centre);
  decisions_.push_back(
      {wanted_.target.layer, wanted_.target.time, object, {}, workspace_.history().done() + 1});
  workspace_.preview().keep_object(object.id, kAcceptName);
  return {};
}

Result<void> ModelWalk::reject_now() {
  const TrialObject* const at_hand = current();
  if (at_hand == nullptr) return none_at_hand();
  const TrialObject object = *at_hand;
  at_ = after_current();
  trail_.push_back(object.centre);
  decisions_.push_back({wanted_.target.layer, wanted_.target.time, object, mask_of(object)});
  workspace_.preview().drop_object(object.id);
  return {};
}

Result<void> ModelWalk::next_now() {
  if (open_.empty()) return none_at_hand();
  if (at_) trail_.push_back(*at_);
  const auto to = at_ ? after_current() : following_;
  go(to && at_centre(open_, *to) != open_.end() ? *to : open_.front().centre);
  return {};
}

/// Takes back what was decided there.
Result<void> ModelWalk::back_now() {
  while (!trail_.empty()) {
    const Index3 to = trail_.back();
    trail_.pop_back();
    for (std::size_t i = decisions_.size(); i-- > earlier_;) {
      if (is_here(decisions_[i]) && decisions_[i].object.centre == to) return take_back(i);
    }
    if (at_centre(open_, to) == open_.end()) continue;  // not with these thresholds
    go(to);
    return {};
  }
  return Error(ErrorCode::kNotFound, "this is where it began", "Go on to the next one.");
}

Result<void> ModelWalk::take_back(std::size_t number) {
  const Decision decision = decisions_[number];
  LayerHistory& history = workspace_.history();
  const bool last = history.done() == decision.steps_done && history.undo_name() == kAcceptName;
  if (!decision.rejected && !last) {
    return Error(ErrorCode::kUnsupported, "something was drawn since this one was accepted",
                 "Edit › Undo takes that back, then the accepted one.");
  }
  decisions_.erase(decisions_.begin() + static_cast<std::ptrdiff_t>(number));
  stays_ = false;
  at_ = decision.object.centre;
  if (!decision.rejected) {
    workspace_.preview().settle();
    history.undo();
  }
  return show();
}

Result<void> ModelWalk::go_to(const Index3& voxel) {
  return when_shown([this, voxel]() -> Result<void> {
    const LabelsLayer& layer = *wanted_.target.layer;
    const bool inside = Box3::of_shape(layer.shape().zyx()).contains(voxel);
    const std::uint32_t id = inside ? layer.id_at(voxel, wanted_.target.time) : 0;
    const auto found = std::find_if(open_.begin(), open_.end(),
                                    [id](const TrialObject& one) { return one.id == id; });
    if (id == 0 || found == open_.end()) {
      return Error(ErrorCode::kNotFound, "no suggestion lies there", "Point at one of them.");
    }
    if (at_) trail_.push_back(*at_);
    go(found->centre);
    return {};
  });
}

void ModelWalk::shows(const ModelObjectsWanted& wanted) {
  if (on_) wanted_ = wanted;
}

void ModelWalk::show_again() {
  const MaskPreview& preview = workspace_.preview();
  if (!on_ || preview.shown() || preview.running()) return;
  if (const auto begun = show(); !begun) workspace_.failed.emit(begun.error());
}

Result<void> ModelWalk::show() {
  const ModelObjectsWanted wanted = wanted_;
  return show_model_objects(workspace_, wanted, [] {});
}

std::vector<std::uint32_t> ModelWalk::accepted_in(const LabelsLayer& layer,
                                                  std::int64_t time) const {
  std::vector<std::uint32_t> ids;
  for (const Decision& one : decisions_) {
    if (one.layer.lock().get() != &layer || one.time != time || one.rejected) continue;
    ids.push_back(one.object.id);
  }
  return ids;
}

std::vector<PlacedMask> ModelWalk::rejected_in(const LabelsLayer& layer, std::int64_t time) const {
  std::vector<PlacedMask> masks;
  for (const Decision& one : decisions_) {
    if (one.layer.lock().get() != &layer || one.time != time || !one.rejected) continue;
    masks.push_back(*one.rejected);
  }
  return masks;
}

std::int64_t ModelWalk::rejected() const {
  return std::count_if(decisions_.begin(), decisions_.end(),
                       [](const Decision& one) { return one.rejected.has_value(); });
}

void ModelWalk::forget_rejected() {
  const auto is_rejected = [](const Decision& one) { return one.rejected.has_value(); };
  const auto begin = decisions_.begin();
  earlier_ -= static_cast<std::size_t>(
      std::count_if(begin, begin + static_cast<std::ptrdiff_t>(earlier_), is_rejected));
  std::erase_if(decisions_, is_rejected);
  changed.emit();
}

/// What is on trial is other objects now.
void ModelWalk::refresh() {
  if (!on_) return;
  const MaskPreview& preview = workspace_.preview();
  open_ = preview.objects();
  std::sort(open_.begin(), open_.end(), less_sure);
  if (!preview.shown() || preview.running()) {
    changed.emit();
    return;
  }
  drop_what_was_undone();
  if (open_.empty()) {
    const Progress all = progress();
    workspace_.done.emit("All suggestions are gone through: " + std::to_string(all.accepted) +
                         " accepted, " + std::to_string(all.rejected) + " rejected");
    leave();
    return;
  }
  const bool lost = at_ && current() == nullptr;
  if (lost || (!at_ && !stays_)) {
    pending_ = nullptr;  // it was meant for what is gone
    at_ = open_.front().centre;
  }
  if (at_) show_current();
  changed.emit();
  if (const auto step = std::exchange(pending_, nullptr)) {
    if (const auto done = step(); !done) workspace_.failed.emit(done.error());
  }
}

/// What is accepted and suggested all the same is no object any more.
void ModelWalk::drop_what_was_undone() {
  for (std::size_t i = decisions_.size(); i-- > 0;) {
    const Decision& one = decisions_[i];
    if (one.rejected || !is_here(one) || at_centre(open_, one.object.centre) == open_.end()) {
      continue;
    }
    decisions_.erase(decisions_.begin() + static_cast<std::ptrdiff_t>(i));
    if (i < earlier_) --earlier_;
  }
}

void ModelWalk::go(const Index3& centre) {
  stays_ = false;
  at_ = centre;
  show_current();
  changed.emit();
}

/// Selects it, and has the views look there when it has not been at hand yet.
void ModelWalk::show_current() {
  const TrialObject* const at_hand = current();
  if (at_hand == nullptr) return;
  const Index3 centre = at_hand->centre;
  marked_ = at_hand->id;
  select_quietly(marked_);
  if (travelled_ == centre) return;
  travelled_ = centre;
  workspace_.view().set_cursor(
      centre_of(centre, workspace_.layers().grid_of(*wanted_.target.layer)));
}

/// Which one is at hand is no step of undo.
void ModelWalk::select_quietly(std::uint32_t id) {
  wanted_.target.layer->set_selected(id);
  workspace_.history().accept();
}

/// A suggestion that a person points at is the one at hand.
void ModelWalk::follow(const Layer& layer) {
  if (!on_ || &layer != wanted_.target.layer.get()) return;
  const std::uint32_t id = wanted_.target.layer->selected();
  const auto found = std::find_if(open_.begin(), open_.end(),
                                  [id](const TrialObject& one) { return one.id == id; });
  if (found == open_.end() || at_ == found->centre) return;
  if (at_) trail_.push_back(*at_);
  stays_ = false;
  at_ = travelled_ = found->centre;
  changed.emit();
}

std::optional<Index3> ModelWalk::after_current() const {
  const TrialObject* const at_hand = current();
  if (at_hand == nullptr) return std::nullopt;
  const auto next = static_cast<std::size_t>(at_hand - open_.data()) + 1;
  return open_[next % open_.size()].centre;
}

bool ModelWalk::is_here(const Decision& decision) const {
  return decision.layer.lock() == wanted_.target.layer && decision.time == wanted_.target.time;
}

bool ModelWalk::can_be_shown() const {
  const LayerList& layers = workspace_.layers();
  return layers.find(wanted_.target.layer.get()) >= 0 && layers.find(wanted_.slice.image) >= 0;
}

PlacedMask ModelWalk::mask_of(const TrialObject& object) const {
  const LabelArray ids = wanted_.target.layer->labels(wanted_.target.time).to_dense(object.box);
  PlacedMask mask{Mask(ids.shape()), object.box.begin};
  std::transform(ids.begin(), ids.end(), mask.voxels.begin(),
                 [&](std::uint32_t id) { return static_cast<std::uint8_t>(id == object.id); });
  return mask;
}

}  // namespace karyo
