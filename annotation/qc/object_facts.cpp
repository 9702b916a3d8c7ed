#include "annotation/qc/object_facts.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <numbers>
#include <numeric>
#include <utility>

#include "annotation/holes.h"
#include "annotation/object_crop.h"
#include "core/base/parallel.h"
#include "core/filters/smoothing.h"
#include "core/segment/distance.h"
#include "core/segment/split_volume.h"
#include "core/segment/wand.h"

namespace karyo {
namespace {

using Runs = std::vector<PieceRun>;

/// Of the runs in their order (splitmix64's mixing, Steele et al. 2014).
class Fingerprint {
 public:
  void add(const PieceRun& run) {
    for (const std::int64_t part : {run.begin.z, run.begin.y, run.begin.x, run.end_x}) {
      state_ = (state_ ^ static_cast<std::uint64_t>(part)) + 0x9e3779b97f4a7c15ULL;
      state_ = (state_ ^ (state_ >> 30)) * 0xbf58476d1ce4e5b9ULL;
      state_ = (state_ ^ (state_ >> 27)) * 0x94d049bb133111ebULL;
      state_ ^= state_ >> 31;
    }
  }
  std::uint64_t value() const { return state_; }

 private:
  std::uint64_t state_ = 0;
};

/// A piece as a mask, with a margin of one voxel all round, beyond the image too; in an image of
/// one slice none above and below.
struct PieceMask {
  Mask mask;
  Index3 origin;
};
PieceMask mask_of(const Piece& piece, const Runs& runs, bool flat) {
  const Box3 box = piece.box.padded({flat ? 0 : 1, 1, 1});
  PieceMask result{Mask(box.shape()), box.begin};
  for (const PieceRun& run : runs) {
    const Index3 at = run.begin - box.begin;
    std::uint8_t* row = result.mask.view().row(at.z, at.y);
    std::fill(row + at.x, row + (run.end_x - box.begin.x), std::uint8_t{1});
  }
  return result;
}

struct Point {
  std::int64_t x, y;
};

/// Pixels inside the convex hull of one slice's runs, borders included: Pick's theorem about the
/// hull of their centres.
std::int64_t pixels_in_hull(std::span<const PieceRun> runs) {
  // The ends of the runs come ordered by row, as Andrew's monotone chain wants its points.
  std::vector<Point> left, right;
  const auto add = [](std::vector<Point>& chain, Point p, int side) {
    while (chain.size() >= 2) {
      const Point &a = chain[chain.size() - 2], &b = chain.back();
      if (side * ((b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x)) > 0) break;
      chain.pop_back();
    }
    chain.push_back(p);
  };
  for (std::size_t i = 0; i < runs.size();) {
    // Several runs of a row count from the first to the last.
    std::size_t last = i;
    while (last + 1 < runs.size() && runs[last + 1].begin.y == runs[i].begin.y) ++last;
    add(left, {runs[i].begin.x, runs[i].begin.y}, -1);
    add(right, {runs[last].end_x - 1, runs[i].begin.y}, 1);
    i = last + 1;
  }
  std::vector<Point> hull(left);
  hull.insert(hull.end(), right.rbegin(), right.rend());
  std::int64_t area2 = 0, border = 0;
  for (std::size_t i = 0; i < hull.size(); ++i) {
    const Point &a = hull[i], &b = hull[(i + 1) % hull.size()];
    area2 += a.x * b.y - b.x * a.y;
    border += std::gcd(b.x - a.x, b.y - a.y);
  }
  return (std::abs(area2) + border) / 2 + 1;
}

double solidity_of(const Runs& runs, std::int64_t voxels) {
  std::int64_t in_hulls = 0;
  for (std::size_t first = 0; first < runs.size();) {
    std::size_t end = first;
    while (end < runs.size() && runs[end].begin.z == runs[first].begin.z) ++end;
    in_hulls += pixels_in_hull(std::span(runs).subspan(first, end - first));
    first = end;
  }
  return static_cast<double>(voxels) / static_cast<double>(in_hulls);
}

/// Of the outer outline; `area` is all within it.
double circularity_of(const PieceMask& piece, const PieceRun& first_run, std::int64_t area) {
  const Mask& mask = piece.mask;
  const Index3 shape = mask.shape();
  const auto inside = [&](std::int32_t x, std::int32_t y) {
    return x >= 0 && y >= 0 && x < shape.x && y < shape.y && mask(0, y, x) != 0;
  };
  const auto outline =
      trace_outline(static_cast<std::int32_t>(first_run.end_x - 1 - piece.origin.x),
                    static_cast<std::int32_t>(first_run.begin.y - piece.origin.y), inside,
                    [](std::int32_t, std::int32_t) {});
  const double perimeter = traced_perimeter(outline);
  if (perimeter == 0) return 1;
  return std::min(1.0, 4 * std::numbers::pi * static_cast<double>(area) / (perimeter * perimeter));
}

/// Peaks at least as high as `least`, in basins that passes `tolerance` below them part.
int count_peaks(const Array3<float>& heights, const Mask& mask, double tolerance, double least) {
  const LabelArray basins = split_at_passes(heights, mask.view(), tolerance);
  std::vector<float> peaks;
  for (std::int64_t i = 0; i < mask.count(); ++i) {
    const std::uint32_t basin = basins.data()[i];
    if (basin == 0) continue;
    if (basin > peaks.size()) peaks.resize(basin, std::numeric_limits<float>::lowest());
    peaks[basin - 1] = std::max(peaks[basin - 1], heights.data()[i]);
  }
  return static_cast<int>(
      std::count_if(peaks.begin(), peaks.end(), [&](float peak) { return peak >= least; }));
}

int centres_of(const Mask& mask, const VoxelGrid& grid, const FactOptions& options) {
  const Array3<float> distance = euclidean_distance(mask.view(), grid, {}, 1);
  const double highest = *std::max_element(distance.begin(), distance.end());
  const double finest = std::min({grid.spacing_z, grid.spacing_y, grid.spacing_x});
  return count_peaks(distance, mask, std::max(finest, options.pass * highest),
                     options.bulge * highest);
}

/// The image is smoothed by a quarter of the radius of a ball (disc) of the object's size, so that
/// spots inside a nucleus are no centres.
int bright_centres_of(const PieceMask& piece, std::int64_t voxels, const Box3& image_box,
                      const VoxelGrid& grid, const ReadIntensity& image,
                      const FactOptions& options) {
  const bool flat = image_box.shape().z == 1;
  const Index3 margin = piece.mask.shape();
  const Box3 box = Box3{piece.origin, piece.origin + margin}.clipped_to(image_box);
  const double size = static_cast<double>(voxels) * grid.spacing_y * grid.spacing_x;
  const double radius = flat ? std::sqrt(size / std::numbers::pi)
                             : std::cbrt(size * grid.spacing_z * 3 / (4 * std::numbers::pi));
  // In voxels: noise is smoothed in the smallest objects, too.
  const auto sigma = [&](double spacing) { return std::clamp(radius / 4 / spacing, 1.0, 100.0); };
  Array3<float> values = image(box);
  blur(values, {flat ? 0 : sigma(grid.spacing_z), sigma(grid.spacing_y), sigma(grid.spacing_x)}, 1);
  Mask mask(box.shape());
  const Index3 by = box.begin - piece.origin, shape = box.shape();
  float low = std::numeric_limits<float>::infinity(), high = -low;
  for (std::int64_t z = 0; z < shape.z; ++z) {
    for (std::int64_t y = 0; y < shape.y; ++y) {
      for (std::int64_t x = 0; x < shape.x; ++x) {
        mask(z, y, x) = piece.mask(z + by.z, y + by.y, x + by.x);
        if (mask(z, y, x) == 0) continue;
        low = std::min(low, values(z, y, x));
        high = std::max(high, values(z, y, x));
      }
    }
  }
  if (!(high > low)) return 1;
  const double range = static_cast<double>(high) - low;
  return count_peaks(values, mask, options.bright_pass * range, low + options.bulge * range);
}

/// One object's pieces (places in Pieces::pieces), the largest first.
using ObjectPieces = std::vector<std::size_t>;

class Measurer {
 public:
  Measurer(const LabelVolume& labels, const Pieces& found, const VoxelGrid& grid,
           const ReadIntensity& image, const FactOptions& options)
      : image_box_(Box3::of_shape(labels.shape())),
        found_(found),
        grid_(grid),
        image_(image),
        options_(options),
        runs_(found.pieces.size()) {
    for (const PieceRun& run : found.runs) {
      runs_[run.piece].push_back(run);
      fingerprints_[found.pieces[run.piece].id].add(run);
    }
  }

