#include "models/predict/restored_first.h"

#include <utility>

#include "core/io/limits.h"

namespace karyo {
namespace {

class RestoredFirst : public Predictor {
 public:
  RestoredFirst(std::unique_ptr<Predictor> restoration, std::unique_ptr<Predictor> after)
      : restoration_(std::move(restoration)), after_(std::move(after)) {}

  /// "Noise2Void 2D, then StarDist 2D, CPU, float32".
  std::string description() const override {
    const std::string first = restoration_->description();
    return first.substr(0, first.find(',')) + ", then " + after_->description();
  }
  Thresholds thresholds() const override { return after_->thresholds(); }
  std::vector<std::string> class_names() const override { return after_->class_names(); }

  Result<Prediction> predict(const Volume& image, std::int64_t t, const PredictSettings& settings,
                             TaskControl& control) override {
    KARYO_TRY(const Volume restored, restored_of(image, t, settings, control));
    return after_->predict(restored, 0, for_after(settings), control);
  }

  Result<stardist::Candidates> candidates(const Volume& image, std::int64_t t, std::int64_t z,
                                          const PredictSettings& settings,
                                          TaskControl& control) override {
    KARYO_TRY(const Volume restored, restored_of(image, t, settings, control));
    return after_->candidates(restored, 0, z, for_after(settings), control);
  }

  Result<stardist::Candidates3d> candidates_3d(const Volume& image, std::int64_t t,
                                               const PredictSettings& settings,
                                               TaskControl& control) override {
    KARYO_TRY(const Volume restored, restored_of(image, t, settings, control));
    return after_->candidates_3d(restored, 0, for_after(settings), control);
  }

 private:
  /// One time point, (1, C, Z, Y, X) float32.
  Result<Volume> restored_of(const Volume& image, std::int64_t t, const PredictSettings& settings,
                             TaskControl& control) const {
    VolumeShape shape = image.shape();
    shape.t = 1;
    const auto bytes = io::volume_bytes(shape, VoxelType::kFloat32);
    if (!bytes) {
      return Error(ErrorCode::kTooLarge,
                   "the image is restored first, in memory: " + bytes.error().what,
                   "Close other programs, or cut the image into parts.");
    }
    PredictSettings first;
    first.channel = settings.channel;
    auto prediction = restoration_->predict(image, t, first, control);
    if (!prediction) return prediction.error();
    return std::move(prediction->restored).value();
  }

  /// The channel was chosen before.
  static PredictSettings for_after(PredictSettings settings) {
    settings.channel = -1;
    return settings;
  }

  std::unique_ptr<Predictor> restoration_, after_;
};

}  // namespace

std::unique_ptr<Predictor> restored_first(std::unique_ptr<Predictor> restoration,
                                          std::unique_ptr<Predictor> after) {
  return std::make_unique<RestoredFirst>(std::move(restoration), std::move(after));
}

}  // namespace karyo
