#include "app/report/report_pictures.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "app/report/number_text.h"
#include "app/report/report_text.h"
#include "core/image/normalize.h"
#include "core/labels/label_volume.h"
#include "core/layers/label_colors.h"

namespace karyo {
namespace {

constexpr std::int64_t kMostEnlarged = 16;
constexpr double kGap = 3, kTitle = 4.6, kBarRoom = 17;  // mm

std::uint8_t shade(double share) {
  return static_cast<std::uint8_t>(std::isfinite(share) ? std::clamp(share, 0.0, 1.0) * 255 : 0);
}

template <typename Color>
RgbPicture painted(const PlaneScale& scale, Color&& color_at) {
  RgbPicture picture = scale.empty();
  for (std::int64_t y = 0; y < scale.height(); ++y) {
    for (std::int64_t x = 0; x < scale.width(); ++x) {
      const Rgb color = color_at(scale.source(y), scale.source(x));
      std::uint8_t* pixel = picture.pixel(y, x);
      pixel[0] = color.r;
      pixel[1] = color.g;
      pixel[2] = color.b;
    }
  }
  return picture;
}

/// The values between which the central 99 % of a plane lie.
std::array<double, 2> central_range(const Array3<float>& plane) {
  std::vector<float> values;
  for (const float value : plane) {
    if (std::isfinite(value)) values.push_back(value);
  }
  if (values.empty()) return {0, 1};
  const auto at = [&](double share) {
    const auto place = values.begin() +
                       static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), place, values.end());
    return static_cast<double>(*place);
  };
  const double low = at(0.005), high = at(0.995);
  if (high > low) return {low, high};
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  return {*least, std::max<double>(*most, *least + 1)};
}

void draw_bar(SvgPicture& picture, const BoxMm& place, const ColorBar& bar) {
  RgbPicture strip(4, 256);
  for (std::int64_t y = 0; y < 256; ++y) {
    const Rgb color = (*bar.colors)[static_cast<std::size_t>(255 - y)];
    for (std::int64_t x = 0; x < 4; ++x) {
      std::uint8_t* pixel = strip.pixel(y, x);
      pixel[0] = color.r;
      pixel[1] = color.g;
      pixel[2] = color.b;
    }
  }
  picture.image(place, strip);
  picture.box(place, "", "#555555", 0.15);
  const double right = place.x + place.width + 1.2;
  picture.text({right, place.y + 2.2}, bar.high, {2.6});
  picture.text({right, place.y + place.height}, bar.low, {2.6});
  picture.text({right + 2.4, place.y + place.height / 2}, bar.label,
               {2.6, Anchor::kMiddle, false, "#1a1a1a", -90});
}

void draw_scale(SvgPicture& picture, const BoxMm& box, const PanelGrid& grid) {
  const double x = box.x + box.width - 2 - grid.scale_mm, y = box.y + box.height - 2.2;
  picture.box({x - 0.8, y - 4, grid.scale_mm + 1.6, 5.4}, "#000000", "");
  picture.line({x, y}, {x + grid.scale_mm, y}, {"#ffffff", 0.7, {}});
  picture.text({x + grid.scale_mm / 2, y - 1}, grid.scale_label,
               {2.2, Anchor::kMiddle, false, "#ffffff", 0});
}

}  // namespace

PlaneScale::PlaneScale(std::int64_t height, std::int64_t width, double width_mm) {
  const auto wanted = static_cast<std::int64_t>(std::ceil(width_mm * kDotsPerMm));
  const std::int64_t pixels = std::max<std::int64_t>(1, width);
  if (pixels < wanted) {
    enlarge_ = std::min(kMostEnlarged, (wanted + pixels - 1) / pixels);
  } else {
    reduce_ = pixels / wanted;
  }
  height_ = std::max<std::int64_t>(1, height * enlarge_ / reduce_);
  width_ = std::max<std::int64_t>(1, pixels * enlarge_ / reduce_);
}

