#pragma once

/// Points, shapes and tracks as they are looked at: marks in places, not voxels. Surfaces, which
/// are held likewise, are in surface_layer.h.
///
/// Places are in voxels of the layer's grid, which is uncalibrated unless given: such a layer lies
/// on the world's grid voxel by voxel. What a layer holds is shared and never changed in place: a
/// changed copy takes its place. So the look, which undo keeps, holds the data too, at the cost of
/// a pointer.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/io/imagej_roi.h"
#include "core/io/vector_tables.h"
#include "core/layers/layer.h"

namespace karyo {

using ShapeList = std::vector<Roi>;

struct PointsLook {
  std::shared_ptr<const PointList> data = std::make_shared<PointList>();
  double size = 8;        ///< diameter; 0.1 .. 1000
  bool on_screen = true;  ///< size in screen pixels, else in voxels along x
  Rgb color{0xff, 0xd1, 0x4d};
  bool show_text = false;
  std::int64_t selected = -1;  ///< place in the list; -1: none
  friend bool operator==(const PointsLook&, const PointsLook&) = default;
};

struct ShapesLook {
  std::shared_ptr<const ShapeList> data = std::make_shared<ShapeList>();
  double width = 2;  ///< of lines, screen pixels; 0.5 .. 50; a shape's own colour goes before
  Rgb color{0xff, 0xd1, 0x4d};
  bool fill = false;       ///< areas are filled, a quarter as strong as their line
  bool show_text = false;  ///< names
  std::int64_t selected = -1;
  friend bool operator==(const ShapesLook&, const ShapesLook&) = default;
};

struct TracksLook {
  std::shared_ptr<const TrackList> data = std::make_shared<TrackList>();
  int tail = 10;           ///< frames behind the current one; 0 .. 10000
  double width = 2;        ///< screen pixels; 0.5 .. 50
  bool show_text = false;  ///< numbers of tracks
  friend bool operator==(const TracksLook&, const TracksLook&) = default;
};

/// What all layers of marks share.
class VectorLayer : public Layer {
 public:
  /// A box from 0 that holds all marks, at least one voxel.
  VolumeShape shape() const override { return shape_; }
  const VoxelGrid& grid() const override { return grid_; }
  /// Marks held: points, shapes, points of tracks, triangles.
  virtual std::size_t count() const = 0;

 protected:
  VectorLayer(std::string name, VoxelGrid grid)
      : Layer(std::move(name), 1, Blending::kTranslucent), grid_(std::move(grid)) {}
  /// Takes a place, and a time unless it is below 0, into the shape.
  void widen(const WorldPoint& at, std::int64_t t);
  VolumeShape shape_{1, 1, 1, 1, 1};

 private:
  VoxelGrid grid_;
};

class PointsLayer : public VectorLayer {
 public:
  explicit PointsLayer(std::string name, PointList points = {}, VoxelGrid grid = {});
  LayerKind kind() const override { return LayerKind::kPoints; }
  std::size_t count() const override { return look_.data->size(); }
  const PointsLook& look() const { return look_; }
  /// Numbers are put into their ranges; null data are none.
  void set_look(PointsLook look);

 private:
  PointsLook look_;
};

/// Where a shape is drawn: its lines, made once.
struct ShapeOutline {
  std::vector<PathF> paths;
  bool closed = false;
  double left = 0, top = 0, right = 0, bottom = 0;
  std::int64_t z = -1, t = -1;  ///< from 0; -1: everywhere
};
using OutlineList = std::vector<ShapeOutline>;

class ShapesLayer : public VectorLayer {
 public:
  explicit ShapesLayer(std::string name, ShapeList shapes = {}, VoxelGrid grid = {});
  /// The same shapes, and lines that are made already.
  ShapesLayer(std::string name, const ShapesLayer& same);
  LayerKind kind() const override { return LayerKind::kShapes; }
  std::size_t count() const override { return look_.data->size(); }
  const ShapesLook& look() const { return look_; }
  void set_look(ShapesLook look);
  /// One a shape; never changed in place, for who draws them elsewhere.
  const OutlineList& outlines() const { return *outlines_; }
  const std::shared_ptr<const OutlineList>& shared_outlines() const { return outlines_; }

 private:
  ShapesLook look_;
  std::shared_ptr<const OutlineList> outlines_ = std::make_shared<OutlineList>();
};

class TracksLayer : public VectorLayer {
 public:
  explicit TracksLayer(std::string name, TrackList tracks = {}, VoxelGrid grid = {});
  LayerKind kind() const override { return LayerKind::kTracks; }
  std::size_t count() const override { return look_.data->points.size(); }
  const TracksLook& look() const { return look_; }
  void set_look(TracksLook look);

 private:
  TracksLook look_;
};

/// A piece of a track's tail, between two of its points or from its parent's last to its first.
struct TailPiece {
  const TrackPoint& from;
  const TrackPoint& to;
  double age = 0;  ///< 0: ends at the current time, below 1: as long ago as tails reach
};
/// Calls `draw` for each piece that is to be seen at `time`.
void for_each_tail_piece(const TracksLook& look, std::int64_t time,
                         const std::function<void(const TailPiece&)>& draw);
/// Stable for a track's number.
Rgb track_color(std::int64_t id);

/// The slice and frame of a region, from 0; -1: in all. A position in a plain stack is a slice.
std::int64_t slice_of(const Roi& roi);
std::int64_t frame_of(const Roi& roi);

/// A shape from its corners, pixels: "rectangle" and "ellipse" (two opposite corners), "line" (two
/// ends), "polygon", "freehand" (three or more), "polyline" (two or more). Errors:
/// kInvalidArgument.
Result<Roi> make_shape(const std::string& type, const PathF& corners);

}  // namespace karyo
