#include "app/mask_preview.h"

#include <algorithm>
#include <utility>

#include "app/label_target.h"
#include "app/stroke.h"
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

/// Numbers the objects made and lays over them what stays, where it is now.
void lay_under(LabelArray& made, const Index3& origin, const LabelVolume& now, const Kept& kept) {
  std::uint32_t highest = 0;
  for (const std::uint32_t id : made) highest = std::max(highest, id);
  std::vector<std::uint32_t> numbers(static_cast<std::size_t>(highest) + 1, 0);
  std::uint32_t next = kept.first;
  for (std::size_t id = 1; id < numbers.size(); ++id, ++next) {
    while (kept.is_locked(next)) ++next;
    numbers[id] = next;
  }
  const Index3 shape = made.shape();
  for (std::int64_t z = 0; z < shape.z; ++z) {
    for (std::int64_t y = 0; y < shape.y; ++y) {
      for (std::int64_t x = 0; x < shape.x; ++x) {
        const std::uint32_t there = now.at(origin + Index3{z, y, x});
        std::uint32_t& id = made(z, y, x);
        id = kept.stays(there) ? there : numbers[id];
      }
    }
  }
}

}  // namespace

MaskPreview::~MaskPreview() = default;

void MaskPreview::show(const std::shared_ptr<LabelsLayer>& labels, std::int64_t time,
                       std::shared_ptr<const Volume> volume, std::int64_t volume_time,
                       std::int64_t channel, const MaskSteps& steps) {
  show(labels, time,
       [volume = std::move(volume), volume_time, channel,
        steps](TaskControl& control) -> Result<Made> {
         KARYO_TRY(auto made, run_steps(*volume, volume_time, channel, steps, control));
         return Made{std::move(made.labels), {}, false, made.counts, made.threshold};
       });
}

void MaskPreview::show(const std::shared_ptr<LabelsLayer>& labels, std::int64_t time, Make make) {
  if (job_ != 0) workspace_.cancel_job(std::exchange(job_, 0));
  keep_as_.clear();
  const auto number = std::make_shared<std::uint64_t>(0);
  *number = job_ = workspace_.in_background([this, number, labels, time, make = std::move(make)](
                                                TaskControl& control) -> Result<Workspace::Finish> {
    control.report(0, "Making objects");
    auto made = make(control);
    return Workspace::Finish([this, number, labels, time, made = std::move(made)]() mutable {
      if (*number != job_) return;  // another one is wanted by now
      job_ = 0;
      if (made) {
        put(labels, time, *std::move(made));
        return;
      }
      if (made.error().code != ErrorCode::kCancelled) workspace_.failed.emit(made.error());
      changed.emit();
    });
  });
  changed.emit();
}

void MaskPreview::put(const std::shared_ptr<LabelsLayer>& labels, std::int64_t time, Made made) {
  editor_.reset();  // the labels are as they were
  counts_ = made.counts;
  threshold_ = made.threshold;
  editor_ = std::make_unique<LabelEditor>(labels, time);
  const Box3 box{made.origin, made.origin + made.labels.shape()};
  const bool anew = box == Box3::of_shape(labels->shape().zyx()) && !made.beside;
  lay_under(made.labels, made.origin, editor_->labels(),
            {labels->notes()->locked(), made.beside, anew ? 1 : unused_id(*labels)});
  editor_->writer().write(made.labels.view(), made.origin);
  editor_->changed(box);
  if (!keep_as_.empty()) finish_keeping();
  changed.emit();
}

void MaskPreview::keep(const std::string& name) {
  keep_as_ = name;
  if (job_ == 0 && editor_) {
    finish_keeping();
    changed.emit();
  }
}

void MaskPreview::finish_keeping() {
  const std::string name = std::exchange(keep_as_, {});
  const auto editor = std::move(editor_);
  keep_edit(workspace_, *editor);
  workspace_.history().note(name);
}

void MaskPreview::settle() {
  if (!keep_as_.empty()) workspace_.finish_jobs();
  cancel();
}

void MaskPreview::cancel() {
  if (job_ != 0) workspace_.cancel_job(std::exchange(job_, 0));
  keep_as_.clear();
  const bool shown = editor_ != nullptr;
  editor_.reset();
  if (shown) changed.emit();
}

}  // namespace karyo
