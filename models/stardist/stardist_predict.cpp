#include "models/stardist/stardist_predict.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/image/normalize.h"
#include "models/nn/conv.h"
#include "models/predict/tile_layout.h"
#include "models/stardist/nms.h"
#include "models/stardist/rasterize.h"

namespace karyo {
namespace {

// A tile of this many pixels takes about 0.6 GiB; images up to 1448 x 1448 go through whole.
constexpr std::int64_t kTilePixels = std::int64_t{1} << 21;
constexpr int kBorder = 2;  // grid pixels at the sides that never yield an object

std::int64_t padded_extent(std::int64_t extent, std::int64_t divisor) {
  return (extent + divisor - 1) / divisor * divisor;
}

/// numpy's "reflect": the edge pixel is not repeated; long pads go back and forth.
std::int64_t reflected(std::int64_t i, std::int64_t extent) {
  if (extent == 1) return 0;
  const std::int64_t period = 2 * (extent - 1);
  const std::int64_t inside = i % period;
  return inside < extent ? inside : period - inside;
}

/// A part of the padded image as (1, C, h, w).
torch::Tensor cut(const NetworkImage& image, const Box3& box) {
  const std::int64_t y0 = box.begin.y, y1 = box.end.y, x0 = box.begin.x, x1 = box.end.x;
  auto x = torch::empty({1, image.channels, y1 - y0, x1 - x0});
  float* out = x.data_ptr<float>();
  for (std::int64_t c = 0; c < image.channels; ++c) {
    for (std::int64_t y = y0; y < y1; ++y) {
      const float* row =
          image.values.data() + (c * image.height + reflected(y, image.height)) * image.width;
      const std::int64_t inside = std::clamp<std::int64_t>(image.width - x0, 0, x1 - x0);
      std::copy_n(row + x0, inside, out);
      for (std::int64_t i = x0 + inside; i < x1; ++i) out[i - x0] = row[reflected(i, image.width)];
      out += x1 - x0;
    }
  }
  return x;
}

/// Head and probabilities of one pass, in memory a candidate search can read.
struct Maps {
  torch::Tensor head;  ///< (h, w, 1 + rays) contiguous
  torch::Tensor prob;  ///< (h, w) contiguous
  std::int64_t width = 0;
  int rays = 0;

  stardist::ProbabilityMap probability(Index3 corner, Index3 size) const {
    return {prob.data_ptr<float>() + corner.y * width + corner.x, size.y, size.x, width, 1};
  }
  stardist::DistanceMap distance(Index3 corner) const {
    const std::int64_t pixel = 1 + rays;
    return {head.data_ptr<float>() + (corner.y * width + corner.x) * pixel + 1, rays, 1,
            width * pixel, pixel};
  }
};

Maps run(const StarDistModel& model, const torch::Tensor& x, const Device& device,
         Precision precision) {
  const torch::InferenceMode inference;
  const auto output = model.net().forward(x.to(torch_device(device)), precision);
  Maps maps;
  maps.head = output.head[0].permute({1, 2, 0}).to(torch::kCPU).contiguous();
  maps.prob = maps.head.select(2, 0).sigmoid().contiguous();
  maps.width = maps.head.size(1);
  maps.rays = static_cast<int>(maps.head.size(2)) - 1;
  return maps;
}

stardist::GridStep grid_of(const StarDistModel& model) {
  return {model.config().grid[0], model.config().grid[1]};
}

/// Tiles along both axes: as asked for, else as many as keep a tile within kTilePixels.
TileCounts resolve(TileCounts wanted, std::int64_t height, std::int64_t width) {
  TileCounts tiles{std::max<std::int64_t>(1, wanted.y), std::max<std::int64_t>(1, wanted.x)};
  if (wanted.y > 0 || wanted.x > 0) return tiles;
  while (height / tiles.y * (width / tiles.x) > kTilePixels) {
    ++(height / tiles.y >= width / tiles.x ? tiles.y : tiles.x);
  }
  return tiles;
}

/// The order an untiled search finds them in, so that ties in NMS fall alike.
void sort_by_position(stardist::Candidates& candidates) {
  std::vector<std::size_t> order(candidates.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return candidates.points[a] < candidates.points[b];
  });
  stardist::Candidates sorted;
  sorted.rays = candidates.rays;
  sorted.reserve(candidates.size());
  for (const std::size_t i : order) sorted.add(candidates, i);
  candidates = std::move(sorted);
}

Error not_finite() {
  return {ErrorCode::kNumeric, "the network's output is not a number",
          "Check the image for NaN or infinite values; with --precision bfloat16, try float32."};
}

Error not_finite_at(const NetworkImage& image, std::int64_t index) {
  return {ErrorCode::kNumeric,
          "the image holds " +
              std::string(std::isnan(image.values[static_cast<std::size_t>(index)]) ? "NaN"
                                                                                   : "infinity") +
              " at y " + std::to_string(index / image.width % image.height) + ", x " +
              std::to_string(index % image.width),
          "Export the image again without a mask that turns pixels into NaN, or crop that part "
          "away."};
}

}  // namespace

