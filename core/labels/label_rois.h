#pragma once

/// Labels as ImageJ regions, and regions as labels.
///
/// Each label makes one ROI in each slice it occurs in: a traced outline along pixel corners, or a
/// composite where it has several pieces or holes there. Labels -> ROIs -> labels is exact for
/// every image, whatever its ids.
///
/// Names  "label-00012", on stacks "0007-label-00012" (slice 7, counted from 1; ImageJ's own names
///        begin with the slice too). The id is also a property ("label: 12"), so that it survives
///        renaming in ImageJ's manager.

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/image/volume_view.h"
#include "core/io/imagej_roi.h"
#include "core/segment/wand.h"

namespace karyo {

/// Ordered by slice, then by label.
std::vector<Roi> rois_from_labels(LabelView labels);

/// Ties the ROIs of frame `t` of a movie (from 0) to it, as positions of a hyperstack; `slices`: of
/// one frame. Names begin with the frame then: "t0003-label-00012".
void place_in_time(std::vector<Roi>& rois, std::int64_t t, std::int64_t slices);

/// Those of one frame (from 0) of a movie of so many, tied to it where there are several.
std::vector<Roi> rois_from_frame(LabelView labels, std::int64_t t, std::int64_t frames);

/// The outlines of every label in one slice, holes' too.
std::map<std::uint32_t, std::vector<Outline>> label_outlines(LabelView labels, std::int64_t z);

struct DrawnRois {
  LabelArray labels;
  std::int64_t objects = 0;         ///< different labels with at least one voxel
  std::int64_t drawn = 0;           ///< ROIs that covered at least one voxel
  std::vector<std::string> notes;   ///< what was left out or guessed, for people
};

/// Fills each ROI's pixels (centres inside, as ImageJ fills) in its slice, later ones over earlier
/// ones; a ROI tied to no slice is drawn in all. Ids: the property or name written by
/// rois_from_labels; else, where all names are "SLICE-NUMBER", that number; else the next free
/// number in the order of the set. Lines, points and text have no area and are left out.
/// Errors: kInvalidArgument for an empty or too large `shape`.
Result<DrawnRois> labels_from_rois(std::span<const Roi> rois, Index3 shape);

/// The smallest (Z, Y, X) that holds the ROIs; at least (1, 1, 1).
Index3 shape_holding(std::span<const Roi> rois);

}  // namespace karyo
