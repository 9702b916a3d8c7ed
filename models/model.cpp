#include "models/model.h"

#include "core/dataset/dataset_folder.h"
#include "models/predict/restored_first.h"
#include "models/restoration/restoration_predictor.h"
#include "models/restoration/restoration_training.h"
#include "models/stardist/stardist_predictor.h"
#include "models/stardist/stardist_training.h"
#include "models/train/restored_images.h"
#include "models/train/workers.h"

namespace karyo {
namespace {

Result<void> only_stardist(const ModelFolder& folder) {
  if (folder.kind == ModelKind::kStarDist) return {};
  return Error(
      ErrorCode::kUnsupported,
      folder.path.string() + " is a model of the kind " + std::string(name_of(folder.kind)),
      "Choose a StarDist model: thresholds are of objects, and only these find any.");
}

}  // namespace

Result<stardist::Candidates> Predictor::candidates(const Volume&, std::int64_t, std::int64_t,
                                                   const PredictSettings&, TaskControl&) {
  return Error(ErrorCode::kUnsupported, "this model finds no objects in a plane",
               "Choose a StarDist 2D model.");
}

Result<stardist::Candidates3d> Predictor::candidates_3d(const Volume&, std::int64_t,
                                                        const PredictSettings&, TaskControl&) {
  return Error(ErrorCode::kUnsupported, "this model finds no objects in a stack",
               "Choose a StarDist 3D model.");
}

Result<TrainSummary> train_model(const TrainRequest& request, TrainObserver& observer,
                                 TaskControl& control) {
  if (!request.place.alone() && !request.follow.empty()) {
    return Error(ErrorCode::kUnsupported,
                 "images cannot come while several processes train: they would not come to all at "
                 "the same step",
                 "Leave --follow out, or train with one process.");
  }
  KARYO_TRY(auto workers, Workers::join(request.place));
  if (!workers.alone()) {
    observer.on_note(std::to_string(request.place.count) +
                     " processes train together: a step takes " +
                     std::to_string(request.place.count) + " batches");
  }
  if (request.config.model != "stardist" && !request.before.empty()) {
    return Error(ErrorCode::kUnsupported,
                 "--before is for StarDist; " + request.config.model + " restores images itself",
                 "Leave --before out.");
  }
  if (request.config.model == "care") return train_care(request, observer, control, workers);
  if (request.config.model == "n2v") return train_n2v(request, observer, control, workers);
  return train_stardist(request, observer, control, workers);
}

Result<TunedThresholds> tune_thresholds(const std::filesystem::path& model,
                                        const std::filesystem::path& data,
                                        const std::string& device_name, TaskControl& control) {
  KARYO_TRY(auto folder, ModelFolder::open(model));
  KARYO_CHECK_OK(only_stardist(folder));
  KARYO_TRY(auto device, choose_device(device_name));
  add_shapes(device);
  KARYO_TRY(auto network, StarDistModel::open(folder, device));
  KARYO_TRY(const auto dataset, open_dataset(data, folder.stardist->n_dim));
  KARYO_CHECK_OK(dataset.usable());
  RestoredImages restored(folder.before, model, device_name);
  KARYO_TRY(const auto pairs, restored.of(dataset.pairs, control));
  const auto record = folder.record.value_or(ModelRecord{});
  KARYO_TRY(const auto tuned, tune_stardist(network, pairs, record.pmin, record.pmax, device,
                                            Precision::kFloat32, control));
  if (tuned.images == 0) {
    return Error(ErrorCode::kBadFile, "no mask in " + (data / "masks").string() + " has an object",
                 "Give pairs with annotated objects; thresholds are tuned on them.");
  }
  KARYO_CHECK_OK(folder.save_thresholds(tuned.thresholds));
  KARYO_CHECK_OK(write_threshold_search(model, tuned.tried));
  return tuned;
}

Result<void> Predictor::restore(const ImageSource&, std::int64_t, const PredictSettings&,
                                const TakePlanes&, TaskControl&) {
  return Error(ErrorCode::kUnsupported, "the model gives labels and restores no image",
               "Choose a CARE or Noise2Void model.");
}

Result<std::unique_ptr<Predictor>> open_predictor(const std::filesystem::path& model,
                                                  const std::string& device,
                                                  const std::string& precision) {
  KARYO_TRY(auto folder, ModelFolder::open(model));
  if (folder.kind != ModelKind::kStarDist) {
    return open_restoration_predictor(std::move(folder), device, precision);
  }
  const auto before = folder.before;
  KARYO_TRY(auto stardist, open_stardist_predictor(std::move(folder), device, precision));
  if (!before) return stardist;
  KARYO_TRY(auto restoration, open_restoration_predictor(*before, device, precision));
  return restored_first(std::move(restoration), std::move(stardist));
}

}  // namespace karyo
