#include "core/filters/geometry.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "core/base/parallel.h"
#include "core/filters/frames.h"

namespace karyo {
namespace {

Volume like(const Volume& volume, VoxelType type, VolumeShape shape) {
  Volume made(type, shape, volume.grid);
  if (shape.c == volume.shape().c) {
    made.channels = volume.channels;
    made.rgb = volume.rgb;
  }
  return made;
}

/// A volume of the same type whose voxel (z, y, x) is the input's at `from(z, y, x)`.
template <typename F>
Volume rearranged(const Volume& volume, const Index3& to, const F& from) {
  const VolumeShape shape = volume.shape();
  Volume made = like(volume, volume.type(), {shape.t, shape.c, to.z, to.y, to.x});
  visit_voxels(volume.type(), [&](auto zero) {
    using T = decltype(zero);
    for (std::int64_t t = 0; t < shape.t; ++t) {
      for (std::int64_t c = 0; c < shape.c; ++c) {
        const auto in = volume.view<T>(t, c);
        auto out = made.view<T>(t, c);
        parallel_for(0, to.z * to.y, 16, [&](std::int64_t first, std::int64_t last) {
          for (std::int64_t row = first; row < last; ++row) {
            for (std::int64_t x = 0; x < to.x; ++x) {
              out(row / to.y, row % to.y, x) = in(from(Index3{row / to.y, row % to.y, x}));
            }
          }
        });
      }
    }
  });
  return made;
}

double combined(ProjectionKind kind, std::vector<double>& values) {
  const auto count = static_cast<double>(values.size());
  double sum = 0;
  for (const double value : values) sum += value;
  switch (kind) {
    case ProjectionKind::kMaximum: return *std::max_element(values.begin(), values.end());
    case ProjectionKind::kMinimum: return *std::min_element(values.begin(), values.end());
    case ProjectionKind::kMean: return sum / count;
    case ProjectionKind::kSum: return sum;
    case ProjectionKind::kDeviation: {
      double squares = 0;
      for (const double value : values) squares += (value - sum / count) * (value - sum / count);
      return values.size() > 1 ? std::sqrt(squares / (count - 1)) : 0;
    }
    case ProjectionKind::kMedian: {
      const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
      std::nth_element(values.begin(), middle, values.end());
      return *middle;
    }
  }
  return 0;
}

/// What a new voxel takes from an axis: places and weights that add up to 1.
struct Taps {
  std::vector<std::vector<std::pair<std::int64_t, float>>> of;

  Taps(std::int64_t from, std::int64_t to, Resampling how) {
    const double step = static_cast<double>(from) / static_cast<double>(to);
    for (std::int64_t i = 0; i < to; ++i) {
      auto& taps = of.emplace_back();
      const double low = static_cast<double>(i) * step, high = low + step;
      if (how == Resampling::kNearest) {
        taps.emplace_back(
            std::min(from - 1, static_cast<std::int64_t>(std::floor((low + high) / 2))), 1.0F);
      } else if (step > 1) {
        for (auto v = static_cast<std::int64_t>(low); v < from && static_cast<double>(v) < high;
             ++v) {
          const double part = std::min(high, static_cast<double>(v + 1)) -
                              std::max(low, static_cast<double>(v));
          if (part > 0) taps.emplace_back(v, static_cast<float>(part / step));
        }
      } else {
        const double middle = (low + high) / 2 - 0.5;
        const auto left = static_cast<std::int64_t>(std::floor(middle));
        const auto part = static_cast<float>(middle - static_cast<double>(left));
        taps.emplace_back(std::clamp<std::int64_t>(left, 0, from - 1), 1 - part);
        taps.emplace_back(std::clamp<std::int64_t>(left + 1, 0, from - 1), part);
      }
    }
  }
};

/// Along one axis of an array: 0 z, 1 y, 2 x.
Array3<float> resampled(const Array3<float>& in, int axis, std::int64_t to, Resampling how) {
  Index3 shape = in.shape();
  std::int64_t& extent = axis == 0 ? shape.z : axis == 1 ? shape.y : shape.x;
  if (extent == to) return in;
  const Taps taps(extent, to, how);
  extent = to;
  Array3<float> out(shape);
  parallel_for(0, shape.z * shape.y, 16, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t row = first; row < last; ++row) {
      const std::int64_t z = row / shape.y, y = row % shape.y;
      for (std::int64_t x = 0; x < shape.x; ++x) {
        float sum = 0;
        for (const auto& [at, weight] :
             taps.of[static_cast<std::size_t>(axis == 0 ? z : axis == 1 ? y : x)]) {
          sum += weight * (axis == 0 ? in(at, y, x) : axis == 1 ? in(z, at, x) : in(z, y, at));
        }
        out(z, y, x) = sum;
      }
    }
  });
  return out;
}

