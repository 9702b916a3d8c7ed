#pragma once

/// A surface of triangles as it is looked at: solid in 3D, a line in the planes that cut it.
///
/// Places are in voxels of the layer's grid, as those of other marks. Files of meshes name no unit:
/// their numbers are taken for lengths in the world's unit, micrometres beside a calibrated image
/// and voxels beside another.

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "core/io/mesh_file.h"
#include "core/layers/vector_layers.h"

namespace karyo {

struct SurfaceLook {
  std::shared_ptr<const SurfaceMesh> data = std::make_shared<SurfaceMesh>();
  double width = 2;  ///< of lines, screen pixels; 0.5 .. 50
  Rgb color{0x56, 0xb4, 0xe9};
  bool own_colors = true;  ///< those of the mesh's points, where it has some
  bool wireframe = false;  ///< 3D shows edges only
  friend bool operator==(const SurfaceLook&, const SurfaceLook&) = default;
};

/// A piece of where a plane cuts a surface; voxels.
struct SectionLine {
  WorldPoint from, to;
  Rgb color;
};
using Section = std::vector<SectionLine>;

/// Where a plane at `place` along an axis cuts a mesh. Corners that lie in the plane count as
/// behind it, so that closed surfaces give closed lines. A million triangles take a few
/// milliseconds.
Section section_of(const SurfaceLook& look, Axis axis, double place);

class SurfaceLayer : public VectorLayer {
 public:
  explicit SurfaceLayer(std::string name, SurfaceMesh mesh = {}, VoxelGrid grid = world_grid());
  LayerKind kind() const override { return LayerKind::kSurface; }
  std::size_t count() const override { return look_.data->triangles.size(); }
  const SurfaceLook& look() const { return look_; }
  /// Numbers are put into their ranges; null data are none.
  void set_look(SurfaceLook look);
  /// section_of(); the last one along each axis is kept.
  std::shared_ptr<const Section> section(Axis axis, double place) const;

  static VoxelGrid world_grid();

 private:
  struct Cut {
    SurfaceLook look;
    double place = 0;
    std::shared_ptr<const Section> section;
  };
  SurfaceLook look_;
  mutable std::array<Cut, 3> cuts_;
};

}  // namespace karyo
