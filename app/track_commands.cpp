// Tracking, corrections by hand, links to be looked at.

#include <algorithm>
#include <cmath>

#include "app/layer_commands.h"
#include "app/picture_part.h"
#include "app/track_commands.h"
#include "app/track_files.h"
#include "core/track/track_edit.h"

namespace karyo {
namespace {

using nlohmann::json;
using Kind = Argument::Kind;
using DeskPointer = std::shared_ptr<TrackDesk>;

const Argument kLayer = layer_argument();

std::vector<Argument> tracking_arguments() {
  const TrackingSettings standard;
  return {
      {"search", Kind::kNumber,
       "How far a cell may be from where it is expected, in the movie's unit; 0: 1.2 times the "
       "distance of neighbours",
       false, json(0.0), 0, 1e6},
      {"missing", Kind::kNumber, "Frames that a cell may be lost for", false, json(0), 0, 5},
      {"divisions", Kind::kBool, "Cells may divide", false, json(true)},
      {"brightness", Kind::kBool, "Brightness in the image tells cells apart", false, json(true)},
      {"end_cost", Kind::kNumber,
       "What it costs that a track ends or begins: higher joins more, lower cuts more", false,
       json(standard.end_cost), 0.5, 1000},
      {"division_cost", Kind::kNumber,
       "What it costs that a cell divides: higher finds fewer divisions", false,
       json(standard.division_cost), 0, 1000}};
}

Result<void> track(const DeskPointer& desk, Workspace& workspace, const json& given) {
  KARYO_TRY(LabelsLayer* const labels, labels_for(workspace, given, "layer"));
  TrackingSettings settings;
  settings.search = given.value("search", settings.search);
  settings.divisions = given.value("divisions", settings.divisions);
  settings.missing = std::lround(given.value("missing", 0.0));
  settings.end_cost = given.value("end_cost", settings.end_cost);
  settings.division_cost = given.value("division_cost", settings.division_cost);
  const VoxelGrid grid = workspace.layers().grid_of(*labels);
  const ImageLayer* image =
      given.value("brightness", true) ? image_of_movie(workspace, *labels) : nullptr;
  desk->clear_selection();
  return workspace.make(*labels, "tracks",
                        [movie = label_movie(*labels, grid, image),
                         settings](TaskControl& control) -> Result<std::shared_ptr<Layer>> {
                          KARYO_TRY(TrackList tracks, track_movie(movie, settings, control));
                          return std::shared_ptr<Layer>(std::make_shared<TracksLayer>(
                              "tracks", std::move(tracks), movie.grid));
                        });
}

/// The layer that is named, else the desk's; not a locked one.
Result<TracksLayer*> tracks_for(const TrackDesk& desk, Workspace& workspace, const json& given) {
  if (given.contains("layer")) return target_as<TracksLayer>(workspace, given, "track");
  const auto layer = desk.layer();
  if (!layer) {
    return Error(ErrorCode::kNotFound, "there are no tracks",
                 "Track cells (menu Tracks), or open a file of tracks.");
  }
  return target_as<TracksLayer>(workspace, {{"layer", layer->name()}}, "track");
}

/// [track, frame] of an argument, else what is selected.
Result<TrackPlace> place_from(const json& given, const char* name,
                              const std::optional<TrackPlace>& selected) {
  if (given.contains(name)) {
    const auto numbers = given[name].get<std::vector<double>>();
    const bool good = numbers.size() == 2 && numbers[0] == std::floor(numbers[0]) &&
                      numbers[1] == std::floor(numbers[1]) && std::abs(numbers[0]) < 9e15 &&
                      std::abs(numbers[1]) < 9e15;
    if (!good) {
      return Error(ErrorCode::kInvalidArgument, std::string(name) + " is no place of a track",
                   "Give two whole numbers: the track and the frame, counted from 0.");
    }
    return TrackPlace{static_cast<std::int64_t>(numbers[0]), static_cast<std::int64_t>(numbers[1])};
  }
  if (selected) return *selected;
  return Error(
      ErrorCode::kInvalidArgument, "no cell is selected",
      std::string(name) == "from"
          ? "Select the earlier cell and choose Start a link here, then select the later one."
          : "Click a cell with the tool for tracks, or in the tree of tracks.");
}

/// A correction that takes one cell, the selected one.
using Correction = std::function<Result<TrackList>(const TrackList&, const TrackPlace&)>;
/// One that takes an earlier and a later one.
using Joining =
    std::function<Result<TrackList>(const TrackList&, const TrackPlace&, const TrackPlace&)>;

/// Puts what `change` makes of the tracks in their place, as one step of undo.
Result<void> change_tracks(TrackDesk& desk, Workspace& workspace, const json& given,
                           const std::function<Result<TrackList>(const TrackList&)>& change) {
  KARYO_TRY(TracksLayer* const layer, tracks_for(desk, workspace, given));
  KARYO_TRY(TrackList changed, change(*layer->look().data));
  desk.put(*layer, std::move(changed));
  return {};
}

void add_correction(CommandTable& commands, Workspace& workspace, const DeskPointer& desk,
                    const char* id, const char* title, const char* key, const char* help,
                    Correction correct) {
  commands.add(
      {id,
       "Tracks",
       title,
       key,
       help,
       [desk, &workspace, correct](const json& given) -> Result<void> {
         return change_tracks(
             *desk, workspace, given, [&](const TrackList& list) -> Result<TrackList> {
               KARYO_TRY(const TrackPlace at, place_from(given, "at", desk->selected()));
               return correct(list, at);
             });
       },
       [desk] { return desk->selected().has_value(); },
       {},
       {kLayer, {"at", Kind::kNumbers, "track and frame from 0; the selected cell when absent"}}});
}

void add_joining(CommandTable& commands, Workspace& workspace, const DeskPointer& desk,
                 const char* id, const char* title, const char* key, const char* help,
                 Joining join) {
  commands.add(
      {id,
       "Tracks",
       title,
       key,
       help,
       [desk, &workspace, join](const json& given) -> Result<void> {
         KARYO_CHECK_OK(change_tracks(
             *desk, workspace, given, [&](const TrackList& list) -> Result<TrackList> {
               KARYO_TRY(const TrackPlace from, place_from(given, "from", desk->mark()));
               KARYO_TRY(const TrackPlace to, place_from(given, "to", desk->selected()));
               return join(list, from, to);
             }));
         desk->set_mark({});
         return {};
       },
       [desk] { return desk->mark() && desk->selected() && desk->mark() != desk->selected(); },
       {},
       {kLayer,
        {"from", Kind::kNumbers, "track and frame from 0; where a link was started when absent"},
        {"to", Kind::kNumbers, "track and frame; the selected cell when absent"}}});
}

void add_corrections(CommandTable& commands, Workspace& workspace, const DeskPointer& desk) {
  commands.add({"tracks.mark", "Tracks", "Start a link here", "Ctrl+Shift+B",
                "The selected cell is where the next link or division begins.",
                [desk](const json&) -> Result<void> {
                  desk->set_mark(desk->selected());
                  return {};
                },
                [desk] { return desk->selected().has_value(); }});
  add_joining(commands, workspace, desk, "tracks.link", "Link to this cell", "Ctrl+Shift+L",
              "The cell where a link was started goes on as the selected one. What led there "
              "before is cut: cells never merge.",
              link_places);
  add_joining(commands, workspace, desk, "tracks.divide", "Make it the second daughter", "",
              "The cell where a link was started divides: the selected one is its second daughter, "
              "beside what it goes on as.",
              add_division);
  add_correction(commands, workspace, desk, "tracks.unlink", "Cut the link to this cell",
                 "Ctrl+Shift+U", "Nothing leads to the selected cell any more: a track begins.",
                 unlink_place);
  add_correction(commands, workspace, desk, "tracks.delete_place", "Delete this place", "",
                 "Takes the selected place out of its track, which goes on over the gap.",
                 delete_place);
  add_correction(
      commands, workspace, desk, "tracks.delete", "Delete track", "",
      "Takes the selected track away; its daughters stand alone then.",
      [](const TrackList& list, const TrackPlace& at) { return delete_track(list, at.track); });
  commands.add({"tracks.number",
                "",
                "",
                "",
                "Gives a track another number.",
                [desk, &workspace](const json& given) -> Result<void> {
                  return change_tracks(
                      *desk, workspace, given, [&](const TrackList& list) -> Result<TrackList> {
                        KARYO_TRY(const TrackPlace at, place_from(given, "at", desk->selected()));
                        return number_track(list, at.track,
                                            std::llround(given["number"].get<double>()));
                      });
                },
                [] { return true; },
                {},
                {kLayer,
                 {"number", Kind::kNumber, "that no track has yet", true, {}, 1, 9e15},
                 {"at", Kind::kNumbers, "track and frame; the selected one when absent"}},
                false,
                "number track"});
}

void add_looking(CommandTable& commands, Workspace& workspace, const DeskPointer& desk) {
  commands.add({"tracks.select",
                "",
                "",
                "",
                "Selects a cell of a track and goes there, in place and time.",
                [desk, &workspace](const json& given) -> Result<void> {
                  if (given.contains("layer")) {
                    KARYO_TRY(auto* const layer,
                              target_as<TracksLayer>(workspace, given, "track", true));
                    workspace.layers().select(layer);
                  }
                  KARYO_TRY(const TrackPlace at, place_from(given, "at", {}));
                  return desk->select(at);
                },
                [] { return true; },
                {},
                {kLayer, {"at", Kind::kNumbers, "track and frame from 0", true}}});
  const auto some = [desk] { return !desk->doubts().empty(); };
  commands.add({"tracks.next_doubt", "Tracks", "Next doubtful link", "Ctrl+Shift+N",
                "Goes to the next link that may be wrong, the most doubtful first.",
                [desk](const json&) {
                  const auto here = desk->doubt_here();
                  const bool more = here && *here + 1 < desk->doubts().size();
                  return desk->go_to_doubt(more ? *here + 1 : 0);
                },
                some});
  commands.add({"tracks.previous_doubt", "Tracks", "Previous doubtful link", "",
                "Goes back to the link before.",
                [desk](const json&) {
                  const auto here = desk->doubt_here();
                  return desk->go_to_doubt(here && *here > 0 ? *here - 1 : 0);
                },
                some});
  commands.add({"tracks.accept", "Tracks", "Accept this link", "Ctrl+Shift+Return",
                "The link to the selected cell is right: takes it off the list and goes to the "
                "next.",
                [desk](const json&) -> Result<void> {
                  const auto here = desk->doubt_here();
                  if (!here) return desk->go_to_doubt(0);
                  desk->accept_doubt(*here);
                  if (desk->doubts().empty()) return {};
                  return desk->go_to_doubt(std::min(*here, desk->doubts().size() - 1));
                },
                some});
}

}  // namespace

Result<LabelsLayer*> labels_for(Workspace& workspace, const json& given, const char* argument) {
  LayerList& layers = workspace.layers();
  LabelsLayer* found = nullptr;
  const std::string name = given.value(argument, "");
  for (int i = 0; i < layers.count(); ++i) {
    auto* labels = dynamic_cast<LabelsLayer*>(&layers.at(i));
    if (labels == nullptr) continue;
    if (!name.empty() ? labels->name() == name : labels->shape().t > 1) found = labels;
    if (name.empty() && labels == layers.selected() && labels->shape().t > 1) break;
  }
  if (found != nullptr) return found;
  return Error(ErrorCode::kNotFound,
               name.empty() ? "no movie of labels is open" : name + " is no layer of labels",
               "Open a file or a folder of label frames, or have a model find the cells first.");
}

LabelsLayer* labels_to_track(Workspace& workspace) {
  const auto labels = labels_for(workspace, json::object(), "layer");
  return labels ? *labels : nullptr;
}

const ImageLayer* image_of_movie(Workspace& workspace, const LabelsLayer& labels) {
  const auto image = image_under(workspace, json::object(), labels);
  return image && (*image)->shape().t >= labels.shape().t ? *image : nullptr;
}

std::shared_ptr<TrackDesk> add_track_commands(CommandTable& commands, Workspace& workspace) {
  auto desk = std::make_shared<TrackDesk>(workspace);
  std::vector<Argument> arguments = tracking_arguments();
  arguments.push_back(kLayer);
  commands.add({"tracks.track",
                "",
                "",
                "",
                "Links the objects of a movie of labels through time.",
                [desk, &workspace](const json& given) { return track(desk, workspace, given); },
                [] { return true; },
                {},
                std::move(arguments)});
  add_corrections(commands, workspace, desk);
  add_looking(commands, workspace, desk);
  add_track_file_commands(commands, workspace, desk);
  return desk;
}

}  // namespace karyo