Result<std::vector<ChannelScale>> input_scales(const Volume& image, std::int64_t t,
                                               std::int64_t channel, std::int64_t channels,
                                               double pmin, double pmax) {
  // An alpha channel is transparency, not signal.
  const std::int64_t has = image.rgb ? std::min<std::int64_t>(3, image.shape().c) : image.shape().c;
  if (channel >= has) {
    return Error(ErrorCode::kInvalidArgument,
                 "channel " + std::to_string(channel + 1) + " was asked for, the image has " +
                     std::to_string(has),
                 "Choose one with --channel 1 to " + std::to_string(has) + ".");
  }
  const std::int64_t taken = channel >= 0 ? 1 : has;
  if (taken != channels) {
    return Error(ErrorCode::kUnsupported,
                 "the model takes " + std::to_string(channels) +
                     (channels == 1 ? " channel" : " channels") + ", the image gives " +
                     std::to_string(taken),
                 channels == 1 ? "Choose one with --channel 1 to " + std::to_string(has) + "."
                               : "Give an image with " + std::to_string(channels) + " channels.");
  }
  std::vector<ChannelScale> scales;
  for (std::int64_t c = 0; c < channels; ++c) {
    scales.push_back(percentile_scale(image, t, channel >= 0 ? channel : c, pmin, pmax));
  }
  return scales;
}

NetworkImage network_image(const Volume& image, std::int64_t t, std::int64_t z,
                           std::int64_t channel, const std::vector<ChannelScale>& scales) {
  NetworkImage result;
  result.channels = static_cast<std::int64_t>(scales.size());
  result.height = image.shape().y;
  result.width = image.shape().x;
  result.values.reserve(static_cast<std::size_t>(result.channels * result.height * result.width));
  for (std::size_t c = 0; c < scales.size(); ++c) {
    const auto plane =
        plane_to_float(image, t, channel >= 0 ? channel : static_cast<std::int64_t>(c), z);
    for (const float value : plane) result.values.push_back(scales[c](value));
  }
  return result;
}

StarDistMaps predict_maps(const StarDistModel& model, const NetworkImage& image,
                          const Device& device, Precision precision) {
  const auto grid = grid_of(model);
  const std::int64_t height = padded_extent(image.height, model.net().divisor_y());
  const std::int64_t width = padded_extent(image.width, model.net().divisor_x());
  const Maps maps = run(model, cut(image, Box3::of_shape({1, height, width})), device, precision);
  StarDistMaps result;
  result.height = stardist::cropped_extent(image.height, height, grid.y);
  result.width = stardist::cropped_extent(image.width, width, grid.x);
  result.rays = maps.rays;
  const auto cropped = maps.head.narrow(0, 0, result.height).narrow(1, 0, result.width);
  const auto prob =
      maps.prob.narrow(0, 0, result.height).narrow(1, 0, result.width).contiguous();
  const auto dist = cropped.narrow(2, 1, maps.rays).clamp_min(1e-3).contiguous();
  result.prob.assign(prob.data_ptr<float>(), prob.data_ptr<float>() + prob.numel());
  result.dist.assign(dist.data_ptr<float>(), dist.data_ptr<float>() + dist.numel());
  return result;
}

