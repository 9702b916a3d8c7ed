#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "app/cli/option_text.h"
#include "app/worker/commands.h"
#include "app/worker/train_far.h"
#include "core/base/atomic_file.h"
#include "core/base/parallel.h"
#include "models/model.h"
#include "models/process.h"
#include "models/train/memory_need.h"

namespace karyo::worker {
namespace {

const std::vector<std::string> kKinds{"stardist", "care", "n2v"};

std::string number(double value, const char* format = "%.4f") {
  char text[32];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

/// Shows a training run on the console.
class ConsoleObserver : public TrainObserver {
 public:
  explicit ConsoleObserver(cli::Console& console) : console_(console) {}

  void on_note(const std::string& text) override {
    console_.note(text);
    console_.event({{"event", "note"}, {"text", text}});
  }

  void on_step(const TrainStepEvent& event) override {
    console_.progress(
        "epoch " + std::to_string(event.epoch) + "  loss " + number(event.loss),
        (event.epoch - 1) * event.steps + event.step, event.epochs * event.steps,
        {{"event", "step"}, {"epoch", event.epoch}, {"step", event.step}, {"loss", event.loss},
         {"ms", event.ms}});
  }

  void on_epoch(const TrainEpochEvent& event) override {
    nlohmann::json line{{"event", "epoch"},           {"epoch", event.epoch},
                        {"epochs", event.epochs},     {"loss", event.loss},
                        {"val_loss", event.val_loss}, {"learning_rate", event.learning_rate},
                        {"seconds", event.seconds},   {"memory_mib", event.memory_mib},
                        {"best", event.best}};
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
  std::string kind, data, model, config, only, pretrained, before, preview, memory;
  bool resume = false, follow = false;
  FarPlace on;
  std::map<std::string, std::string> settings;
};

/// What the defaults depend on.
struct Basis {
  std::int64_t dims = 2;
  std::string recipe = "field";
};

/// What a file of settings says of it. What is wrong with the file is said when it is read in
/// earnest.
void read_basis(const std::filesystem::path& path, Basis& basis) {
  const auto text = read_file(path, std::uintmax_t{1} << 20);
  const auto json = nlohmann::json::parse(text ? *text : "", nullptr, false);
  if (!json.is_object()) return;
  const auto dims = json.find("dims"), recipe = json.find("recipe");
  if (dims != json.end() && dims->is_number_integer()) basis.dims = dims->get<std::int64_t>();
  if (recipe != json.end() && recipe->is_string()) basis.recipe = recipe->get<std::string>();
}

/// Defaults, then with --resume the settings of the folder, then --config, then the command line.
Result<TrainConfig> resolve(const TrainOptions& options, const cli::CommonOptions& common) {
  std::vector<std::filesystem::path> files;
  const auto saved = std::filesystem::path(options.model) / "settings.json";
  std::error_code absent;
  if (options.resume && std::filesystem::exists(saved, absent)) files.push_back(saved);
  if (!options.config.empty()) files.emplace_back(options.config);

  // What is usual depends on dimensions and recipe, which the last word on them decides.
  Basis basis;
  for (const auto& file : files) read_basis(file, basis);
  TrainConfig shape = TrainConfig::defaults(options.kind, basis.dims);
  shape.recipe = basis.recipe;
  for (const char* name : {"dims", "recipe"}) {
    const std::string& asked = options.settings.at(name);
    if (!asked.empty()) KARYO_CHECK_OK(set_setting(shape, name, asked));
  }

  TrainConfig config = TrainConfig::defaults(options.kind, shape.dims, shape.recipe);
  for (const auto& file : files) {
    KARYO_TRY(config, read_train_config(file, config));
    if (config.model == options.kind) continue;
    return Error(ErrorCode::kInvalidArgument,
                 file.string() + " has settings of " + config.model + ", not of " + options.kind,
                 "Give `train " + config.model + "`, or other settings.");
  }
  if (common.seed) config.seed = static_cast<std::int64_t>(*common.seed);
  for (const auto& [name, text] : options.settings) {
    if (!text.empty()) KARYO_CHECK_OK(set_setting(config, name, text));
  }
  KARYO_CHECK_OK(validate(config));
  return config;
}

/// The default of each kind that has the setting: "400; care, n2v: 100", "5; 3D: 3".
std::string defaults_text(const Setting& setting) {
  std::vector<std::pair<std::string, std::string>> texts;  // default, whose
  const auto add = [&](const std::string& text, const std::string& whose) {
    for (auto& [known, names] : texts) {
      if (known != text) continue;
      names += ", " + whose;
      return;
    }
    texts.emplace_back(text, whose);
  };
  for (const auto& kind : kKinds) {
    if (!setting.applies_to(kind)) continue;
    const TrainConfig flat = TrainConfig::defaults(kind), deep = TrainConfig::defaults(kind, 3);
    const std::string usual = setting_text(flat, setting);
    add(usual, kind);
    // Of the grid the depth is left out in 2D; it is 1 in both.
    if (setting.name == "dims" || setting.name == "grid") continue;
    if (const auto text = setting_text(deep, setting); text != usual) add(text, kind + " 3D");
  }
  if (texts.empty()) return {};  // a setting of kinds that this command does not train
  std::string all = texts.front().first;
  for (std::size_t i = 1; i < texts.size(); ++i) {
    all += "; " + texts[i].second + ": " + texts[i].first;
  }
  return all;
}

/// Nothing: of several processes that train together the first alone speaks.
class SilentObserver : public TrainObserver {
 public:
  void on_note(const std::string&) override {}
  void on_step(const TrainStepEvent&) override {}
  void on_epoch(const TrainEpochEvent&) override {}
};

/// The cores of a machine are shared by the processes on it that train together.
int threads_of(const WorkerPlace& place, int asked) {
  if (asked > 0 || place.local_count == 1) return asked;
  return std::max(1, default_threads() / place.local_count);
}

Error stopped(const TrainSummary& summary, const std::string& model) {
  return {ErrorCode::kCancelled,
          "training was stopped after " + std::to_string(summary.epochs_done) +
              " whole epochs; everything is kept in " + model,
          "Run the same command with --resume to go on."};
}

Result<void> run(const TrainOptions& options, cli::Console& console) {
  TrainRequest request;
  KARYO_TRY(request.place, worker_place());
  tune_process(threads_of(request.place, console.options().threads));
  KARYO_TRY(request.config, resolve(options, console.options()));
  request.data = options.data;
  request.model = options.model;
  request.resume = options.resume;
  if (!options.only.empty() && options.kind != "stardist") {
    return Error(ErrorCode::kUnsupported,
                 "--only is for StarDist; " + options.kind + " trains on all images of its folder",
                 "Leave --only out, or put the images to train on into a folder of their own.");
  }
  if (!options.only.empty()) {
    KARYO_TRY(request.only, read_train_list(options.only));
    if (options.follow) request.follow = options.only;
  } else if (options.follow && options.kind != "stardist") {
    request.follow = options.data;
  } else if (options.follow) {
    return Error(ErrorCode::kInvalidArgument, "--follow without a list to follow",
                 "Give the list with --only.");
  }
  request.pretrained = options.pretrained;
  request.before = options.before;
  if (request.place.first()) request.preview = options.preview;
  request.device = console.options().device;
  if (!options.memory.empty()) {
    KARYO_TRY(request.memory_bytes, parse_memory(options.memory));
  }

  ConsoleObserver spoken(console);
  SilentObserver silent;
  TaskControl control;
  const InterruptWatch watch(control);
  TrainObserver& observer = request.place.first() ? static_cast<TrainObserver&>(spoken) : silent;
  KARYO_TRY(const auto summary,
            options.on.here()
                ? train_model(request, observer, control)
                : train_far(options.on, request, console.options().threads, observer, control));
  if (!request.place.first()) {
    return summary.stopped ? stopped(summary, options.model) : Result<void>();
  }
  console.end_progress();
  const bool thresholds = options.kind == "stardist";
  nlohmann::json result{
      {"model", options.model},
      {"epochs", summary.epochs_done},
      {"best_epoch", summary.best_epoch},
      {"best_val_loss", std::isfinite(summary.best_val_loss) ? nlohmann::json(summary.best_val_loss)
                                                             : nlohmann::json()},
      {"stopped", summary.stopped},
      {"seconds", summary.seconds},
      {"peak_memory_bytes", summary.peak_memory_bytes}};
  if (thresholds) {
    result["prob"] = summary.prob_threshold;
    result["nms"] = summary.nms_threshold;
  }
  console.result(result);
  result["event"] = "done";
  console.event(result);
  if (summary.stopped) return stopped(summary, options.model);
  console.say("best epoch " + std::to_string(summary.best_epoch) + ", validation loss " +
              number(summary.best_val_loss));
  if (thresholds) {
    console.say("thresholds: probability " + number(summary.prob_threshold) + ", NMS " +
                number(summary.nms_threshold, "%.1f"));
  }
  console.say("model in " + options.model);
  return {};
}

}  // namespace

void add_train_command(cli::Cli& command_line) {
  auto options = std::make_shared<TrainOptions>();
  auto* command =
      command_line.add_command("train", "Train a model on a folder of pairs, or of noisy images",
                               [options](cli::Console& console) { return run(*options, console); });
  command
      ->add_option(
          "kind", options->kind,
          "What to train: stardist (finds nuclei), care (restores images, learned from pairs), "
          "n2v (takes noise away, learned from noisy images alone)")
      ->required()
      ->check(CLI::IsMember(kKinds));
  command
      ->add_option(
          "--data", options->data,
          "Folder with images/ and masks/ (stardist) or low/ and high/ (care), same file names; "
          "for n2v a folder of images or stacks, its images/, or one stack")
      ->required();
  command->add_option("--model", options->model, "Model folder to write")->required();
  command->add_option("--config", options->config, "Settings as JSON; options given here win");
  command->add_option("--only", options->only,
                      "File with the names of the images to train on, one a line, without ending: "
                      "stardist on a folder that is not annotated to the end. After a tab: "
                      "validation, or how often the image counts (1 to 100)");
  command->add_flag(
      "--follow", options->follow,
      "Read that file again before each epoch: images come while training goes on. Of "
      "care and n2v: look into the folder again, without --only");
  command->add_option("--pretrained", options->pretrained,
                      "Start from the weights of this model folder");
  command->add_option(
      "--before", options->before,
      "stardist: a CARE or Noise2Void model that restores the images first; it is kept with the "
      "new "
      "model, whose predictions begin with it. Without: that of --pretrained; none: no model");
  command->add_flag("--resume", options->resume,
                    "Go on from the model folder's checkpoint, with its settings where none are given");
  command->add_option("--memory", options->memory,
                      "The most memory to take, as 8GiB or 500MiB; without it what is free");
  command->add_option("--every-epoch", options->preview,
                      "Folder for one validation image after each epoch: its labels, or the "
                      "image restored");
  command
      ->add_option("--on", options->on.host,
                   "Train on another computer, as ssh reaches it: gpu1, ada@gpu1.example.org. It "
                   "needs the same version of Karyoscope; images are sent once, the model comes "
                   "back while it trains")
      ->group("Another computer");
  command
      ->add_option("--on-command", options->on.command,
                   "What starts the worker over there; quotes hold words together")
      ->group("Another computer");
  command->add_option("--on-ssh", options->on.ssh, "The program that reaches it, with its options")
      ->group("Another computer");
  for (const auto& setting : train_settings()) {
    // Both have options of their own: the kind is a word, --seed is common to all commands.
    if (setting.name == "model" || setting.name == "seed") continue;
    const auto has = [&](const std::string& kind) { return setting.applies_to(kind); };
    if (std::none_of(kKinds.begin(), kKinds.end(), has)) continue;
    std::string whose;
    for (const auto& kind : setting.kinds) whose += (whose.empty() ? " of " : " and ") + kind;
    std::string& text = options->settings[setting.name];
    CLI::Option* option =
        std::holds_alternative<bool TrainConfig::*>(setting.field)
            ? command->add_flag(setting.option(), text, setting.help + " (on; =false: off)")
            : command->add_option(setting.option(), text, setting.description());
    option->default_str(defaults_text(setting))->group("Settings" + whose);
  }
}

}  // namespace karyo::worker
