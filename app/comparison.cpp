#include "app/comparison.h"

#include <algorithm>

#include "app/dataset_session.h"
#include "core/image/world.h"

namespace karyo {
namespace {

constexpr const char* kLookNames[] = {"side_by_side", "wipe", "blink",     "overlay",
                                      "difference",   "maps", "confidence"};

}  // namespace

std::string_view name_of(CompareLook look) {
  return kLookNames[static_cast<std::size_t>(look)];
}

Comparison::~Comparison() {
  forget_job();
}

void Comparison::forget_job() {
  if (job_ != 0) workspace_.cancel_job(job_);
  job_ = 0;
}

/// What goes wrong is told in Finish, so that this object knows that the work has ended.
void Comparison::start(Workspace::BackgroundWork work) {
  forget_job();
  job_ = workspace_.in_background(
      [this, work = std::move(work)](TaskControl& control) -> Result<Workspace::Finish> {
        auto outcome = work(control);
        if (outcome || outcome.error().code == ErrorCode::kCancelled) return outcome;
        return Workspace::Finish([this, error = outcome.error()] {
          job_ = 0;
          workspace_.failed.emit(error);
          changed.emit();
        });
      });
  changed.emit();
}

/// On the job's thread; what it gives back, on the UI's.
Result<Workspace::Finish> Comparison::judge(const EvaluationPairs& files, const Judged& what,
                                            TaskControl& control) {
  std::vector<ComparedImage> images;
  for (const EvaluationPair& pair : files.pairs) {
    if (control.cancelled()) return cancelled_error("comparing images");
    control.report(static_cast<double>(images.size()) / static_cast<double>(files.pairs.size()),
                   "Comparing " + pair.name);
    KARYO_TRY(auto image, judge_image(pair, what.kind));
    images.push_back(std::move(image));
  }
  std::stable_sort(
      images.begin(), images.end(),
      [](const ComparedImage& a, const ComparedImage& b) { return a.score() < b.score(); });
  return Workspace::Finish(
      [this, what, warnings = files.warnings, images = std::move(images)]() mutable {
        job_ = 0;
        kind_ = what.kind;
        model_ = what.model;
        thresholds_ = what.thresholds;
        images_ = std::move(images);
        warnings_ = std::move(warnings);
        current_ = -1;
        errors_.clear();
        if (kind_ != ComparedKind::kRestored && look_ == CompareLook::kMaps) {
          look_ = CompareLook::kSideBySide;
        }
        if (const auto shown = show(0); !shown) workspace_.failed.emit(shown.error());
      });
}

Result<void> Comparison::open(const PairOptions& options, ComparedKind kind) {
  KARYO_TRY(EvaluationPairs files, compared_pairs(options, kind));
  start([this, kind, files = std::move(files)](TaskControl& control) {
    return judge(files, {kind, {}, {}}, control);
  });
  return {};
}

void Comparison::open(const ModelTrial& trial) {
  start([this, trial](TaskControl& control) -> Result<Workspace::Finish> {
    control.report(0, "Applying the model");
    KARYO_CHECK_OK(predict(trial, control));
    KARYO_TRY(EvaluationPairs files, trial.pairs());
    Judged what{trial.kind, trial.model, {}};
    const bool known =
        trial.kind == ComparedKind::kObjects || trial.kind == ComparedKind::kRestored;
    if (known && has_learned_from(trial)) {
      files.warnings.insert(files.warnings.begin(),
                            "The model has learned from these images: on others it is not as good. "
                            "Judge it by images kept apart.");
    }
    if (!known) {
      const auto unlike = unlike_training(trial, control);
      files.warnings.insert(files.warnings.begin(), unlike.begin(), unlike.end());
    }
    if (trial.other) {
      KARYO_TRY(const ModelFolder folder, ModelFolder::open(trial.model));
      what.thresholds = TwoThresholds{folder.thresholds, *trial.other};
    }
    return judge(files, what, control);
  });
}

const ComparedImage* Comparison::current_image() const {
  return current_ < 0 ? nullptr : &images_[static_cast<std::size_t>(current_)];
}

Result<void> Comparison::show(int place) {
  if (place < 0 || place >= static_cast<int>(images_.size())) {
    return Error(
        ErrorCode::kInvalidArgument,
        "there is no image " + std::to_string(place + 1) + " of " + std::to_string(images_.size()),
        images_.empty() ? "Compare images first (compare.open)." : "This is the end of the list.");
  }
  start([this, place, kind = kind_, files = images_[static_cast<std::size_t>(place)].files,
         chunks = workspace_.chunks()](TaskControl& control) -> Result<Workspace::Finish> {
    control.report(0, "Opening " + files.name);
    KARYO_TRY(auto shown, read_compared(files, kind, chunks, control));
    return Workspace::Finish(
        [this, place, shown = std::move(shown)]() mutable { take_over(place, std::move(shown)); });
  });
  return {};
}

void Comparison::take_over(int place, ComparedLayers shown) {
  job_ = 0;
  if (workspace_.dataset().is_open()) {
    if (const auto closed = workspace_.dataset().close(); !closed) {
      workspace_.failed.emit(closed.error());
      return;
    }
  }
  workspace_.layers().clear();
  // Before the layers come: 3D would make textures of each.
  if (current_ < 0) {
    workspace_.view().set_layout(ViewLayoutKind::kColumns, workspace_.view().maximised());
  }
  workspace_.history().reset();
  made_.assign(shown.layers.begin(), shown.layers.end());
  add_some(place, std::make_shared<ComparedLayers>(std::move(shown)), 0);
}

/// A window makes the rows of its list anew with each layer, so seven at once would hold it up.
void Comparison::add_some(int place, const std::shared_ptr<ComparedLayers>& shown,
                          std::size_t from) {
  constexpr std::size_t kAtOnce = 4;
  const std::size_t count = shown->layers.size();
  const std::size_t to = from == 0 ? std::min(kAtOnce, count) : from + 1;
  for (std::size_t i = from; i < to; ++i) {
    auto& layer = shown->layers[i];
    const auto* labels = dynamic_cast<const LabelsLayer*>(&workspace_.layers().add(layer));
    if (labels == nullptr) continue;
    layer->set_locked(true);  // the next image takes its place: nothing drawn here would stay
    workspace_.count_objects_of(*labels);
  }
  workspace_.history().accept();
  if (to < count) {
    job_ = workspace_.in_background(
        [this, place, shown, to](TaskControl&) -> Result<Workspace::Finish> {
          return Workspace::Finish([this, place, shown, to] { add_some(place, shown, to); });
        });
    return;
  }
  job_ = 0;
  errors_ = std::move(shown->errors);
  last_error_ = 0;
  current_ = place;
  workspace_.show_all();
  changed.emit();
}

std::vector<std::string> Comparison::unsaved_layers() const {
  std::vector<std::string> names = workspace_.unsaved_layers();
  for (const auto& weak : made_) {
    const auto layer = weak.lock();
    if (!layer || !layer->source().path.empty()) continue;
    const auto found = std::find(names.begin(), names.end(), layer->name());
    if (found != names.end()) names.erase(found);
  }
  return names;
}

LabelsLayer* Comparison::labels_named(std::initializer_list<const char*> names) const {
  LayerList& layers = workspace_.layers();
  for (int i = 0; i < layers.count(); ++i) {
    const bool named = std::any_of(names.begin(), names.end(),
                                   [&](const char* name) { return layers.at(i).name() == name; });
    if (!named) continue;
    if (auto* labels = dynamic_cast<LabelsLayer*>(&layers.at(i))) return labels;
  }
  return nullptr;
}

const ErrorObject* Comparison::error_at(const WorldPoint& place) const {
  const LabelsLayer* layer = labels_named({"errors", "differences", confidence_name()});
  if (layer == nullptr || errors_.empty()) return nullptr;
  const Index3 voxel = voxel_at(place, workspace_.layers().grid_of(*layer));
  const std::uint32_t id = layer->id_at(voxel, workspace_.view().time());
  return id == 0 || id > errors_.size() ? nullptr : &errors_[id - 1];
}

/// Another object may lie over one of the truth, which is selected in its own layer then.
Result<void> Comparison::go_to(std::uint32_t id) {
  LabelsLayer* errors = labels_named({"errors", "differences", confidence_name()});
  if (errors == nullptr || id == 0 || id > errors_.size()) {
    return Error(ErrorCode::kNotFound, "there is no such error here",
                 "Compare images first (compare.open).");
  }
  const ErrorObject& object = errors_[id - 1];
  last_error_ = id;
  errors->set_selected(object.of_truth && object.verdict != ObjectVerdict::kMissed ? 0 : id);
  LabelsLayer* own = object.of_truth ? labels_named({"truth", "second model"})
                                     : labels_named({"prediction", "first model"});
  if (own != nullptr) own->set_selected(object.source_id);
  workspace_.view().set_time(object.frame);
  workspace_.view().set_cursor(centre_of(object.place, workspace_.layers().grid_of(*errors)));
  return {};
}

bool Comparison::has_confidence_map() const {
  const LayerList& layers = workspace_.layers();
  for (int i = 0; i < layers.count(); ++i) {
    if (layers.at(i).name() == confidence_map_name()) return true;
  }
  return false;
}

void Comparison::set_look(CompareLook look) {
  look_ = look;
  look_changed.emit();
}

void Comparison::set_wipe_at(double place) {
  wipe_at_ = std::clamp(place, 0.0, 1.0);
  look_changed.emit();
}

void Comparison::set_truth_shown(bool truth) {
  truth_shown_ = truth;
  look_changed.emit();
}

}  // namespace karyo
