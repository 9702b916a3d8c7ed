#pragma once

/// One labels layer drawn into a block of the screen, read straight from its tiles.

#include <cstdint>
#include <vector>

#include "core/layers/labels_layer.h"
#include "viewer/scene/axis_map.h"
#include "viewer/scene/kept_columns.h"
#include "viewer/scene/rgba_image.h"

namespace karyo {

/// Ids of one plane across a tile (YZ): `stride` apart, row by row. Null: all background.
struct IdsInTile {
  const std::uint32_t* first = nullptr;
  std::ptrdiff_t stride = 0;
};

/// What of a layer a thread works with; reused from block to block.
struct LabelsBuffers {
  std::vector<std::uint32_t> ids;      ///< [row][column], with the margin around
  std::vector<std::uint32_t> uneven;   ///< the same places: not 0 where ids beside differ
  std::vector<std::uint32_t> colors;   ///< of one row
  std::vector<IdsInTile> tiles;        ///< by column, for one row of tiles
  std::vector<std::ptrdiff_t> rows;    ///< within the tile, by row
  std::vector<std::uint32_t> contour;  ///< [row][column] of the block: not 0 on a contour
};

/// Whether a pixel of the screen is on a line of the hatch that ignored parts are drawn with.
constexpr bool on_hatch(int x, int y) {
  return (x + y) % 8 < 2;
}

class LabelsSlice {
 public:
  /// `kept` is the layer's and may be prepared until draw() is called.
  LabelsSlice(const LabelsLayer& layer, const ViewTransform& view, const ScreenRect& part,
              const VoxelGrid& grid, std::int64_t time, bool lowest, const KeptColumns& kept);

  const LabelVolume& labels() const { return labels_; }
  /// In YZ, the voxels it shows; empty where it passes the volume by.
  Box3 seen_across() const { return map_.seen_across(); }
  void draw(const Block& block, LabelsBuffers& buffers, RgbaImage& picture) const;

  /// How far around a pixel its colour looks: the widest contour in use.
  static int margin_of(const LabelsLayer& layer);

 private:
  /// Columns that lie in the same column of tiles (XY and XZ).
  struct Stretch {
    int begin, end;
    std::int64_t tile;
  };
  void gather(const Block& wide, LabelsBuffers& buffers) const;
  void gather_row(int row, const Block& wide, std::uint32_t* ids) const;
  void gather_columns(const Block& wide, LabelsBuffers& buffers) const;
  IdsInTile column_of(std::int64_t number) const;
  std::uint32_t nothing_over(std::uint32_t below) const;
  void mark_contours(const Block& block, int width, LabelsBuffers& buffers) const;
  /// A row of pixels from (x, y) of the screen on.
  void paint(const std::uint32_t* ids, const std::uint32_t* contour, std::uint32_t* below,
             std::uint32_t* colors, int width, int x, int y) const;

  const LabelsLayer& layer_;
  const LabelVolume& labels_;
  const KeptColumns& kept_;
  Plane plane_;
  int margin_;
  PlaneMap map_;
  std::vector<Stretch> stretches_;
  LabelColors colors_;
  Blending blending_;
  int alpha_;
};

}  // namespace karyo
