#include <cstdio>
#include <memory>
#include <string>

#include "app/worker/commands.h"
#include "models/model.h"
#include "models/process.h"

namespace karyo::worker {
namespace {

struct ThresholdsOptions {
  std::string model, data;
};

Result<void> run(const ThresholdsOptions& options, cli::Console& console) {
  tune_process(console.options().threads);
  TaskControl control;
  const InterruptWatch watch(control);
  KARYO_TRY(const auto tuned, tune_thresholds(options.model, options.data,
                                              console.options().device, control));
  char line[160];
  std::snprintf(line, sizeof line,
                "probability %.4f, NMS %.1f (mean accuracy %.4f over IoU 0.3, 0.5, 0.7 on %lld "
                "images); saved",
                tuned.thresholds.prob, tuned.thresholds.nms, tuned.score,
                static_cast<long long>(tuned.images));
  console.say(line);
  nlohmann::json tried = nlohmann::json::array();
  for (const ThresholdTry& one : tuned.tried) {
    tried.push_back({{"nms", one.nms}, {"prob", one.prob}, {"score", one.score}});
  }
  console.result({{"prob", tuned.thresholds.prob},
                  {"nms", tuned.thresholds.nms},
                  {"score", tuned.score},
                  {"images", tuned.images},
                  {"tried", tried}});
  return {};
}

}  // namespace

void add_thresholds_command(cli::Cli& command_line) {
  auto options = std::make_shared<ThresholdsOptions>();
  auto* command = command_line.add_command(
      "thresholds", "Tune a model's probability and NMS thresholds and save them with it",
      [options](cli::Console& console) { return run(*options, console); });
  command->add_option("--model", options->model, "Model folder")->required();
  command->add_option("--data", options->data, "Folder with images/ and masks/, same file names")
      ->required();
}

}  // namespace karyo::worker
