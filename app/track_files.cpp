#include "app/track_files.h"

#include <algorithm>
#include <string>
#include <utility>

#include "core/base/atomic_file.h"
#include "core/filters/geometry.h"
#include "core/io/image_io.h"
#include "core/track/ctc_result.h"
#include "core/track/listed_tracks.h"
#include "core/track/track_measures.h"
#include "core/track/track_movie.h"

namespace karyo {
namespace {

/// How far work is, of 0 to 1.
double part(std::size_t done, std::size_t of) {
  return static_cast<double>(done) / static_cast<double>(std::max<std::size_t>(1, of));
}

/// One time of an image that stays in its file.
Result<Volume> frame_of(const PagedImage& pages, std::size_t t, TaskControl& control) {
  CropBox box = CropBox::all(pages.info().shape());
  box.first_t = static_cast<std::int64_t>(t);
  box.last_t = box.first_t + 1;
  box.last_c = 1;
  return crop(pages, box, control);
}

Result<FrameObjects> objects_in(const LabelMovie& movie, std::size_t t, TaskControl& control) {
  const LabelArray dense = movie.frames[t].to_dense();
  if (movie.pages) {
    KARYO_TRY(const Volume image, frame_of(*movie.pages, t, control));
    return frame_objects(dense.view(), movie.grid, &image, 0);
  }
  return frame_objects(dense.view(), movie.grid, movie.image.get(), static_cast<std::int64_t>(t));
}

/// What of the movie each frame's tracks are, by object; 0: no track's.
Result<std::vector<std::int64_t>> tracks_of(const ListedTracks& listed, std::size_t t,
                                            const FrameObjects& objects, const VoxelGrid& grid,
                                            std::size_t& found) {
  std::vector<std::int64_t> tracks(objects.ids.size(), 0);
  if (t >= listed.frames.size()) return tracks;
  const auto at = objects_at(listed.frames[t], objects.objects, grid);
  for (std::size_t i = 0; i < at.size(); ++i) {
    if (at[i] < 0) continue;
    tracks[static_cast<std::size_t>(at[i])] = listed.tracking.tracks[t][i];
    ++found;
  }
  return tracks;
}

Error no_objects() {
  return {ErrorCode::kInvalidArgument, "no place of the tracks is the middle of an object",
          "Choose the labels that were tracked; labels that were painted since have other middles, "
          "so track again."};
}

}  // namespace

LabelMovie label_movie(const LabelsLayer& labels, const VoxelGrid& grid, const ImageLayer* image) {
  LabelMovie movie;
  movie.grid = grid;
  for (std::int64_t t = 0; t < labels.shape().t; ++t) movie.frames.push_back(labels.labels(t));
  if (image != nullptr) {
    movie.image = image->shared_volume();
    movie.pages = image->pages();
  }
  return movie;
}

Result<TrackList> track_movie(const LabelMovie& movie, const TrackingSettings& settings,
                              TaskControl& control) {
  if (movie.frames.size() < 2) {
    return Error(ErrorCode::kInvalidArgument, "the labels have a single frame",
                 "Open a movie of labels: one file, or a folder of label frames.");
  }
  std::vector<std::vector<TrackObject>> frames;
  for (std::size_t t = 0; t < movie.frames.size(); ++t) {
    if (control.cancelled()) return cancelled_error("Tracking");
    control.report(part(t, movie.frames.size()), "Measuring cells");
    KARYO_TRY(FrameObjects found, objects_in(movie, t, control));
    frames.push_back(std::move(found.objects));
  }
  KARYO_TRY(const Tracking tracking, track_objects(frames, settings, control));
  return track_list(frames, tracking, movie.grid);
}

Result<std::vector<LabelVolume>> labels_by_track(const LabelMovie& movie, const TrackList& tracks,
                                                 TaskControl& control) {
  const ListedTracks listed = listed_tracks(tracks, movie.grid);
  std::vector<LabelVolume> frames;
  std::size_t found = 0;
  for (std::size_t t = 0; t < movie.frames.size(); ++t) {
    if (control.cancelled()) return cancelled_error("Numbering objects by their tracks");
    control.report(part(t, movie.frames.size()), "Numbering objects by their tracks");
    const LabelArray dense = movie.frames[t].to_dense();
    KARYO_TRY(const FrameObjects objects, frame_objects(dense.view(), movie.grid, nullptr, 0));
    KARYO_TRY(auto numbers, tracks_of(listed, t, objects, movie.grid, found));
    for (std::int64_t& number : numbers) {
      if (number > 0) number = listed.ids[static_cast<std::size_t>(number) - 1];
    }
    frames.push_back(LabelVolume::from_dense(by_track(dense.view(), objects, numbers).view()));
  }
  if (found == 0) return no_objects();
  return frames;
}

Result<void> write_ctc_result(const LabelMovie& movie, const TrackList& tracks,
                              const std::filesystem::path& folder, TaskControl& control) {
  const ListedTracks listed = listed_tracks(tracks, movie.grid, true);
  if (listed.frames.size() > movie.frames.size()) {
    return Error(ErrorCode::kInvalidArgument,
                 "the tracks last for " + std::to_string(listed.frames.size()) +
                     " frames, the labels for " + std::to_string(movie.frames.size()),
                 "Choose the labels that were tracked.");
  }
  std::size_t found = 0;
  for (std::size_t t = 0; t < movie.frames.size(); ++t) {
    if (control.cancelled()) return cancelled_error("Writing label frames");
    control.report(part(t, movie.frames.size()), "Writing label frames");
    const LabelArray dense = movie.frames[t].to_dense();
    KARYO_TRY(const FrameObjects objects, frame_objects(dense.view(), movie.grid, nullptr, 0));
    KARYO_TRY(const auto numbers, tracks_of(listed, t, objects, movie.grid, found));
    if (t + 1 == movie.frames.size() && found == 0) return no_objects();
    KARYO_CHECK_OK(write_labels(folder / ctc_mask_name(t), by_track(dense.view(), objects, numbers),
                                movie.grid));
  }
  return write_file_atomically(folder / "res_track.txt", format_ctc_tracks(listed.tracking));
}

Result<void> write_trackmate(const std::optional<LabelMovie>& movie, const TrackList& tracks,
                             const VoxelGrid& grid, const std::filesystem::path& path,
                             TaskControl& control) {
  ListedTracks listed = listed_tracks(tracks, grid);
  for (std::size_t t = 0; movie && t < std::min(movie->frames.size(), listed.frames.size()); ++t) {
    if (control.cancelled()) return cancelled_error("Writing tracks");
    control.report(part(t, movie->frames.size()), "Writing tracks");
    const LabelArray dense = movie->frames[t].to_dense();
    KARYO_TRY(const FrameObjects objects, frame_objects(dense.view(), grid, nullptr, 0));
    const auto at = objects_at(listed.frames[t], objects.objects, grid);
    for (std::size_t i = 0; i < at.size(); ++i) {
      if (at[i] >= 0) {
        listed.frames[t][i].size = objects.objects[static_cast<std::size_t>(at[i])].size;
      }
    }
  }
  return write_file_atomically(path, format_trackmate(listed.frames, listed.tracking, grid));
}

}  // namespace karyo
