// Restored images against clean ones: scores of each plane, and maps as layers.

#include <algorithm>

#include "app/compared_image.h"
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

/// Calls `take(plane, t, c, z, of input, of prediction)` for all planes, on several threads.
template <typename Take>
Result<void> compare_all(const RestoredFiles& files, const std::string& name, const Take& take) {
  const VolumeShape shape = files.truth.shape();
  const std::int64_t planes = shape.t * shape.c * shape.z;
  const int threads = planes > 1 ? 1 : 0;
  std::vector<Result<void>> outcomes(static_cast<std::size_t>(planes));
  const auto compare = [&](std::int64_t plane) -> Result<void> {
    const std::int64_t z = plane % shape.z, c = plane / shape.z % shape.c;
    const std::int64_t t = plane / shape.z / shape.c;
    KARYO_TRY(const auto input, compare_plane(files.truth, files.input, t, c, z, threads));
    KARYO_TRY(const auto prediction,
              compare_plane(files.truth, files.prediction, t, c, z, threads));
    take(plane, t, c, z, input, prediction);
    return {};
  };
  parallel_for(0, planes, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) outcomes[static_cast<std::size_t>(i)] = compare(i);
  });
  for (const auto& outcome : outcomes) {
    if (!outcome) return outcome.error().in(name);
  }
  return {};
}

std::shared_ptr<ImageLayer> image_layer(const char* name, Volume volume,
                                        const std::filesystem::path& path) {
  auto layer =
      std::make_shared<ImageLayer>(name, std::make_shared<const Volume>(std::move(volume)));
  layer->auto_contrast(0);
  layer->set_source({path, {}});
  return layer;
}

}  // namespace

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
  const auto put = [](Volume& map, std::int64_t t, std::int64_t c, std::int64_t z,
                      const std::vector<float>& values) {
    std::copy(values.begin(), values.end(), map.view<float>(t, c).row(z, 0));
  };
  KARYO_CHECK_OK(compare_all(read, files.name,
                             [&](std::int64_t, std::int64_t t, std::int64_t c, std::int64_t z,
                                 const RestorationMaps& input, const RestorationMaps& prediction) {
                               put(maps[0], t, c, z, input.ssim);
                               put(maps[1], t, c, z, prediction.ssim);
                               put(maps[2], t, c, z, input.squared_error);
                               put(maps[3], t, c, z, prediction.squared_error);
                             }));
  ComparedLayers shown;
  // One grid for all, whatever the files say of it: they are compared voxel by voxel.
  read.input.grid = read.prediction.grid = read.truth.grid;
  shown.layers.push_back(image_layer("input", std::move(read.input), files.image));
  shown.layers.push_back(image_layer("prediction", std::move(read.prediction), files.prediction));
  shown.layers.push_back(image_layer("truth", std::move(read.truth), files.truth));
  for (int k = 0; k < kRestoredMaps; ++k) {
    auto map = image_layer(restored_map_name(k), std::move(maps[static_cast<std::size_t>(k)]), {});
    KARYO_TRY(const Colormap colors, colormap(k < 2 ? "viridis" : "inferno"));
    for (std::int64_t c = 0; c < map->channel_count(); ++c) {
      map->set_colormap(c, colors);
      map->set_limits(c, {0, 1});  // as the notebooks draw them: maps of all images compare
    }
    shown.layers.push_back(std::move(map));
  }
  return shown;
}

}  // namespace detail
}  // namespace karyo