/// What a part is like, with voxels of 0: at its place, with its channels' names.
Result<Volume> part_of(const CropBox& box, VoxelType type, const VolumeShape& shape,
                       const VoxelGrid& grid, const std::vector<ChannelInfo>& channels, bool rgb) {
  const auto within = [](std::int64_t first, std::int64_t last, std::int64_t count) {
    return first >= 0 && first < last && last <= count;
  };
  if (!within(box.first_t, box.last_t, shape.t) || !within(box.first_c, box.last_c, shape.c) ||
      !within(box.box.begin.z, box.box.end.z, shape.z) ||
      !within(box.box.begin.y, box.box.end.y, shape.y) ||
      !within(box.box.begin.x, box.box.end.x, shape.x)) {
    return Error(ErrorCode::kInvalidArgument, "the part to keep is empty or outside the image",
                 "Give ranges inside the image, each with its first before its last.");
  }
  const Index3 size = box.box.shape();
  Volume part(type, {box.last_t - box.first_t, box.last_c - box.first_c, size.z, size.y, size.x},
              grid);
  part.grid.origin_z += static_cast<double>(box.box.begin.z) * grid.spacing_z;
  part.grid.origin_y += static_cast<double>(box.box.begin.y) * grid.spacing_y;
  part.grid.origin_x += static_cast<double>(box.box.begin.x) * grid.spacing_x;
  part.rgb = rgb && part.shape().c == shape.c;
  for (std::int64_t c = box.first_c; c < box.last_c && !channels.empty(); ++c) {
    part.channels.push_back(channels[static_cast<std::size_t>(c)]);
  }
  return part;
}

}  // namespace

Result<Volume> crop(const PagedImage& pages, const CropBox& box, TaskControl& control) {
  const PixelInfo& info = pages.info();
  KARYO_TRY(Volume part, part_of(box, info.type, info.shape(), info.grid, info.channels, info.rgb));
  const VolumeShape shape = part.shape();
  const std::size_t frame = static_cast<std::size_t>(shape.zyx().count()) * bytes_of(part.type());
  for (std::int64_t i = 0; i < shape.t * shape.c; ++i) {
    if (control.cancelled()) return cancelled_error("reading");
    KARYO_CHECK_OK(pages.read(0, box.first_t + i / shape.c, box.first_c + i % shape.c, box.box,
                              part.data() + static_cast<std::size_t>(i) * frame));
  }
  return part;
}

Result<Volume> crop(const Volume& volume, const CropBox& box) {
  KARYO_TRY(Volume part,
            part_of(box, volume.type(), volume.shape(), volume.grid, volume.channels, volume.rgb));
  const Index3 size = part.shape().zyx();
  visit_voxels(volume.type(), [&](auto zero) {
    using T = decltype(zero);
    for (std::int64_t t = 0; t < part.shape().t; ++t) {
      for (std::int64_t c = 0; c < part.shape().c; ++c) {
        const auto in = volume.view<T>(t + box.first_t, c + box.first_c);
        auto out = part.view<T>(t, c);
        for (std::int64_t z = 0; z < size.z; ++z) {
          for (std::int64_t y = 0; y < size.y; ++y) {
            std::memcpy(&out(z, y, 0),
                        &in(z + box.box.begin.z, y + box.box.begin.y, box.box.begin.x),
                        static_cast<std::size_t>(size.x) * sizeof(T));
          }
        }
      }
    }
  });
  return part;
}

Result<ProjectionKind> projection_from(std::string_view name) {
  constexpr std::array<std::string_view, 6> kNames{"maximum", "minimum",   "mean",
                                                   "sum",     "deviation", "median"};
  const auto found = std::find(kNames.begin(), kNames.end(), name);
  if (found == kNames.end()) {
    return Error(ErrorCode::kInvalidArgument, "unknown projection \"" + std::string(name) + "\"",
                 "Use maximum, minimum, mean, sum, deviation or median.");
  }
  return static_cast<ProjectionKind>(found - kNames.begin());
}

