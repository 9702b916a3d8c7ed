#include "app/dataset_batch.h"

#include <system_error>

#include "app/dataset_files.h"
#include "app/training_plan.h"
#include "app/worker/run_once.h"
#include "app/workspace.h"
#include "core/base/atomic_file.h"
#include "core/io/image_io.h"
#include "core/io/image_names.h"

namespace karyo {

Result<StepCounts> run_on_image(const DatasetItem& item, std::optional<MaskSteps> steps, bool save,
                                TaskControl& control) {
  KARYO_TRY(const Volume image, read_image(item.image));
  if (!steps) {
    KARYO_TRY(const Suggestion suggestion, suggest_steps(image, 0, 0, control));
    steps = suggestion.steps;
  }
  std::vector<LabelVolume> frames;
  StepCounts counts;
  for (std::int64_t t = 0; t < image.shape().t; ++t) {
    KARYO_TRY(const StepsResult result, run_steps(image, t, 0, *steps, control));
    counts.mask_voxels += result.counts.mask_voxels;
    counts.pieces += result.counts.pieces;
    counts.split += result.counts.split;
    counts.kept += result.counts.kept;
    frames.push_back(LabelVolume::from_dense(result.labels.view()));
  }
  std::error_code ignored;
  if (save && !std::filesystem::exists(item.mask, ignored)) {
    KARYO_TRY(const auto written, write_mask(item.mask, frames, image.grid));
    static_cast<void>(written);
  }
  return counts;
}

Result<void> DatasetSession::predict_rest(const std::filesystem::path& model, int sides) {
  namespace fs = std::filesystem;
  std::string names;
  std::error_code ignored;
  for (int place = 0; place < static_cast<int>(items_.size()); ++place) {
    const DatasetItem& item = items_[static_cast<std::size_t>(place)];
    const bool fresh = place != current_ && !fs::exists(item.mask, ignored);
    if (shows(item) && fresh) names += item.name + "\n";
  }
  if (names.empty()) {
    return Error(ErrorCode::kNotFound, "no other image is without a mask",
                 "Images that have a mask are left as they are.");
  }
  KARYO_CHECK_OK(may_save("masks are"));
  const fs::path list = folder_ / ".karyoscope.predict.txt";
  KARYO_CHECK_OK(write_file_atomically(list, names));
  const std::vector<std::string> arguments{"--model",  model.string(),
                                           "--input",  items_.front().image.parent_path().string(),
                                           "--output", (folder_ / "masks").string(),
                                           "--only",   list.string(),
                                           "--sides",  std::to_string(sides)};
  workspace_.in_background(
      [this, arguments, list, folder = folder_](TaskControl& control) -> Result<Workspace::Finish> {
        std::map<std::string, ImageDoubt> done;
        auto outcome = worker::predict_files(arguments, control, [&](const worker::FileDone& file) {
          done[image_stem(file.image)] = {file.objects, file.unsure};
        });
        std::error_code absent;
        fs::remove(list, absent);
        if (auto kept = keep_image_doubts(models_of(folder), done); outcome && !kept) {
          outcome = kept.error();
        }
        return Workspace::Finish([this, folder, done, outcome = std::move(outcome)] {
          if (folder != folder_) return;  // the masks are there all the same
          for (const auto& [name, doubt] : done) {
            const int place = find(name);
            if (place < 0) continue;
            items_[static_cast<std::size_t>(place)].doubt = doubt;
            set_state(place, ImageState::kNeedsReview);
          }
          forget_ahead();  // it may have been read without its mask
          if (!outcome && outcome.error().code != ErrorCode::kCancelled) {
            workspace_.failed.emit(outcome.error());
          }
          workspace_.done.emit(std::to_string(done.size()) +
                               " masks made by the model, to be reviewed");
          changed.emit();
        });
      });
  return {};
}

Result<void> DatasetSession::go_to_most_doubtful() {
  const auto unsure = [this](int place) -> std::int64_t {
    const DatasetItem& item = items_[static_cast<std::size_t>(place)];
    const bool open = item.state != ImageState::kDone && shows(item) && place != current_;
    return open && item.doubt ? item.doubt->unsure : 0;
  };
  int most = -1;
  for (int place = 0; place < static_cast<int>(items_.size()); ++place) {
    if (unsure(place) > (most < 0 ? 0 : unsure(most))) most = place;
  }
  if (most >= 0) return go_to(most);
  return Error(ErrorCode::kNotFound, "no other image has objects that the model was unsure of",
               "Have a model make the masks of all other images first.");
}

Result<void> DatasetSession::run_on_next(std::size_t count, const std::optional<MaskSteps>& steps,
                                         bool save) {
  std::vector<DatasetItem> wanted;
  std::error_code ignored;
  for (int place = current_ + 1; place < static_cast<int>(items_.size()); ++place) {
    const DatasetItem& item = items_[static_cast<std::size_t>(place)];
    const bool fresh =
        item.state == ImageState::kUntouched && !std::filesystem::exists(item.mask, ignored);
    if (shows(item) && fresh && wanted.size() < count) wanted.push_back(item);
  }
  if (wanted.empty()) {
    return Error(ErrorCode::kNotFound, "no image after this one is untouched and without a mask",
                 "Images that have a mask are left as they are.");
  }
  if (save) KARYO_CHECK_OK(may_save("masks are"));
  workspace_.in_background(
      [this, wanted, steps, save](TaskControl& control) -> Result<Workspace::Finish> {
        std::vector<BatchCount> counts;
        for (std::size_t i = 0; i < wanted.size(); ++i) {
          if (control.cancelled()) break;
          control.report(static_cast<double>(i) / static_cast<double>(wanted.size()),
                         "Making objects of " + wanted[i].name);
          auto found = run_on_image(wanted[i], steps, save, control);
          if (!found && found.error().code == ErrorCode::kCancelled) break;
          counts.push_back({wanted[i].name, found ? found->kept : -1,
                            found ? std::string() : found.error().what});
        }
        const ImageState made = steps ? ImageState::kInProgress : ImageState::kNeedsReview;
        return Workspace::Finish([this, counts = std::move(counts), save, made] {
          for (const BatchCount& one : counts) {
            const int place = find(one.name);
            if (save && place >= 0 && one.objects >= 0) set_state(place, made);
            if (one.objects < 0) {
              workspace_.failed.emit(Error(ErrorCode::kBadFile, one.name + ": " + one.problem,
                                           "Look at this image; the others were done."));
            }
          }
          if (save) forget_ahead();  // it may have been read without its mask
          batch_counted.emit(counts);
          if (save) workspace_.done.emit(std::to_string(counts.size()) + " masks written");
        });
      });
  return {};
}

}  // namespace karyo
