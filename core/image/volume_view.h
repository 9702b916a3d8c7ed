#pragma once

/// A strided view of voxels that owns nothing: valid as long as the array it was made from.

#include <cstddef>
#include <type_traits>
#include <vector>

#include "core/image/axes.h"

namespace karyo {

/// Axes (Z, Y, X); strides in elements, so a channel of interleaved RGB or a cropped box is a view
/// as well. A 2D image has shape.z == 1.
template <typename T>
class VolumeView {
 public:
  VolumeView() = default;
  VolumeView(T* data, Index3 shape)
      : data_(data), shape_(shape), strides_{shape.y * shape.x, shape.x, 1} {}
  VolumeView(T* data, Index3 shape, Index3 strides)
      : data_(data), shape_(shape), strides_(strides) {}
  /// A writable view is also a readable one.
  template <typename U>
  requires std::is_same_v<const U, T> &&(!std::is_const_v<U>)VolumeView(const VolumeView<U>& other)
      : data_(other.data()), shape_(other.shape()), strides_(other.strides()) {}

  T& operator()(std::int64_t z, std::int64_t y, std::int64_t x) const {
    return data_[z * strides_.z + y * strides_.y + x * strides_.x];
  }
  T& operator()(Index3 p) const { return (*this)(p.z, p.y, p.x); }
  T* row(std::int64_t z, std::int64_t y) const { return &data_[z * strides_.z + y * strides_.y]; }

  T* data() const { return data_; }
  Index3 shape() const { return shape_; }
  Index3 strides() const { return strides_; }
  std::int64_t count() const { return shape_.count(); }
  bool contiguous() const { return strides_ == Index3{shape_.y * shape_.x, shape_.x, 1}; }

  /// The part inside `box`, which must lie within the shape.
  VolumeView crop(const Box3& box) const {
    return {data_ + box.begin.z * strides_.z + box.begin.y * strides_.y + box.begin.x * strides_.x,
            box.shape(), strides_};
  }

 private:
  T* data_ = nullptr;
  Index3 shape_;
  Index3 strides_;
};

using LabelView = VolumeView<const std::uint32_t>;

/// An owning, contiguous (Z, Y, X) array of one voxel type: the plain value algorithms pass around.
template <typename T>
class Array3 {
 public:
  Array3() = default;
  explicit Array3(Index3 shape, T fill = T{})
      : shape_(shape), voxels_(static_cast<std::size_t>(shape.count()), fill) {}

  T& operator()(std::int64_t z, std::int64_t y, std::int64_t x) {
    return voxels_[static_cast<std::size_t>((z * shape_.y + y) * shape_.x + x)];
  }
  const T& operator()(std::int64_t z, std::int64_t y, std::int64_t x) const {
    return voxels_[static_cast<std::size_t>((z * shape_.y + y) * shape_.x + x)];
  }
  T* data() { return voxels_.data(); }
  const T* data() const { return voxels_.data(); }
  Index3 shape() const { return shape_; }
  std::int64_t count() const { return shape_.count(); }
  auto begin() { return voxels_.begin(); }
  auto end() { return voxels_.end(); }
  auto begin() const { return voxels_.begin(); }
  auto end() const { return voxels_.end(); }

  VolumeView<T> view() { return {voxels_.data(), shape_}; }
  VolumeView<const T> view() const { return {voxels_.data(), shape_}; }

  friend bool operator==(const Array3&, const Array3&) = default;

 private:
  Index3 shape_;
  std::vector<T> voxels_;
};

using LabelArray = Array3<std::uint32_t>;

}  // namespace karyo
