#pragma once

/// Planes as pixels of a figure: enlarged or reduced by whole factors to at least 300 dots an inch
/// at the size they are printed.

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "app/report/report.h"
#include "app/report/svg_picture.h"
#include "core/image/volume.h"
#include "core/layers/colormaps.h"

namespace karyo {

/// How a plane of (height, width) pixels becomes a picture of `width_mm`.
class PlaneScale {
 public:
  PlaneScale(std::int64_t height, std::int64_t width, double width_mm);
  std::int64_t height() const { return height_; }
  std::int64_t width() const { return width_; }
  /// The plane's row or column under a picture's.
  std::int64_t source(std::int64_t position) const { return position * reduce_ / enlarge_; }
  RgbPicture empty() const { return {width_, height_}; }

 private:
  std::int64_t enlarge_ = 1, reduce_ = 1, height_ = 0, width_ = 0;
};

/// One plane of the first channel in grey, or of an RGB image in its colours; its central 99 % of
/// values run from black to white, as in the notebooks' figures.
RgbPicture image_plane(const Volume& image, std::int64_t z, double width_mm);
/// Values from `low` to `high` in the table's colours; NaN as low.
RgbPicture value_plane(const std::vector<float>& values, std::int64_t height, std::int64_t width,
                       double low, double high, const ColorTable& colors, double width_mm);
/// Objects in their colours on black.
RgbPicture label_plane(LabelView labels, std::int64_t z, double width_mm);

struct Panel {
  std::string title;
  RgbPicture pixels;                 ///< without pixels: the cell stays empty
  std::vector<std::string> lines{};  ///< said in an empty cell
  /// Draws over the pixels, which lie in `box`.
  std::function<void(SvgPicture&, const BoxMm& box)> over{};
};

/// A strip of colours with its ends' values, right of a row of panels.
struct ColorBar {
  std::string low, high, label;
  const ColorTable* colors = nullptr;
};

struct PanelGrid {
  std::size_t columns = 1;
  double panel_mm = 50;  ///< width of each; heights follow `aspect`
  double aspect = 1;     ///< height / width
  std::vector<Panel> panels{};
  std::map<std::size_t, ColorBar> bars{};  ///< by row
  /// Length and label of a scale bar in each panel with pixels; 0: none.
  double scale_mm = 0;
  std::string scale_label{};
};

SvgPicture draw_panels(const PanelGrid& grid);

/// A round length of about a fifth of a picture `width` pixels wide; sets the grid's scale bar
/// where the image has a known pixel size.
void set_scale_bar(PanelGrid& grid, const VoxelGrid& voxels, std::int64_t width);

/// Figure text that fits: names may be as long as a file system allows.
std::string shortened(const std::string& name, std::size_t most = 60);

}  // namespace karyo
