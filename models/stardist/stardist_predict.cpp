#include "models/stardist/stardist_predict.h"

#include <torch/torch.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "core/filters/geometry.h"
#include "models/stardist/nms.h"
#include "models/stardist/nms_3d.h"
#include "models/stardist/rasterize.h"
#include "models/stardist/render_3d.h"

namespace karyo {
namespace {

constexpr std::int64_t kBorder = 2;  // grid pixels at the sides that never yield an object

/// Grid pixels of a map that may be candidates: not those at the sides; a plane has none in depth.
Box3 inner_box(const StarDistModel& model, Index3 map) {
  const Index3 border{model.config().n_dim == 3 ? kBorder : 0, kBorder, kBorder};
  return {border, map - border};
}

/// Candidates of one tile within `allowed` (grid pixels) and before `image` (voxels).
stardist::Candidates3d select_in(const TileMaps& tile, const Box3& allowed, Index3 image,
                                 Index3 grid, float threshold) {
  stardist::CandidateRules3d rules;
  rules.grid = grid;
  rules.prob_threshold = threshold;
  const auto& [begin, end] = tile.where;
  const auto beyond = [](Index3 a, Index3 b) {
    return Index3{std::max<std::int64_t>(0, a.z - b.z), std::max<std::int64_t>(0, a.y - b.y),
                  std::max<std::int64_t>(0, a.x - b.x)};
  };
  rules.border_begin = beyond(allowed.begin, begin);
  rules.border_end = beyond(end, allowed.end);
  rules.image = image;
  rules.origin = {begin.z * grid.z, begin.y * grid.y, begin.x * grid.x};
  return stardist::select_candidates_3d(tile.maps, rules);
}

/// With background; 0: one kind of object.
std::int64_t classes_of(const StarDistModel& model) {
  const auto& config = model.config();
  return config.n_classes ? *config.n_classes + 1 : 0;
}

/// In 2D without the depth, which is 0.
template <int Axes>
void append(const stardist::Candidates3d& found, stardist::CandidatesOf<Axes>& all) {
  all.rays = found.rays;
  all.prob.insert(all.prob.end(), found.prob.begin(), found.prob.end());
  all.dist.insert(all.dist.end(), found.dist.begin(), found.dist.end());
  for (const auto& point : found.points) {
    typename stardist::CandidatesOf<Axes>::Point kept;
    std::copy(point.end() - Axes, point.end(), kept.begin());
    all.points.push_back(kept);
  }
}

/// The order an untiled search finds them in, so that ties in NMS fall alike.
template <int Axes>
std::vector<std::int64_t> sort_by_position(stardist::CandidatesOf<Axes>& candidates) {
  std::vector<std::int64_t> order(candidates.size());
  std::iota(order.begin(), order.end(), 0);
  const auto point = [&](std::int64_t i) { return candidates.points[static_cast<std::size_t>(i)]; };
  std::sort(order.begin(), order.end(),
            [&](std::int64_t a, std::int64_t b) { return point(a) < point(b); });
  candidates = candidates.chosen(order);
  return order;
}

/// Softmax of the classes at each of a tile's candidates.
void append_classes(const TileMaps& tile, const stardist::Candidates3d& found, Index3 grid,
                    std::vector<float>& all) {
  const auto count = static_cast<std::size_t>(tile.classes);
  for (const auto& point : found.points) {
    const Index3 at =
        divided({static_cast<std::int64_t>(point[0]), static_cast<std::int64_t>(point[1]),
                 static_cast<std::int64_t>(point[2])},
                grid) -
        tile.where.begin;
    const Index3& strides = tile.maps.dist_strides;
    const float* logits =
        tile.class_logits + at.z * strides.z + at.y * strides.y + at.x * strides.x;
    const float largest = *std::max_element(logits, logits + count);
    float sum = 0;
    for (std::size_t c = 0; c < count; ++c) sum += std::exp(logits[c] - largest);
    for (std::size_t c = 0; c < count; ++c) all.push_back(std::exp(logits[c] - largest) / sum);
  }
}

template <int Axes>
Result<SparsePredictionOf<Axes>> sparse(const StarDistModel& model, const NetworkImage& image,
                                        float prob_threshold, Index3 tiles, bool keep_prob,
                                        const Device& device, Precision precision,
                                        TaskControl& control) {
  const Index3 grid = grid_of(model);
  SparsePredictionOf<Axes> result;
  result.candidates.rays = model.config().n_rays;
  result.shape = divided(padded_shape(model, image.shape), grid);
  if (keep_prob) result.prob.resize(static_cast<std::size_t>(result.shape.count()));
  const VolumeView<float> map(result.prob.data(), result.shape);
  const Box3 allowed = inner_box(model, result.shape);
  int visited = 0;
  KARYO_CHECK_OK(
      each_tile(model, image, tiles, device, precision, control, [&](const TileMaps& tile) {
        ++visited;
        const auto found = select_in(tile, allowed, image.shape, grid, prob_threshold);
        append(found, result.candidates);
        if (tile.classes > 0) append_classes(tile, found, grid, result.class_prob);
        if (!keep_prob) return;
        const Index3 at = tile.where.begin, size = tile.where.shape();
        for (std::int64_t z = 0; z < size.z; ++z) {
          for (std::int64_t y = 0; y < size.y; ++y) {
            std::copy_n(tile.maps.prob.row(z, y), size.x, map.row(at.z + z, at.y + y) + at.x);
          }
        }
      }));
  result.classes = classes_of(model);
  if (visited <= 1) return result;
  const auto order = sort_by_position(result.candidates);
  if (result.classes == 0) return result;
  std::vector<float> sorted;
  sorted.reserve(result.class_prob.size());
  for (const std::int64_t i : order) {
    const float* first = result.class_prob.data() + i * result.classes;
    sorted.insert(sorted.end(), first, first + result.classes);
  }
  result.class_prob = std::move(sorted);
  return result;
}

/// Of the planes that the network takes at once.
template <int Axes>
Result<SparsePredictionOf<Axes>> candidates_in(const StarDistModel& model, const Volume& image,
                                               std::int64_t t, const Box3& planes,
                                               const PlaneSettings& settings, const Device& device,
                                               Precision precision, TaskControl& control) {
  const auto look = [&](const Volume& volume, std::int64_t time, std::int64_t first,
                        std::int64_t last,
                        const Index3& origin) -> Result<SparsePredictionOf<Axes>> {
    const auto input = network_image(volume, time, first, last, settings.channel, settings.scales);
    KARYO_CHECK_OK(check_finite(input, origin));
    return sparse<Axes>(model, input, static_cast<float>(settings.thresholds.prob), settings.tiles,
                        settings.keep_prob, device, precision, control);
  };
  if (!settings.part) return look(image, t, planes.begin.z, planes.end.z, {});
  Box3 part = *settings.part;
  if (Axes == 2) {
    part.begin.z = planes.begin.z;
    part.end.z = planes.end.z;
  }
  if (part.empty() || !(part.clipped_to(planes) == part)) {
    return Error(ErrorCode::kInvalidArgument, "the part to look at is not inside of the image",
                 "Draw a region within the image.");
  }
  const Box3 seen = with_context(model, part, planes);
  KARYO_TRY(const Volume cut, crop(image, {t, t + 1, 0, image.shape().c, seen}));
  KARYO_TRY(auto found, look(cut, 0, 0, cut.shape().z, seen.begin));
  const std::array<std::int64_t, 3> moved{seen.begin.z, seen.begin.y, seen.begin.x};
  for (auto& point : found.candidates.points) {
    for (std::size_t i = 0; i < point.size(); ++i) {
      point[i] += static_cast<float>(moved[moved.size() - point.size() + i]);
    }
  }
  return found;
}

}  // namespace

template <int Axes>
std::vector<float> SparsePredictionOf<Axes>::class_prob_at(
    const typename stardist::CandidatesOf<Axes>::Point& point) const {
  if (classes == 0) return {};
  const auto& points = candidates.points;  // in scan order
  const auto at = std::lower_bound(points.begin(), points.end(), point) - points.begin();
  const auto first = class_prob.begin() + at * classes;
  return {first, first + classes};
}
template struct SparsePredictionOf<2>;
template struct SparsePredictionOf<3>;

Index3 cropped_shape(const StarDistModel& model, Index3 image) {
  const Index3 padded = padded_shape(model, image), grid = grid_of(model);
  return divided(padded, grid) - divided(padded - image, grid);
}

StarDistMaps predict_maps(const StarDistModel& model, const NetworkImage& image,
                          const Device& device, Precision precision) {
  const GridMaps maps = run_network(model, image, device, precision);
  StarDistMaps result;
  result.shape = cropped_shape(model, image.shape);
  result.rays = maps.rays;
  const auto cropped = [&](const torch::Tensor& map) {
    return map.narrow(0, 0, result.shape.z)
        .narrow(1, 0, result.shape.y)
        .narrow(2, 0, result.shape.x);
  };
  const auto prob = cropped(maps.prob).contiguous();
  const auto dist = cropped(maps.head).narrow(3, 1, maps.rays).clamp_min(1e-3).contiguous();
  result.prob.assign(prob.data_ptr<float>(), prob.data_ptr<float>() + prob.numel());
  result.dist.assign(dist.data_ptr<float>(), dist.data_ptr<float>() + dist.numel());
  return result;
}

Result<SparsePrediction> predict_sparse(const StarDistModel& model, const NetworkImage& image,
                                        float prob_threshold, Index3 tiles, bool keep_prob,
                                        const Device& device, Precision precision,
                                        TaskControl& control) {
  return sparse<2>(model, image, prob_threshold, tiles, keep_prob, device, precision, control);
}

Result<SparsePrediction3d> predict_sparse_3d(const StarDistModel& model, const NetworkImage& image,
                                             float prob_threshold, Index3 tiles, bool keep_prob,
                                             const Device& device, Precision precision,
                                             TaskControl& control) {
  return sparse<3>(model, image, prob_threshold, tiles, keep_prob, device, precision, control);
}

Result<DensePrediction3d> predict_dense_3d(const StarDistModel& model, const NetworkImage& image,
                                           float largest_before, const Device& device,
                                           Precision precision, TaskControl& control) {
  const Index3 cropped = cropped_shape(model, image.shape);
  const Box3 allowed = inner_box(model, cropped);
  DensePrediction3d result;
  result.largest = largest_before;
  stardist::Candidates3d all;
  all.rays = model.config().n_rays;
  KARYO_CHECK_OK(
      each_tile(model, image, {0, 0, 0}, device, precision, control, [&](const TileMaps& tile) {
        const Box3 seen = tile.where.clipped_to(Box3::of_shape(cropped));
        const Index3 size = seen.empty() ? Index3{0, 0, 0} : seen.shape();
        for (std::int64_t z = 0; z < size.z; ++z) {
          for (std::int64_t y = 0; y < size.y; ++y) {
            const float* row = tile.maps.prob.row(z, y);
            result.largest = std::max(result.largest, *std::max_element(row, row + size.x));
          }
        }
        append(select_in(tile, allowed, {INT64_MAX, INT64_MAX, INT64_MAX}, grid_of(model),
                         result.largest / 2),
               all);
      }));
  sort_by_position(all);
  // Tiles before that of the largest probability let more through.
  std::vector<std::int64_t> kept;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all.prob[i] > result.largest / 2) kept.push_back(static_cast<std::int64_t>(i));
  }
  result.candidates = all.chosen(kept);
  return result;
}

