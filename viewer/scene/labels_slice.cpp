#include "viewer/scene/labels_slice.h"

#include <algorithm>

#include "viewer/scene/blend.h"
#include "viewer/scene/row_blend.h"

namespace karyo {
namespace {

std::uint32_t* row_of(std::vector<std::uint32_t>& rows, int row, int width) {
  return rows.data() + static_cast<std::ptrdiff_t>(row) * width;
}

}  // namespace

int LabelsSlice::margin_of(const LabelsLayer& layer) {
  return std::max(layer.selected() != 0 ? kSelectionWidth : 0, layer.contour_width());
}

LabelsSlice::LabelsSlice(const LabelsLayer& layer, const ViewTransform& view,
                         const ScreenRect& part, const VoxelGrid& grid, std::int64_t time,
                         bool lowest, const KeptColumns& kept)
    : layer_(layer),
      labels_(layer.labels(time)),
      kept_(kept),
      plane_(view.plane),
      margin_(margin_of(layer)),
      map_(view, part, margin_, grid, Box3::of_shape(labels_.shape())),
      colors_(layer.drawn_colors()),
      blending_(lowest && layer.blending() == Blending::kMinimum ? Blending::kTranslucent
                                                                 : layer.blending()),
      alpha_(alpha_of(layer.opacity())) {
  if (plane_ == Plane::kYZ) return;
  for (int i = map_.columns.covered_begin(); i < map_.columns.covered_end(); ++i) {
    const std::int64_t tile = map_.columns[i] / kTileSide;
    if (stretches_.empty() || stretches_.back().tile != tile) stretches_.push_back({i, i, tile});
    stretches_.back().end = i + 1;
  }
}

void LabelsSlice::gather_row(int row, const Block& wide, std::uint32_t* ids) const {
  std::fill_n(ids, wide.width(), 0u);
  const std::int64_t down = map_.rows[row];
  if (down == AxisMap::kOutside) return;
  const Index3 start =
      plane_ == Plane::kXY ? Index3{map_.slice, down, 0} : Index3{down, map_.slice, 0};
  const std::int64_t first_tile = labels_.tile_number(start);
  const std::size_t row_in_tile = LabelVolume::offset_in_tile(start);
  for (const Stretch& stretch : stretches_) {
    const TilePointer& tile = labels_.tile(first_tile + stretch.tile);
    if (!tile) continue;
    const std::uint32_t* source = tile->ids().data() + row_in_tile;
    const int begin = std::max(stretch.begin, wide.left), end = std::min(stretch.end, wide.right);
    const std::int32_t* columns = map_.columns.from(begin);
    std::uint32_t* out = ids + (begin - wide.left);
    const auto first = static_cast<std::int32_t>(stretch.tile * kTileSide);
    for (int i = 0; i < end - begin; ++i) out[i] = source[columns[i] - first];
  }
}

IdsInTile LabelsSlice::column_of(std::int64_t number) const {
  const LabelTile* tile = labels_.tile(number).get();
  const std::uint32_t* kept = kept_.column(labels_.shape(), map_.slice, number, tile);
  if (kept) return {kept, 1};
  return {tile ? tile->ids().data() + map_.slice % kTileSide : nullptr, kTileSide};
}

/// YZ: every pixel of a screen row lies in another tile, so columns are walked: first where their
/// ids are, then what they are, so that no load waits for the one before it.
void LabelsSlice::gather_columns(const Block& wide, LabelsBuffers& buffers) const {
  const int width = wide.width();
  const std::int32_t* columns = map_.columns.from(wide.left);
  std::uint32_t* ids = buffers.ids.data();
  buffers.tiles.resize(static_cast<std::size_t>(width));
  buffers.rows.resize(static_cast<std::size_t>(wide.height()));
  for (int top = 0; top < wide.height();) {
    const std::int64_t down = map_.rows[wide.top + top];
    if (down == AxisMap::kOutside) {
      std::fill_n(ids + static_cast<std::ptrdiff_t>(top) * width, width, 0u);
      ++top;
      continue;
    }
    int bottom = top;  // rows in the same row of tiles
    for (; bottom < wide.height(); ++bottom) {
      const std::int64_t row = map_.rows[wide.top + bottom];
      if (row == AxisMap::kOutside || row / kTileSide != down / kTileSide) break;
      buffers.rows[static_cast<std::size_t>(bottom)] = row % kTileSide;
    }
    for (int i = 0; i < width; ++i) {
      buffers.tiles[static_cast<std::size_t>(i)] =
          columns[i] == AxisMap::kOutside
              ? IdsInTile{}
              : column_of(labels_.tile_number({columns[i], down, map_.slice}));
    }
    for (int i = 0; i < width; ++i) {
      std::uint32_t* out = ids + static_cast<std::ptrdiff_t>(top) * width + i;
      const IdsInTile tile = buffers.tiles[static_cast<std::size_t>(i)];
      if (!tile.first || (i > 0 && columns[i] == columns[i - 1])) {
        for (int r = top; r < bottom; ++r, out += width) *out = tile.first ? out[-1] : 0;
        continue;
      }
      for (int r = top; r < bottom; ++r, out += width) {
        *out = tile.first[buffers.rows[static_cast<std::size_t>(r)] * tile.stride];
      }
    }
    top = bottom;
  }
}

void LabelsSlice::gather(const Block& wide, LabelsBuffers& buffers) const {
  if (plane_ == Plane::kYZ) {
    gather_columns(wide, buffers);
    return;
  }
  std::uint32_t* ids = buffers.ids.data();
  for (int row = wide.top; row < wide.bottom; ++row) {
    std::uint32_t* out = ids + static_cast<std::ptrdiff_t>(row - wide.top) * wide.width();
    if (row > wide.top && map_.rows[row] == map_.rows[row - 1]) {
      std::copy_n(out - wide.width(), wide.width(), out);
    } else {
      gather_row(row, wide, out);
    }
  }
}

/// A pixel is on the contour where any id in the square of `width` around it differs: where a row
/// of the square is uneven in itself, or its middle differs from the pixel.
void LabelsSlice::mark_contours(const Block& block, int width, LabelsBuffers& buffers) const {
  const int columns = block.width(), stride = columns + 2 * margin_;
  const int rows = block.height();
  buffers.uneven.assign(
      static_cast<std::size_t>(rows + 2 * margin_) * static_cast<std::size_t>(columns), 0);
  buffers.contour.assign(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns), 0);
  for (int r = margin_ - width; r < margin_ + rows + width; ++r) {
    const std::uint32_t* ids = row_of(buffers.ids, r, stride) + margin_;
    std::uint32_t* uneven = row_of(buffers.uneven, r, columns);
    for (int step = 1; step <= width; ++step) {
      for (int i = 0; i < columns; ++i) {
        uneven[i] |= (ids[i] ^ ids[i - step]) | (ids[i] ^ ids[i + step]);
      }
    }
  }
  for (int r = 0; r < rows; ++r) {
    const std::uint32_t* ids = row_of(buffers.ids, r + margin_, stride) + margin_;
    std::uint32_t* contour = row_of(buffers.contour, r, columns);
    for (int step = -width; step <= width; ++step) {
      const std::uint32_t* other = row_of(buffers.ids, r + margin_ + step, stride) + margin_;
      const std::uint32_t* uneven = row_of(buffers.uneven, r + margin_ + step, columns);
      for (int i = 0; i < columns; ++i) contour[i] |= uneven[i] | (ids[i] ^ other[i]);
    }
  }
}