Result<SparsePrediction> predict_sparse(const StarDistModel& model, const NetworkImage& image,
                                        float prob_threshold, TileCounts wanted, bool keep_prob,
                                        const Device& device, Precision precision,
                                        TaskControl& control) {
  const auto grid = grid_of(model);
  const auto& net = model.net();
  const std::int64_t height = padded_extent(image.height, net.divisor_y());
  const std::int64_t width = padded_extent(image.width, net.divisor_x());
  const TileCounts tiles = resolve(wanted, height, width);
  const auto boxes = tile_layout({1, height, width}, {1, net.divisor_y(), net.divisor_x()},
                                 {0, net.receptive_radius(), net.receptive_radius()},
                                 {1, tiles.y, tiles.x});

  SparsePrediction result;
  result.candidates.rays = model.config().n_rays;
  result.height = height / grid.y;
  result.width = width / grid.x;
  if (keep_prob) result.prob.resize(static_cast<std::size_t>(result.height * result.width));
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    if (control.cancelled()) return cancelled_error("prediction");
    const auto& [read, write] = boxes[i];
    const Maps maps = run(model, cut(image, read), device, precision);
    if (!std::isfinite(maps.head.sum().item<float>())) return not_finite();
    // What the tile answers for, in grid pixels of its own map.
    const Index3 corner{0, (write.begin.y - read.begin.y) / grid.y,
                        (write.begin.x - read.begin.x) / grid.x};
    const Index3 size{1, write.shape().y / grid.y, write.shape().x / grid.x};
    const auto prob = maps.probability(corner, size);
    stardist::CandidateRules rules;
    rules.grid = grid;
    rules.prob_threshold = prob_threshold;
    rules.border = {write.begin.y == 0 ? kBorder : 0, write.end.y == height ? kBorder : 0,
                    write.begin.x == 0 ? kBorder : 0, write.end.x == width ? kBorder : 0};
    rules.image_height = image.height;
    rules.image_width = image.width;
    rules.origin_y = write.begin.y;
    rules.origin_x = write.begin.x;
    const auto found = stardist::select_candidates(prob, maps.distance(corner), rules);
    for (std::size_t k = 0; k < found.size(); ++k) result.candidates.add(found, k);
    if (keep_prob) {
      for (std::int64_t y = 0; y < size.y; ++y) {
        std::copy_n(prob.data + y * prob.row_stride, size.x,
                    result.prob.data() + (write.begin.y / grid.y + y) * result.width +
                        write.begin.x / grid.x);
      }
    }
    control.report(static_cast<double>(i + 1) / static_cast<double>(boxes.size()), "network");
  }
  if (boxes.size() > 1) sort_by_position(result.candidates);
  return result;
}

Result<SparsePrediction> predict_candidates(const StarDistModel& model, const Volume& image,
                                            std::int64_t t, std::int64_t z,
                                            const PlaneSettings& settings, const Device& device,
                                            Precision precision, TaskControl& control) {
  const auto input = network_image(image, t, z, settings.channel, settings.scales);
  // The network does not tell: ReLU may make a number of NaN.
  const auto first = std::find_if(input.values.begin(), input.values.end(),
                                  [](float value) { return !std::isfinite(value); });
  if (first != input.values.end()) return not_finite_at(input, first - input.values.begin());
  return predict_sparse(model, input, static_cast<float>(settings.thresholds.prob), settings.tiles,
                        settings.keep_prob, device, precision, control);
}

Result<PlanePrediction> predict_plane(const StarDistModel& model, const Volume& image,
                                      std::int64_t t, std::int64_t z, const PlaneSettings& settings,
                                      const Device& device, Precision precision,
                                      TaskControl& control) {
  PlanePrediction result;
  KARYO_TRY(result.network,
            predict_candidates(model, image, t, z, settings, device, precision, control));
  const auto survivors =
      stardist::nms_2d(result.network.candidates, static_cast<float>(settings.thresholds.nms));
  result.labels = stardist::render_2d(survivors, {1, image.shape().y, image.shape().x});
  result.scores = survivors.prob;
  return result;
}

}  // namespace karyo
