#include "app/mask_preview.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "app/workspace.h"

namespace karyo {
namespace {

/// What there is to keep under objects that are made.
struct Kept {
  std::vector<std::uint32_t> locked;  // sorted
  bool all = false;                   // every object stays
  std::uint32_t first = 1;            // number for those made; locked ones are passed over

  bool is_locked(std::uint32_t id) const {
    return std::binary_search(locked.begin(), locked.end(), id);
  }
  /// What is not annotated stays so.
  bool stays(std::uint32_t id) const {
    return id != 0 && (all || id == kIgnoredLabel || is_locked(id));
  }
};

/// Lays parts of objects that are made into labels, with numbers of their own, under what stays.
class Laying {
 public:
  Laying(LabelVolume& labels, Kept kept)
      : labels_(labels), writer_(labels), kept_(std::move(kept)), next_(kept_.first) {}

  void put(LabelArray made, const Index3& origin) {
    const Index3 shape = made.shape();
    for (std::int64_t z = 0; z < shape.z; ++z) {
      for (std::int64_t y = 0; y < shape.y; ++y) {
        for (std::int64_t x = 0; x < shape.x; ++x) {
          const std::uint32_t there = labels_.at(origin + Index3{z, y, x});
          std::uint32_t& id = made(z, y, x);
          id = id == MaskPreview::kAsItIs || kept_.stays(there) ? there : number_of(id);
        }
      }
    }
    writer_.write(made.view(), origin);
    box_ = box_.united_with({origin, origin + shape});
  }
  ReplacedTiles finish() { return writer_.finish(); }
  const Box3& box() const { return box_; }

 private:
  std::uint32_t number_of(std::uint32_t id) {
    while (numbers_.size() <= id) {
      while (kept_.is_locked(next_)) ++next_;
      numbers_.push_back(next_++);
    }
    return numbers_[id];
  }

  LabelVolume& labels_;
  LabelWriter writer_;
  Kept kept_;
  std::uint32_t next_;
  std::vector<std::uint32_t> numbers_{0};  // of background, then of the objects made
  Box3 box_;
};

}  // namespace

/// Labels with what was made in them, on the way from a job.
struct MaskPreview::Made {
  std::shared_ptr<LabelsLayer> layer;
  std::int64_t time = 0;
  LabelVolume before, after;
  std::vector<std::uint32_t> locked;
  ReplacedTiles replaced;
  Box3 box;
  Result<PagedSteps> outcome = PagedSteps{};
};

MaskPreview::~MaskPreview() = default;

void MaskPreview::show(const std::shared_ptr<LabelsLayer>& labels, std::int64_t time,
                       StepsPicture picture, const MaskSteps& steps) {
  show(labels, time, {},
       [picture = std::move(picture), steps](TaskControl& control, const LabelVolume&,
                                             const PutLabels& put) {
         return run_steps(picture, steps, put, control);
       });
}

void MaskPreview::show(const std::shared_ptr<LabelsLayer>& labels, std::int64_t time,
                       const Placing& placing, Make make) {
  if (job_ != 0) workspace_.cancel_job(std::exchange(job_, 0));
  keep_as_.clear();
  // What is shown is no part of the labels that are worked on.
  const bool here = shown_ && shown_->layer == labels && shown_->time == time;
  const LabelVolume before = here ? shown_->before : labels->labels(time);
  const auto made =
      std::make_shared<Made>(Made{labels, time, before, before, labels->notes()->locked(), {}, {}});
  const std::uint32_t first = placing.anew ? 1 : before.unused_id();
  const auto number = std::make_shared<std::uint64_t>(0);
  *number = job_ =
      workspace_.in_background([this, number, placing, first, make = std::move(make),
                                made](TaskControl& control) -> Result<Workspace::Finish> {
        control.report(0, "Making objects");
        Laying laying(made->after, {made->locked, placing.beside, first});
        made->outcome = make(control, made->before, [&](LabelArray part, const Index3& origin) {
          laying.put(std::move(part), origin);
        });
        made->replaced = laying.finish();
        made->box = laying.box();
        return Workspace::Finish([this, number, placing, make, made] {
          if (*number != job_) return;  // another one is wanted by now
          job_ = 0;
          take(placing, make, *made);
        });
      });
  changed.emit();
}

void MaskPreview::take(const Placing& placing, const Make& make, Made& made) {
  if (!made.outcome) {
    keep_as_.clear();
    if (made.outcome.error().code != ErrorCode::kCancelled) {
      workspace_.failed.emit(made.outcome.error());
    }
    changed.emit();
    return;
  }
  take_back();
  LabelsLayer& layer = *made.layer;
  LabelVolume& labels = layer.editable_labels(made.time);
  if (!same_tiles(labels, made.before) || layer.notes()->locked() != made.locked) {
    const std::string name = keep_as_;  // made of labels that are others by now: once more
    show(made.layer, made.time, placing, make);
    keep_as_ = name;
    return;
  }
  made_ = *made.outcome;
  labels = std::move(made.after);
  shown_ = Shown{std::move(made.before), made.layer, made.time, std::move(made.replaced), made.box};
  layer.notify_changed(made.box);
  if (!keep_as_.empty()) finish_keeping();
  changed.emit();
}

void MaskPreview::take_back() {
  if (!shown_) return;
  const Shown shown = *std::exchange(shown_, std::nullopt);
  shown.layer->editable_labels(shown.time) = shown.before;
  shown.layer->notify_changed(shown.box);
}

void MaskPreview::keep(const std::string& name) {
  keep_as_ = name;
  if (job_ == 0 && shown_) {
    finish_keeping();
    changed.emit();
  }
}

void MaskPreview::finish_keeping() {
  const std::string name = std::exchange(keep_as_, {});
  Shown shown = *std::exchange(shown_, std::nullopt);
  if (!shown.replaced.empty()) {
    const std::uint32_t bound = shown.layer->labels(shown.time).bound();
    workspace_.edited(
        LabelEdit(shown.layer, shown.time, std::move(shown.replaced), shown.box, bound));
  }
  workspace_.history().note(name);
}

void MaskPreview::settle() {
  if (!keep_as_.empty()) workspace_.finish_jobs();
  cancel();
}

void MaskPreview::cancel() {
  if (job_ != 0) workspace_.cancel_job(std::exchange(job_, 0));
  keep_as_.clear();
  const bool was_shown = shown();
  take_back();
  if (was_shown) changed.emit();
}

}  // namespace karyo
