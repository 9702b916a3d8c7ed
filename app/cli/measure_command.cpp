// karyoscope measure: a table of objects.

#include "app/cli/commands.h"
#include "app/measured_files.h"
#include "core/base/atomic_file.h"

namespace karyo::cli {
namespace {

struct Options {
  FilesToMeasure files;
  std::string output;
};

Result<void> measure(const Options& options, Console& console) {
  TaskControl control;
  KARYO_TRY(const FilesMeasured table, measure_files(options.files, control));
  KARYO_CHECK_OK(write_file_atomically(options.output, table.csv()));
  const std::string of =
      table.with_files ? " of " + counted(static_cast<std::int64_t>(table.files.size()), "image")
                       : std::string();
  console.say(counted(static_cast<std::int64_t>(table.rows.size()), "row") + of + ", written to " +
              options.output + (table.unit.empty() ? "" : " (unit: " + table.unit + ")"));
  nlohmann::json result{{"rows", table.rows.size()},
                        {"columns", table.columns},
                        {"unit", table.unit},
                        {"output", options.output}};
  if (table.with_files) result["images"] = table.files.size();
  console.result(result);
  return {};
}

}  // namespace

void add_measure_command(Cli& cli) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = cli.add_command(
      "measure", "A table of a label image's objects: size, shape and values, as ImageJ has them",
      [options](Console& console) { return measure(*options, console); });
  command->add_option("LABELS", options->files.labels, "Label image, or a folder of them")
      ->required();
  command->add_option("--image", options->files.images,
                      "Image whose values are measured; a folder pairs by name");
  command->add_option("--output", options->output, "Table to write (CSV)")->required();
}

}  // namespace karyo::cli