Result<SparsePrediction> predict_candidates(const StarDistModel& model, const Volume& image,
                                            std::int64_t t, std::int64_t z,
                                            const PlaneSettings& settings, const Device& device,
                                            Precision precision, TaskControl& control) {
  const Index3 shape = image.shape().zyx();
  return candidates_in<2>(model, image, t, {{z, 0, 0}, {z + 1, shape.y, shape.x}}, settings, device,
                          precision, control);
}

Result<SparsePrediction3d> predict_candidates_3d(const StarDistModel& model, const Volume& image,
                                                 std::int64_t t, const PlaneSettings& settings,
                                                 const Device& device, Precision precision,
                                                 TaskControl& control) {
  return candidates_in<3>(model, image, t, Box3::of_shape(image.shape().zyx()), settings, device,
                          precision, control);
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
  result.labels = stardist::render_2d(survivors, {1, image.shape().y, image.shape().x}, 1, 1,
                                      device.shapes.get());
  result.scores = survivors.prob;
  if (result.network.classes == 0) return result;
  for (const auto& point : survivors.points) {
    result.class_prob.push_back(result.network.class_prob_at(point));
  }
  return result;
}

Result<VolumePrediction> predict_volume(const StarDistModel& model, const Volume& image,
                                        std::int64_t t, const PlaneSettings& settings,
                                        const Device& device, Precision precision,
                                        TaskControl& control) {
  KARYO_TRY(const auto rays, stardist::rays_from_json(model.config().rays_json));
  VolumePrediction result;
  KARYO_TRY(result.network,
            predict_candidates_3d(model, image, t, settings, device, precision, control));
  control.report(1, "objects");
  const auto survivors =
      stardist::nms_3d(result.network.candidates, rays, static_cast<float>(settings.thresholds.nms),
                       0, device.shapes.get());
  auto rendered = stardist::render_3d(survivors, rays, image.shape().zyx(), 0, device.shapes.get());
  result.labels = std::move(rendered.labels);
  for (const std::int64_t i : rendered.visible) {
    const auto number = static_cast<std::size_t>(i);
    result.scores.push_back(survivors.prob[number]);
    if (result.network.classes == 0) continue;
    result.class_prob.push_back(result.network.class_prob_at(survivors.points[number]));
  }
  return result;
}

}  // namespace karyo
