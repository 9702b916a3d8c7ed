#include "models/train/restored_images.h"

#include <system_error>

#include "core/io/image_io.h"
#include "models/train/train_folder.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;

/// Of images with other channels than the restoration takes, prediction would name its own option.
Error about(const DatasetPair& pair, const Error& error) {
  if (error.code != ErrorCode::kUnsupported) return error.in(pair.image.string());
  return {ErrorCode::kUnsupported, pair.image.string() + ", restored first: " + error.what,
          "Give images with the channels that the restoration was trained with."};
}

/// That nothing is in the folder of a new model, before work begins.
Result<void> check_folder(const TrainRequest& request) {
  KARYO_CHECK_OK(check_untrained(request));
  std::error_code absent;
  if (!fs::exists(before_folder(request.model), absent)) return {};
  return Error(ErrorCode::kInvalidArgument,
               request.model.string() + " has a folder before/ and no model yet",
               "Delete that folder, or train into another --model folder; --before names what "
               "restores the images.");
}

Result<FoundRestoration> asked_or_inherited(const TrainRequest& request) {
  if (request.resume) {
    if (!request.before.empty()) {
      return Error(ErrorCode::kInvalidArgument, "--before does not go with --resume",
                   "Leave it out: training goes on with the restoration it was begun with.");
    }
    return find_restoration_of(request.model);
  }
  if (request.place.first()) KARYO_CHECK_OK(check_folder(request));
  if (request.before == kNoRestoration) return FoundRestoration{};
  if (!request.before.empty()) return find_restoration(request.before);
  if (!request.pretrained.empty()) return find_restoration_of(request.pretrained);
  return FoundRestoration{};
}

}  // namespace

Result<FoundRestoration> restoration_for(const TrainRequest& request) {
  KARYO_TRY(auto restoration, asked_or_inherited(request));
  if (restoration.folder) {
    KARYO_CHECK_OK(
        check_comes_before(*restoration.folder, static_cast<int>(request.config.dims), 0));
  }
  return restoration;
}

RestoredImages::RestoredImages(std::shared_ptr<const ModelFolder> restoration,
                               const fs::path& model, std::string device, int rank)
    : restoration_(std::move(restoration)),
      folder_(model / (".restored-" + std::to_string(rank))),
      device_(std::move(device)) {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

RestoredImages::~RestoredImages() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

Result<std::vector<DatasetPair>> RestoredImages::of(const std::vector<DatasetPair>& pairs,
                                                    TaskControl& control) {
  if (!restoration_) return pairs;
  std::unique_ptr<Predictor> predictor;  // its memory is free again once training begins
  std::vector<DatasetPair> restored;
  for (const DatasetPair& pair : pairs) {
    const auto known = done_.find(pair.image);
    if (known != done_.end()) {
      restored.push_back(known->second);
      restored.back().mask = pair.mask;
      continue;
    }
    if (control.cancelled()) return cancelled_error("restoring the images");
    if (!predictor) {
      KARYO_TRY(predictor, open_predictor(restoration_->path, device_, "auto"));
    }
    KARYO_TRY(const Volume image, read_image(pair.image));
    const auto made = predictor->predict(image, 0, {}, control);
    if (!made) return about(pair, made.error());
    DatasetPair now = pair;
    now.image = folder_ / (pair.name + ".tif");
    now.shape = made->restored->shape();
    now.type = made->restored->type();
    KARYO_CHECK_OK(write_image(now.image, *made->restored));
    restored.push_back(done_[pair.image] = now);
  }
  return restored;
}

}  // namespace karyo
