#pragma once

/// Points and tracks as tables of text (CSV), both ways.
///
/// In memory a place is in voxels of a grid, corners at whole numbers: voxel i covers [i, i + 1).
/// In files, as napari writes them, whole numbers are the middles of voxels: reading adds 0.5,
/// writing takes it off. Numbers are read and written without regard to the locale.

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/result.h"
#include "core/image/world.h"

namespace karyo {

/// Coordinates and frames beyond these are refused: what a layer covers is counted in voxels.
inline constexpr double kMostCoordinate = 1e6;
inline constexpr std::int64_t kMostFrame = 1'000'000;
/// Rows of a table.
inline constexpr std::size_t kMostMarks = 10'000'000;

struct PointMark {
  WorldPoint at;        ///< voxels
  std::int64_t t = -1;  ///< frame from 0; -1: at every time
  std::string text;     ///< a class or a remark; UTF-8
  friend bool operator==(const PointMark&, const PointMark&) = default;
};
using PointList = std::vector<PointMark>;

/// Where a track is in one frame.
struct TrackPoint {
  std::int64_t id = 0, t = 0;
  WorldPoint at;  ///< voxels
  friend bool operator==(const TrackPoint&, const TrackPoint&) = default;
};
struct TrackList {
  std::vector<TrackPoint> points;                ///< by id, then by frame
  std::map<std::int64_t, std::int64_t> parents;  ///< of tracks that began by a division
  friend bool operator==(const TrackList&, const TrackList&) = default;
};

/// Reads a table, told by its columns: one called "track id" (track_id, trackid, id with t) makes
/// tracks, others points. Known are napari's index, axis-0, axis-1, ... (the last two, three or
/// four axes of t, z, y, x); z, y, x and t in any order; parent of tracks; text, class, label or
/// name of points. Without a header: z, y, x, or tracks as id, t, y, x and id, t, z, y, x. Errors:
/// kBadFile, naming the line; kNotFound, kTooLarge.
Result<std::variant<PointList, TrackList>> read_vector_table(const std::filesystem::path& path);
/// The same of text; `name` is for messages.
Result<std::variant<PointList, TrackList>> parse_vector_table(std::string_view text,
                                                              const std::string& name);

/// napari's layout: index, axis-0 (t, where some point has one), ... and text, where some has one.
std::string format_points(const PointList& points);
/// track_id, t, z, y, x, and parent where some track has one.
std::string format_tracks(const TrackList& tracks);

}  // namespace karyo