  ObjectFacts measure(const ObjectPieces& pieces) const {
    ObjectFacts facts;
    facts.id = found_.pieces[pieces.front()].id;
    facts.fingerprint = fingerprints_.at(facts.id).value();
    const bool flat = image_box_.shape().z == 1;
    const auto plane_of_flat = flat ? std::optional(Plane::kXY) : std::nullopt;
    for (const std::size_t number : pieces) {
      const Piece& piece = found_.pieces[number];
      const Runs& runs = runs_[number];
      facts.box = facts.box.united_with(piece.box);
      facts.voxels += piece.voxels;
      facts.pieces.push_back(piece.voxels);
      // Without a gap in any row nothing is enclosed.
      const bool gaps = has_gaps(runs);
      const bool largest = number == pieces.front();
      if (!largest && !gaps) continue;
      PieceMask mask = mask_of(piece, runs, flat);
      std::int64_t filled = piece.voxels;
      if (gaps) {
        const Holes holes = find_holes(mask.mask, plane_of_flat);
        facts.holes += holes.count;
        facts.hole_voxels += holes.voxels;
        filled += holes.voxels;
        std::transform(mask.mask.begin(), mask.mask.end(), holes.mask.begin(), mask.mask.begin(),
                       std::bit_or<std::uint8_t>());
      }
      if (!largest) continue;
      // A hole is a reason of its own; the shape is that of the outline.
      facts.solidity = solidity_of(runs, filled);
      if (flat) facts.circularity = circularity_of(mask, runs.front(), filled);
      look_inside(mask, piece, facts);
    }
    facts.border = {facts.box.begin.x == 0,          facts.box.end.x == image_box_.end.x,
                    facts.box.begin.y == 0,          facts.box.end.y == image_box_.end.y,
                    !flat && facts.box.begin.z == 0, !flat && facts.box.end.z == image_box_.end.z};
    return facts;
  }

