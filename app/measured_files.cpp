#include "app/measured_files.h"

#include <algorithm>
#include <optional>

#include "core/base/text.h"
#include "core/io/image_io.h"
#include "core/io/image_names.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;

struct Pair {
  fs::path labels, image;
};

Result<std::vector<Pair>> pairs_of(const FilesToMeasure& files) {
  if (!fs::is_directory(files.labels)) {
    if (fs::is_directory(files.images)) {
      return Error(ErrorCode::kInvalidArgument, "one label image and a folder of images were given",
                   "Give the image of these labels, or a folder of label images.");
    }
    return std::vector<Pair>{{files.labels, files.images}};
  }
  KARYO_TRY(const auto labels, image_files(files.labels));
  if (labels.empty()) {
    return Error(ErrorCode::kNotFound, "there is no image in " + files.labels.string(),
                 "Give a label image, or a folder of label images.");
  }
  std::vector<Pair> pairs;
  for (const fs::path& one : labels) pairs.push_back({one, {}});
  if (files.images.empty()) return pairs;
  KARYO_TRY(const auto images, image_files(files.images));
  for (Pair& pair : pairs) {
    const auto found = std::find_if(images.begin(), images.end(), [&](const fs::path& image) {
      return image_stem(image) == image_stem(pair.labels);
    });
    if (found == images.end()) {
      return Error(ErrorCode::kNotFound,
                   "there is no image for " + pair.labels.filename().string() + " in " +
                       files.images.string(),
                   "Give images the names of their labels, or measure without images.");
    }
    pair.image = *found;
  }
  return pairs;
}

/// What one pair adds.
Result<void> measure_pair(const Pair& pair, FilesMeasured& table) {
  KARYO_TRY(const Volume labels, read_image(pair.labels));
  std::optional<Volume> image;
  if (!pair.image.empty()) {
    KARYO_TRY(image, read_image(pair.image));
    if (image->shape().t != labels.shape().t) {
      return Error(ErrorCode::kBadFile,
                   pair.image.string() + " has " + std::to_string(image->shape().t) +
                       " time points, the labels " + std::to_string(labels.shape().t),
                   "Measure labels on the image that they were made of.");
    }
  }
  // Labels that lost their scale on the way are measured in the image's.
  const bool unscaled = labels.grid.unit.empty() || labels.grid.unit == "pixel";
  const VoxelGrid& grid = image && unscaled ? image->grid : labels.grid;
  if (table.files.empty()) table.unit = grid.unit;
  if (grid.unit != table.unit) {
    const auto named = [](const std::string& unit) { return unit.empty() ? "no unit" : unit; };
    return Error(ErrorCode::kInvalidArgument,
                 pair.labels.string() + " has lengths in " + named(grid.unit) +
                     ", the files before it in " + named(table.unit),
                 "Give all images their voxel size in one unit, or measure them one by one.");
  }
  const std::size_t file = table.files.size();
  table.files.push_back(pair.labels.filename().string());
  const std::int64_t channels = image ? image->shape().c : 1;
  table.with_channels = table.with_channels || channels > 1;
  table.with_frames = table.with_frames || labels.shape().t > 1;
  for (std::int64_t t = 0; t < labels.shape().t; ++t) {
    const auto frame = to_labels(labels, t);
    if (!frame) return frame.error().in(pair.labels.string());
    for (std::int64_t c = 0; c < channels; ++c) {
      auto measured = measure_objects(frame->view(), grid, image ? &*image : nullptr, t, c);
      if (!measured) return measured.error().in(pair.image.string());
      if (table.columns.empty()) table.columns = measured->columns;
      if (measured->columns != table.columns) {
        return Error(ErrorCode::kInvalidArgument,
                     pair.labels.string() +
                         " and the files before it are planes and stacks, "
                         "which are measured by different columns",
                     "Measure planes and stacks in two folders.");
      }
      for (ObjectMeasures& object : measured->objects) {
        table.rows.push_back({file, c, t, std::move(object)});
      }
    }
  }
  return {};
}

}  // namespace

std::string FilesMeasured::csv() const {
  std::string csv = with_files ? "Image,Label" : "Label";
  for (const std::string& column : columns) csv += "," + csv_field(column);
  if (with_channels) csv += ",Ch";
  if (with_frames) csv += ",Frame";
  csv += "\n";
  for (const Row& row : rows) {
    if (with_files) csv += csv_field(files[row.file]) + ",";
    csv += std::to_string(row.object.id);
    for (const double value : row.object.values) csv += "," + table_number(value);
    if (with_channels) csv += "," + std::to_string(row.channel + 1);
    if (with_frames) csv += "," + std::to_string(row.frame + 1);
    csv += "\n";
  }
  return csv;
}

Result<FilesMeasured> measure_files(const FilesToMeasure& files, TaskControl& control) {
  KARYO_TRY(const auto pairs, pairs_of(files));
  FilesMeasured table;
  table.with_files = fs::is_directory(files.labels);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (control.cancelled()) return cancelled_error("measuring");
    control.report(static_cast<double>(i) / static_cast<double>(pairs.size()),
                   "Measuring " + pairs[i].labels.filename().string());
    KARYO_CHECK_OK(measure_pair(pairs[i], table));
  }
  return table;
}

}  // namespace karyo
