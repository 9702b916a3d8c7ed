#include "models/stardist/stardist_predictor.h"

#include <algorithm>

#include "models/stardist/instances.h"
#include "models/stardist/stardist_model.h"
#include "models/stardist/stardist_predict.h"

namespace karyo {
namespace {

class StarDistPredictor : public Predictor {
 public:
  StarDistPredictor(ModelFolder folder, StarDistModel model, Device device, Precision precision)
      : folder_(std::move(folder)),
        model_(std::move(model)),
        device_(std::move(device)),
        precision_(precision) {}

  std::string description() const override {
    return "StarDist 2D, " + device_.reason + ", " +
           (precision_ == Precision::kBFloat16 ? "bfloat16" : "float32");
  }
  Thresholds thresholds() const override { return folder_.thresholds; }

  Result<Prediction> predict(const Volume& image, std::int64_t t, const PredictSettings& settings,
                             TaskControl& control) override {
    KARYO_TRY(const PlaneSettings plane, plane_settings(image, t, settings));
    Prediction result;
    const Index3 shape = image.shape().zyx();
    result.labels = LabelArray(shape);
    for (std::int64_t z = 0; z < shape.z; ++z) {
      KARYO_CHECK_OK(add_plane(image, t, z, plane, control, result));
    }
    return result;
  }

  Result<stardist::Candidates> candidates(const Volume& image, std::int64_t t, std::int64_t z,
                                          const PredictSettings& settings,
                                          TaskControl& control) override {
    KARYO_TRY(const PlaneSettings plane, plane_settings(image, t, settings));
    KARYO_TRY(auto seen,
              predict_candidates(model_, image, t, z, plane, device_, precision_, control));
    return std::move(seen.candidates);
  }

 private:
  Result<PlaneSettings> plane_settings(const Volume& image, std::int64_t t,
                                       const PredictSettings& settings) const {
    const auto record = folder_.record.value_or(ModelRecord{});
    PlaneSettings plane;
    plane.thresholds = {settings.prob.value_or(folder_.thresholds.prob),
                        settings.nms.value_or(folder_.thresholds.nms)};
    KARYO_TRY(plane.scales, input_scales(image, t, settings.channel, model_.config().n_channel_in,
                                         record.pmin, record.pmax));
    plane.tiles = {settings.tiles_y, settings.tiles_x};
    plane.channel = settings.channel;
    plane.keep_prob = settings.probability;
    return plane;
  }

  Result<void> add_plane(const Volume& image, std::int64_t t, std::int64_t z,
                         const PlaneSettings& settings, TaskControl& control,
                         Prediction& result) const {
    KARYO_TRY(const auto plane,
              predict_plane(model_, image, t, z, settings, device_, precision_, control));
    const auto offset = static_cast<std::uint32_t>(result.scores.size());
    std::transform(plane.labels.begin(), plane.labels.end(), &result.labels(z, 0, 0),
                   [offset](std::uint32_t id) { return id == 0 ? 0 : id + offset; });
    result.scores.insert(result.scores.end(), plane.scores.begin(), plane.scores.end());
    if (settings.keep_prob) add_probability(plane.network, z, image, result);
    return {};
  }

  /// Without the pixels that the image was padded with, as Python's predict() gives it.
  void add_probability(const SparsePrediction& sparse, std::int64_t z, const Volume& image,
                       Prediction& result) const {
    const auto& grid_step = model_.config().grid;
    const std::int64_t height = stardist::cropped_extent(
        image.shape().y, sparse.height * grid_step[0], grid_step[0]);
    const std::int64_t width = stardist::cropped_extent(
        image.shape().x, sparse.width * grid_step[1], grid_step[1]);
    if (!result.probability) {
      VoxelGrid grid = image.grid;
      grid.spacing_y *= grid_step[0];
      grid.spacing_x *= grid_step[1];
      result.probability.emplace(
          VoxelType::kFloat32,
          VolumeShape{1, 1, image.shape().z, height, width}, grid);
    }
    auto map = result.probability->view<float>();
    for (std::int64_t y = 0; y < height; ++y) {
      std::copy_n(sparse.prob.data() + y * sparse.width, width, map.row(z, y));
    }
  }

  ModelFolder folder_;
  StarDistModel model_;
  Device device_;
  Precision precision_;
};

}  // namespace

Result<std::unique_ptr<Predictor>> open_stardist_predictor(ModelFolder folder,
                                                           const std::string& device_name,
                                                           const std::string& precision_name) {
  KARYO_TRY(auto device, choose_device(device_name));
  KARYO_TRY(const auto precision, choose_precision(precision_name, device, false));
  KARYO_TRY(auto model, StarDistModel::open(folder, device));
  return std::unique_ptr<Predictor>(std::make_unique<StarDistPredictor>(
      std::move(folder), std::move(model), std::move(device), precision));
}

}  // namespace karyo
