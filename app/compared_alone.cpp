// Predicted objects without a truth: how sure the model is of each.

#include <algorithm>
#include <cmath>
#include <numeric>

#include "app/compared_image.h"
#include "app/open_layer.h"
#include "app/report/confidence.h"
#include "core/io/image_io.h"
#include "core/labels/label_volume.h"
#include "core/labels/object_stats.h"

namespace karyo {
namespace {

constexpr double kObjectsOpacity = 0.6;

/// The colours of a map of probabilities: dark where there is nothing.
constexpr const char* kMapColors = "magma";

struct FoundObject {
  std::uint32_t label = 0;
  std::int64_t voxels = 0;
  Index3 place;
  float confidence = std::numeric_limits<float>::quiet_NaN();
};

/// The least sure first; those that nothing is known of last, by label.
std::vector<FoundObject> objects_of(const LabelArray& labels, const ObjectConfidences& known) {
  std::vector<FoundObject> objects;
  const auto stats = object_stats(LabelVolume::from_dense(labels.view()));
  for (const auto& [label, object] : stats) {
    const auto found = known.find(label);
    objects.push_back({label,
                       object.voxels,
                       {std::llround(object.z), std::llround(object.y), std::llround(object.x)}});
    if (found != known.end()) objects.back().confidence = found->second;
  }
  std::sort(objects.begin(), objects.end(), [](const FoundObject& a, const FoundObject& b) {
    const bool a_known = std::isfinite(a.confidence), b_known = std::isfinite(b.confidence);
    if (a_known != b_known) return a_known;
    if (a_known && a.confidence != b.confidence) return a.confidence < b.confidence;
    return a.label < b.label;
  });
  return objects;
}

Result<LabelArray> labels_in(const Volume& file, const std::filesystem::path& path) {
  if (file.shape().t > 1) {
    return Error(ErrorCode::kUnsupported, path.string() + " is a movie",
                 "Look at its frames with the tracks (menu Tracks), or at one frame of it.");
  }
  auto labels = to_labels(file);
  if (!labels) return labels.error().in(path.string());
  return labels;
}

/// Each object in the colour of its confidence; `objects` get numbers from 1 in their order.
std::shared_ptr<LabelsLayer> confidence_layer(const LabelArray& labels, const VoxelGrid& grid,
                                              const std::vector<FoundObject>& objects) {
  std::unordered_map<std::uint32_t, std::uint32_t> numbers;
  for (std::size_t i = 0; i < objects.size(); ++i) {
    numbers[objects[i].label] = static_cast<std::uint32_t>(i + 1);
  }
  LabelArray numbered(labels.shape());
  std::uint32_t last = 0, number = 0;
  auto target = numbered.begin();
  for (const std::uint32_t label : labels) {
    if (label != last) {
      last = label;
      const auto found = numbers.find(label);
      number = found == numbers.end() ? 0 : found->second;
    }
    *target++ = number;
  }
  auto layer = std::make_shared<LabelsLayer>(confidence_name(),
                                             LabelVolume::from_dense(numbered.view()), grid);
  LabelColors colors;
  for (std::size_t i = 0; i < objects.size(); ++i) {
    colors.own[static_cast<std::uint32_t>(i + 1)] = confidence_color(objects[i].confidence);
  }
  layer->set_colors(std::move(colors));
  layer->set_opacity(kObjectsOpacity);
  return layer;
}

}  // namespace

const char* confidence_name() {
  return "confidence";
}
const char* confidence_map_name() {
  return "confidence map";
}

Rgb confidence_color(float confidence) {
  if (!std::isfinite(confidence)) return {0x80, 0x80, 0x80};
  const auto colors = colormap("viridis");
  const auto place = std::clamp(confidence, 0.0F, 1.0F) * 255;
  return (*colors->table)[static_cast<std::size_t>(std::lround(place))];
}

namespace detail {

Result<ComparedImage> judge_alone(const EvaluationPair& files) {
  KARYO_TRY(const Volume file, read_image(files.prediction));
  KARYO_TRY(const LabelArray labels, labels_in(file, files.prediction));
  ComparedImage image;
  image.files = files;
  const auto objects = objects_of(labels, confidences_of(files.prediction));
  for (const FoundObject& object : objects) {
    image.prediction_sizes.push_back(object.voxels);
    if (std::isfinite(object.confidence)) image.confidences.push_back(object.confidence);
  }
  return image;
}

Result<ComparedLayers> read_alone(const EvaluationPair& files,
                                  const std::shared_ptr<ChunkStore>& chunks, TaskControl& control) {
  ComparedLayers shown;
  KARYO_CHECK_OK(add_input(files, chunks, control, shown));
  KARYO_TRY(Volume file, read_image(files.prediction));
  KARYO_TRY(const LabelArray labels, labels_in(file, files.prediction));
  const auto objects = objects_of(labels, confidences_of(files.prediction));
  const VoxelGrid grid = file.grid;
  KARYO_TRY(auto prediction,
            make_layer("prediction", std::make_shared<const Volume>(std::move(file)),
                       OpenAs::kLabels, files.prediction));
  shown.layers.push_back(std::move(prediction));
  shown.layers.back()->set_name("prediction");
  shown.layers.back()->set_source({files.prediction, {}});
  KARYO_CHECK_OK(add_confidence_map(files, shown));
  shown.layers.push_back(confidence_layer(labels, grid, objects));
  for (const FoundObject& object : objects) {
    ErrorObject listed;
    listed.id = static_cast<std::uint32_t>(shown.errors.size() + 1);
    listed.source_id = object.label;
    listed.place = object.place;
    listed.confidence = object.confidence;
    shown.errors.push_back(listed);
  }
  return shown;
}

Result<void> add_confidence_map(const EvaluationPair& files, ComparedLayers& shown) {
  const auto path = probability_map_of(files.prediction);
  if (path.empty()) return {};
  KARYO_TRY(Volume map, read_image(path));
  auto layer = std::make_shared<ImageLayer>(confidence_map_name(),
                                            std::make_shared<const Volume>(std::move(map)));
  KARYO_TRY(const Colormap colors, colormap(kMapColors));
  for (std::int64_t c = 0; c < layer->channel_count(); ++c) {
    layer->set_colormap(c, colors);
    layer->set_limits(c, {0, 1});
  }
  layer->set_blending(Blending::kAdditive);
  layer->set_source({path, {}});
  shown.layers.push_back(std::move(layer));
  return {};
}

}  // namespace detail
}  // namespace karyo
