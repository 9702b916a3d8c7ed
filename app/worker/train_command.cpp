#include <cmath>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "app/worker/commands.h"
#include "models/model.h"
#include "models/process.h"

namespace karyo::worker {
namespace {

std::string number(double value, const char* format = "%.4f") {
  char text[32];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

/// Shows a training run on the console.
class ConsoleObserver : public TrainObserver {
 public:
  explicit ConsoleObserver(cli::Console& console) : console_(console) {}

  void on_note(const std::string& text) override { console_.note(text); }

  void on_step(const TrainStepEvent& event) override {
    console_.progress(
        "epoch " + std::to_string(event.epoch) + "  loss " + number(event.loss),
        (event.epoch - 1) * event.steps + event.step, event.epochs * event.steps,
        {{"event", "step"}, {"epoch", event.epoch}, {"step", event.step}, {"loss", event.loss},
         {"ms", event.ms}});
  }

  void on_epoch(const TrainEpochEvent& event) override {
    nlohmann::json line{{"event", "epoch"},         {"epoch", event.epoch},
                        {"epochs", event.epochs},   {"loss", event.loss},
                        {"val_loss", event.val_loss}, {"learning_rate", event.learning_rate},
                        {"seconds", event.seconds}, {"best", event.best}};
    for (const auto& [name, value] : event.parts) line[name] = value;
    for (const auto& [name, value] : event.val_parts) line["val_" + name] = value;
    console_.event(line);
    console_.note("epoch " + std::to_string(event.epoch) + "/" + std::to_string(event.epochs) +
                  "  loss " + number(event.loss) + "  validation " + number(event.val_loss) +
                  (event.best ? "  (best so far)" : "") + "  " + number(event.seconds, "%.1f") +
                  " s");
  }

 private:
  cli::Console& console_;
};

/// What the command line said, before it is checked: settings as text, in the order of the table.
struct TrainOptions {
  std::string kind, data, model, config, pretrained, preview;
  bool resume = false;
  std::map<std::string, std::string> settings;
};

/// Defaults, then with --resume the settings of the folder, then --config, then the command line.
Result<TrainConfig> resolve(const TrainOptions& options, const cli::CommonOptions& common) {
  TrainConfig config;
  const auto saved = std::filesystem::path(options.model) / "settings.json";
  std::error_code absent;
  if (options.resume && std::filesystem::exists(saved, absent)) {
    KARYO_TRY(config, read_train_config(saved, config));
  }
  if (!options.config.empty()) {
    KARYO_TRY(config, read_train_config(options.config, config));
  }
  KARYO_CHECK_OK(set_setting(config, "model", options.kind));
  if (common.seed) config.seed = static_cast<std::int64_t>(*common.seed);
  for (const auto& [name, text] : options.settings) {
    if (!text.empty()) KARYO_CHECK_OK(set_setting(config, name, text));
  }
  KARYO_CHECK_OK(validate(config));
  return config;
}

Result<void> run(const TrainOptions& options, cli::Console& console) {
  tune_process(console.options().threads);
  TrainRequest request;
  KARYO_TRY(request.config, resolve(options, console.options()));
  request.data = options.data;
  request.model = options.model;
  request.resume = options.resume;
  request.pretrained = options.pretrained;
  request.preview = options.preview;
  request.device = console.options().device;

  ConsoleObserver observer(console);
  TaskControl control;
  const InterruptWatch watch(control);
  KARYO_TRY(const auto summary, train_model(request, observer, control));
  console.end_progress();
  console.result({{"model", options.model},
                  {"epochs", summary.epochs_done},
                  {"best_epoch", summary.best_epoch},
                  {"best_val_loss", std::isfinite(summary.best_val_loss)
                                        ? nlohmann::json(summary.best_val_loss)
                                        : nlohmann::json()},
                  {"stopped", summary.stopped},
                  {"prob", summary.prob_threshold},
                  {"nms", summary.nms_threshold},
                  {"seconds", summary.seconds},
                  {"peak_memory_bytes", summary.peak_memory_bytes}});
  if (summary.stopped) {
    return Error(ErrorCode::kCancelled,
                 "training was stopped after " + std::to_string(summary.epochs_done) +
                     " whole epochs; everything is kept in " + options.model,
                 "Run the same command with --resume to go on.");
  }
  console.say("best epoch " + std::to_string(summary.best_epoch) + ", validation loss " +
              number(summary.best_val_loss));
  console.say("thresholds: probability " + number(summary.prob_threshold) + ", NMS " +
              number(summary.nms_threshold, "%.1f"));
  console.say("model in " + options.model);
  return {};
}

}  // namespace

void add_train_command(cli::Cli& command_line) {
  auto options = std::make_shared<TrainOptions>();
  auto* command = command_line.add_command(
      "train", "Train a model on a folder of pairs",
      [options](cli::Console& console) { return run(*options, console); });
  command->add_option("kind", options->kind, "What to train: stardist (finds nuclei)")
      ->required()->check(CLI::IsMember({"stardist"}));
  command->add_option("--data", options->data, "Folder with images/ and masks/, same file names")
      ->required();
  command->add_option("--model", options->model, "Model folder to write")->required();
  command->add_option("--config", options->config, "Settings as JSON; options given here win");
  command->add_option("--pretrained", options->pretrained,
                      "Start from the weights of this model folder");
  command->add_flag("--resume", options->resume,
                    "Go on from the model folder's checkpoint, with its settings where none are given");
  command->add_option("--every-epoch", options->preview,
                      "Folder for the labels of one validation image after each epoch");
  const TrainConfig defaults;
  for (const auto& setting : train_settings()) {
    // Both have options of their own: the kind is a word, --seed is common to all commands.
    if (setting.name == "model" || setting.name == "seed") continue;
    command->add_option(setting.option(), options->settings[setting.name], setting.description())
        ->default_str(setting_text(defaults, setting))
        ->group("Settings");
  }
}

}  // namespace karyo::worker
