#pragma once

/// What the operations on objects share: where an object is, its voxels as a mask of its own, and
/// the way back into the labels.

#include <cstdint>
#include <vector>

#include "annotation/object_at.h"
#include "annotation/paint_rule.h"
#include "core/base/result.h"
#include "core/labels/label_volume.h"
#include "core/segment/binary.h"

namespace karyo {

/// The smallest box that holds the object, by its tiles; empty when there is none.
Box3 object_box(const LabelVolume& labels, const ObjectAt& object);

/// All objects with their boxes, by id; without what is ignored.
std::vector<ObjectAt> all_objects(const LabelVolume& labels);

/// Whether the rule lets an object itself be changed: renamed, cut, made smaller or larger.
bool may_change(const PaintRule& rule, std::uint32_t id);

/// Errors: kInvalidArgument where it does not, or the number is none of an object.
Result<void> check_may_change(const PaintRule& rule, std::uint32_t id);

/// The smallest box of an object that is to be changed. Errors: as above; kNotFound.
Result<Box3> box_to_change(const LabelVolume& labels, const ObjectAt& object,
                           const PaintRule& rule);

/// The one object, or for id 0 all objects that the rule lets change. Errors as above.
Result<std::vector<ObjectAt>> objects_to_change(const LabelVolume& labels, const ObjectAt& object,
                                                const PaintRule& rule);

/// 1 where the object is; the box may reach beyond the image, where nothing is.
Mask object_mask(const LabelVolume& labels, std::uint32_t id, const Box3& box);

/// Writes and keeps the box of what changed.
class Changes {
 public:
  explicit Changes(LabelWriter& writer) : writer_(writer) {}

  template <typename May>
  void set_row(Index3 p, std::int64_t count, std::uint32_t id, const May& may) {
    const auto [begin, end] = writer_.set_row(p, count, id, may);
    if (begin < end) box_ = box_.united_with({{p.z, p.y, begin}, {p.z + 1, p.y + 1, end}});
  }
  /// Where the mask, which begins at `origin`, is not 0; all of that inside the image.
  template <typename May>
  void set_mask(const Mask& mask, Index3 origin, std::uint32_t id, const May& may) {
    const Index3 shape = mask.shape();
    for (std::int64_t z = 0; z < shape.z; ++z) {
      for (std::int64_t y = 0; y < shape.y; ++y) {
        const std::uint8_t* row = mask.view().row(z, y);
        for (std::int64_t x = 0; x < shape.x; ++x) {
          const std::int64_t begin = x;
          while (x < shape.x && row[x] != 0) ++x;
          if (x > begin) set_row(origin + Index3{z, y, begin}, x - begin, id, may);
        }
      }
    }
  }
  /// The box's voxels of `from` become `to`.
  void replace(const Box3& box, std::uint32_t from, std::uint32_t to);

  const Box3& box() const { return box_; }

 private:
  LabelWriter& writer_;
  Box3 box_;
};

/// Numbers that no object has, one after the other from `first` on (never 0 or kIgnoredLabel).
/// Looks through the labels only where `first` is below LabelVolume::unused_id().
class FreeIds {
 public:
  FreeIds(const LabelVolume& labels, std::uint32_t first);
  /// Errors: kTooLarge when there is none left.
  Result<std::uint32_t> next();

 private:
  std::vector<std::uint32_t> used_;  // at and above next_, sorted
  std::size_t passed_ = 0;
  std::uint32_t next_;
};

}  // namespace karyo
