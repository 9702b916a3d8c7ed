#include "app/mask_preview.h"

#include <algorithm>
#include <utility>

#include "app/stroke.h"
#include "app/workspace.h"

namespace karyo {

MaskPreview::~MaskPreview() = default;

void lay_under(LabelArray& made, const LabelVolume& now, const std::vector<std::uint32_t>& kept) {
  std::uint32_t highest = 0;
  for (const std::uint32_t id : made) highest = std::max(highest, id);
  std::vector<std::uint32_t> numbers(static_cast<std::size_t>(highest) + 1, 0);
  std::uint32_t next = 1;
  for (std::size_t id = 1; id < numbers.size(); ++id, ++next) {
    while (std::binary_search(kept.begin(), kept.end(), next)) ++next;
    numbers[id] = next;
  }
  const Index3 shape = made.shape();
  for (std::int64_t z = 0; z < shape.z; ++z) {
    for (std::int64_t y = 0; y < shape.y; ++y) {
      for (std::int64_t x = 0; x < shape.x; ++x) {
        const std::uint32_t there = now.at({z, y, x});
        std::uint32_t& id = made(z, y, x);
        // What is not annotated stays so.
        const bool keeps = there != 0 && (there == kIgnoredLabel ||
                                          std::binary_search(kept.begin(), kept.end(), there));
        id = keeps ? there : numbers[id];
      }
    }
  }
}

void MaskPreview::show(const std::shared_ptr<LabelsLayer>& labels, std::int64_t time,
                       std::shared_ptr<const Volume> volume, std::int64_t volume_time,
                       std::int64_t channel, const MaskSteps& steps) {
  if (job_ != 0) workspace_.cancel_job(std::exchange(job_, 0));
  keep_as_.clear();
  const auto number = std::make_shared<std::uint64_t>(0);
  *number = job_ =
      workspace_.in_background([this, number, labels, time, volume = std::move(volume), volume_time,
                                channel, steps](TaskControl& control) -> Result<Workspace::Finish> {
        control.report(0, "Making objects");
        auto result = run_steps(*volume, volume_time, channel, steps, control);
        return Workspace::Finish([this, number, labels, time, result = std::move(result)] {
          if (*number != job_) return;  // another one is wanted by now
          job_ = 0;
          if (!result) {
            if (result.error().code != ErrorCode::kCancelled)
              workspace_.failed.emit(result.error());
            changed.emit();
            return;
          }
          put(labels, time, *result);
        });
      });
  changed.emit();
}

void MaskPreview::put(const std::shared_ptr<LabelsLayer>& labels, std::int64_t time,
                      StepsResult result) {
  editor_.reset();  // the labels are as they were
  counts_ = result.counts;
  threshold_ = result.threshold;
  editor_ = std::make_unique<LabelEditor>(labels, time);
  lay_under(result.labels, editor_->labels(), labels->notes()->locked());
  editor_->writer().write(result.labels.view(), {});
  editor_->changed(Box3::of_shape(result.labels.shape()));
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
