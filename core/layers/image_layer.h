#pragma once

/// An image as it is looked at: contrast, gamma and colours for each channel. Its voxels are in
/// memory, or stay in their file and come chunk by chunk (core/image/paged_image.h).

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/image/paged_image.h"
#include "core/layers/colormaps.h"
#include "core/layers/contrast.h"
#include "core/layers/layer.h"

namespace karyo {

/// How one channel is shown: a value v gets entry 255 x clamp((v - low) / (high - low))^gamma of
/// the colour table, counted from its other end where inverted.
struct ChannelDisplay {
  std::string name;
  bool visible = true;
  ValueRange limits{0, 255};  ///< high > low
  double gamma = 1;           ///< 0.1 .. 10; below 1 brightens
  Colormap colormap = gray_colormap();
  bool inverted = false;

  friend bool operator==(const ChannelDisplay& a, const ChannelDisplay& b) {
    return a.name == b.name && a.visible == b.visible && a.limits.low == b.limits.low &&
           a.limits.high == b.limits.high && a.gamma == b.gamma && a.colormap == b.colormap &&
           a.inverted == b.inverted;
  }
};

/// How a value between voxels is made.
enum class Interpolation {
  kNearest,  ///< every voxel a block of one colour: what was measured
  // Where voxels are larger than screen pixels:
  kLinear,  ///< between the four voxels around
  kCubic,   ///< between sixteen (Keys 1981, a = -0.5): smoother, and no darker between voxels
};

/// "blocks", "linear", "cubic".
std::string_view name_of(Interpolation how);
Result<Interpolation> interpolation_from(std::string_view name);

class ImageLayer : public Layer {
 public:
  /// Starts with the file's colours and limits where it has them. `volume` is not null and holds
  /// at least one voxel.
  ImageLayer(std::string name, std::shared_ptr<const Volume> volume);
  /// Of an image that stays in its file; not null.
  ImageLayer(std::string name, std::shared_ptr<const PagedImage> pages);

  LayerKind kind() const override { return LayerKind::kImage; }
  VolumeShape shape() const override { return pages_ ? pages_->info().shape() : volume_->shape(); }
  const VoxelGrid& grid() const override { return pages_ ? pages_->info().grid : volume_->grid; }
  VoxelType type() const { return sample().type(); }

  /// The image, where it is in memory as a whole; else null.
  const std::shared_ptr<const Volume>& shared_volume() const { return volume_; }
  /// The image, where it stays in its file; else null.
  const std::shared_ptr<const PagedImage>& pages() const { return pages_; }
  /// What contrast and histograms are measured on: the image, or a coarse or partial copy of one
  /// that stays in its file.
  const Volume& sample() const { return pages_ ? *pages_->sample() : *volume_; }
  /// A voxel of the image; none while it has not come from the file. `voxel` lies inside.
  std::optional<double> value_at(std::int64_t t, std::int64_t c, const Index3& voxel) const;
  /// Replaces the pixels (a newer prediction); display settings stay where the channels match.
  void set_volume(std::shared_ptr<const Volume> volume);
  /// Says that voxels in `box` have arrived from the file.
  void notify_arrived(const Box3& box) { voxels_changed(box); }

  /// A colour picture: its first three channels are red, green and blue, a fourth is not used, and
  /// colour tables are left aside.
  bool rgb() const { return sample().rgb && sample().shape().c >= 3; }
  /// Channels that are drawn: 3 for colour pictures. The colours of visible channels are added.
  std::int64_t channel_count() const { return static_cast<std::int64_t>(channels_.size()); }
  const ChannelDisplay& channel(std::int64_t c) const {
    return channels_[static_cast<std::size_t>(c)];
  }
  /// Limits are put in order and apart, gamma into its range.
  void set_channel(std::int64_t c, ChannelDisplay display);
  void set_limits(std::int64_t c, ValueRange limits);
  void set_gamma(std::int64_t c, double gamma);
  void set_colormap(std::int64_t c, Colormap colormap);
  void set_channel_visible(std::int64_t c, bool visible);
  void set_inverted(std::int64_t c, bool inverted);

  Interpolation interpolation() const { return interpolation_; }
  void set_interpolation(Interpolation interpolation);

  /// Automatic limits of all visible channels (key C): from `box`, the plane on screen, where
  /// given, else from the whole stack. A colour picture keeps one range for its three channels.
  /// Of an image that stays in its file: from what of the box is in memory, as coarse as need be.
  void auto_contrast(std::int64_t time, const std::optional<Box3>& box = {});
  /// What of the values automatic limits leave out.
  const Percentiles& percentiles() const { return percentiles_; }
  /// Put in order and within 0 .. 100; the limits stay until they are asked for anew.
  void set_percentiles(Percentiles percentiles);

 private:
  void reset_channels();
  ValueRange limits_of(std::int64_t c, std::int64_t time, const std::optional<Box3>& box) const;

  std::shared_ptr<const Volume> volume_;  // one of the two
  std::shared_ptr<const PagedImage> pages_;
  std::vector<ChannelDisplay> channels_;
  Percentiles percentiles_;
  Interpolation interpolation_ = Interpolation::kNearest;
};

}  // namespace karyo
