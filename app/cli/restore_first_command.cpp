// karyoscope restore-first: puts a restoration before a model that finds nuclei, and takes it out.

#include <memory>
#include <string>

#include "app/cli/commands.h"
#include "models/io/model_before.h"

namespace karyo::cli {
namespace {

struct RestoreFirstOptions {
  std::string model, restoration;
  bool remove = false;
};

std::string what_is(const ModelFolder& model) {
  if (!model.before) return model.path.string() + " takes images as they are";
  return model.path.string() + " restores images first, with \"" + before_name(model) + "\" (" +
         method_of(*model.before) + ")";
}

Result<ModelFolder> changed(const RestoreFirstOptions& options) {
  if (options.remove) return take_out_before(options.model);
  if (options.restoration.empty()) return ModelFolder::open(options.model);
  KARYO_TRY(const auto restoration, find_restoration(options.restoration));
  return put_before(options.model, restoration);
}

Result<void> run(const RestoreFirstOptions& options, Console& console) {
  if (options.remove && !options.restoration.empty()) {
    return Error(ErrorCode::kInvalidArgument, "a model to put in and --remove were both given",
                 "Take the old one out first, then put the new one in.");
  }
  KARYO_TRY(const auto model, changed(options));
  console.say(what_is(model));
  nlohmann::json result{{"model", options.model}, {"before", nullptr}};
  if (model.before) {
    result["before"] = before_name(model);
    result["before_kind"] = std::string(name_of(model.before->kind));
  }
  console.result(result);
  return {};
}

}  // namespace

void add_restore_first_command(Cli& cli) {
  auto options = std::make_shared<RestoreFirstOptions>();
  CLI::App* command = cli.add_command(
      "restore-first",
      "A restoration saved with a model that finds nuclei: images go through it first.\n"
      "The restoration is copied into the folder before/ of the model, and everything that "
      "predicts with the model begins with it. Without a second folder: what comes first now.",
      [options](Console& console) { return run(*options, console); });
  command->add_option("MODEL", options->model, "Folder of a StarDist model")->required();
  command->add_option("RESTORATION", options->restoration,
                      "Folder of the CARE or Noise2Void model that comes first, or of a model that "
                      "has one before it");
  command->add_flag("--remove", options->remove, "Take it out: images are taken as they are again");
}

}  // namespace karyo::cli
