#include "viewer/scene/volume_texture.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/base/parallel.h"

namespace karyo {
namespace {

constexpr std::int64_t kMostAlongAnAxis = 1024;
constexpr int kTableSize = 1024;

std::int64_t pieces(std::int64_t extent, std::int64_t by) { return (extent + by - 1) / by; }

template <typename T>
void average(VolumeView<const T> in, Reduction by, Array3<float>& out) {
  const Index3 shape = in.shape();
  parallel_for(0, out.shape().z, 1, [&](std::int64_t first, std::int64_t last) {
    std::vector<double> sums(static_cast<std::size_t>(out.shape().x));
    for (std::int64_t z = first; z < last; ++z) {
      const std::int64_t z_end = std::min((z + 1) * by.z, shape.z);
      for (std::int64_t y = 0; y < out.shape().y; ++y) {
        const std::int64_t y_end = std::min((y + 1) * by.y, shape.y);
        std::fill(sums.begin(), sums.end(), 0.0);
        for (std::int64_t zz = z * by.z; zz < z_end; ++zz) {
          for (std::int64_t yy = y * by.y; yy < y_end; ++yy) {
            const T* row = in.row(zz, yy);
            for (std::int64_t x = 0; x < shape.x; ++x) {
              const double value = static_cast<double>(row[x]);
              if (std::isfinite(value)) sums[static_cast<std::size_t>(x / by.x)] += value;
            }
          }
        }
        const double depth = static_cast<double>((z_end - z * by.z) * (y_end - y * by.y));
        for (std::int64_t x = 0; x < out.shape().x; ++x) {
          const std::int64_t width = std::min((x + 1) * by.x, shape.x) - x * by.x;
          out(z, y, x) = static_cast<float>(sums[static_cast<std::size_t>(x)] /
                                            (depth * static_cast<double>(width)));
        }
      }
    }
  });
}

/// Colour and strength for kTableSize steps from low to high, gamma included.
std::vector<std::array<float, 4>> table_of(const VolumeItem& item) {
  std::vector<std::array<float, 4>> table(kTableSize);
  for (int i = 0; i < kTableSize; ++i) {
    const double bent = std::pow(i / (kTableSize - 1.0), item.gamma);
    const Rgb colour = item.colours[static_cast<std::size_t>(std::lround(bent * 255))];
    const float opacity = static_cast<float>(item.opacity);
    table[static_cast<std::size_t>(i)] = {colour.r * opacity, colour.g * opacity,
                                          colour.b * opacity,
                                          static_cast<float>(bent * 255) * opacity};
  }
  return table;
}

/// A run of a channel's values, as reduced() would give them.
void take_values(const Array3<float>* channel, const VolumeItem& item, std::int64_t first,
                 std::int64_t last, std::vector<float>& values) {
  values.resize(static_cast<std::size_t>(last - first));
  if (channel != nullptr) {
    std::copy(channel->data() + first, channel->data() + last, values.begin());
    return;
  }
  visit_voxels(item.volume->type(), [&](auto zero) {
    using T = decltype(zero);
    const T* voxels = item.volume->view<T>(item.t, item.c).data();
    for (std::int64_t i = first; i < last; ++i) {
      const auto value = static_cast<float>(voxels[i]);
      values[static_cast<std::size_t>(i - first)] = std::isfinite(value) ? value : 0;
    }
  });
}

}  // namespace

Index3 reduced_shape(Index3 shape, Reduction by) {
  return {pieces(shape.z, by.z), pieces(shape.y, by.y), pieces(shape.x, by.x)};
}

Reduction reduction_for(Index3 shape, const VoxelGrid& grid, std::int64_t budget) {
  Reduction by{1, 1, 1};
  const auto fits = [&] {
    const Index3 now = reduced_shape(shape, by);
    return now.count() <= budget && now.z <= kMostAlongAnAxis && now.y <= kMostAlongAnAxis &&
           now.x <= kMostAlongAnAxis;
  };
  while (!fits()) {
    const Index3 now = reduced_shape(shape, by);
    struct Axis {
      std::int64_t* step;
      std::int64_t extent;
      double spacing;
    };
    std::array<Axis, 3> axes{{{&by.z, now.z, grid.spacing_z * static_cast<double>(by.z)},
                              {&by.y, now.y, grid.spacing_y * static_cast<double>(by.y)},
                              {&by.x, now.x, grid.spacing_x * static_cast<double>(by.x)}}};
    // An axis that is too long for a texture goes first; then the finest that can still give.
    const auto worst = std::min_element(axes.begin(), axes.end(), [](const Axis& a, const Axis& b) {
      const bool a_long = a.extent > kMostAlongAnAxis, b_long = b.extent > kMostAlongAnAxis;
      if (a_long != b_long) return a_long;
      if ((a.extent > 1) != (b.extent > 1)) return a.extent > 1;
      return a.spacing < b.spacing;
    });
    *worst->step += 1;
  }
  return by;
}

VoxelGrid coarser(VoxelGrid grid, Reduction by) {
  grid.spacing_z *= static_cast<double>(by.z);
  grid.spacing_y *= static_cast<double>(by.y);
  grid.spacing_x *= static_cast<double>(by.x);
  return grid;
}

Array3<float> reduced(const Volume& volume, std::int64_t t, std::int64_t c, Reduction by) {
  Array3<float> out(reduced_shape(volume.shape().zyx(), by));
  visit_voxels(volume.type(), [&](auto zero) {
    using T = decltype(zero);
    average<T>(volume.view<T>(t, c), by, out);
  });
  return out;
}

void colour_voxels(const std::vector<const Array3<float>*>& channels,
                   const std::vector<VolumeItem>& items, std::uint8_t* rgba) {
  if (channels.empty()) return;
  std::vector<std::vector<std::array<float, 4>>> tables;
  for (const auto& item : items) tables.push_back(table_of(item));
  constexpr std::int64_t kRun = 1 << 14;
  const std::int64_t count = channels.front() != nullptr
                                 ? channels.front()->count()
                                 : items.front().volume->shape().zyx().count();
  const auto colour_run = [&](std::int64_t first, std::int64_t last,
                              std::vector<std::vector<float>>& values) {
    for (std::size_t k = 0; k < channels.size(); ++k) {
      take_values(channels[k], items[k], first, last, values[k]);
    }
    for (std::int64_t i = first; i < last; ++i) {
      float red = 0, green = 0, blue = 0, strength = 0;
      for (std::size_t k = 0; k < channels.size(); ++k) {
        const double span = items[k].high - items[k].low;
        const double value = values[k][static_cast<std::size_t>(i - first)];
        const double fraction =
            span > 0 ? (value - items[k].low) / span : (value >= items[k].high ? 1.0 : 0.0);
        const auto step = static_cast<std::size_t>(
            std::clamp(fraction, 0.0, 1.0) * (kTableSize - 1) + 0.5);
        const auto& entry = tables[k][step];
        red += entry[0];
        green += entry[1];
        blue += entry[2];
        strength = std::max(strength, entry[3]);
      }
      const auto byte = [](float v) { return static_cast<std::uint8_t>(std::min(v, 255.0F) + 0.5F); };
      rgba[4 * i] = byte(red);
      rgba[4 * i + 1] = byte(green);
      rgba[4 * i + 2] = byte(blue);
      rgba[4 * i + 3] = byte(strength);
    }
  };
  parallel_for(0, pieces(count, kRun), 4, [&](std::int64_t first, std::int64_t last) {
    std::vector<std::vector<float>> values(channels.size());
    for (std::int64_t run = first; run < last; ++run) {
      colour_run(run * kRun, std::min(count, (run + 1) * kRun), values);
    }
  });
}

}  // namespace karyo
