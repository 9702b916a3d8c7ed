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
    return std::string("StarDist ") + (in_3d() ? "3D, " : "2D, ") + statement(device_) + ", " +
           (precision_ == Precision::kBFloat16 ? "bfloat16" : "float32");
  }
  Thresholds thresholds() const override { return folder_.thresholds; }
  std::vector<std::string> class_names() const override { return class_names_of(folder_); }

  Result<Prediction> predict(const Volume& image, std::int64_t t, const PredictSettings& settings,
                             TaskControl& control) override {
    KARYO_TRY(const PlaneSettings how, plane_settings(image, t, settings));
    if (in_3d()) return whole(image, t, how, control);
    if (settings.tiles_z > 1) {
      return Error(ErrorCode::kInvalidArgument,
                   std::to_string(settings.tiles_z) +
                       " tiles along z were asked for, but the model "
                       "segments plane by plane",
                   "Give 1 tile along z, for example --tiles 1,2,2.");
    }
    Prediction result;
    const Index3 shape = image.shape().zyx();
    result.labels = LabelArray(shape);
    for (std::int64_t z = 0; z < shape.z; ++z) {
      KARYO_CHECK_OK(add_plane(image, t, z, how, control, result));
    }
    return result;
  }

  Result<stardist::Candidates> candidates(const Volume& image, std::int64_t t, std::int64_t z,
                                          const PredictSettings& settings,
                                          TaskControl& control) override {
    if (in_3d()) return Predictor::candidates(image, t, z, settings, control);
    KARYO_TRY(const PlaneSettings plane, plane_settings(image, t, settings));
    KARYO_TRY(auto seen,
              predict_candidates(model_, image, t, z, plane, device_, precision_, control));
    return std::move(seen.candidates);
  }

  Result<stardist::Candidates3d> candidates_3d(const Volume& image, std::int64_t t,
                                               const PredictSettings& settings,
                                               TaskControl& control) override {
    if (!in_3d()) return Predictor::candidates_3d(image, t, settings, control);
    KARYO_TRY(const PlaneSettings volume, plane_settings(image, t, settings));
    KARYO_TRY(auto seen,
              predict_candidates_3d(model_, image, t, volume, device_, precision_, control));
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
    plane.tiles = {settings.tiles_z, settings.tiles_y, settings.tiles_x};
    plane.channel = settings.channel;
    plane.keep_prob = settings.probability;
    plane.part = settings.part;
    return plane;
  }

  bool in_3d() const { return model_.config().n_dim == 3; }

  Result<Prediction> whole(const Volume& image, std::int64_t t, const PlaneSettings& settings,
                           TaskControl& control) const {
    KARYO_TRY(auto volume,
              predict_volume(model_, image, t, settings, device_, precision_, control));
    Prediction result;
    result.labels = std::move(volume.labels);
    result.scores = std::move(volume.scores);
    result.class_prob = std::move(volume.class_prob);
    if (settings.keep_prob) {
      add_probability(volume.network.prob, volume.network.shape, 0, image, result);
    }
    return result;
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
    result.class_prob.insert(result.class_prob.end(), plane.class_prob.begin(),
                             plane.class_prob.end());
    if (settings.keep_prob) {
      add_probability(plane.network.prob, plane.network.shape, z, image, result);
    }
    return {};
  }

  /// The planes of a map from `first` on, without the pixels that the image was padded with, as
  /// Python's predict() gives it.
  void add_probability(const std::vector<float>& prob, Index3 shape, std::int64_t first,
                       const Volume& image, Prediction& result) const {
    const VolumeView<const float> map(prob.data(), shape);
    const Index3 seen =
        cropped_shape(model_, {in_3d() ? image.shape().z : 1, image.shape().y, image.shape().x});
    if (!result.probability) {
      VoxelGrid grid = image.grid;
      const Index3 step = grid_of(model_);
      grid.spacing_z *= static_cast<double>(step.z);
      grid.spacing_y *= static_cast<double>(step.y);
      grid.spacing_x *= static_cast<double>(step.x);
      result.probability.emplace(
          VoxelType::kFloat32,
          VolumeShape{1, 1, in_3d() ? seen.z : image.shape().z, seen.y, seen.x}, grid);
    }
    auto to = result.probability->view<float>();
    for (std::int64_t z = 0; z < seen.z; ++z) {
      for (std::int64_t y = 0; y < seen.y; ++y) {
        std::copy_n(map.row(z, y), seen.x, to.row(first + z, y));
      }
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
  add_shapes(device);
  KARYO_TRY(const auto precision, choose_precision(precision_name, device, false));
  KARYO_TRY(auto model, StarDistModel::open(folder, device));
  return std::unique_ptr<Predictor>(std::make_unique<StarDistPredictor>(
      std::move(folder), std::move(model), std::move(device), precision));
}

}  // namespace karyo
