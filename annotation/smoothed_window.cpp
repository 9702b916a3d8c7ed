#include "annotation/smoothed_window.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace karyo {
namespace {

Array3<float> copy_of(VolumeView<const float> values) {
  const Index3 shape = values.shape();
  Array3<float> copy(shape);
  for (std::int64_t z = 0; z < shape.z; ++z) {
    for (std::int64_t y = 0; y < shape.y; ++y) {
      std::copy_n(values.row(z, y), shape.x, &copy(z, y, 0));
    }
  }
  return copy;
}

void copy_to(VolumeView<float> there, VolumeView<const float> values) {
  const Index3 shape = values.shape();
  for (std::int64_t z = 0; z < shape.z; ++z) {
    for (std::int64_t y = 0; y < shape.y; ++y) {
      std::copy_n(values.row(z, y), shape.x, there.row(z, y));
    }
  }
}

/// What of a box lies beside a part of it: above and below, then before and behind, then left and
/// right.
std::vector<Box3> beside(const Box3& box, const Box3& part) {
  if (part.empty()) return {box};
  std::vector<Box3> pieces;
  Box3 rest = box;
  for (const auto axis : {&Index3::z, &Index3::y, &Index3::x}) {
    Box3 before = rest, after = rest;
    before.end.*axis = rest.begin.*axis = part.begin.*axis;
    after.begin.*axis = rest.end.*axis = part.end.*axis;
    if (!before.empty()) pieces.push_back(before);
    if (!after.empty()) pieces.push_back(after);
  }
  return pieces;
}

}  // namespace

template <typename Make>
void SmoothedWindow::Known::move_to(const Box3& wanted, const Make& make) {
  const Box3 stays = wanted.clipped_to(box);
  if (stays == wanted) return;
  // All of it is written below.
  auto next =
      std::make_unique_for_overwrite<float[]>(static_cast<std::size_t>(wanted.shape().count()));
  const auto there = [&](const Box3& part) {
    return VolumeView<float>(next.get(), wanted.shape())
        .crop({part.begin - wanted.begin, part.end - wanted.begin});
  };
  if (!stays.empty()) copy_to(there(stays), view(stays));
  for (const Box3& piece : beside(wanted, stays)) copy_to(there(piece), make(piece).view());
  values = std::move(next);
  box = wanted;
}

void SmoothedWindow::move_to(const ImagePart& image, const Box3& box, const Box3& around,
                             const PerAxis& sigma) {
  if (!(sigma == sigma_)) smooth_ = {};
  sigma_ = sigma;
  const auto looked_at = [&, reach = blur_reach(sigma)](const Box3& part) {
    return part.padded(reach).clipped_to(image.box());
  };
  raw_.move_to(around.united_with(looked_at(box)),
               [&](const Box3& part) { return values_in(image, part); });
  smooth_.move_to(box, [&](const Box3& part) {
    const Box3 wide = looked_at(part);
    const auto values = smoothed(copy_of(raw_.view(wide)), sigma);
    return copy_of(values.view().crop({part.begin - wide.begin, part.end - wide.begin}));
  });
}

}  // namespace karyo
