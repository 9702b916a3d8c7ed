#pragma once

/// Tracks as a layer of them holds (TrackList: places by track), and as tracking makes them
/// (Tracking: objects by frame), each made of the other: what is edited in the window is measured
/// and written by the same functions as what tracking found.

#include <cstdint>
#include <span>
#include <vector>

#include "core/io/vector_tables.h"
#include "core/track/tracking.h"

namespace karyo {

/// One place of a track.
struct TrackPlace {
  std::int64_t track = 0, frame = 0;
  friend bool operator==(const TrackPlace&, const TrackPlace&) = default;
};

/// A track within a list.
struct TrackSpan {
  std::int64_t id = 0;
  std::size_t first = 0, end = 0;     ///< its points, half open; at least one
  std::int64_t begins = 0, ends = 0;  ///< frames, both included
  std::int64_t parent = -1;           ///< place in spans(); -1: none
  std::vector<std::size_t> children;  ///< places in spans()
};

/// Finds tracks and places of a list, which must outlive it. A parent that is no track of the list,
/// or has not ended when its child begins, is taken for none: lists come from files.
class TrackIndex {
 public:
  explicit TrackIndex(const TrackList& list);
  const std::vector<TrackSpan>& spans() const { return spans_; }  ///< by id
  /// Null where there is none.
  const TrackSpan* find(std::int64_t id) const;
  const TrackPoint* find(const TrackPlace& place) const;
  /// Where the track is in this frame, else where it was last before it, else where it begins.
  const TrackPoint& nearest(const TrackSpan& span, std::int64_t frame) const;

 private:
  const TrackList& list_;
  std::vector<TrackSpan> spans_;
};

struct ListedTracks {
  std::vector<std::vector<TrackObject>> frames;  ///< places in the grid's unit; size 0
  Tracking tracking;                             ///< tracks numbered from 1 by their ids
  std::vector<std::int64_t> ids;                 ///< by track - 1: the number in the list
};

/// `split_gaps`: a track with missing frames becomes several, each the next one's parent, as the
/// Cell Tracking Challenge has it; else its link passes over them. Time: linear.
ListedTracks listed_tracks(const TrackList& list, const VoxelGrid& grid, bool split_gaps = false);

/// For each place of one frame the object at that place; -1: none within a hundredth of a voxel.
std::vector<std::int64_t> objects_at(const std::vector<TrackObject>& places,
                                     const std::vector<TrackObject>& objects,
                                     const VoxelGrid& grid);

/// A branch of the tree of tracks: a line from its first frame to its last, in a row of its own.
struct LineageBranch {
  std::int64_t id = 0, first = 0, last = 0;
  double row = 0;            ///< from 0; of a mother, midway between her outer daughters
  std::int64_t parent = -1;  ///< place among the branches; -1: none
};
/// Mothers before daughters. Families stand under each other by first frame and number; no row is
/// taken twice.
std::vector<LineageBranch> lineage_of(const TrackIndex& tracks);
/// Only the family that this track belongs to.
std::vector<LineageBranch> family_of(const std::vector<LineageBranch>& all, std::int64_t id);

}  // namespace karyo