/// What a pixel without a label brings into blend_row to leave everything as it is.
std::uint32_t LabelsSlice::nothing_over(std::uint32_t below) const {
  switch (blending_) {
    case Blending::kAdditive:
      return 0;
    case Blending::kMinimum:
      return ~std::uint32_t{0};
    case Blending::kTranslucent:
    case Blending::kOpaque:
      break;
  }
  return below;
}

void LabelsSlice::paint(const std::uint32_t* ids, const std::uint32_t* contour,
                        std::uint32_t* below, std::uint32_t* colors, int width, int x,
                        int y) const {
  std::uint32_t any = 0;
  for (int i = 0; i < width; ++i) any |= ids[i];
  if (any == 0) return;
  std::uint32_t last_id = 0, last_color = 0;  // neighbours mostly share their id
  for (int i = 0; i < width; ++i) {
    std::uint32_t id = ids[i];
    if (contour && contour[i] == 0) id = 0;
    if (layer_.selected_only() && id != layer_.selected()) id = 0;
    if (id == kIgnoredLabel && !on_hatch(x + i, y)) id = 0;
    if (id != last_id) {
      last_id = id;
      last_color = id == 0 ? 0 : pack_rgba(colors_.of(id));
    }
    colors[i] = id == 0 ? nothing_over(below[i]) : last_color;
  }
  blend_row(below, colors, width, blending_, alpha_);
}

void LabelsSlice::draw(const Block& block, LabelsBuffers& buffers, RgbaImage& picture) const {
  const Block covered{std::max(block.left, map_.columns.covered_begin()),
                      std::min(block.right, map_.columns.covered_end()),
                      std::max(block.top, map_.rows.covered_begin()),
                      std::min(block.bottom, map_.rows.covered_end())};
  if (!map_.hit || covered.width() <= 0 || covered.height() <= 0) return;
  const Block wide{covered.left - margin_, covered.right + margin_, covered.top - margin_,
                   covered.bottom + margin_};
  const int stride = wide.width();
  buffers.ids.resize(static_cast<std::size_t>(wide.height()) * static_cast<std::size_t>(stride));
  gather(wide, buffers);
  std::uint32_t any = 0;
  for (const std::uint32_t id : buffers.ids) any |= id;
  if (any == 0) return;

  buffers.colors.resize(static_cast<std::size_t>(covered.width()));
  const bool outlined = layer_.contour_width() > 0;
  if (outlined) mark_contours(covered, layer_.contour_width(), buffers);
  for (int r = 0; r < covered.height(); ++r) {
    paint(row_of(buffers.ids, r + margin_, stride) + margin_,
          outlined ? row_of(buffers.contour, r, covered.width()) : nullptr,
          picture.row(covered.top + r) + covered.left, buffers.colors.data(), covered.width(),
          covered.left, covered.top + r);
  }
  const std::uint32_t selected = layer_.selected();
  if (selected == 0 ||
      std::find(buffers.ids.begin(), buffers.ids.end(), selected) == buffers.ids.end()) {
    return;
  }
  mark_contours(covered, kSelectionWidth, buffers);
  for (int r = 0; r < covered.height(); ++r) {
    const std::uint32_t* ids = row_of(buffers.ids, r + margin_, stride) + margin_;
    const std::uint32_t* contour = row_of(buffers.contour, r, covered.width());
    std::uint32_t* below = picture.row(covered.top + r) + covered.left;
    for (int i = 0; i < covered.width(); ++i) {
      if (ids[i] == selected && contour[i] != 0) below[i] = pack_rgba(kAccent);
    }
  }
}

}  // namespace karyo
