// Files of tracks, and labels numbered by them.

#include "app/layer_commands.h"
#include "app/track_commands.h"
#include "app/track_files.h"
#include "core/base/atomic_file.h"
#include "core/base/text.h"
#include "core/labels/ctc_tracks.h"

namespace karyo {
namespace {

using nlohmann::json;
using Kind = Argument::Kind;

const Argument kLayer = layer_argument();

/// Work on the tracks and, where there is one, the movie of labels that they were made of.
struct Sources {
  std::shared_ptr<const TrackList> tracks;
  VoxelGrid grid;
  std::optional<LabelMovie> movie;
};
Result<Sources> sources_for(const TrackDesk& desk, Workspace& workspace, const json& given) {
  Sources sources;
  std::shared_ptr<TracksLayer> layer = desk.layer();
  if (given.contains("layer")) {
    KARYO_TRY(auto* const named, target_as<TracksLayer>(workspace, given, "track", true));
    layer = std::dynamic_pointer_cast<TracksLayer>(
        workspace.layers().shared_at(workspace.layers().find(named)));
  }
  if (!layer) {
    return Error(ErrorCode::kNotFound, "there are no tracks",
                 "Track cells (menu Tracks), or open a file of tracks.");
  }
  sources.tracks = layer->look().data;
  sources.grid = workspace.layers().grid_of(*layer);
  const auto labels = labels_for(workspace, given, "labels");
  if (labels) sources.movie = label_movie(**labels, sources.grid, nullptr);
  if (!labels && given.contains("labels")) return labels.error();
  return sources;
}

const Argument kLabels{"labels", Kind::kText,
                       "layer of the labels that were tracked; the topmost movie when absent"};

Result<void> export_ctc(const TrackDesk& desk, Workspace& workspace, const json& given) {
  KARYO_TRY(Sources sources, sources_for(desk, workspace, given));
  if (!sources.movie) {
    return Error(ErrorCode::kNotFound, "no movie of labels is open",
                 "Tracks say where cells are and not their shape: open the labels that were "
                 "tracked.");
  }
  const std::string folder = given["folder"].get<std::string>();
  workspace.in_background([&workspace, sources = std::move(sources),
                           folder](TaskControl& control) -> Result<Workspace::Finish> {
    KARYO_CHECK_OK(write_ctc_result(*sources.movie, *sources.tracks, folder, control));
    return Workspace::Finish([&workspace, folder] {
      workspace.done.emit("label frames and res_track.txt in " + folder);
    });
  });
  return {};
}

Result<void> export_trackmate(const TrackDesk& desk, Workspace& workspace, const json& given) {
  KARYO_TRY(Sources sources, sources_for(desk, workspace, given));
  const std::string path = given["path"].get<std::string>();
  if (lower_ascii(std::filesystem::path(path).extension().string()) != ".xml") {
    return Error(ErrorCode::kInvalidArgument, "TrackMate opens files that end in .xml",
                 "End the file's name in .xml.");
  }
  workspace.in_background([&workspace, sources = std::move(sources),
                           path](TaskControl& control) -> Result<Workspace::Finish> {
    KARYO_CHECK_OK(write_trackmate(sources.movie, *sources.tracks, sources.grid, path, control));
    return Workspace::Finish([&workspace, path] { workspace.done.emit("tracks in " + path); });
  });
  return {};
}

/// NAME.csv, and NAME_msd.csv beside it.
Result<void> export_measures(const TrackDesk& desk, Workspace& workspace, const json& given) {
  KARYO_TRY(Sources sources, sources_for(desk, workspace, given));
  const std::filesystem::path path = given["path"].get<std::string>();
  if (lower_ascii(path.extension().string()) != ".csv") {
    return Error(ErrorCode::kInvalidArgument, "tables are saved as .csv",
                 "End the file's name in .csv.");
  }
  workspace.in_background([&workspace, sources = std::move(sources),
                           path](TaskControl& control) -> Result<Workspace::Finish> {
    control.report(0, "Measuring tracks");
    KARYO_TRY(const auto summary, summarise(sources.tracks, sources.grid, control));
    auto msd = path;
    msd.replace_filename(path.stem().string() + "_msd.csv");
    KARYO_CHECK_OK(write_file_atomically(path, format_track_measures(summary->measures)));
    KARYO_CHECK_OK(write_file_atomically(msd, format_msd(summary->msd)));
    return Workspace::Finish(
        [&workspace, path] { workspace.done.emit("tables in " + path.string()); });
  });
  return {};
}

/// Label frames and their tracks as two layers.
Result<void> open_ctc(Workspace& workspace, const json& given) {
  std::filesystem::path path = given["path"].get<std::string>();
  std::error_code failed;
  if (std::filesystem::is_directory(path, failed)) {
    const bool result = std::filesystem::exists(path / "res_track.txt", failed);
    path /= result ? "res_track.txt" : "man_track.txt";
  }
  workspace.in_background([&workspace, path](TaskControl& control) -> Result<Workspace::Finish> {
    KARYO_TRY(CtcMovie movie, read_ctc_movie(path, control));
    const std::string folder = path.parent_path().filename().string();
    auto labels =
        std::make_shared<LabelsLayer>(folder + " labels", std::move(movie.frames), movie.grid);
    auto tracks = std::make_shared<TracksLayer>(path.filename().string(), std::move(movie.tracks));
    labels->set_source({path.parent_path(), ""});
    tracks->set_source({path, ""});
    return Workspace::Finish([&workspace, labels, tracks] {
      const bool first = workspace.layers().empty();
      workspace.layers().add(labels);
      workspace.layers().add(tracks);
      workspace.history().accept();
      if (first) workspace.first_layer_opened.emit();
    });
  });
  return {};
}

Result<void> number_objects(const TrackDesk& desk, Workspace& workspace, const json& given) {
  KARYO_TRY(LabelsLayer* const labels, labels_for(workspace, given, "labels"));
  KARYO_TRY(Sources sources, sources_for(desk, workspace, given));
  return workspace.make(
      *labels, "by track",
      [sources = std::move(sources),
       name = labels->name()](TaskControl& control) -> Result<std::shared_ptr<Layer>> {
        KARYO_TRY(auto frames, labels_by_track(*sources.movie, *sources.tracks, control));
        return std::shared_ptr<Layer>(
            std::make_shared<LabelsLayer>(name, std::move(frames), sources.grid));
      });
}

}  // namespace

void add_track_file_commands(CommandTable& commands, Workspace& workspace,
                             const std::shared_ptr<TrackDesk>& desk) {
  const auto always = [] { return true; };
  commands.add({"tracks.open_ctc",
                "",
                "",
                "",
                "Opens a result or truth of the Cell Tracking Challenge: labels and tracks.",
                [&workspace](const json& given) { return open_ctc(workspace, given); },
                always,
                {},
                {{"path", Kind::kText, "res_track.txt, man_track.txt, or their folder", true}}});
  commands.add(
      {"tracks.export_ctc",
       "",
       "",
       "",
       "Writes labels and tracks as the Cell Tracking Challenge wants them.",
       [desk, &workspace](const json& given) { return export_ctc(*desk, workspace, given); },
       always,
       {},
       {{"folder", Kind::kText, "that gets mask000.tif ... and res_track.txt", true},
        kLayer,
        kLabels}});
  commands.add(
      {"tracks.export_trackmate",
       "",
       "",
       "",
       "Writes tracks as TrackMate's XML.",
       [desk, &workspace](const json& given) { return export_trackmate(*desk, workspace, given); },
       always,
       {},
       {{"path", Kind::kText, "NAME.xml", true}, kLayer, kLabels}});
  commands.add(
      {"tracks.export_measures",
       "",
       "",
       "",
       "Writes the table of tracks and their mean squared displacement as CSV.",
       [desk, &workspace](const json& given) { return export_measures(*desk, workspace, given); },
       always,
       {},
       {{"path", Kind::kText, "NAME.csv; NAME_msd.csv lies beside it", true}, kLayer}});
  commands.add(
      {"tracks.number_objects",
       "Tracks",
       "Number objects by their tracks",
       "",
       "Makes labels in which a cell keeps its number, and so its colour, along its track.",
       [desk, &workspace](const json& given) { return number_objects(*desk, workspace, given); },
       [desk, &workspace] {
         return desk->layer() != nullptr && labels_to_track(workspace) != nullptr;
       },
       {},
       {kLayer, kLabels}});
}

}  // namespace karyo
