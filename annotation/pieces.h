#pragma once

/// The connected pieces that objects are made of: ideally one each.

#include <cstdint>
#include <vector>

#include "core/labels/label_volume.h"

namespace karyo {

struct Piece {
  std::uint32_t id = 0;  ///< of the object
  Box3 box;
  std::int64_t voxels = 0;
};
/// A row of one piece's voxels.
struct PieceRun {
  Index3 begin;
  std::int64_t end_x = 0;
  std::uint32_t piece = 0;  ///< place in Pieces::pieces
};
struct Pieces {
  std::vector<Piece> pieces;   ///< in the order of their first voxels
  std::vector<PieceRun> runs;  ///< row after row
};

/// Voxels of one id that touch, if only by a corner (8 neighbours in a plane, 26 in a volume), are
/// one piece. Of one object, or for id 0 of all but what is ignored; only voxels within the box,
/// which must lie inside the shape.
/// Threads  pure; one pass over the box's tiles, memory by the number of runs.
Pieces find_pieces(const LabelVolume& labels, const Box3& within, std::uint32_t id = 0);

struct SharedId {
  std::uint32_t id = 0;
  std::vector<Piece> pieces;  ///< the largest first
};
/// The check after filling outlines: ids that more than one piece has, as two nuclei that were
/// given the same number. By id.
std::vector<SharedId> shared_ids(const LabelVolume& labels);

}  // namespace karyo