Result<Volume> project(const Volume& volume, char axis, ProjectionKind kind,
                       TaskControl& control) {
  if (axis != 'z' && axis != 'y' && axis != 'x' && axis != 't') {
    return Error(ErrorCode::kInvalidArgument, "unknown axis \"" + std::string(1, axis) + "\"",
                 "Use z, y, x or t.");
  }
  const VolumeShape shape = volume.shape();
  VolumeShape flat = shape;
  std::int64_t& extent =
      axis == 'z' ? flat.z : axis == 'y' ? flat.y : axis == 'x' ? flat.x : flat.t;
  const std::int64_t count = extent;
  extent = 1;
  const bool keeps_type = kind == ProjectionKind::kMaximum || kind == ProjectionKind::kMinimum ||
                          kind == ProjectionKind::kMedian;
  Volume projected = like(volume, keeps_type ? volume.type() : VoxelType::kFloat32, flat);
  for (std::int64_t t = 0; t < flat.t; ++t) {
    for (std::int64_t c = 0; c < flat.c; ++c) {
      if (control.cancelled()) return cancelled_error("projecting");
      visit_voxels(volume.type(), [&](auto zero) {
        using T = decltype(zero);
        std::vector<VolumeView<const T>> frames;
        for (std::int64_t i = 0; i < (axis == 't' ? count : 1); ++i) {
          frames.push_back(volume.view<T>(axis == 't' ? i : t, c));
        }
        visit_voxels(projected.type(), [&](auto out_zero) {
          using O = decltype(out_zero);
          auto out = projected.view<O>(t, c);
          parallel_for(0, flat.z * flat.y, 4, [&](std::int64_t first, std::int64_t last) {
            std::vector<double> line(static_cast<std::size_t>(count));
            for (std::int64_t row = first; row < last; ++row) {
              const std::int64_t z = row / flat.y, y = row % flat.y;
              for (std::int64_t x = 0; x < flat.x; ++x) {
                for (std::int64_t i = 0; i < count; ++i) {
                  const Index3 at = axis == 'z'   ? Index3{i, y, x}
                                    : axis == 'y' ? Index3{z, i, x}
                                    : axis == 'x' ? Index3{z, y, i}
                                                  : Index3{z, y, x};
                  line[static_cast<std::size_t>(i)] = static_cast<double>(
                      frames[axis == 't' ? static_cast<std::size_t>(i) : 0](at));
                }
                out(z, y, x) = static_cast<O>(combined(kind, line));
              }
            }
          });
        });
      });
    }
  }
  return projected;
}

Volume rotate(const Volume& volume, int quarter_turns) {
  const int turns = ((quarter_turns % 4) + 4) % 4;
  const Index3 in = volume.shape().zyx();
  const bool swaps = turns % 2 == 1;
  const Index3 out{in.z, swaps ? in.x : in.y, swaps ? in.y : in.x};
  Volume turned = rearranged(volume, out, [&](const Index3& p) -> Index3 {
    if (turns == 1) return {p.z, in.y - 1 - p.x, p.y};
    if (turns == 2) return {p.z, in.y - 1 - p.y, in.x - 1 - p.x};
    if (turns == 3) return {p.z, p.x, in.x - 1 - p.y};
    return p;
  });
  if (swaps) {
    std::swap(turned.grid.spacing_y, turned.grid.spacing_x);
    std::swap(turned.grid.names.y, turned.grid.names.x);
  }
  return turned;
}

Result<Volume> flip(const Volume& volume, char axis) {
  if (axis != 'z' && axis != 'y' && axis != 'x') {
    return Error(ErrorCode::kInvalidArgument, "unknown axis \"" + std::string(1, axis) + "\"",
                 "Use z, y or x.");
  }
  const Index3 shape = volume.shape().zyx();
  return rearranged(volume, shape, [&](Index3 p) {
    if (axis == 'z') p.z = shape.z - 1 - p.z;
    if (axis == 'y') p.y = shape.y - 1 - p.y;
    if (axis == 'x') p.x = shape.x - 1 - p.x;
    return p;
  });
}

