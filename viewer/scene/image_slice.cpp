#include "viewer/scene/image_slice.h"

#include <algorithm>
#include <array>

#include "viewer/scene/row_blend.h"

namespace karyo {
namespace {

std::int64_t stride_along(const Index3& shape, Axis axis) {
  return axis == Axis::kZ ? shape.y * shape.x : axis == Axis::kY ? shape.x : 1;
}

/// Colour tables of red, green and blue, for pictures whose channels are these.
Colormap primary(std::int64_t channel) {
  constexpr std::array<const char*, 3> kNames{"red", "green", "blue"};
  return *colormap(kNames[static_cast<std::size_t>(channel)]);
}

/// Taps count from the first held voxel; outside the volume they are not used.
std::vector<Taps> taps_of(int begin, int end, const AxisMap& map, const SliceVoxels& voxels,
                          Axis axis, Interpolation how, const auto& place_of) {
  const std::int64_t held = along(voxels.held.begin, axis);
  std::vector<Taps> taps;
  taps.reserve(static_cast<std::size_t>(end - begin));
  for (int pixel = begin; pixel < end; ++pixel) {
    if (map[pixel] == AxisMap::kOutside) {
      taps.emplace_back();
      continue;
    }
    taps.push_back(
        taps_at(place_of(pixel), voxels.grid, axis, held, along(voxels.held.end, axis), how));
    for (std::int64_t& voxel : taps.back().voxel) voxel -= held;
  }
  return taps;
}

}  // namespace

ImageSlice::ImageSlice(const ImageLayer& layer, const ViewTransform& view, const ScreenRect& part,
                       const VoxelGrid& grid, std::int64_t time, bool lowest,
                       std::vector<ChannelTable>& tables, VoxelRoom& room, KeptRows& kept,
                       int threads)
    : layer_(layer),
      tables_(tables),
      voxels_(layer, view, part, grid, time, room),
      map_(view, part, 0, voxels_.grid, voxels_.held),
      projection_(view.slab.projection),
      interpolation_(interpolation_drawn(layer, view, voxels_.grid)),
      blending_(lowest && layer.blending() == Blending::kMinimum ? Blending::kTranslucent
                                                                 : layer.blending()),
      alpha_(alpha_of(layer.opacity())),
      left_(part.left),
      top_(part.top) {
  const Axis across = horizontal_axis(view.plane), down = vertical_axis(view.plane);
  const Axis normal = normal_axis(view.plane);
  const Index3 held = voxels_.held.shape();
  stride_across_ = stride_along(held, across);
  stride_down_ = stride_along(held, down);
  stride_normal_ = stride_along(held, normal);
  planes_ = slab_range(map_.slice, slab_planes(view, voxels_.grid),
                       along(voxels_.held.begin, normal), along(voxels_.held.end, normal));
  first_offset_ = (planes_.first - along(voxels_.held.begin, normal)) * stride_normal_;
  if (view.plane == Plane::kYZ) take_kept(kept, part == view.viewport(), threads);
  // On black, blending is a dimmer: worked into the table, where the table's colour is the whole.
  const bool dimmed = lowest && voxels_.channels.size() == 1 && blending_ != Blending::kOpaque;
  store_ = blending_ == Blending::kOpaque || (lowest && (dimmed || alpha_ == 256));
  tables.resize(std::max(tables.size(), voxels_.channels.size()));
  std::size_t table = 0;
  for (std::int64_t c = 0; c < layer.channel_count(); ++c) {
    const ChannelDisplay& display = layer.channel(c);
    if (!display.visible) continue;
    tables[table++].prepare(layer.type(), display, layer.rgb() ? primary(c) : display.colormap,
                            dimmed ? alpha_ : 256);
  }
  if (interpolation_ != Interpolation::kNearest) {
    taps_across_ = taps_of(part.left, part.right, map_.columns, voxels_, across, interpolation_,
                           [&](int i) { return view.column_place(i); });
    taps_down_ = taps_of(part.top, part.bottom, map_.rows, voxels_, down, interpolation_,
                         [&](int j) { return view.row_place(j); });
  }
}

/// One plane of an image that lies in memory, each pixel one voxel's.
void ImageSlice::take_kept(KeptRows& kept, bool whole, int threads) {
  const std::shared_ptr<const Volume>& volume = layer_.shared_volume();
  if (layer_.pages() || planes_.last - planes_.first != 1 ||
      interpolation_ != Interpolation::kNearest) {
    return kept.clear();
  }
  if (whole) kept.prepare(volume, voxels_.channels, map_.seen_across(), threads);
  if (kept.are_of(volume, voxels_.channels, map_.slice)) kept_ = &kept;
}

void ImageSlice::draw(const Block& block, ImageBuffers& buffers, RgbaImage& picture) const {
  const Block covered{std::max(block.left, map_.columns.covered_begin()),
                      std::min(block.right, map_.columns.covered_end()),
                      std::max(block.top, map_.rows.covered_begin()),
                      std::min(block.bottom, map_.rows.covered_end())};
  if (!map_.hit || covered.width() <= 0 || covered.height() <= 0) return;
  if (voxels_.channels.empty()) {
    // Seen, but with every channel off: black, as the sum of no colours is.
    buffers.more.assign(static_cast<std::size_t>(covered.width()), pack_rgba(Rgb{}));
    for (int y = covered.top; y < covered.bottom; ++y) {
      put(buffers.more.data(), picture.row(y) + covered.left, covered.width());
    }
    return;
  }
  visit_voxels(layer_.type(), [&](auto zero) {
    using T = decltype(zero);
    interpolation_ == Interpolation::kNearest ? draw_nearest<T>(covered, buffers, picture)
                                              : draw_between<T>(covered, buffers, picture);
  });
}

void ImageSlice::put(const std::uint32_t* colors, std::uint32_t* below, int n) const {
  blend_row(below, colors, n, store_ ? Blending::kOpaque : blending_, alpha_);
}

template <typename T>
void ImageSlice::sample(const T* slice, std::size_t channel,
                        const std::vector<std::int32_t>& source_rows, int left, int width,
                        T* values) const {
  const std::int32_t* columns = map_.columns.from(left);
  const auto rows = static_cast<int>(source_rows.size());
  if (stride_across_ == 1) {
    for (int r = 0; r < rows; ++r) {
      const T* row = slice + source_rows[static_cast<std::size_t>(r)] * stride_down_;
      T* out = values + static_cast<std::int64_t>(r) * width;
      for (int i = 0; i < width; ++i) out[i] = row[columns[i]];
    }
    return;
  }
  // YZ: a screen row would touch another page at each pixel, so columns are walked within the
  // block.
  for (int i = 0; i < width; ++i) {
    T* out = values + i;
    if (i > 0 && columns[i] == columns[i - 1]) {
      for (int r = 0; r < rows; ++r, out += width) *out = out[-1];
      continue;
    }
    const std::byte* kept = kept_ ? kept_->row(channel, columns[i]) : nullptr;
    const T* column = kept ? reinterpret_cast<const T*>(kept) : slice + columns[i] * stride_across_;
    const std::int64_t stride = kept ? 1 : stride_down_;
    for (int r = 0; r < rows; ++r, out += width) {
      *out = column[source_rows[static_cast<std::size_t>(r)] * stride];
    }
  }
}

/// A slab's planes taken together in buffers.values.
template <typename T>
void ImageSlice::sample_slab(std::size_t channel, const std::vector<std::int32_t>& source_rows,
                             int left, int width, ImageBuffers& buffers) const {
  const T* slice = reinterpret_cast<const T*>(voxels_.channels[channel]) + first_offset_;
  auto* values = reinterpret_cast<T*>(buffers.values.data());
  sample<T>(slice, channel, source_rows, left, width, values);
  const std::int64_t planes = planes_.last - planes_.first;
  if (planes == 1) return;
  const std::size_t count = source_rows.size() * static_cast<std::size_t>(width);
  buffers.further.resize(std::max(buffers.further.size(), count * sizeof(T)));
  auto* further = reinterpret_cast<T*>(buffers.further.data());
  if (projection_ == Projection::kMean) buffers.sums.assign(values, values + count);
  for (std::int64_t plane = 1; plane < planes; ++plane) {
    sample<T>(slice + plane * stride_normal_, channel, source_rows, left, width, further);
    switch (projection_) {
      case Projection::kMaximum:
        for (std::size_t i = 0; i < count; ++i) values[i] = std::max(values[i], further[i]);
        break;
      case Projection::kMinimum:
        for (std::size_t i = 0; i < count; ++i) values[i] = std::min(values[i], further[i]);
        break;
      case Projection::kMean:
        for (std::size_t i = 0; i < count; ++i) {
          buffers.sums[i] += static_cast<float>(further[i]);
        }
        break;
    }
  }
  if (projection_ != Projection::kMean) return;
  for (std::size_t i = 0; i < count; ++i) {
    values[i] = slab_mean<T>(buffers.sums[i], planes);
  }
}

template <typename T>
void ImageSlice::draw_nearest(const Block& covered, ImageBuffers& buffers,
                              RgbaImage& picture) const {
  const int width = covered.width();
  std::vector<std::int32_t> source_rows;  // each once: magnified voxels span several pixel rows
  source_rows.reserve(static_cast<std::size_t>(covered.height()));
  for (int y = covered.top; y < covered.bottom; ++y) {
    if (source_rows.empty() || source_rows.back() != map_.rows[y]) {
      source_rows.push_back(map_.rows[y]);
    }
  }
  const std::size_t count = source_rows.size() * static_cast<std::size_t>(width);
  buffers.values.resize(std::max(buffers.values.size(), count * sizeof(T)));
  buffers.colors.resize(std::max(buffers.colors.size(), count));
  buffers.more.resize(std::max(buffers.more.size(), static_cast<std::size_t>(width)));
  const auto* values = reinterpret_cast<const T*>(buffers.values.data());
  for (std::size_t channel = 0; channel < voxels_.channels.size(); ++channel) {
    sample_slab<T>(channel, source_rows, covered.left, width, buffers);
    const ChannelTable& table = tables_[channel];
    if (store_ &&
        voxels_.channels.size() == 1) {  // nothing to add up or blend: straight to the picture
      std::size_t r = 0;
      for (int y = covered.top; y < covered.bottom; ++y) {
        std::uint32_t* out = picture.row(y) + covered.left;
        if (y > covered.top && map_.rows[y] == source_rows[r]) {
          std::copy_n(picture.row(y - 1) + covered.left, width, out);
          continue;
        }
        if (y > covered.top) ++r;
        table.look_up(values + r * static_cast<std::size_t>(width), width, out);
      }
      return;
    }
    for (std::size_t r = 0; r < source_rows.size(); ++r) {
      const std::size_t start = r * static_cast<std::size_t>(width);
      std::uint32_t* colors = buffers.colors.data() + start;
      if (channel == 0) {
        table.look_up(values + start, width, colors);
      } else {
        table.look_up(values + start, width, buffers.more.data());
        add_row(colors, buffers.more.data(), width);
      }
    }
  }
  std::size_t r = 0;
  for (int y = covered.top; y < covered.bottom; ++y) {
    if (map_.rows[y] != source_rows[r]) ++r;
    put(buffers.colors.data() + r * static_cast<std::size_t>(width), picture.row(y) + covered.left,
        width);
  }
}

/// Each row of voxels is worked out across once, then rows are mixed down: neighbouring screen rows
/// lie between the same ones.
template <typename T>
void ImageSlice::draw_between(const Block& covered, ImageBuffers& buffers,
                              RgbaImage& picture) const {
  const int width = covered.width(), count = tap_count(interpolation_);
  const Taps* across = taps_across_.data() + (covered.left - left_);
  const Taps* down = taps_down_.data() + (covered.top - top_);
  const auto last_tap = static_cast<std::size_t>(count - 1);
  const std::int64_t first_column = across[0].voxel[0];
  const std::int64_t source_width = across[width - 1].voxel[last_tap] - first_column + 1;
  const std::int64_t first_row = down[0].voxel[0];
  const std::int64_t source_rows = down[covered.height() - 1].voxel[last_tap] - first_row + 1;
  const auto columns = static_cast<std::size_t>(width);
  buffers.source.resize(static_cast<std::size_t>(source_width));
  buffers.across.resize(static_cast<std::size_t>(source_rows) * columns);
  buffers.between.resize(columns);
  const std::size_t pixels = columns * static_cast<std::size_t>(covered.height());
  buffers.colors.resize(std::max(buffers.colors.size(), pixels));
  buffers.more.resize(std::max(buffers.more.size(), columns));
  for (std::size_t channel = 0; channel < voxels_.channels.size(); ++channel) {
    const T* slice = reinterpret_cast<const T*>(voxels_.channels[channel]) + first_offset_;
    for (std::int64_t row = 0; row < source_rows; ++row) {
      const T* from = slice + (first_row + row) * stride_down_ + first_column * stride_across_;
      for (std::int64_t i = 0; i < source_width; ++i) {
        buffers.source[static_cast<std::size_t>(i)] = static_cast<float>(from[i * stride_across_]);
      }
      float* out = buffers.across.data() + static_cast<std::size_t>(row) * columns;
      for (int i = 0; i < width; ++i) {
        const Taps& taps = across[i];
        out[i] = weighted(taps, count, [&](int k) {
          return buffers.source[static_cast<std::size_t>(taps.voxel[static_cast<std::size_t>(k)] -
                                                         first_column)];
        });
      }
    }
    const ChannelTable& table = tables_[channel];
    for (int y = 0; y < covered.height(); ++y) {
      const Taps& taps = down[y];
      std::array<const float*, 4> rows{};
      for (std::size_t k = 0; k <= last_tap; ++k) {
        rows[k] =
            buffers.across.data() + static_cast<std::size_t>(taps.voxel[k] - first_row) * columns;
      }
      for (int i = 0; i < width; ++i) {
        buffers.between[static_cast<std::size_t>(i)] =
            weighted(taps, count, [&](int k) { return rows[static_cast<std::size_t>(k)][i]; });
      }
      std::uint32_t* colors = buffers.colors.data() + static_cast<std::size_t>(y) * columns;
      if (channel == 0) {
        table.look_up_between(buffers.between.data(), width, colors);
      } else {
        table.look_up_between(buffers.between.data(), width, buffers.more.data());
        add_row(colors, buffers.more.data(), width);
      }
    }
  }
  for (int y = 0; y < covered.height(); ++y) {
    put(buffers.colors.data() + static_cast<std::size_t>(y) * columns,
        picture.row(covered.top + y) + covered.left, width);
  }
}

}  // namespace karyo
