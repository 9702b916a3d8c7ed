#include "annotation/wand.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <vector>

#include "annotation/index_axis.h"

namespace karyo {
namespace {

/// The axes it runs along, goes down, and goes from plane to plane: x, y and z of turned places.
struct Turn {
  Axis u, v, w;

  Index3 turned(const Index3& p) const { return {along(p, w), along(p, v), along(p, u)}; }
  Index3 back(const Index3& p) const {
    Index3 q;
    coordinate(q, w) = p.z;
    coordinate(q, v) = p.y;
    coordinate(q, u) = p.x;
    return q;
  }
};

Turn turn_of(const WandOptions& options) {
  if (options.whole_stack) return {Axis::kX, Axis::kY, Axis::kZ};
  return {horizontal_axis(options.plane), vertical_axis(options.plane), normal_axis(options.plane)};
}

/// A bit a voxel, in tiles that are made when the first bit of them is set.
class SparseBits {
 public:
  explicit SparseBits(const Index3& shape)
      : rows_((shape.y + kSide - 1) / kSide),
        columns_((shape.x + kSide - 1) / kSide),
        tiles_(static_cast<std::size_t>(shape.z * rows_ * columns_)) {}

  bool at(const Index3& p) const {
    const auto& tile = tiles_[tile_of(p)];
    return tile && (((*tile)[row_of(p)] >> bit_of(p)) & 1U) != 0;
  }
  void set(const Index3& p) {
    auto& tile = tiles_[tile_of(p)];
    if (!tile) tile = std::make_unique<Tile>();
    (*tile)[row_of(p)] |= std::uint64_t{1} << bit_of(p);
  }

 private:
  static constexpr std::int64_t kSide = 64;
  using Tile = std::array<std::uint64_t, kSide>;

  std::size_t tile_of(const Index3& p) const {
    return static_cast<std::size_t>((p.z * rows_ + p.y / kSide) * columns_ + p.x / kSide);
  }
  static std::size_t row_of(const Index3& p) { return static_cast<std::size_t>(p.y % kSide); }
  static unsigned bit_of(const Index3& p) { return static_cast<unsigned>(p.x % kSide); }

  std::int64_t rows_, columns_;
  std::vector<std::unique_ptr<Tile>> tiles_;
};

/// Voxels [begin, end) of the row (z, y), turned.
struct Run {
  std::int64_t z, y, begin, end;
};

Error too_large(std::int64_t most) {
  return {ErrorCode::kTooLarge,
          "the wand reaches through more than " + std::to_string(most) + " voxels",
          "Lower the tolerance, or choose in one plane only."};
}

/// Sets the bits of all that fits and hangs together with `seed`; returns the box of them.
template <typename Fits>
Result<Box3> spread(SparseBits& chosen, const Index3& shape, const Index3& seed,
                    const WandOptions& options, const Fits& fits) {
  Box3 box;
  std::vector<Run> open;
  const auto free = [&](const Index3& p) { return !chosen.at(p) && fits(p); };
  // Takes the run around a free voxel; it is looked at from all sides once.
  const auto take = [&](const Index3& p) {
    Run run{p.z, p.y, p.x, p.x + 1};
    while (run.begin > 0 && free({p.z, p.y, run.begin - 1})) --run.begin;
    while (run.end < shape.x && free({p.z, p.y, run.end})) ++run.end;
    for (std::int64_t x = run.begin; x < run.end; ++x) chosen.set({p.z, p.y, x});
    box = box.united_with({{p.z, p.y, run.begin}, {p.z + 1, p.y + 1, run.end}});
    open.push_back(run);
    return run.end;
  };
  const auto look = [&](std::int64_t z, std::int64_t y, std::int64_t begin, std::int64_t end) {
    if (z < 0 || y < 0 || z >= shape.z || y >= shape.y) return;
    begin = std::max<std::int64_t>(begin, 0);
    end = std::min(end, shape.x);
    for (std::int64_t x = begin; x < end; ++x) {
      if (free({z, y, x})) x = take({z, y, x});  // the voxel after a run does not fit
    }
  };
  const std::int64_t beside = options.corners && !options.whole_stack ? 1 : 0;
  take(seed);
  while (!open.empty()) {
    if (box.shape().count() > options.most_voxels) return too_large(options.most_voxels);
    const Run run = open.back();
    open.pop_back();
    for (const std::int64_t by : {-1, 1}) {
      look(run.z, run.y + by, run.begin - beside, run.end + beside);
      if (options.whole_stack) look(run.z + by, run.y, run.begin, run.end);
    }
  }
  return box;
}

}  // namespace

Result<PlacedMask> wand(const ImagePart& image, const Index3& seed, const WandOptions& options) {
  if (!image.box().contains(seed)) {
    return Error(ErrorCode::kInvalidArgument, "the place is outside the image",
                 "Click on the image.");
  }
  const Turn turn = turn_of(options);
  // A plane is searched as a stack of one.
  Index3 shape = turn.turned(image.volume.shape().zyx());
  Index3 first = turn.turned(seed - image.origin);
  Index3 corner;
  if (!options.whole_stack) {
    corner.z = first.z;
    shape.z = 1;
    first.z = 0;
  }
  SparseBits chosen(shape);
  KARYO_TRY(const Box3 box, visit_voxels(image.volume.type(), [&](auto zero) -> Result<Box3> {
              const auto view = image.volume.view<decltype(zero)>(image.t, image.c);
              const auto value = [&](const Index3& p) {
                return static_cast<double>(view(turn.back(p + corner)));
              };
              const double low = value(first) - options.tolerance;
              const double high = value(first) + options.tolerance;
              if (!(low <= high)) {
                return Error(ErrorCode::kNumeric,
                             "the voxel clicked or the tolerance is not a number",
                             "Click on another voxel; choose a tolerance of 0 or more.");
              }
              return spread(chosen, shape, first, options, [&](const Index3& p) {
                const double here = value(p);
                return low <= here && here <= high;
              });
            }));
  const Index3 origin = turn.back(box.begin + corner);
  PlacedMask mask{Mask(turn.back(box.shape())), origin + image.origin};
  for (std::int64_t z = box.begin.z; z < box.end.z; ++z) {
    for (std::int64_t y = box.begin.y; y < box.end.y; ++y) {
      for (std::int64_t x = box.begin.x; x < box.end.x; ++x) {
        if (!chosen.at({z, y, x})) continue;
        const Index3 p = turn.back(Index3{z, y, x} - box.begin);
        mask.voxels(p.z, p.y, p.x) = 255;
      }
    }
  }
  return mask;
}

}  // namespace karyo