Volume reslice(const Volume& volume, Plane plane) {
  const Index3 in = volume.shape().zyx();
  const VoxelGrid& g = volume.grid;
  if (plane == Plane::kXY) return volume.clone();
  if (plane == Plane::kXZ) {
    Volume turned = rearranged(volume, {in.y, in.z, in.x},
                               [](const Index3& p) { return Index3{p.y, p.z, p.x}; });
    turned.grid.spacing_z = g.spacing_y;
    turned.grid.spacing_y = g.spacing_z;
    turned.grid.origin_z = g.origin_y;
    turned.grid.origin_y = g.origin_z;
    std::swap(turned.grid.names.z, turned.grid.names.y);
    return turned;
  }
  Volume turned = rearranged(volume, {in.x, in.y, in.z},
                             [](const Index3& p) { return Index3{p.x, p.y, p.z}; });
  turned.grid.spacing_z = g.spacing_x;
  turned.grid.spacing_x = g.spacing_z;
  turned.grid.origin_z = g.origin_x;
  turned.grid.origin_x = g.origin_z;
  std::swap(turned.grid.names.z, turned.grid.names.x);
  return turned;
}

Result<Volume> resample(const Volume& volume, const Index3& shape, Resampling how,
                        TaskControl& control) {
  constexpr std::int64_t kMost = std::int64_t{1} << 31;
  const Index3 from = volume.shape().zyx();
  for (const std::int64_t extent : {shape.z, shape.y, shape.x}) {
    if (extent < 1 || extent > 100000) {
      return Error(ErrorCode::kInvalidArgument, "an axis has 1 to 100 000 voxels",
                   "Give the numbers of voxels as z, y, x.");
    }
  }
  if (shape.count() > kMost) {
    return Error(ErrorCode::kTooLarge, "the result would have more than 2 billion voxels a channel",
                 "Choose fewer voxels.");
  }
  auto resized = filter_frames(
      volume,
      [&](Array3<float> values, const Advance& advance) -> Result<Array3<float>> {
        values = resampled(values, 2, shape.x, how);
        if (!advance(0.4)) return values;
        values = resampled(values, 1, shape.y, how);
        if (!advance(0.7)) return values;
        return resampled(values, 0, shape.z, how);
      },
      control, "Resampling");
  if (!resized) return resized;
  const auto ratio = [](std::int64_t a, std::int64_t b) {
    return static_cast<double>(a) / static_cast<double>(b);
  };
  resized->grid.spacing_z *= ratio(from.z, shape.z);
  resized->grid.spacing_y *= ratio(from.y, shape.y);
  resized->grid.spacing_x *= ratio(from.x, shape.x);
  return resized;
}

Result<Volume> merge_channels(std::span<const Volume* const> volumes,
                              std::span<const std::string> names) {
  constexpr std::int64_t kMostChannels = 64;
  std::int64_t channels = 0;
  for (std::size_t i = 0; i < volumes.size(); ++i) {
    const Volume& one = *volumes[i];
    VolumeShape same = one.shape();
    same.c = volumes[0]->shape().c;
    if (one.type() != volumes[0]->type() || !(same == volumes[0]->shape())) {
      return Error(ErrorCode::kInvalidArgument,
                   names[i] + " differs from " + names[0] + " in shape or type",
                   "Merge images of one size and type; convert or crop them first.");
    }
    channels += one.shape().c;
  }
  if (volumes.size() < 2 || channels > kMostChannels) {
    return Error(ErrorCode::kInvalidArgument, "2 to 64 channels can be merged",
                 "Name at least two images.");
  }
  VolumeShape shape = volumes[0]->shape();
  shape.c = channels;
  Volume merged(volumes[0]->type(), shape, volumes[0]->grid);
  const auto bytes = static_cast<std::size_t>(shape.zyx().count()) * bytes_of(merged.type());
  for (std::int64_t t = 0; t < shape.t; ++t) {
    std::int64_t to = 0;
    for (std::size_t i = 0; i < volumes.size(); ++i) {
      const Volume& one = *volumes[i];
      for (std::int64_t c = 0; c < one.shape().c; ++c, ++to) {
        std::memcpy(merged.data() + static_cast<std::size_t>(t * channels + to) * bytes,
                    one.data() + static_cast<std::size_t>(t * one.shape().c + c) * bytes, bytes);
        if (t > 0) continue;
        ChannelInfo info;
        if (!one.channels.empty()) info = one.channels[static_cast<std::size_t>(c)];
        if (info.name.empty()) info.name = names[i];
        info.lut.clear();  // or gray channels would hide one another
        merged.channels.push_back(std::move(info));
      }
    }
  }
  return merged;
}

}  // namespace karyo
