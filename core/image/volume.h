#pragma once

/// Typed voxels and their grid: what a file holds once it is in memory.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/image/page_allocator.h"
#include "core/image/volume_view.h"
#include "core/image/voxel_grid.h"

namespace karyo {

enum class VoxelType { kUInt8, kInt8, kUInt16, kInt16, kUInt32, kInt32, kFloat32, kFloat64 };

std::size_t bytes_of(VoxelType type);
/// "uint8", "int16", "float32" ... as numpy names them.
std::string_view name_of(VoxelType type);
Result<VoxelType> voxel_type_from(std::string_view name);

template <typename T>
constexpr VoxelType voxel_type_of();

/// Calls f with a value of the C++ type that `type` stands for:
///   visit_voxels(type, [&](auto zero) { using T = decltype(zero); ... });
template <typename F>
decltype(auto) visit_voxels(VoxelType type, F&& f);

/// Extents of all five axes; 1 where a file lacks the axis.
struct VolumeShape {
  std::int64_t t = 1, c = 1, z = 1, y = 1, x = 1;

  Index3 zyx() const { return {z, y, x}; }
  std::int64_t count() const { return t * c * z * y * x; }
  friend bool operator==(const VolumeShape&, const VolumeShape&) = default;
};

struct Rgb {
  std::uint8_t r = 0, g = 0, b = 0;
  friend bool operator==(const Rgb&, const Rgb&) = default;
};

/// What a file says about a channel's display; all optional.
struct ChannelInfo {
  std::string name;
  bool has_range = false;
  double range_low = 0, range_high = 0;  ///< display range
  std::vector<Rgb> lut;                  ///< 256 entries, or empty
};

/// Voxels in memory, contiguous, axes T, C, Z, Y, X (slowest to fastest). Move-only: copying is
/// said aloud by clone(). Shared between threads and layers as std::shared_ptr<const Volume>.
class Volume {
 public:
  Volume() = default;
  /// Voxels start as 0. Callers check the size against memory beforehand (core/io/limits.h).
  Volume(VoxelType type, VolumeShape shape, VoxelGrid grid = {});
  Volume(Volume&&) = default;
  Volume& operator=(Volume&&) = default;

  Volume clone() const;

  VoxelType type() const { return type_; }
  const VolumeShape& shape() const { return shape_; }
  std::size_t size_bytes() const { return bytes_.size(); }
  std::byte* data() { return bytes_.data(); }
  const std::byte* data() const { return bytes_.data(); }

  /// One channel at one time as (Z, Y, X). T must be the type's own (checked by assert).
  template <typename T>
  VolumeView<T> view(std::int64_t t = 0, std::int64_t c = 0) {
    return {reinterpret_cast<T*>(bytes_.data()) + (t * shape_.c + c) * shape_.zyx().count(),
            shape_.zyx()};
  }
  template <typename T>
  VolumeView<const T> view(std::int64_t t = 0, std::int64_t c = 0) const {
    return {reinterpret_cast<const T*>(bytes_.data()) + (t * shape_.c + c) * shape_.zyx().count(),
            shape_.zyx()};
  }

  VoxelGrid grid;
  bool rgb = false;                   ///< the channels are red, green, blue (and alpha)
  std::vector<ChannelInfo> channels;  ///< empty, or one a channel

 private:
  VoxelType type_ = VoxelType::kUInt8;
  VolumeShape shape_{0, 0, 0, 0, 0};
  std::vector<std::byte, PageAllocator<std::byte>> bytes_;
};

/// One channel at one time as float32 (exact for 8- and 16-bit integers).
Array3<float> to_float(const Volume& volume, std::int64_t t = 0, std::int64_t c = 0);
/// One plane of it, as (1, Y, X).
Array3<float> plane_to_float(const Volume& volume, std::int64_t t, std::int64_t c, std::int64_t z);

/// A label image as uint32; -1 becomes kIgnoredLabel (core/labels/label_volume.h). Errors: kBadFile
/// for more than one channel and other voxels than whole numbers >= -1; the first such is named.
Result<LabelArray> to_labels(const Volume& volume, std::int64_t t = 0);

/// Labels as a volume to write: uint16 where all ids fit, else uint32.
Volume from_labels(const LabelArray& labels, const VoxelGrid& grid = {});
/// One label image for each time point, all of the same shape; at least one.
Volume from_labels(std::span<const LabelArray> frames, const VoxelGrid& grid);

/// Smallest and largest value; NaN is left out; {0, 0} when nothing is left.
struct ValueRange {
  double low = 0, high = 0;
};
ValueRange value_range(const Volume& volume);

// ---- details ----

template <typename T>
constexpr VoxelType voxel_type_of() {
  if constexpr (std::is_same_v<T, std::uint8_t>) return VoxelType::kUInt8;
  if constexpr (std::is_same_v<T, std::int8_t>) return VoxelType::kInt8;
  if constexpr (std::is_same_v<T, std::uint16_t>) return VoxelType::kUInt16;
  if constexpr (std::is_same_v<T, std::int16_t>) return VoxelType::kInt16;
  if constexpr (std::is_same_v<T, std::uint32_t>) return VoxelType::kUInt32;
  if constexpr (std::is_same_v<T, std::int32_t>) return VoxelType::kInt32;
  if constexpr (std::is_same_v<T, float>) return VoxelType::kFloat32;
  if constexpr (std::is_same_v<T, double>) return VoxelType::kFloat64;
}

template <typename F>
decltype(auto) visit_voxels(VoxelType type, F&& f) {
  switch (type) {
    case VoxelType::kInt8:
      return f(std::int8_t{});
    case VoxelType::kUInt16:
      return f(std::uint16_t{});
    case VoxelType::kInt16:
      return f(std::int16_t{});
    case VoxelType::kUInt32:
      return f(std::uint32_t{});
    case VoxelType::kInt32:
      return f(std::int32_t{});
    case VoxelType::kFloat32:
      return f(float{});
    case VoxelType::kFloat64:
      return f(double{});
    case VoxelType::kUInt8:
      break;
  }
  return f(std::uint8_t{});
}

}  // namespace karyo
