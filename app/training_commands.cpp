// Training beside the picture: started, stopped, gone on with.

#include "app/dataset_session.h"
#include "app/layer_commands.h"
#include "app/live_set.h"
#include "app/live_training.h"
#include "app/model_in_use.h"
#include "app/model_rounds.h"
#include "app/training_plan.h"

namespace karyo {
namespace {

using nlohmann::json;
using Kind = Argument::Kind;
namespace fs = std::filesystem;

Result<fs::path> data_from(Workspace& workspace, const json& arguments) {
  const std::string named = arguments.value("data", "");
  if (!named.empty()) return fs::path(named);
  if (workspace.dataset().is_open()) return workspace.dataset().folder();
  return Error(ErrorCode::kNotFound, "no folder of images is open",
               "Open one with Annotate › Open folder to annotate.");
}

/// What is trained on of the folder that is being annotated; of others everything.
Result<std::vector<TrainImage>> images_from(Workspace& workspace, const fs::path& data,
                                            double share, const json& arguments) {
  DatasetSession& dataset = workspace.dataset();
  if (!dataset.is_open() || dataset.folder() != data) return std::vector<TrainImage>{};
  if (dataset.unsaved()) KARYO_CHECK_OK(dataset.save_now());
  const bool done = arguments.value("images", "masks") == "done";
  auto names = images_to_train_on(dataset, done ? TrainOn::kDone : TrainOn::kWithMask);
  if (names.empty()) {
    return Error(ErrorCode::kNotFound,
                 done ? "no image is marked as done" : "no image of the folder has a mask yet",
                 done ? "Mark finished images with Ctrl+D, or train on all that have a mask."
                      : "Draw the nuclei of one image at least; a few images are better.");
  }
  const fs::path models = models_of(data);
  const auto checked = images_to_train_on(dataset, TrainOn::kDone);
  auto images = first_images(names, {checked.begin(), checked.end()}, judges_of(models),
                             learned_in(models), share);
  KARYO_CHECK_OK(keep_judges(models, images));
  return images;
}

Result<TrainingPlan> plan_from(Workspace& workspace, const json& arguments) {
  TrainingPlan plan;
  KARYO_TRY(plan.data, data_from(workspace, arguments));
  const std::string kind = arguments.value("kind", "stardist");
  const auto& image = workspace.dataset().image();
  Index3 size = image ? image->shape().zyx() : Index3{1, 256, 256};
  if (const double dims = arguments.value("dims", 0.0); dims != 0) {
    if (dims < 3) size.z = 1;
    if (dims >= 3 && size.z == 1) size = {1 << 20, 1 << 20, 1 << 20};
  }
  plan.config = fitting_config(kind, size);
  for (const json& text : arguments.value("settings", json::array())) {
    const auto setting = text.get<std::string>();
    const auto equals = setting.find('=');
    if (equals == std::string::npos) {
      return Error(ErrorCode::kInvalidArgument, "\"" + setting + "\" sets nothing",
                   "Write settings as name=value.");
    }
    KARYO_CHECK_OK(set_setting(plan.config, setting.substr(0, equals), setting.substr(equals + 1)));
  }
  if (kind == "stardist") {
    KARYO_TRY(plan.only, images_from(workspace, plan.data, plan.config.val, arguments));
  }
  plan.model = arguments.value("model", "");
  if (plan.model.empty()) {
    plan.model = models_of(plan.data) / free_model_name(models_of(plan.data), kind);
  }
  plan.pretrained = arguments.value("pretrained", "");
  plan.before = arguments.value("before", "");
  plan.device = arguments.value("device", "auto");
  return plan;
}

/// Ends in TrainingRun::changed, and models/rounds.json.
void judge_all(Workspace& workspace, const fs::path& data) {
  workspace.in_background([&workspace, data](TaskControl& control) -> Result<Workspace::Finish> {
    control.report(0, "Judging the rounds");
    KARYO_TRY(const auto rounds, judge_rounds(data, control));
    return Workspace::Finish([&workspace, count = rounds.size()] {
      workspace.done.emit(std::to_string(count) + " rounds judged");
      workspace.training().changed.emit();
    });
  });
}

}  // namespace

void add_training_commands(CommandTable& commands, Workspace& workspace) {
  TrainingRun& training = workspace.training();
  const auto live = std::make_shared<LiveTraining>(workspace);  // as long as the commands
  commands.add(
      {"training.start",
       "",
       "",
       "",
       "Trains a model in a process of its own.",
       [&workspace, live](const json& arguments) -> Result<void> {
         KARYO_TRY(const TrainingPlan plan, plan_from(workspace, arguments));
         return workspace.training().start(plan);
       },
       [] { return true; },
       {},
       {{"kind",
         Kind::kText,
         "what the network learns",
         false,
         json("stardist"),
         0,
         0,
         {"stardist", "care", "n2v"}},
        {"data", Kind::kText, "the folder; else the one that is annotated"},
        {"model", Kind::kText, "folder to write; else a new one in models/ of the data"},
        {"dims", Kind::kNumber, "2 or 3; else as the image that is open", false, {}, 2, 3},
        {"settings", Kind::kTexts, "name=value, as `karyoscope train` has them"},
        {"images",
         Kind::kText,
         "of the folder that is annotated",
         false,
         json("masks"),
         0,
         0,
         {"masks", "done"}},
        {"pretrained", Kind::kText, "model folder to start from"},
        {"before", Kind::kText,
         "model folder that restores the images first (stardist); none: not even the one that "
         "the model to start from has"},
        {"device", Kind::kText, "auto, cpu, cuda or cuda:K", false, json("auto")}}});
  commands.add({"training.pause", "Train", "Pause training", "",
                "Leaves the processor to others, or goes on; what it has learned stays in memory.",
                [&training](const json&) -> Result<void> {
                  training.set_paused(!training.paused());
                  return {};
                },
                [&training] { return training.can_pause(); },
                [&training] { return training.paused(); }});
  commands.add({"training.stop", "Train", "Stop training and keep", "",
                "Ends the training after this step; it can go on from there.",
                [&training](const json&) -> Result<void> {
                  training.stop();
                  return {};
                },
                [&training] { return training.state() == TrainingRun::State::kRunning; }});
  commands.add({"training.resume",
                "Train",
                "Go on training",
                "",
                "Goes on where the training was stopped.",
                [&training](const json& arguments) -> Result<void> {
                  return training.resume(static_cast<std::int64_t>(arguments.value("epochs", 0.0)));
                },
                [&training] { return !training.going_on() && training.has_checkpoint(); },
                {},
                {{"epochs", Kind::kNumber, "in all; else as planned", false, {}, 1, 1e6}}});
  commands.add({"training.discard", "", "", "", "Ends the training and deletes its model folder.",
                [&training](const json&) -> Result<void> { return training.discard(); }});
  commands.add({"training.attach",
                "",
                "",
                "",
                "Takes up the training of a model folder.",
                [&training](const json& arguments) -> Result<void> {
                  return training.attach(arguments["folder"].get<std::string>());
                },
                [] { return true; },
                {},
                {{"folder", Kind::kText, "the model's folder", true}}});
  commands.add({"training.judge_rounds",
                "Train",
                "Judge all rounds",
                "",
                "Compares the folder's models by the images that none has learned from, to see "
                "whether the last corrections helped.",
                [&workspace](const json& arguments) -> Result<void> {
                  KARYO_TRY(const fs::path data, data_from(workspace, arguments));
                  judge_all(workspace, data);
                  return {};
                },
                [&workspace] { return workspace.dataset().is_open(); },
                {},
                {{"data", Kind::kText, "the folder; else the one that is annotated"}}});
  commands.add({"training.use_model", "Train", "Use the model in training", "",
                "Loads what has been learned so far for annotating.",
                [&workspace](const json&) -> Result<void> {
                  workspace.model().open(workspace.training().model());
                  return {};
                },
                [&training] {
                  return !training.history().rows.empty() && training.config().model == "stardist";
                }});
}

}  // namespace karyo
