// A folder of images that is annotated, one after the other.

#include <cmath>

#include "app/dataset_session.h"
#include "app/layer_commands.h"

namespace karyo {
namespace {

using nlohmann::json;
using Kind = Argument::Kind;

/// The image that the argument "image" names, else the one that is open.
Result<int> image_from(const DatasetSession& dataset, const json& arguments) {
  const std::string name = arguments.value("image", "");
  const int place = name.empty() ? dataset.current() : dataset.find(name);
  if (place < 0) {
    return Error(
        ErrorCode::kNotFound,
        name.empty() ? "no image of a folder is open" : "the folder has no image \"" + name + "\"",
        name.empty() ? "Open a folder with Annotate › Open folder to annotate."
                     : "Give the name of one of its files, without the ending.");
  }
  return place;
}

void add_state_commands(CommandTable& commands, Workspace& workspace) {
  DatasetSession& dataset = workspace.dataset();
  const auto here = [&dataset] { return dataset.current() >= 0; };
  const Argument image{"image", Kind::kText,
                       "its file's name without the ending; else the open one"};
  const auto state = [&](ImageState wanted, const char* title, const char* keys, const char* help) {
    commands.add({"dataset.mark_" + std::string(name_of(wanted)),
                  "Annotate",
                  title,
                  keys,
                  help,
                  [&dataset, wanted](const json& arguments) -> Result<void> {
                    KARYO_TRY(const int place, image_from(dataset, arguments));
                    dataset.set_state(place, wanted);
                    return {};
                  },
                  here,
                  [&dataset, wanted] {
                    return dataset.current_item() != nullptr &&
                           dataset.current_item()->state == wanted;
                  },
                  {image}});
  };
  state(ImageState::kDone, "Mark as done", "Ctrl+D", "Nothing is left to be done for this image.");
  state(ImageState::kNeedsReview, "Mark for review", "Ctrl+Alt+D",
        "Somebody should look at this image again.");
  state(ImageState::kExcluded, "Leave this image out", "",
        "It is neither gone through nor counted; its files stay.");
  state(ImageState::kInProgress, "Mark as in progress", "", "Takes another mark away.");
  commands.add({"dataset.done_and_next", "Annotate", "Done, next image", "Shift+D",
                "Saves the mask, marks the image as done and opens the next.",
                [&dataset, &workspace](const json&) -> Result<void> {
                  KARYO_TRY(const int place, image_from(dataset, json::object()));
                  KARYO_CHECK_OK(dataset.save(false, true));
                  dataset.set_state(place, ImageState::kDone);
                  if (dataset.opening() || dataset.has_next()) return dataset.step(1);
                  workspace.done.emit("This was the last image");
                  return {};
                },
                here});
}

}  // namespace

void add_dataset_commands(CommandTable& commands, Workspace& workspace) {
  DatasetSession& dataset = workspace.dataset();
  const auto open = [&dataset] { return dataset.is_open(); };
  commands.add({"dataset.open",
                "",
                "",
                "",
                "Opens a folder of images to annotate them.",
                [&dataset](const json& arguments) -> Result<void> {
                  KARYO_CHECK_OK(dataset.open(arguments["path"].get<std::string>()));
                  return dataset.resume();
                },
                [] { return true; },
                {},
                {{"path", Kind::kText, "the folder, or one that has images/", true}}});
  commands.add({"dataset.next", "Annotate", "Next image", "D",
                "Saves the mask and opens the next image of the folder.",
                [&dataset](const json&) { return dataset.step(1); }, open});
  commands.add({"dataset.previous", "Annotate", "Previous image", "A",
                "Saves the mask and opens the image before this one.",
                [&dataset](const json&) { return dataset.step(-1); }, open});
  commands.add({"dataset.next_doubtful", "Annotate", "Image that the model doubts most", "",
                "Opens the one with most objects that the model was unsure of, and that is not "
                "done: there correcting teaches it most.",
                [&dataset](const json&) { return dataset.go_to_most_doubtful(); }, open});
  commands.add({"dataset.go_to",
                "",
                "",
                "",
                "Opens an image of the folder.",
                [&dataset](const json& arguments) -> Result<void> {
                  KARYO_TRY(const int place, image_from(dataset, arguments));
                  return dataset.go_to(place);
                },
                open,
                {},
                {{"image", Kind::kText, "its file's name without the ending", true}}});
  commands.add({"dataset.save",
                "Annotate",
                "Save mask",
                "",
                "Writes the mask under the image's name into masks/. It is also saved whenever "
                "another image is opened.",
                [&dataset](const json& arguments) {
                  return dataset.save(arguments.value("rois", false), true);
                },
                open,
                {},
                {{"rois", Kind::kBool, "a RoiSet.zip beside it as well"}}});
  commands.add({"dataset.save_rois", "Annotate", "Save mask and RoiSet.zip", "",
                "Writes the mask, and its objects as ImageJ's regions beside it.",
                [&dataset](const json&) { return dataset.save(true, true); }, open});
  add_state_commands(commands, workspace);
  commands.add({"dataset.pick",
                "",
                "",
                "",
                "Chooses images by chance; the others are passed over.",
                [&dataset](const json& arguments) -> Result<void> {
                  dataset.pick(static_cast<std::size_t>(arguments["count"].get<double>()),
                               static_cast<std::uint64_t>(arguments.value("seed", 1.0)));
                  return {};
                },
                open,
                {},
                {{"count", Kind::kNumber, "how many; 0: all", true, {}, 0, 1e6},
                 {"seed", Kind::kNumber, "the same seed chooses the same images", false, json(1), 0,
                  4294967295.0}}});
  commands.add({"dataset.show",
                "",
                "",
                "",
                "Goes through the images of one state alone.",
                [&dataset](const json& arguments) -> Result<void> {
                  const std::string name = arguments.value("state", "");
                  std::optional<ImageState> state;
                  if (!name.empty()) {
                    KARYO_TRY(state, image_state_from(name));
                  }
                  dataset.show_only(state);
                  return {};
                },
                open,
                {},
                {{"state", Kind::kText,
                  "untouched, in_progress, done, needs_review or excluded; "
                  "else all but the excluded"}}});
  commands.add({"dataset.close", "Annotate", "Close the folder", "",
                "Saves the mask and closes the folder's images.",
                [&dataset](const json&) { return dataset.close(); }, open});
}

}  // namespace karyo
