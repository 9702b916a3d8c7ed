#include "core/image/volume.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "core/labels/label_volume.h"

namespace karyo {
namespace {

constexpr std::array<std::pair<VoxelType, std::string_view>, 8> kNames{{
    {VoxelType::kUInt8, "uint8"},
    {VoxelType::kInt8, "int8"},
    {VoxelType::kUInt16, "uint16"},
    {VoxelType::kInt16, "int16"},
    {VoxelType::kUInt32, "uint32"},
    {VoxelType::kInt32, "int32"},
    {VoxelType::kFloat32, "float32"},
    {VoxelType::kFloat64, "float64"},
}};

/// "value -3 at z 0, y 4, x 17"
std::string place_of(double value, std::int64_t offset, Index3 shape) {
  std::string text = std::to_string(value);
  while (text.size() > 1 && text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return "value " + text + " at z " + std::to_string(offset / (shape.y * shape.x)) + ", y " +
         std::to_string(offset / shape.x % shape.y) + ", x " + std::to_string(offset % shape.x);
}

}  // namespace

std::size_t bytes_of(VoxelType type) {
  return visit_voxels(type, [](auto zero) { return sizeof(zero); });
}

std::string_view name_of(VoxelType type) {
  for (const auto& [candidate, name] : kNames) {
    if (candidate == type) return name;
  }
  return "unknown";
}

Result<VoxelType> voxel_type_from(std::string_view name) {
  std::string known;
  for (const auto& [type, candidate] : kNames) {
    if (candidate == name) return type;
    known += (known.empty() ? "" : ", ") + std::string(candidate);
  }
  return Error(ErrorCode::kInvalidArgument, "unknown voxel type \"" + std::string(name) + "\"",
               "Use one of " + known + ".");
}

Volume::Volume(VoxelType type, VolumeShape shape, VoxelGrid voxel_grid)
    : grid(std::move(voxel_grid)),
      type_(type),
      shape_(shape),
      bytes_(static_cast<std::size_t>(shape.count()) * bytes_of(type)) {}

Volume Volume::clone() const {
  Volume copy(type_, {0, 0, 0, 0, 0}, grid);
  copy.shape_ = shape_;
  copy.bytes_ = bytes_;
  copy.rgb = rgb;
  copy.channels = channels;
  return copy;
}

Array3<float> to_float(const Volume& volume, std::int64_t t, std::int64_t c) {
  Array3<float> result(volume.shape().zyx());
  visit_voxels(volume.type(), [&](auto zero) {
    using T = decltype(zero);
    const T* source = volume.view<T>(t, c).data();
    std::transform(source, source + result.count(), result.data(),
                   [](T value) { return static_cast<float>(value); });
  });
  return result;
}

Array3<float> plane_to_float(const Volume& volume, std::int64_t t, std::int64_t c, std::int64_t z) {
  Array3<float> result({1, volume.shape().y, volume.shape().x});
  visit_voxels(volume.type(), [&](auto zero) {
    using T = decltype(zero);
    const T* source = volume.view<T>(t, c).row(z, 0);
    std::transform(source, source + result.count(), result.data(),
                   [](T value) { return static_cast<float>(value); });
  });
  return result;
}

Result<LabelArray> to_labels(const Volume& volume, std::int64_t t) {
  if (volume.rgb || volume.shape().c > 1) {
    return Error(ErrorCode::kBadFile,
                 "a label image has one channel, this one has " + std::to_string(volume.shape().c) +
                     (volume.rgb ? " (a colour picture)" : ""),
                 "Save the labels as a single-channel image of whole numbers, one per object.");
  }
  LabelArray labels(volume.shape().zyx());
  std::int64_t wrong = -1;
  double wrong_value = 0;
  visit_voxels(volume.type(), [&](auto zero) {
    using T = decltype(zero);
    const T* source = volume.view<T>(t, 0).data();
    for (std::int64_t i = 0; i < labels.count(); ++i) {
      const auto value = static_cast<double>(source[i]);
      if (value == -1) {  // false at once, and dropped by the compiler, where there is no sign
        labels.data()[i] = kIgnoredLabel;
        continue;
      }
      const bool fits = value >= 0 && value <= std::numeric_limits<std::uint32_t>::max() &&
                        std::floor(value) == value;
      if (!fits) {
        wrong = i;
        wrong_value = value;
        return;
      }
      labels.data()[i] = static_cast<std::uint32_t>(source[i]);
    }
  });
  if (wrong >= 0) {
    return Error(ErrorCode::kBadFile,
                 "labels must be whole numbers from 0 up, or -1; found " +
                     place_of(wrong_value, wrong, labels.shape()),
                 "Save the labels as an integer image (0 = background, one number per object, -1 "
                 "where nothing is said).");
  }
  return labels;
}

Volume from_labels(const LabelArray& labels, const VoxelGrid& grid) {
  return from_labels(std::span(&labels, 1), grid);
}

Volume from_labels(std::span<const LabelArray> frames, const VoxelGrid& grid) {
  std::uint32_t highest = 0;
  for (const auto& frame : frames) {
    for (const std::uint32_t id : frame) highest = std::max(highest, id);
  }
  const VoxelType type = highest <= std::numeric_limits<std::uint16_t>::max() ? VoxelType::kUInt16
                                                                              : VoxelType::kUInt32;
  const Index3 shape = frames.front().shape();
  const auto count = static_cast<std::int64_t>(frames.size());
  Volume volume(type, {count, 1, shape.z, shape.y, shape.x}, grid);
  visit_voxels(type, [&](auto zero) {
    using T = decltype(zero);
    for (std::int64_t t = 0; t < count; ++t) {
      const auto& frame = frames[static_cast<std::size_t>(t)];
      std::transform(frame.begin(), frame.end(), volume.view<T>(t, 0).data(),
                     [](std::uint32_t id) { return static_cast<T>(id); });
    }
  });
  return volume;
}

ValueRange value_range(const Volume& volume) {
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  visit_voxels(volume.type(), [&](auto zero) {
    using T = decltype(zero);
    const T* source = volume.view<T>().data();
    for (std::int64_t i = 0; i < volume.shape().count(); ++i) {
      const auto value = static_cast<double>(source[i]);
      if (value < low) low = value;
      if (value > high) high = value;
    }
  });
  return low <= high ? ValueRange{low, high} : ValueRange{};
}

}  // namespace karyo