 private:
  static bool has_gaps(const Runs& runs) {
    return std::adjacent_find(runs.begin(), runs.end(), [](const PieceRun& a, const PieceRun& b) {
             return a.begin.y == b.begin.y && a.begin.z == b.begin.z;
           }) != runs.end();
  }

  void look_inside(const PieceMask& mask, const Piece& piece, ObjectFacts& facts) const {
    if (facts.solidity < options_.convex) facts.centres = centres_of(mask.mask, grid_, options_);
    if (image_) {
      facts.bright_centres =
          bright_centres_of(mask, piece.voxels, image_box_, grid_, image_, options_);
    }
  }

  Box3 image_box_;
  const Pieces& found_;
  const VoxelGrid& grid_;
  const ReadIntensity& image_;
  const FactOptions& options_;
  std::vector<Runs> runs_;  // of each piece
  std::map<std::uint32_t, Fingerprint> fingerprints_;
};

}  // namespace

bool ObjectFacts::at_border() const {
  return std::find(border.begin(), border.end(), true) != border.end();
}

std::vector<ObjectFacts> object_facts(const LabelVolume& labels, const Box3& within,
                                      std::uint32_t id, const VoxelGrid& grid,
                                      const ReadIntensity& image, const FactOptions& options) {
  const Pieces found = find_pieces(labels, within, id);
  std::map<std::uint32_t, ObjectPieces> by_id;
  for (std::size_t i = 0; i < found.pieces.size(); ++i) by_id[found.pieces[i].id].push_back(i);
  std::vector<ObjectPieces> objects;
  for (auto& [one, pieces] : by_id) {
    std::stable_sort(pieces.begin(), pieces.end(), [&](std::size_t a, std::size_t b) {
      return found.pieces[a].voxels > found.pieces[b].voxels;
    });
    objects.push_back(std::move(pieces));
  }
  const Measurer measurer(labels, found, grid, image, options);
  std::vector<ObjectFacts> facts(objects.size());
  constexpr std::int64_t kGrain = 8;  // objects a thread takes at once
  parallel_for(0, std::ssize(objects), kGrain, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t i = first; i < last; ++i) {
      const auto at = static_cast<std::size_t>(i);
      facts[at] = measurer.measure(objects[at]);
    }
  });
  return facts;
}

std::uint64_t fingerprint(const LabelVolume& labels, const ObjectAt& object) {
  Fingerprint all;
  for (const PieceRun& run : find_pieces(labels, object_box(labels, object), object.id).runs) {
    all.add(run);
  }
  return all.value();
}

}  // namespace karyo
