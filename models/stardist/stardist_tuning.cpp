// Thresholds that suit a folder of pairs best.

#include <algorithm>
#include <cmath>

#include "core/io/image_io.h"
#include "core/labels/label_volume.h"
#include "models/stardist/stardist_predict.h"
#include "models/stardist/stardist_training.h"
#include "models/stardist/thresholds.h"

namespace karyo {

Result<TunedThresholds> tune_stardist(const StarDistModel& model,
                                      const std::vector<DatasetPair>& pairs, double pmin,
                                      double pmax, const Device& device, Precision precision,
                                      TaskControl& control) {
  const auto& config = model.config();
  stardist::ThresholdOptions options;
  options.device = device.shapes.get();
  stardist::Rays3d rays;
  if (config.n_dim == 3) {
    KARYO_TRY(rays, stardist::rays_from_json(config.rays_json));
  } else {
    options.grid = {config.grid[0], config.grid[1]};
  }
  std::vector<ThresholdTry> tried;
  options.on_evaluation = [&tried](float nms, float prob, double score) {
    // 0.3f is meant as 0.3.
    tried.push_back({std::round(static_cast<double>(nms) * 1e6) / 1e6,
                     std::clamp(static_cast<double>(prob), 0.0, 1.0), score});
  };
  stardist::ThresholdOptimizer optimizer(options);
  bool any_object = false;
  for (const auto& pair : pairs) {
    if (control.cancelled()) return cancelled_error("the search for thresholds");
    KARYO_TRY(const auto image, read_image(pair.image));
    KARYO_TRY(auto truth, read_labels(pair.mask));
    for (const auto& finding : check_contents(pair, image, truth.view())) {
      if (finding.severity == Severity::kError) return finding.as_error();
    }
    const auto scales = input_scales(image, 0, -1, config.n_channel_in, pmin, pmax);
    if (!scales) {
      return Error(scales.error().code, pair.image.string() + ": " + scales.error().what,
                   "Give images with the channels that the model was trained with.");
    }
    any_object = any_object || std::any_of(truth.begin(), truth.end(),
                                           [](auto id) { return id != 0 && id != kIgnoredLabel; });
    const auto input = network_image(image, 0, 0, image.shape().z, -1, *scales);
    if (config.n_dim == 3) {
      KARYO_TRY(const auto dense, predict_dense_3d(model, input, optimizer.largest_probability(),
                                                   device, precision, control));
      optimizer.add(std::move(truth), dense.candidates, dense.largest, rays);
      continue;
    }
    const auto maps = predict_maps(model, input, device, precision);
    const std::int64_t h = maps.shape.y, w = maps.shape.x;
    KARYO_CHECK_OK(optimizer.add(
        std::move(truth), stardist::ProbabilityMap::contiguous(maps.prob.data(), h, w),
        stardist::DistanceMap::channel_last(maps.dist.data(), maps.rays, h, w)));
  }
  // Every threshold is as good as any other where nothing is to be found.
  if (!any_object) return TunedThresholds{};
  KARYO_TRY(auto best, optimizer.optimize(&control));
  // The search may end outside (0, 1), which no reader of thresholds.json accepts.
  best.thresholds.prob = std::clamp(best.thresholds.prob, 0.01, 0.99);
  return TunedThresholds{best.thresholds, best.score, static_cast<std::int64_t>(pairs.size()),
                         std::move(tried)};
}

}  // namespace karyo
