// Restored images against clean ones: scores of each plane, and maps as layers.

#include <algorithm>

#include "app/compared_image.h"
#include "app/open_layer.h"
#include "app/report/plane_maps.h"
#include "core/base/parallel.h"
#include "core/io/image_io.h"

namespace karyo {
namespace {

struct RestoredFiles {
  Volume input, prediction, truth;
};

std::string shape_text(const VolumeShape& s) {
  return std::to_string(s.t) + " x " + std::to_string(s.c) + " x " + std::to_string(s.z) + " x " +
         std::to_string(s.y) + " x " + std::to_string(s.x);
}

Result<RestoredFiles> read_files(const EvaluationPair& files) {
  if (files.image.empty()) {
    return Error(ErrorCode::kNotFound, files.name + " has no noisy image of the same name",
                 "Name the folder of the images that were restored.");
  }
  RestoredFiles read;
  KARYO_TRY(read.input, read_image(files.image));
  KARYO_TRY(read.prediction, read_image(files.prediction));
  KARYO_TRY(read.truth, read_image(files.truth));
  for (const Volume* other : {&read.prediction, &read.input}) {
    if (other->shape() == read.truth.shape()) continue;
    return Error(ErrorCode::kBadFile,
                 files.name + ": the truth has " + shape_text(read.truth.shape()) +
                     " voxels (T, C, Z, Y, X), the " +
                     (other == &read.input ? "input " : "prediction ") + shape_text(other->shape()),
                 "Compare images of one size, with the same axes (karyoscope convert --axes).");
  }
  return read;
}

/// Calls `work(plane, t, c, z, threads)` for all planes, on several threads, each of which may use
/// that many more.
template <typename Work>
Result<void> each_plane(const VolumeShape& shape, const std::string& name, const Work& work) {
  const std::int64_t planes = shape.t * shape.c * shape.z;
  const int threads = planes > 1 ? 1 : 0;
  std::vector<Result<void>> outcomes(static_cast<std::size_t>(planes));
  parallel_for(0, planes, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      outcomes[static_cast<std::size_t>(i)] =
          work(i, i / shape.z / shape.c, i / shape.z % shape.c, i % shape.z, threads);
    }
  });
  for (const auto& outcome : outcomes) {
    if (!outcome) return outcome.error().in(name);
  }
  return {};
}

/// Calls `take(plane, t, c, z, of input, of prediction)` for all planes.
template <typename Take>
Result<void> compare_all(const RestoredFiles& files, const std::string& name, const Take& take) {
  return each_plane(files.truth.shape(), name,
                    [&](std::int64_t plane, std::int64_t t, std::int64_t c, std::int64_t z,
                        int threads) -> Result<void> {
                      KARYO_TRY(const auto input,
                                compare_plane(files.truth, files.input, t, c, z, threads));
                      KARYO_TRY(const auto prediction,
                                compare_plane(files.truth, files.prediction, t, c, z, threads));
                      take(plane, t, c, z, input, prediction);
                      return {};
                    });
}

struct RestoredPair {
  Volume first, second;
};

Result<RestoredPair> read_both(const EvaluationPair& files) {
  RestoredPair pair;
  KARYO_TRY(pair.first, read_image(files.prediction));
  KARYO_TRY(pair.second, read_image(files.truth));
  if (pair.first.shape() == pair.second.shape()) return pair;
  return Error(ErrorCode::kBadFile,
               files.name + ": the first image has " + shape_text(pair.first.shape()) +
                   " voxels (T, C, Z, Y, X), the second " + shape_text(pair.second.shape()),
               "Compare images of one size, with the same axes (karyoscope convert --axes).");
}

/// The same of two images of which neither is the truth: the first is brought to the scale of the
/// second. Calls `take(plane, t, c, z, maps)`.
template <typename Take>
Result<void> compare_both(const RestoredPair& pair, const std::string& name, const Take& take) {
  return each_plane(pair.second.shape(), name,
                    [&](std::int64_t plane, std::int64_t t, std::int64_t c, std::int64_t z,
                        int threads) -> Result<void> {
                      KARYO_TRY(const auto maps,
                                compare_plane(pair.second, pair.first, t, c, z, threads));
                      take(plane, t, c, z, maps);
                      return {};
                    });
}

void put_plane(Volume& map, std::int64_t t, std::int64_t c, std::int64_t z,
               const std::vector<float>& values) {
  std::copy(values.begin(), values.end(), map.view<float>(t, c).row(z, 0));
}

std::shared_ptr<ImageLayer> image_layer(const char* name, Volume volume,
                                        const std::filesystem::path& path) {
  auto layer =
      std::make_shared<ImageLayer>(name, std::make_shared<const Volume>(std::move(volume)));
  layer->auto_contrast(0);
  layer->set_source({path, {}});
  return layer;
}

/// From 0 to 1, as the notebooks draw them: maps of all images compare.
Result<std::shared_ptr<ImageLayer>> map_layer(const char* name, Volume volume,
                                              const char* colors_name) {
  auto map = image_layer(name, std::move(volume), {});
  KARYO_TRY(const Colormap colors, colormap(colors_name));
  for (std::int64_t c = 0; c < map->channel_count(); ++c) {
    map->set_colormap(c, colors);
    map->set_limits(c, {0, 1});
  }
  return map;
}

constexpr const char *kLikeness = "viridis", *kErrors = "inferno";

}  // namespace

