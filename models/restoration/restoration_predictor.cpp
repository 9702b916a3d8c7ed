#include "models/restoration/restoration_predictor.h"

#include <algorithm>
#include <cstring>

#include "models/nn/memory_probe.h"
#include "models/predict/input_channels.h"
#include "models/restoration/restoration_predict.h"

namespace karyo {
namespace {

// csbdeep's PercentileNormalizer.
constexpr double kLowPercent = 2, kHighPercent = 99.8;

class RestorationPredictor : public Predictor {
 public:
  RestorationPredictor(ModelFolder folder, RestorationModel model, Device device,
                       Precision precision)
      : folder_(std::move(folder)),
        model_(std::move(model)),
        device_(std::move(device)),
        precision_(precision) {}

  ModelKind kind() const override { return folder_.kind; }
  bool probabilistic() const override { return model_.config().probabilistic; }

  std::string description() const override {
    const auto& config = model_.config();
    std::string name = "CARE";
    if (config.n2v) {
      const bool second = config.n2v->blurpool || config.n2v->skip_skipone;
      name = config.n2v->struct_mask ? "structN2V" : second ? "N2V2" : "Noise2Void";
    }
    return name + (config.n_dim == 2 ? " 2D" : " 3D") +
           (config.probabilistic ? ", probabilistic, " : ", ") + device_.reason + ", " +
           (precision_ == Precision::kBFloat16 ? "bfloat16" : "float32");
  }
  Thresholds thresholds() const override { return {}; }

  Result<void> restore(const ImageSource& image, std::int64_t t, const PredictSettings& settings,
                       const TakePlanes& take, TaskControl& control) override {
    const auto& config = model_.config();
    KARYO_TRY(const auto channels,
              input_channels(image.shape().c, image.rgb(), settings.channel, config.n_channel_in));
    std::vector<ChannelScale> percentiles;
    if (!config.n2v) {
      const double low = folder_.record ? folder_.record->pmin : kLowPercent;
      const double high = folder_.record ? folder_.record->pmax : kHighPercent;
      for (const std::int64_t c : channels) {
        KARYO_TRY(const auto scale, image.scale(t, c, low, high));
        percentiles.push_back(scale);
      }
    }
    auto run_settings = restoration_settings(model_, std::move(percentiles));
    run_settings.tiles = {settings.tiles_z, settings.tiles_y, settings.tiles_x};
    run_settings.memory_bytes = tile_budget_bytes(device_);
    const Restoration run(model_, image.shape().zyx(), std::move(run_settings), device_,
                          precision_);
    const auto read = [&](std::int64_t channel, const Box3& box, float* to) {
      return image.read(t, channels[static_cast<std::size_t>(channel)], box, to);
    };
    const std::int64_t means = config.n_channel_out;
    const std::int64_t given = config.probabilistic && settings.probability ? 2 * means : means;
    for (std::size_t slab = 0; slab < run.slab_count(); ++slab) {
      const std::int64_t first = run.slab_begin(slab), last = run.slab_end(slab);
      if (last <= first) continue;  // nothing but padding
      Volume planes(VoxelType::kFloat32,
                    {1, given, last - first, image.shape().y, image.shape().x});
      const auto keep = [&](std::int64_t channel, const Box3& box, const float* values) {
        if (channel >= given) return;
        const auto to = planes.view<float>(0, channel);
        const Index3 size = box.shape();
        for (std::int64_t z = 0; z < size.z; ++z) {
          for (std::int64_t y = 0; y < size.y; ++y, values += size.x) {
            std::copy_n(values, size.x,
                        to.row(box.begin.z - first + z, box.begin.y + y) + box.begin.x);
          }
        }
      };
      KARYO_CHECK_OK(run.run(slab, read, keep, control));
      KARYO_CHECK_OK(take(first, planes));
    }
    return {};
  }

  Result<Prediction> predict(const Volume& image, std::int64_t t, const PredictSettings& settings,
                             TaskControl& control) override {
    const auto source = source_in_memory(image);
    const std::int64_t means = model_.config().n_channel_out;
    const bool with_scale = probabilistic() && settings.probability;
    const VolumeShape shape{1, means, image.shape().z, image.shape().y, image.shape().x};
    Prediction result;
    result.restored.emplace(VoxelType::kFloat32, shape, image.grid);
    if (with_scale) result.scale.emplace(VoxelType::kFloat32, shape, image.grid);
    const auto take = [&](std::int64_t first, const Volume& planes) -> Result<void> {
      for (std::int64_t c = 0; c < planes.shape().c; ++c) {
        const auto from = planes.view<float>(0, c);
        Volume& to = c < means ? *result.restored : *result.scale;
        std::copy_n(from.data(), from.count(), to.view<float>(0, c % means).row(first, 0));
      }
      return {};
    };
    KARYO_CHECK_OK(restore(*source, t, settings, take, control));
    return result;
  }

 private:
  ModelFolder folder_;
  RestorationModel model_;
  Device device_;
  Precision precision_;
};

}  // namespace

Result<std::unique_ptr<Predictor>> open_restoration_predictor(ModelFolder folder,
                                                              const std::string& device_name,
                                                              const std::string& precision_name) {
  KARYO_TRY(auto device, choose_device(device_name));
  KARYO_TRY(const auto precision, choose_precision(precision_name, device, false));
  KARYO_TRY(auto model, RestorationModel::open(folder, device));
  return std::unique_ptr<Predictor>(std::make_unique<RestorationPredictor>(
      std::move(folder), std::move(model), std::move(device), precision));
}

}  // namespace karyo
