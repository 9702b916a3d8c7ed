#include "app/dataset_session.h"
#include "app/layer_commands.h"
#include "app/session.h"

namespace karyo {
namespace {

using nlohmann::json;
using Kind = Argument::Kind;

std::vector<std::filesystem::path> paths_of(const json& list) {
  std::vector<std::filesystem::path> paths;
  for (const json& path : list) paths.emplace_back(path.get<std::string>());
  return paths;
}

Result<OpenAs> open_as(const json& arguments) {
  const std::string as = arguments.value("as", "guess");
  if (as == "guess") return OpenAs::kGuess;
  if (as == "image") return OpenAs::kImage;
  if (as == "labels") return OpenAs::kLabels;
  return Error(ErrorCode::kInvalidArgument, "files cannot be opened as \"" + as + "\"",
               "Use guess, image or labels.");
}

}  // namespace

void add_file_commands(CommandTable& commands, Workspace& workspace) {
  const auto always = [] { return true; };
  const auto something = [&workspace] { return !workspace.layers().empty(); };
  commands.add(
      {"file.open_files",
       "",
       "",
       "",
       "Opens images and masks.",
       [&workspace](const json& arguments) -> Result<void> {
         KARYO_TRY(const OpenAs as, open_as(arguments));
         workspace.open(paths_of(arguments["files"]), as);
         return {};
       },
       always,
       {},
       {{"files", Kind::kTexts, "paths", true}, {"as", Kind::kText, "guess, image or labels"}}});
  commands.add({"file.open_sequence",
                "",
                "",
                "",
                "Opens a folder of images as one.",
                [&workspace](const json& arguments) -> Result<void> {
                  std::vector<io::SequenceAxis> axes;
                  for (const json& name : arguments.value("axes", json::array())) {
                    KARYO_TRY(const auto axis, io::sequence_axis_from(name.get<std::string>()));
                    axes.push_back(axis);
                  }
                  workspace.open_sequence(arguments["path"].get<std::string>(), std::move(axes));
                  return {};
                },
                always,
                {},
                {{"path", Kind::kText, "folder", true},
                 {"axes", Kind::kTexts, "t, z or c for each number in the names; as guessed"}}});
  commands.add({"file.sample", "File", "Try the sample", "",
                "Opens a made-up stack of nuclei with its labels, to look around without data.",
                [&workspace](const json&) -> Result<void> {
                  workspace.open_sample();
                  return {};
                }});
  commands.add({"file.save_layer",
                "",
                "",
                "",
                "Writes a layer: pixels as TIFF or NRRD, points and tracks as CSV, shapes as ZIP.",
                [&workspace](const json& arguments) -> Result<void> {
                  KARYO_TRY(Layer* const layer, target_layer(workspace, arguments, true));
                  return workspace.save_layer(*layer, arguments["path"].get<std::string>());
                },
                [&workspace] { return workspace.layers().selected() != nullptr; },
                {},
                {layer_argument(), {"path", Kind::kText, "file to write", true}}});
  commands.add({"file.save_session_as",
                "",
                "",
                "",
                "Keeps what is open in a session file.",
                [&workspace](const json& arguments) -> Result<void> {
                  const std::filesystem::path path = arguments["path"].get<std::string>();
                  std::vector<std::string> left_out;
                  KARYO_CHECK_OK(save_session(path, workspace, &left_out));
                  std::string said = "Saved " + path.string();
                  for (const auto& name : left_out)
                    said += "; without " + name + ", which is in no file";
                  workspace.done.emit(said);
                  return {};
                },
                something,
                {},
                {{"path", Kind::kText, "file to write", true}}});
  commands.add({"file.open_session",
                "",
                "",
                "",
                "Opens what a session file keeps.",
                [&workspace](const json& arguments) {
                  return open_session(arguments["path"].get<std::string>(), workspace);
                },
                always,
                {},
                {{"path", Kind::kText, "session file", true}}});
  commands.add({"file.close_all", "File", "Close all layers", "Ctrl+Shift+W",
                "Empties the window. Files stay as they are.",
                [&workspace](const json&) -> Result<void> {
                  workspace.layers().clear();
                  return {};
                },
                something});
  commands.add({"edit.undo", "Edit", "Undo", "Ctrl+Z", "Takes the last change of layers back.",
                [&workspace](const json&) -> Result<void> {
                  if (!workspace.history().can_undo()) return workspace.dataset().undo_elsewhere();
                  workspace.history().undo();
                  return {};
                },
                [&workspace] {
                  return workspace.history().can_undo() || workspace.dataset().can_undo_elsewhere();
                }});
  commands.add({"edit.redo", "Edit", "Redo", "Ctrl+Shift+Z", "Does again what was taken back.",
                [&workspace](const json&) -> Result<void> {
                  if (!workspace.history().can_redo()) return workspace.dataset().redo_elsewhere();
                  workspace.history().redo();
                  return {};
                },
                [&workspace] {
                  return workspace.history().can_redo() || workspace.dataset().can_redo_elsewhere();
                }});
}

}  // namespace karyo
