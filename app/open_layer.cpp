#include "app/open_layer.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

#include "app/vector_files.h"
#include "core/filters/geometry.h"
#include "core/image/paged_image.h"
#include "core/io/image_io.h"
#include "core/io/limits.h"
#include "core/io/tiff_source.h"
#include "core/io/zarr_source.h"
#include "core/layers/image_layer.h"
#include "core/layers/labels_layer.h"

namespace karyo {
namespace {

/// Words of a name: runs of letters, lower case. "A01_Masks-2" gives a, masks.
std::vector<std::string> words_of(const std::string& name) {
  std::vector<std::string> words(1);
  for (const char character : name) {
    const auto c = static_cast<unsigned char>(character);
    if (std::isalpha(c) != 0) {
      words.back() += static_cast<char>(std::tolower(c));
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  return words;
}

bool name_says_labels(const std::filesystem::path& path) {
  static constexpr std::array kWords{"mask",    "masks", "label",     "labels",       "labelled",
                                     "labeled", "lbl",   "seg",       "segmentation", "truth",
                                     "gt",      "rois",  "instances", "objects"};
  for (const auto& part : {path.stem().string(), path.parent_path().filename().string()}) {
    for (const auto& word : words_of(part)) {
      if (std::find(kWords.begin(), kWords.end(), word) != kWords.end()) return true;
    }
  }
  return false;
}

/// How neighbours along rows compare, over rows spread through the volume.
struct NeighbourCounts {
  std::int64_t pairs = 0;  ///< with at least one foreground voxel
  std::int64_t equal = 0;
  std::int64_t small_steps = 0;  ///< foreground beside foreground, 1 or 2 apart: a smooth picture
  bool whole_and_positive = true;
  bool more_than_one_value = false;
};

template <typename T>
NeighbourCounts compare_neighbours(VolumeView<const T> voxels) {
  constexpr std::int64_t kMostVoxels = 1 << 20;
  const Index3 shape = voxels.shape();
  const std::int64_t rows = shape.z * shape.y;
  const std::int64_t step = std::max<std::int64_t>(1, shape.count() / kMostVoxels);
  NeighbourCounts counts;
  T first_value{};
  for (std::int64_t row = 0; row < rows; row += step) {
    const T* line = voxels.row(row / shape.y, row % shape.y);
    for (std::int64_t x = 0; x < shape.x; ++x) {
      if constexpr (std::is_floating_point_v<T>) {
        if (!(line[x] >= 0) || line[x] != std::floor(line[x])) counts.whole_and_positive = false;
      } else if constexpr (std::is_signed_v<T>) {
        if (line[x] < 0) counts.whole_and_positive = false;
      }
      if (!counts.whole_and_positive) return counts;
      if (line[x] != T{}) {
        if (first_value == T{}) first_value = line[x];
        if (line[x] != first_value) counts.more_than_one_value = true;
      }
      if (x == 0 || (line[x] == T{} && line[x - 1] == T{})) continue;
      ++counts.pairs;
      if (line[x] == line[x - 1]) {
        ++counts.equal;
      } else if (line[x] != T{} && line[x - 1] != T{} &&
                 std::abs(static_cast<double>(line[x]) - static_cast<double>(line[x - 1])) <= 2) {
        ++counts.small_steps;
      }
    }
  }
  return counts;
}

}  // namespace

bool looks_like_labels(const Volume& volume, const std::filesystem::path& path) {
  if (volume.shape().c != 1 || volume.rgb || volume.shape().count() == 0) return false;
  const bool named = name_says_labels(path);
  const bool floating =
      volume.type() == VoxelType::kFloat32 || volume.type() == VoxelType::kFloat64;
  if (floating && !named) return false;
  const NeighbourCounts counts = visit_voxels(volume.type(), [&](auto zero) {
    using T = decltype(zero);
    return compare_neighbours<T>(volume.view<T>());
  });
  if (!counts.whole_and_positive) return false;
  // Objects three voxels wide still have half of their pairs inside. A name alone does not turn a
  // noisy picture ("mask_channel.tif") into labels: noise has few equal neighbours.
  const double equal =
      counts.pairs > 0 ? static_cast<double>(counts.equal) / static_cast<double>(counts.pairs) : 1;
  if (named) return equal >= 0.4;
  const auto unequal = static_cast<double>(counts.pairs - counts.equal);
  return counts.more_than_one_value && equal >= 0.7 &&
         static_cast<double>(counts.small_steps) <= 0.2 * unequal;
}

Result<std::shared_ptr<Layer>> make_layer(const std::string& name,
                                          std::shared_ptr<const Volume> volume, OpenAs as,
                                          const std::filesystem::path& path) {
  if (volume->shape().count() == 0) {
    return Error(ErrorCode::kBadFile, name + " holds no pixels", "Export the image again.");
  }
  const bool labels =
      as == OpenAs::kLabels || (as == OpenAs::kGuess && looks_like_labels(*volume, path));
  if (!labels) return std::shared_ptr<Layer>(std::make_shared<ImageLayer>(name, volume));
  std::vector<LabelVolume> frames;
  for (std::int64_t t = 0; t < volume->shape().t; ++t) {
    auto dense = to_labels(*volume, t);
    if (!dense) {
      if (as == OpenAs::kLabels) return dense.error().in(name);
      return std::shared_ptr<Layer>(std::make_shared<ImageLayer>(name, volume));
    }
    frames.push_back(LabelVolume::from_dense(dense->view()));
  }
  return std::shared_ptr<Layer>(
      std::make_shared<LabelsLayer>(name, std::move(frames), volume->grid));
}

namespace {

using Layers = std::vector<std::shared_ptr<Layer>>;

/// masks/a.tif beside images/a.tif: the folder tells them apart.
void name_by_folder(Layer& layer, const std::filesystem::path& path) {
  if (layer.kind() != LayerKind::kLabels || name_says_labels(path.filename())) return;
  const std::string folder = path.parent_path().filename().string();
  if (!folder.empty()) layer.set_name(folder + "/" + layer.name());
}

/// An image that stays in its file, or is read as a whole where that is little; labels always are,
/// since they are drawn upon.
Result<std::shared_ptr<Layer>> paged_layer(const std::string& name,
                                           std::shared_ptr<const PixelSource> source, OpenAs as,
                                           const std::shared_ptr<ChunkStore>& chunks,
                                           const std::filesystem::path& path,
                                           TaskControl& control) {
  const PixelInfo& info = source->info();
  if (info.labels && as == OpenAs::kGuess) as = OpenAs::kLabels;
  const bool small =
      static_cast<std::uint64_t>(info.shape().count()) * bytes_of(info.type) < kPagedBytes;
  KARYO_TRY(auto pages, PagedImage::open(source, chunks));
  const bool labels =
      as == OpenAs::kLabels || (as == OpenAs::kGuess && looks_like_labels(*pages->sample(), path));
  if (!labels && !small) return std::shared_ptr<Layer>(std::make_shared<ImageLayer>(name, pages));
  KARYO_CHECK_OK(io::volume_bytes(info.shape(), info.type));
  KARYO_TRY(Volume volume, crop(*pages, CropBox::all(info.shape()), control));
  return make_layer(name, std::make_shared<const Volume>(std::move(volume)),
                    labels ? OpenAs::kLabels : OpenAs::kImage, path);
}

Result<Layers> open_zarr_layers(const std::filesystem::path& path, OpenAs as,
                                const std::shared_ptr<ChunkStore>& chunks, TaskControl& control) {
  const std::string name = path.filename().string();
  Layers layers;
  KARYO_TRY(auto source, io::open_zarr(path));
  KARYO_TRY(auto image, paged_layer(name, std::move(source), as, chunks, path, control));
  image->set_source({path, ""});
  layers.push_back(std::move(image));
  for (const std::string& labels : io::zarr_labels(path)) {
    const auto folder = path / "labels" / labels;
    KARYO_TRY(auto source_of_labels, io::open_zarr(folder));
    KARYO_TRY(auto layer, paged_layer(name + "/" + labels, std::move(source_of_labels),
                                      OpenAs::kLabels, chunks, folder, control));
    layer->set_source({path, labels});
    layers.push_back(std::move(layer));
  }
  return layers;
}

/// A TIFF too large to be read before it is shown.
bool stays_in_file(const std::filesystem::path& path) {
  const auto description = describe_image(path);
  return description && description->format.find("TIFF") != std::string::npos &&
         static_cast<std::uint64_t>(description->shape.count()) * bytes_of(description->type) >=
             kPagedBytes;
}

}  // namespace

std::vector<std::filesystem::path> without_repeated_sets(
    const std::vector<std::filesystem::path>& paths) {
  if (paths.size() < 2) return paths;
  std::set<std::filesystem::path> brought;
  std::vector<std::filesystem::path> kept;
  for (const auto& path : paths) {
    if (brought.contains(path)) continue;
    kept.push_back(path);
    std::error_code failed;
    if (!std::filesystem::is_regular_file(path, failed)) continue;
    const auto description = describe_image(path);
    if (!description) continue;  // its error is told when it is opened
    for (const auto& name : description->files) brought.insert(path.parent_path() / name);
  }
  return kept;
}

Result<std::shared_ptr<Layer>> open_sequence_layer(const std::filesystem::path& folder,
                                                   const std::vector<io::SequenceAxis>& axes,
                                                   OpenAs as,
                                                   const std::shared_ptr<ChunkStore>& chunks,
                                                   TaskControl& control) {
  KARYO_TRY(const auto plan, io::plan_sequence(folder));
  std::vector<io::SequenceAxis> used = axes;
  std::string part = "axes=";
  if (used.empty()) {
    for (const auto& number : plan.numbers) used.push_back(number.guess);
  }
  for (const auto axis : used) part += (part.ends_with('=') ? "" : ",") + io::name_of(axis);
  KARYO_TRY(auto source, io::open_sequence(plan, used));
  KARYO_TRY(auto layer, paged_layer(folder.filename().string(), std::move(source), as, chunks,
                                    folder / plan.pattern, control));
  layer->set_source({folder, part});
  return layer;
}

Result<Layers> open_layers(const std::filesystem::path& path, OpenAs as,
                           const std::shared_ptr<ChunkStore>& chunks, TaskControl& control) {
  const std::string name = path.filename().string();
  control.report(0, "Opening " + name);
  if (io::is_zarr(path)) return open_zarr_layers(path, as, chunks, control);
  std::shared_ptr<Layer> layer;
  std::error_code failed;
  if (is_vector_file(path)) {
    KARYO_TRY(layer, open_vector_layer(path, control));
    return Layers{std::move(layer)};
  }
  if (std::filesystem::is_directory(path, failed)) {
    KARYO_TRY(layer, open_sequence_layer(path, {}, as, chunks, control));
    return Layers{std::move(layer)};
  }
  if (stays_in_file(path)) {
    KARYO_TRY(auto source, io::open_tiff_source(path));
    KARYO_TRY(layer, paged_layer(name, std::move(source), as, chunks, path, control));
  } else {
    KARYO_TRY(Volume volume, read_image(path));
    if (control.cancelled()) return cancelled_error("Opening " + name);
    control.report(0.8, "Opening " + name);
    KARYO_TRY(layer, make_layer(name, std::make_shared<const Volume>(std::move(volume)), as, path));
  }
  name_by_folder(*layer, path);
  layer->set_source({path, ""});
  return Layers{std::move(layer)};
}

}  // namespace karyo