RgbPicture image_plane(const Volume& image, std::int64_t z, double width_mm) {
  const VolumeShape shape = image.shape();
  const PlaneScale scale(shape.y, shape.x, width_mm);
  const bool colored = image.rgb && shape.c >= 3;
  std::vector<Array3<float>> planes;
  for (std::int64_t c = 0; c < (colored ? 3 : 1); ++c) {
    planes.push_back(plane_to_float(image, 0, c, z));
  }
  if (colored) {
    const double most = image.type() == VoxelType::kUInt8 ? 255 : value_range(image).high;
    return painted(scale, [&](std::int64_t y, std::int64_t x) {
      const auto part = [&](std::size_t c) { return shade(planes[c](0, y, x) / most); };
      return Rgb{part(0), part(1), part(2)};
    });
  }
  const auto [low, high] = central_range(planes[0]);
  return painted(scale, [&, low = low, high = high](std::int64_t y, std::int64_t x) {
    const std::uint8_t grey = shade((planes[0](0, y, x) - low) / (high - low));
    return Rgb{grey, grey, grey};
  });
}

RgbPicture value_plane(const std::vector<float>& values, std::int64_t height, std::int64_t width,
                       double low, double high, const ColorTable& colors, double width_mm) {
  return painted(PlaneScale(height, width, width_mm), [&](std::int64_t y, std::int64_t x) {
    const float value = values[static_cast<std::size_t>(y * width + x)];
    return colors[shade((value - low) / (high - low))];
  });
}

RgbPicture label_plane(LabelView labels, std::int64_t z, double width_mm) {
  const PlaneScale scale(labels.shape().y, labels.shape().x, width_mm);
  return painted(scale, [&](std::int64_t y, std::int64_t x) {
    const std::uint32_t id = labels(z, y, x);
    if (id == kIgnoredLabel) return Rgb{90, 90, 90};
    return id == 0 ? Rgb{} : label_color(id);
  });
}

SvgPicture draw_panels(const PanelGrid& grid) {
  const double cell_height = grid.panel_mm * grid.aspect + kTitle + kGap;
  const std::size_t rows = (grid.panels.size() + grid.columns - 1) / grid.columns;
  const double columns = static_cast<double>(grid.columns);
  SvgPicture picture(
      columns * grid.panel_mm + (columns - 1) * kGap + (grid.bars.empty() ? 0 : kBarRoom),
      static_cast<double>(rows) * cell_height - kGap);
  for (std::size_t i = 0; i < grid.panels.size(); ++i) {
    const Panel& panel = grid.panels[i];
    const BoxMm box{static_cast<double>(i % grid.columns) * (grid.panel_mm + kGap),
                    static_cast<double>(i / grid.columns) * cell_height + kTitle, grid.panel_mm,
                    grid.panel_mm * grid.aspect};
    picture.text({box.x, box.y - 1.4}, panel.title, {2.9, Anchor::kStart, true, "#1a1a1a", 0});
    for (std::size_t line = 0; line < panel.lines.size(); ++line) {
      picture.text({box.x, box.y + 4 + 4.2 * static_cast<double>(line)}, panel.lines[line], {2.7});
    }
    if (panel.pixels.width == 0) continue;
    picture.image(box, panel.pixels);
    if (panel.over) panel.over(picture, box);
    if (grid.scale_mm > 0) draw_scale(picture, box, grid);
  }
  for (const auto& [row, bar] : grid.bars) {
    draw_bar(picture,
             {columns * (grid.panel_mm + kGap) - kGap + 2,
              static_cast<double>(row) * cell_height + kTitle, 3, grid.panel_mm * grid.aspect},
             bar);
  }
  return picture;
}

void set_scale_bar(PanelGrid& grid, const VoxelGrid& voxels, std::int64_t width) {
  if (!voxels.calibrated() || width <= 0) return;
  const double whole = voxels.spacing_x * static_cast<double>(width), wanted = whole / 5;
  const double decade = std::pow(10.0, std::floor(std::log10(wanted)));
  double length = decade;
  for (const double factor : {2.0, 5.0}) {
    if (factor * decade <= wanted * 1.2) length = factor * decade;
  }
  grid.scale_label = general_text(length, 4) + " " + unit_text(voxels.unit);
  grid.scale_mm = length / whole * grid.panel_mm;
}

std::string shortened(const std::string& name, std::size_t most) {
  if (name.size() <= most) return name;
  // Cut at the begin of a UTF-8 character.
  std::size_t end = most - 1;
  while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0) == 0x80) --end;
  return name.substr(0, end) + "…";
}

}  // namespace karyo
