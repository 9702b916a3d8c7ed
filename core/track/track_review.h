#pragma once

/// Links that may be wrong, the most doubtful first, with the reason in words.
///
/// Told by the places alone, so links of any origin can be asked about, corrected ones too. A cell
/// is expected where the median motion of its linked neighbours takes it (motion.h).

#include <string>
#include <vector>

#include "core/base/task.h"
#include "core/track/listed_tracks.h"

namespace karyo {

struct DoubtfulLink {
  TrackPlace from;  ///< track 0: nothing leads to `to`
  TrackPlace to;
  double urgency = 0;                ///< 0 .. 1
  std::vector<std::string> reasons;  ///< English; the strongest first
};

/// Reasons, with s the median distance from the expected places in that frame (at least a twentieth
/// of the neighbours' distance):
/// - another cell is nearly as near: 1 - exp(-m / 2) < 0.5, m the difference of the squared
///   distances in s, of the two cells that either end might be linked to as well;
/// - it moves unlike the cells around it: farther than 6 s and than a quarter of the neighbours'
///   distance from the expected place;
/// - perhaps no division: one daughter is nearer to where the cell was expected than their middle is,
///   as the cell itself would be, and the other one may have come from elsewhere;
/// - it was not seen for some frames;
/// - a daughter that is seen in one or two frames only, though the movie goes on;
/// - a track that begins in the midst of movie and cells, farther from their edge than their
///   neighbours' distance, with no division.
/// Errors: kCancelled. Time: linear. Threads: pure; one thread.
Result<std::vector<DoubtfulLink>> doubtful_links(const TrackList& list, const VoxelGrid& grid,
                                                 TaskControl& control);

}  // namespace karyo
