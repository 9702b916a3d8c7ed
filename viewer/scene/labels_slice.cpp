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
                         bool lowest)
    : layer_(layer),
      labels_(layer.labels(time)),
      plane_(view.plane),
      margin_(margin_of(layer)),
      map_(view, part, margin_, grid, labels_.shape()),
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

void LabelsSlice::gather_row(int row, const Band& wide, std::uint32_t* ids) const {
  std::fill_n(ids, wide.width(), 0u);
  const std::int64_t down = map_.rows[row];
  if (down == AxisMap::kOutside) return;
  const Index3 start = plane_ == Plane::kXY ? Index3{map_.slice, down, 0}
                                            : Index3{down, map_.slice, 0};
  const std::int64_t first_tile = labels_.tile_number(start);
  const std::size_t row_in_tile = LabelVolume::offset_in_tile(start);
  for (const Stretch& stretch : stretches_) {
    const TilePointer& tile = labels_.tile(first_tile + stretch.tile);
    if (!tile) continue;
    const std::uint32_t* source = tile->ids.data() + row_in_tile;
    const std::int32_t* columns = map_.columns.from(stretch.begin);
    std::uint32_t* out = ids + (stretch.begin - wide.left);
    for (int i = 0; i < stretch.end - stretch.begin; ++i) {
      out[i] = source[columns[i] % kTileSide];
    }
  }
}

void LabelsSlice::gather_columns(const Band& wide, std::uint32_t* ids) const {
  const int width = wide.width();
  const std::int32_t* columns = map_.columns.from(wide.left);
  for (int i = 0; i < width; ++i) {
    const bool repeated = i > 0 && columns[i] == columns[i - 1];
    const LabelTile* tile = nullptr;
    std::int64_t tile_row = -1;
    for (int r = 0; r < wide.height(); ++r) {
      std::uint32_t& out = ids[static_cast<std::ptrdiff_t>(r) * width + i];
      const std::int64_t down = map_.rows[wide.top + r];
      if (columns[i] == AxisMap::kOutside || down == AxisMap::kOutside) {
        out = 0;
        continue;
      }
      if (repeated) {
        out = (&out)[-1];
        continue;
      }
      const Index3 voxel{columns[i], down, map_.slice};
      if (down / kTileSide != tile_row) {
        tile_row = down / kTileSide;
        tile = labels_.tile(labels_.tile_number(voxel)).get();
      }
      out = tile ? tile->ids[LabelVolume::offset_in_tile(voxel)] : 0;
    }
  }
}

void LabelsSlice::gather(const Band& wide, std::uint32_t* ids) const {
  if (plane_ == Plane::kYZ) {
    gather_columns(wide, ids);
    return;
  }
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
void LabelsSlice::mark_contours(const Band& band, int width, LabelsBuffers& buffers) const {
  const int columns = band.width(), stride = columns + 2 * margin_;
  const int rows = band.height();
  buffers.uneven.assign(static_cast<std::size_t>(rows + 2 * margin_) *
                            static_cast<std::size_t>(columns), 0);
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

void LabelsSlice::paint(const std::uint32_t* ids, const std::uint32_t* contour,
                        std::uint32_t* below, int width) const {
  const auto shown = [&](int i) -> std::uint32_t {
    if (contour && contour[i] == 0) return 0;
    return layer_.selected_only() && ids[i] != layer_.selected() ? 0 : ids[i];
  };
  for (int i = 0; i < width;) {
    const std::uint32_t id = shown(i);
    int end = i + 1;
    while (end < width && shown(end) == id) ++end;
    if (id != 0) {
      blend_run(below + i, pack_rgba(label_color(id)), end - i, blending_, alpha_);
    }
    i = end;
  }
}

void LabelsSlice::draw(const Band& band, LabelsBuffers& buffers, RgbaImage& picture) const {
  const Band covered{std::max(band.left, map_.columns.covered_begin()),
                     std::min(band.right, map_.columns.covered_end()),
                     std::max(band.top, map_.rows.covered_begin()),
                     std::min(band.bottom, map_.rows.covered_end())};
  if (!map_.hit || covered.width() <= 0 || covered.height() <= 0) return;
  const Band wide{covered.left - margin_, covered.right + margin_, covered.top - margin_,
                  covered.bottom + margin_};
  const int stride = wide.width();
  buffers.ids.resize(static_cast<std::size_t>(wide.height()) * static_cast<std::size_t>(stride));
  gather(wide, buffers.ids.data());
  if (std::all_of(buffers.ids.begin(), buffers.ids.end(), [](auto id) { return id == 0; })) return;

  const bool outlined = layer_.contour_width() > 0;
  if (outlined) mark_contours(covered, layer_.contour_width(), buffers);
  for (int r = 0; r < covered.height(); ++r) {
    paint(row_of(buffers.ids, r + margin_, stride) + margin_,
          outlined ? row_of(buffers.contour, r, covered.width()) : nullptr,
          picture.row(covered.top + r) + covered.left, covered.width());
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