const char* pair_map_name(int map) {
  constexpr const char* kNames[] = {"SSIM of the two", "difference of the two"};
  return kNames[map];
}

const char* restored_map_name(int map) {
  constexpr const char* kNames[kRestoredMaps] = {"SSIM of the input", "SSIM of the prediction",
                                                 "error of the input", "error of the prediction"};
  return kNames[map];
}

namespace detail {

Result<ComparedImage> judge_restored(const EvaluationPair& files) {
  KARYO_TRY(const RestoredFiles read, read_files(files));
  const VolumeShape shape = read.truth.shape();
  ComparedImage image;
  image.files = files;
  image.planes.resize(static_cast<std::size_t>(shape.t * shape.c * shape.z));
  KARYO_CHECK_OK(compare_all(
      read, files.name,
      [&](std::int64_t plane, std::int64_t, std::int64_t, std::int64_t,
          const RestorationMaps& input, const RestorationMaps& prediction) {
        image.planes[static_cast<std::size_t>(plane)] = {prediction.scores, input.scores};
      }));
  std::vector<RestorationScores> predictions, inputs;
  for (const PlaneScores& plane : image.planes) {
    predictions.push_back(plane.prediction);
    inputs.push_back(plane.input);
  }
  image.mean = {mean_of(predictions), mean_of(inputs)};
  return image;
}

Result<ComparedLayers> read_restored(const EvaluationPair& files, TaskControl& control) {
  KARYO_TRY(RestoredFiles read, read_files(files));
  if (control.cancelled()) return cancelled_error("comparing images");
  std::vector<Volume> maps;
  for (int k = 0; k < kRestoredMaps; ++k) {
    maps.emplace_back(VoxelType::kFloat32, read.truth.shape(), read.truth.grid);
  }
  KARYO_CHECK_OK(compare_all(read, files.name,
                             [&](std::int64_t, std::int64_t t, std::int64_t c, std::int64_t z,
                                 const RestorationMaps& input, const RestorationMaps& prediction) {
                               put_plane(maps[0], t, c, z, input.ssim);
                               put_plane(maps[1], t, c, z, prediction.ssim);
                               put_plane(maps[2], t, c, z, input.squared_error);
                               put_plane(maps[3], t, c, z, prediction.squared_error);
                             }));
  ComparedLayers shown;
  // One grid for all, whatever the files say of it: they are compared voxel by voxel.
  read.input.grid = read.prediction.grid = read.truth.grid;
  shown.layers.push_back(image_layer("input", std::move(read.input), files.image));
  shown.layers.push_back(image_layer("prediction", std::move(read.prediction), files.prediction));
  shown.layers.push_back(image_layer("truth", std::move(read.truth), files.truth));
  for (int k = 0; k < kRestoredMaps; ++k) {
    KARYO_TRY(auto map,
              map_layer(restored_map_name(k), std::move(maps[static_cast<std::size_t>(k)]),
                        k < 2 ? kLikeness : kErrors));
    shown.layers.push_back(std::move(map));
  }
  return shown;
}

Result<ComparedImage> judge_pair(const EvaluationPair& files) {
  KARYO_TRY(const RestoredPair pair, read_both(files));
  const VolumeShape shape = pair.second.shape();
  ComparedImage image;
  image.files = files;
  image.planes.resize(static_cast<std::size_t>(shape.t * shape.c * shape.z));
  std::vector<RestorationScores> scores(image.planes.size());
  KARYO_CHECK_OK(compare_both(pair, files.name,
                              [&](std::int64_t plane, std::int64_t, std::int64_t, std::int64_t,
                                  const RestorationMaps& maps) {
                                const auto at = static_cast<std::size_t>(plane);
                                image.planes[at].prediction = scores[at] = maps.scores;
                              }));
  image.mean.prediction = mean_of(scores);
  return image;
}

Result<ComparedLayers> read_pair_layers(const EvaluationPair& files,
                                        const std::shared_ptr<ChunkStore>& chunks,
                                        TaskControl& control) {
  ComparedLayers shown;
  KARYO_CHECK_OK(add_input(files, chunks, control, shown));
  KARYO_TRY(RestoredPair pair, read_both(files));
  if (control.cancelled()) return cancelled_error("comparing images");
  Volume ssim(VoxelType::kFloat32, pair.second.shape(), pair.second.grid);
  Volume difference(VoxelType::kFloat32, pair.second.shape(), pair.second.grid);
  KARYO_CHECK_OK(compare_both(pair, files.name,
                              [&](std::int64_t, std::int64_t t, std::int64_t c, std::int64_t z,
                                  const RestorationMaps& maps) {
                                put_plane(ssim, t, c, z, maps.ssim);
                                put_plane(difference, t, c, z, maps.squared_error);
                              }));
  // One grid for both, whatever the files say of it: they are compared voxel by voxel.
  pair.first.grid = pair.second.grid;
  shown.layers.push_back(image_layer("first model", std::move(pair.first), files.prediction));
  shown.layers.push_back(image_layer("second model", std::move(pair.second), files.truth));
  KARYO_TRY(auto likeness, map_layer(pair_map_name(0), std::move(ssim), kLikeness));
  KARYO_TRY(auto error, map_layer(pair_map_name(1), std::move(difference), kErrors));
  shown.layers.push_back(std::move(likeness));
  shown.layers.push_back(std::move(error));
  return shown;
}

}  // namespace detail
}  // namespace karyo
