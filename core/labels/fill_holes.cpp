#include "core/labels/fill_holes.h"

#include <cstdint>
#include <vector>

#include "core/labels/label_volume.h"
#include "core/labels/relabel.h"

namespace karyo {
namespace {

/// One object's box with a margin of one voxel, in which background is flooded from outside.
class Flood {
 public:
  /// Paints the object of `id` in `box`, holes included, into `filled`.
  void fill(LabelView labels, std::uint32_t id, const Box3& box, LabelArray& filled) {
    // A plane is not open towards z; otherwise nothing in it would be enclosed.
    const bool plane = labels.shape().z == 1;
    const Index3 margin{plane ? 0 : 1, 1, 1};
    const Box3 grown = box.padded(margin);
    shape_ = grown.shape();
    state_.assign(static_cast<std::size_t>(shape_.count()), kUnseen);
    for (std::int64_t z = box.begin.z; z < box.end.z; ++z) {
      for (std::int64_t y = box.begin.y; y < box.end.y; ++y) {
        for (std::int64_t x = box.begin.x; x < box.end.x; ++x) {
          if (labels(z, y, x) == id) state_[offset(Index3{z, y, x} - grown.begin)] = kObject;
        }
      }
    }
    // The margin is background all round, also where it lies beyond the image, and connected.
    flood_from({0, 0, 0}, plane);
    for (std::int64_t z = box.begin.z; z < box.end.z; ++z) {
      for (std::int64_t y = box.begin.y; y < box.end.y; ++y) {
        for (std::int64_t x = box.begin.x; x < box.end.x; ++x) {
          if (state_[offset(Index3{z, y, x} - grown.begin)] != kOutside) filled(z, y, x) = id;
        }
      }
    }
  }

 private:
  enum State : std::uint8_t { kUnseen, kObject, kOutside };

  std::size_t offset(Index3 p) const {
    return static_cast<std::size_t>((p.z * shape_.y + p.y) * shape_.x + p.x);
  }

  void reach(Index3 p) {
    if (!Box3::of_shape(shape_).contains(p)) return;
    State& state = state_[offset(p)];
    if (state != kUnseen) return;
    state = kOutside;
    open_.push_back(p);
  }

  void flood_from(Index3 start, bool plane) {
    reach(start);
    while (!open_.empty()) {
      const Index3 p = open_.back();
      open_.pop_back();
      reach({p.z, p.y, p.x - 1});
      reach({p.z, p.y, p.x + 1});
      reach({p.z, p.y - 1, p.x});
      reach({p.z, p.y + 1, p.x});
      if (plane) continue;
      reach({p.z - 1, p.y, p.x});
      reach({p.z + 1, p.y, p.x});
    }
  }

  Index3 shape_;
  std::vector<State> state_;
  std::vector<Index3> open_;
};

}  // namespace

LabelArray fill_label_holes(LabelView labels) {
  LabelArray filled(labels.shape());
  Flood flood;
  for (const auto& [id, box] : object_boxes(labels)) flood.fill(labels, id, box, filled);
  for (std::int64_t z = 0; z < labels.shape().z; ++z) {
    for (std::int64_t y = 0; y < labels.shape().y; ++y) {
      for (std::int64_t x = 0; x < labels.shape().x; ++x) {
        if (labels(z, y, x) == kIgnoredLabel) filled(z, y, x) = kIgnoredLabel;
      }
    }
  }
  return filled;
}

}  // namespace karyo
