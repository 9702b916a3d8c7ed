// karyoscope measure: a table of objects.

#include <filesystem>

#include "app/cli/commands.h"
#include "core/base/atomic_file.h"
#include "core/base/text.h"
#include "core/io/image_io.h"
#include "core/measure/object_measures.h"

namespace karyo::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string labels, image, output;
};

/// Channel and Frame count from 1, as in ImageJ, and stand there where there are several.
struct Row {
  std::int64_t channel = 0, frame = 0;
  ObjectMeasures object;
};

struct Table {
  std::vector<std::string> columns;
  std::vector<Row> rows;
  bool with_channels = false, with_frames = false;
};

std::string csv_of(const Table& table) {
  std::string csv = "Label";
  for (const std::string& column : table.columns) csv += "," + csv_field(column);
  if (table.with_channels) csv += ",Ch";
  if (table.with_frames) csv += ",Frame";
  csv += "\n";
  for (const Row& row : table.rows) {
    csv += std::to_string(row.object.id);
    for (const double value : row.object.values) csv += "," + table_number(value);
    if (table.with_channels) csv += "," + std::to_string(row.channel + 1);
    if (table.with_frames) csv += "," + std::to_string(row.frame + 1);
    csv += "\n";
  }
  return csv;
}

Result<Table> measure_all(const Options& options, std::string& unit) {
  KARYO_TRY(const Volume labels, read_image(options.labels));
  Volume image;
  const bool with_image = !options.image.empty();
  if (with_image) {
    KARYO_TRY(image, read_image(options.image));
    if (image.shape().t != labels.shape().t) {
      return Error(ErrorCode::kBadFile,
                   options.image + " has " + std::to_string(image.shape().t) +
                       " time points, the labels " + std::to_string(labels.shape().t),
                   "Measure labels on the image that they were made of.");
    }
  }
  // Labels that lost their scale on the way are measured in the image's.
  const bool unscaled = labels.grid.unit.empty() || labels.grid.unit == "pixel";
  const VoxelGrid& grid = with_image && unscaled ? image.grid : labels.grid;
  unit = grid.unit;
  const std::int64_t channels = with_image ? image.shape().c : 1;
  Table table;
  table.with_channels = channels > 1;
  table.with_frames = labels.shape().t > 1;
  for (std::int64_t t = 0; t < labels.shape().t; ++t) {
    auto frame = to_labels(labels, t);
    if (!frame) return frame.error().in(options.labels);
    for (std::int64_t c = 0; c < channels; ++c) {
      auto measured = measure_objects(frame->view(), grid, with_image ? &image : nullptr, t, c);
      if (!measured) return measured.error().in(options.image);
      table.columns = measured->columns;
      for (ObjectMeasures& object : measured->objects) {
        table.rows.push_back({c, t, std::move(object)});
      }
    }
  }
  return table;
}

Result<void> measure(const Options& options, Console& console) {
  std::string unit;
  KARYO_TRY(const Table table, measure_all(options, unit));
  KARYO_CHECK_OK(write_file_atomically(options.output, csv_of(table)));
  console.say(counted(static_cast<std::int64_t>(table.rows.size()), "row") + ", written to " +
              options.output + (unit.empty() ? "" : " (unit: " + unit + ")"));
  console.result({{"rows", table.rows.size()},
                  {"columns", table.columns},
                  {"unit", unit},
                  {"output", options.output}});
  return {};
}

}  // namespace

void add_measure_command(Cli& cli) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = cli.add_command(
      "measure", "A table of a label image's objects: size, shape and values, as ImageJ has them",
      [options](Console& console) { return measure(*options, console); });
  command->add_option("LABELS", options->labels, "Label image")->required();
  command->add_option("--image", options->image, "Image whose values are measured");
  command->add_option("--output", options->output, "Table to write (CSV)")->required();
}

}  // namespace karyo::cli
