// karyoscope track: objects linked through time.

#include <filesystem>
#include <utility>

#include "app/cli/commands.h"
#include "core/base/atomic_file.h"
#include "core/base/text.h"
#include "core/image/volume.h"
#include "core/io/image_io.h"
#include "core/io/image_names.h"
#include "core/track/ctc_result.h"
#include "core/track/track_measures.h"
#include "core/track/track_movie.h"

namespace karyo::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string images, labels, output;
  TrackingSettings settings;
  bool no_divisions = false;
};

/// A folder's TIFF and PNG files by name, or a file alone.
Result<std::vector<fs::path>> movie_files(const fs::path& path) {
  std::error_code failed;
  if (!fs::is_directory(path, failed)) return std::vector<fs::path>{path};
  KARYO_TRY(auto files, image_files(path));
  if (files.empty()) {
    return Error(ErrorCode::kNotFound, path.string() + " holds no images",
                 "Give a folder with a file a frame, named in their order.");
  }
  return files;
}

struct Movie {
  std::vector<FrameObjects> frames;
  std::vector<std::pair<fs::path, std::int64_t>> places;  ///< file and time in it, by frame
  std::vector<std::vector<TrackObject>> objects;
  VoxelGrid grid;
};

Result<Movie> read_movie(const Options& options, Console& console) {
  KARYO_TRY(const auto label_files, movie_files(options.labels));
  std::vector<fs::path> image_files;
  if (!options.images.empty()) {
    KARYO_TRY(image_files, movie_files(options.images));
    if (image_files.size() != label_files.size()) {
      return Error(ErrorCode::kBadFile,
                   options.images + " has " +
                       counted(static_cast<std::int64_t>(image_files.size()), "frame") + ", " +
                       options.labels + " has " + std::to_string(label_files.size()),
                   "Give one image for each label frame, in the same order of names.");
    }
  }
  Movie movie;
  for (std::size_t k = 0; k < label_files.size(); ++k) {
    if (interrupted()) return cancelled_error("Reading the movie");
    KARYO_TRY(const Volume labels, read_image(label_files[k]));
    Volume image;
    if (!image_files.empty()) {
      KARYO_TRY(image, read_image(image_files[k]));
    }
    if (k == 0)
      movie.grid = labels.grid.calibrated() || image_files.empty() ? labels.grid : image.grid;
    for (std::int64_t t = 0; t < labels.shape().t; ++t) {
      const std::string name = label_files[k].filename().string();
      auto frame = to_labels(labels, t);
      if (!frame) return frame.error().in(name);
      auto objects =
          frame_objects(frame->view(), movie.grid, image_files.empty() ? nullptr : &image, t);
      if (!objects) return objects.error().in(name);
      movie.objects.push_back(objects->objects);
      movie.frames.push_back(*std::move(objects));
      movie.places.emplace_back(label_files[k], t);
    }
    console.progress("reading", static_cast<std::int64_t>(k) + 1,
                     static_cast<std::int64_t>(label_files.size()),
                     {{"event", "read"}, {"file", k}});
  }
  return movie;
}

/// mask000.tif ..., each read again: a movie may be larger than memory.
Result<void> write_masks(const Movie& movie, const Tracking& tracking, const fs::path& output) {
  Volume labels;
  for (std::size_t t = 0; t < movie.places.size(); ++t) {
    const auto& [file, time] = movie.places[t];
    if (time == 0) {
      KARYO_TRY(labels, read_image(file));
    }
    KARYO_TRY(const LabelArray frame, to_labels(labels, time));
    KARYO_CHECK_OK(write_labels(output / ctc_mask_name(t),
                                by_track(frame.view(), movie.frames[t], tracking.tracks[t]),
                                movie.grid));
  }
  return {};
}

Result<void> track(Options options, Console& console) {
  options.settings.divisions = !options.no_divisions;
  KARYO_TRY(const Movie movie, read_movie(options, console));
  TaskControl control;
  KARYO_TRY(const Tracking tracking, track_objects(movie.objects, options.settings, control));
  const fs::path output = options.output;
  const double interval = movie.grid.frame_interval;
  KARYO_CHECK_OK(write_masks(movie, tracking, output));
  const auto save = [&](const char* name, const std::string& text) {
    return write_file_atomically(output / name, text);
  };
  KARYO_CHECK_OK(save("res_track.txt", format_ctc_tracks(tracking)));
  KARYO_CHECK_OK(
      save("tracks.csv", format_tracks(track_list(movie.objects, tracking, movie.grid))));
  KARYO_CHECK_OK(save("track_measures.csv",
                      format_track_measures(measure_tracks(movie.objects, tracking, interval))));
  KARYO_CHECK_OK(
      save("msd.csv", format_msd(mean_squared_displacement(movie.objects, tracking, interval))));
  KARYO_CHECK_OK(save("links.csv", format_links(tracking)));
  KARYO_CHECK_OK(save("trackmate.xml", format_trackmate(movie.objects, tracking, movie.grid)));
  std::int64_t daughters = 0;
  for (const auto& frame : tracking.links) {
    for (const TrackLink& link : frame) daughters += link.division ? 1 : 0;
  }
  const std::int64_t divisions = daughters / 2;
  console.say(counted(static_cast<std::int64_t>(tracking.parents.size()), "track") + ", " +
              counted(divisions, "division") + ", written to " + options.output);
  console.result({{"frames", movie.frames.size()},
                  {"tracks", tracking.parents.size()},
                  {"divisions", divisions},
                  {"output", options.output}});
  return {};
}

}  // namespace

void add_track_command(Cli& cli) {
  const auto options = std::make_shared<Options>();
  CLI::App* command =
      cli.add_command("track", "Objects linked through time, divisions included",
                      [options](Console& console) { return track(*options, console); });
  TrackingSettings& settings = options->settings;
  command->add_option("--labels", options->labels, "Folder of label frames, or one label movie")
      ->required();
  command->add_option("--images", options->images,
                      "Folder of the images they were made of: brightness tells objects apart");
  command
      ->add_option("--output", options->output,
                   "Folder for masks, res_track.txt, tracks.csv and the other tables")
      ->required();
  command->add_option("--search", settings.search,
                      "Farthest from the expected place, in the movie's unit; 0: from the data");
  command->add_option("--missing", settings.missing, "Frames that an object may be missing in");
  command->add_option("--end-cost", settings.end_cost,
                      "Of a track's end or beginning, in squared deviations");
  command->add_option("--division-cost", settings.division_cost,
                      "Added to a division, in squared deviations");
  command->add_flag("--no-divisions", options->no_divisions, "Nothing divides");
}

}  // namespace karyo::cli
