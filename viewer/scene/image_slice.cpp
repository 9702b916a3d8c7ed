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

std::vector<LinearStep> linear_steps(int begin, int end, const AxisMap& map, double spacing,
                                     std::int64_t extent, const auto& place_of) {
  std::vector<LinearStep> steps;
  for (int pixel = begin; pixel < end; ++pixel) {
    steps.push_back(map[pixel] == AxisMap::kOutside
                        ? LinearStep{0, 0, 0}
                        : linear_step(place_of(pixel), spacing, extent));
  }
  return steps;
}

}  // namespace

ImageSlice::ImageSlice(const ImageLayer& layer, const ViewTransform& view, const ScreenRect& part,
                       const VoxelGrid& grid, std::int64_t time, bool lowest,
                       std::vector<ChannelTable>& tables)
    : layer_(layer),
      tables_(tables),
      map_(view, part, 0, grid, layer.volume().shape().zyx()),
      blending_(lowest && layer.blending() == Blending::kMinimum ? Blending::kTranslucent
                                                                 : layer.blending()),
      alpha_(alpha_of(layer.opacity())),
      left_(part.left),
      top_(part.top) {
  const VolumeShape& shape = layer.volume().shape();
  const Axis across = horizontal_axis(view.plane), down = vertical_axis(view.plane);
  stride_across_ = stride_along(shape.zyx(), across);
  stride_down_ = stride_along(shape.zyx(), down);
  const std::int64_t slice_offset =
      map_.slice * stride_along(shape.zyx(), normal_axis(view.plane));
  for (std::int64_t c = 0; c < layer.channel_count(); ++c) {
    if (!layer.channel(c).visible) continue;
    const std::int64_t volume_number = layer.time_shown(time) * shape.c + c;
    channels_.push_back({volume_number * shape.zyx().count() + slice_offset, channels_.size()});
  }
  // On black, blending is a dimmer: worked into the table, where the table's colour is the whole.
  const bool dimmed = lowest && channels_.size() == 1 && blending_ != Blending::kOpaque;
  store_ = blending_ == Blending::kOpaque || (lowest && (dimmed || alpha_ == 256));
  tables.resize(std::max(tables.size(), channels_.size()));
  std::size_t table = 0;
  for (std::int64_t c = 0; c < layer.channel_count(); ++c) {
    const ChannelDisplay& display = layer.channel(c);
    if (!display.visible) continue;
    tables[table++].prepare(layer.volume().type(), display,
                            layer.rgb() ? primary(c) : display.colormap, dimmed ? alpha_ : 256);
  }
  const double spacing_across = spacing_along(grid, across);
  const double spacing_down = spacing_along(grid, down);
  linear_ = drawn_linear(layer, view.zoom, spacing_across, spacing_down);
  if (linear_) {
    steps_across_ = linear_steps(part.left, part.right, map_.columns, spacing_across,
                                 along(shape.zyx(), across),
                                 [&](int i) { return view.column_place(i); });
    steps_down_ = linear_steps(part.top, part.bottom, map_.rows, spacing_down,
                               along(shape.zyx(), down), [&](int j) { return view.row_place(j); });
  }
}

void ImageSlice::draw(const Block& block, ImageBuffers& buffers, RgbaImage& picture) const {
  const Block covered{std::max(block.left, map_.columns.covered_begin()),
                     std::min(block.right, map_.columns.covered_end()),
                     std::max(block.top, map_.rows.covered_begin()),
                     std::min(block.bottom, map_.rows.covered_end())};
  if (!map_.hit || covered.width() <= 0 || covered.height() <= 0) return;
  if (channels_.empty()) {
    // Seen, but with every channel off: black, as the sum of no colours is.
    buffers.more.assign(static_cast<std::size_t>(covered.width()), pack_rgba(Rgb{}));
    for (int y = covered.top; y < covered.bottom; ++y) {
      put(buffers.more.data(), picture.row(y) + covered.left, covered.width());
    }
    return;
  }
  visit_voxels(layer_.volume().type(), [&](auto zero) {
    using T = decltype(zero);
    linear_ ? draw_linear<T>(covered, buffers, picture)
            : draw_nearest<T>(covered, buffers, picture);
  });
}

