#include <algorithm>
#include <memory>
#include <optional>
#include <string>

#include "app/cli/commands.h"
#include "app/comparison.h"
#include "app/gui_library.h"
#include "app/layer_commands.h"
#include "app/macro.h"
#include "app/mask_preview.h"
#include "app/measured_objects.h"
#include "app/track_desk.h"
#include "app/training_run.h"

namespace karyo::cli {
namespace {

/// With files, layers and settings alone: no window is needed for it.
Result<void> run_light(const CommandTable& commands, const std::vector<MacroStep>& steps,
                       Workspace& workspace, Console& console) {
  std::optional<Error> failure;
  const auto watch = workspace.failed.connect([&](const Error& error) {
    if (!failure) failure = error;
  });
  const auto history = keep_history(commands, workspace.history());
  const auto settled = settle_before(commands, workspace);
  const auto said = workspace.done.connect([&](const std::string& text) { console.say(text); });
  return run_macro(commands, steps, [&]() -> Result<void> {
    workspace.finish_jobs();  // the next step needs what this one opened
    workspace.training().wait();
    if (failure) return *failure;
    if (const auto& failed = workspace.training().failure()) return *failed;
    return {};
  });
}

}  // namespace

void add_run_command(Cli& cli) {
  auto script = std::make_shared<std::string>();
  auto* command = cli.add_command(
      "run", "Do a recorded macro again, without a display",
      [script](Console& console) -> Result<void> {
        KARYO_TRY(const auto steps, read_macro(*script));
        Workspace workspace;
        CommandTable commands;
        add_workspace_commands(commands, workspace);
        add_compare_commands(commands, workspace);
        add_measured_object_commands(commands, workspace);
        add_track_commands(commands, workspace);
        const bool light = std::all_of(steps.begin(), steps.end(), [&](const MacroStep& step) {
          return commands.find(step.command) != nullptr;
        });
        if (light) {
          KARYO_CHECK_OK(run_light(commands, steps, workspace, console));
        } else {
          GuiRequest request;
          request.macro = *script;
          KARYO_CHECK_OK(run_gui(request));
        }
        console.say("did " + std::to_string(steps.size()) +
                    (steps.size() == 1 ? " step" : " steps"));
        console.result({{"steps", steps.size()}});
        return {};
      });
  command->add_option("script", *script, "Macro file (.json)")->required();
}

}  // namespace karyo::cli
