#include <memory>
#include <string>

#include "app/worker/commands.h"
#include "models/io/model_import.h"

namespace karyo::worker {
namespace {

struct ImportOptions {
  std::string from, to;
};

Result<void> run(const ImportOptions& options, cli::Console& console) {
  KARYO_TRY(const auto imported, import_model(options.from, options.to));
  const auto& folder = imported.folder;
  console.say((imported.name.empty() ? options.from : "\"" + imported.name + "\"") +
              " is now the model folder " + options.to + " (" + std::string(name_of(folder.kind)) +
              ")");
  for (const auto& sentence : imported.taken) console.say("taken: " + sentence);
  for (const auto& sentence : imported.left) console.say("left out: " + sentence);
  for (const auto& warning : folder.warnings) console.note("warning: " + warning);
  console.result({{"model", folder.path.string()},
                  {"kind", std::string(name_of(folder.kind))},
                  {"name", imported.name},
                  {"taken", imported.taken},
                  {"left", imported.left},
                  {"warnings", folder.warnings}});
  return {};
}

}  // namespace

void add_import_model_command(cli::Cli& command_line) {
  auto options = std::make_shared<ImportOptions>();
  auto* command = command_line.add_command(
      "import-model",
      "Make a model folder of a StarDist, CARE or N2V folder or bioimage.io package",
      [options](cli::Console& console) { return run(*options, console); });
  command->add_option("IN", options->from, "Folder or zip archive")->required();
  command->add_option("OUT", options->to, "Model folder to make")->required();
}

}  // namespace karyo::worker