void ImageSlice::put(const std::uint32_t* colors, std::uint32_t* below, int n) const {
  blend_row(below, colors, n, store_ ? Blending::kOpaque : blending_, alpha_);
}

template <typename T>
void ImageSlice::sample(const Channel& channel, const std::vector<std::int32_t>& source_rows,
                        int left, int width, T* values) const {
  const T* slice = reinterpret_cast<const T*>(layer_.volume().data()) + channel.offset;
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
  // YZ: a screen row would touch another page at each pixel, so columns are walked within the block.
  for (int i = 0; i < width; ++i) {
    T* out = values + i;
    if (i > 0 && columns[i] == columns[i - 1]) {
      for (int r = 0; r < rows; ++r, out += width) *out = out[-1];
      continue;
    }
    const T* column = slice + columns[i] * stride_across_;
    for (int r = 0; r < rows; ++r, out += width) {
      *out = column[source_rows[static_cast<std::size_t>(r)] * stride_down_];
    }
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
  auto* values = reinterpret_cast<T*>(buffers.values.data());
  for (const Channel& channel : channels_) {
    sample<T>(channel, source_rows, covered.left, width, values);
    const ChannelTable& table = tables_[channel.table];
    if (store_ && channels_.size() == 1) {  // nothing to add up or blend: straight to the picture
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
      if (&channel == &channels_.front()) {
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
    put(buffers.colors.data() + r * static_cast<std::size_t>(width),
        picture.row(y) + covered.left, width);
  }
}

template <typename T>
void ImageSlice::draw_linear(const Block& covered, ImageBuffers& buffers,
                             RgbaImage& picture) const {
  const int width = covered.width();
  const LinearStep* across = steps_across_.data() + (covered.left - left_);
  const std::int64_t first = across[0].first;
  const std::int64_t source_width = across[width - 1].second - first + 1;
  buffers.upper.resize(static_cast<std::size_t>(source_width));
  buffers.lower.resize(static_cast<std::size_t>(source_width));
  buffers.between.resize(static_cast<std::size_t>(width));
  buffers.colors.resize(std::max(buffers.colors.size(), static_cast<std::size_t>(width)));
  buffers.more.resize(std::max(buffers.more.size(), static_cast<std::size_t>(width)));
  for (int y = covered.top; y < covered.bottom; ++y) {
    const LinearStep& down = steps_down_[static_cast<std::size_t>(y - top_)];
    for (const Channel& channel : channels_) {
      const T* slice = reinterpret_cast<const T*>(layer_.volume().data()) + channel.offset;
      const auto load = [&](std::int64_t row, std::vector<float>& out) {
        const T* source = slice + row * stride_down_ + first * stride_across_;
        for (std::int64_t i = 0; i < source_width; ++i) {
          out[static_cast<std::size_t>(i)] = static_cast<float>(source[i * stride_across_]);
        }
      };
      load(down.first, buffers.upper);
      load(down.second, buffers.lower);
      for (int i = 0; i < width; ++i) {
        const auto left = static_cast<std::size_t>(across[i].first - first);
        const auto right = static_cast<std::size_t>(across[i].second - first);
        buffers.between[static_cast<std::size_t>(i)] =
            linear_value(buffers.upper[left], buffers.upper[right], buffers.lower[left],
                         buffers.lower[right], across[i].part, down.part);
      }
      const ChannelTable& table = tables_[channel.table];
      if (&channel == &channels_.front()) {
        table.look_up_between(buffers.between.data(), width, buffers.colors.data());
      } else {
        table.look_up_between(buffers.between.data(), width, buffers.more.data());
        add_row(buffers.colors.data(), buffers.more.data(), width);
      }
    }
    put(buffers.colors.data(), picture.row(y) + covered.left, width);
  }
}

}  // namespace karyo
