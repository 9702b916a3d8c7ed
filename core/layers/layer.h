#pragma once

/// What every layer has: a name, a look, a place in the world, and signals that say what changed.
/// Layers know nothing of how they are drawn; viewer/scene draws them.
///
/// Threads  layers are read and changed on the UI thread. Pixel data they share
///          (std::shared_ptr<const Volume>) may be read anywhere.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/signal.h"
#include "core/image/volume.h"

namespace karyo {

enum class LayerKind { kImage, kLabels, kPoints, kShapes, kTracks, kSurface };
/// "image", "labels", "points", "shapes", "tracks", "surface": as session files name them.
std::string_view name_of(LayerKind kind);
/// Points, shapes, tracks and surfaces: marks drawn over the picture of the others
/// (vector_layers.h, surface_layer.h).
constexpr bool is_vector(LayerKind kind) {
  return kind != LayerKind::kImage && kind != LayerKind::kLabels;
}

/// How a layer's colour C, of opacity a, meets what lies beneath, D. The lowest visible layer
/// meets black; with kMinimum, which would leave nothing there, it is drawn as translucent.
enum class Blending {
  kTranslucent,  ///< D + (C - D) a
  kAdditive,     ///< D + C a
  kMinimum,      ///< D + (min(C, D) - D) a
  kOpaque,       ///< C, whatever the opacity
};
/// "translucent", "additive", "minimum", "opaque".
std::string_view name_of(Blending blending);
Result<Blending> blending_from(std::string_view name);

class Layer {
 public:
  virtual ~Layer() = default;
  Layer(const Layer&) = delete;
  Layer& operator=(const Layer&) = delete;

  virtual LayerKind kind() const = 0;
  /// Extents of all axes; a layer with t == 1 is shown at every time.
  virtual VolumeShape shape() const = 0;
  /// The grid its data came with.
  virtual const VoxelGrid& grid() const = 0;
  /// The grid it is shown with: its own, or another spacing and origin that a person gave it.
  /// LayerList::grid_of says how it lies among the others.
  const VoxelGrid& place() const { return place_ ? *place_ : grid(); }
  /// None: its own again. Spacings that are not finite and above 0 are left as they were.
  void set_place(std::optional<VoxelGrid> place);

  const std::string& name() const { return name_; }
  void set_name(std::string name);
  bool visible() const { return visible_; }
  void set_visible(bool visible);
  /// 0 (nothing to see) to 1; values outside are clipped.
  double opacity() const { return opacity_; }
  void set_opacity(double opacity);
  Blending blending() const { return blending_; }
  void set_blending(Blending blending);

  /// The time point of this layer that is shown at `time`: the last one where there are fewer.
  std::int64_t time_shown(std::int64_t time) const;

  /// The name of the group of layers that this one is in; empty: none. The layers of a group lie
  /// next to each other in their list: LayerList::put_in_group sees to that.
  const std::string& group() const { return group_; }
  void set_group(std::string group);

  /// A locked layer is neither closed nor changed by commands; it can be hidden, moved, grouped and
  /// unlocked.
  bool locked() const { return locked_; }
  void set_locked(bool locked);

  /// The file it came from, and which part of it (a label image's name in an OME-Zarr); empty for
  /// layers that were made here.
  struct Source {
    std::filesystem::path path;
    std::string part;
    friend bool operator==(const Source&, const Source&) = default;
  };
  const Source& source() const { return source_; }
  void set_source(Source source) { source_ = std::move(source); }

  /// Grows with every change of look or data: what is derived from a layer is kept beside it.
  std::uint64_t revision() const { return revision_; }

  Signal<> changed;                  ///< name or look; everything it covers is to be redrawn
  Signal<const Box3&> data_changed;  ///< voxels in this box, at any time

 protected:
  Layer(std::string name, double opacity, Blending blending)
      : name_(std::move(name)), opacity_(opacity), blending_(blending) {}
  /// Counts the revision and emits `changed`.
  void look_changed();
  /// Counts the revision and emits `data_changed`.
  void voxels_changed(const Box3& box);

 private:
  std::string name_;
  std::string group_;
  bool visible_ = true;
  bool locked_ = false;
  Source source_;
  double opacity_;
  Blending blending_;
  std::optional<VoxelGrid> place_;
  std::uint64_t revision_ = 1;
};

}  // namespace karyo
