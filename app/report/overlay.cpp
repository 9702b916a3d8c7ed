#include "app/report/overlay.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <unordered_set>

#include "app/report/bitmap_text.h"
#include "core/image/normalize.h"
#include "core/labels/label_volume.h"

namespace karyo {
namespace {

constexpr std::int64_t kSmallest = 512, kLargest = 2048;  // pixels of the longer side
constexpr double kFillOpacity = 0.4;

/// Whole factors between the image and its picture; one of them is 1.
struct Zoom {
  std::int64_t enlarge = 1, reduce = 1;
  std::int64_t extent(std::int64_t pixels) const {
    return std::max<std::int64_t>(1, pixels * enlarge / reduce);
  }
  std::int64_t source(std::int64_t position) const { return position * reduce / enlarge; }
};

Zoom zoom_for(std::int64_t height, std::int64_t width) {
  const std::int64_t longer = std::max(height, width);
  Zoom zoom;
  if (longer < kSmallest) zoom.enlarge = std::min<std::int64_t>(8, (kSmallest + longer - 1) / longer);
  if (longer > kLargest) zoom.reduce = (longer + kLargest - 1) / kLargest;
  return zoom;
}

std::int64_t fullest_plane(LabelView truth, LabelView prediction) {
  std::int64_t best = 0, most = -1;
  for (std::int64_t z = 0; z < truth.shape().z; ++z) {
    std::int64_t labelled = 0;
    for (std::int64_t y = 0; y < truth.shape().y; ++y) {
      for (std::int64_t x = 0; x < truth.shape().x; ++x) {
        const std::uint32_t t = truth(z, y, x);
        labelled += (t != 0 && t != kIgnoredLabel) + (prediction(z, y, x) != 0);
      }
    }
    if (labelled > most) {
      most = labelled;
      best = z;
    }
  }
  return best;
}

/// The objects of one side that no pair holds.
std::unordered_set<std::uint32_t> unmatched(const std::vector<std::uint32_t>& ids,
                                            const std::vector<ObjectOverlap>& matched,
                                            std::int32_t ObjectOverlap::*side) {
  std::unordered_set<std::uint32_t> left(ids.begin(), ids.end());
  for (const ObjectOverlap& pair : matched) left.erase(ids[static_cast<std::size_t>(pair.*side)]);
  return left;
}

/// Predictions that are wrong: unmatched, and not left out as ignored.
std::unordered_set<std::uint32_t> invented_ids(const Overlaps& overlaps,
                                               const std::vector<ObjectOverlap>& matched) {
  auto ids = unmatched(overlaps.prediction_ids, matched, &ObjectOverlap::prediction);
  const auto out = overlaps.left_out(matched);
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (out[i]) ids.erase(overlaps.prediction_ids[i]);
  }
  return ids;
}

void blend(std::uint8_t* pixel, Rgb color, double opacity) {
  const std::uint8_t parts[] = {color.r, color.g, color.b};
  for (int k = 0; k < 3; ++k) {
    pixel[k] = static_cast<std::uint8_t>(
        std::lround(pixel[k] * (1 - opacity) + parts[k] * opacity));
  }
}

class OverlayPainter {
 public:
  explicit OverlayPainter(const OverlayInput& input)
      : input_(input),
        plane_(fullest_plane(input.truth, input.prediction)),
        zoom_(zoom_for(input.truth.shape().y, input.truth.shape().x)),
        height_(zoom_.extent(input.truth.shape().y)),
        width_(zoom_.extent(input.truth.shape().x)) {}

  RgbPicture paint(const Matching& matching) {
    const std::int64_t legend_height = kLegendLine * 2 + 6;
    RgbPicture picture(std::max(width_, kLegendWidth), height_ + legend_height);
    draw_image(picture);
    draw_objects(picture);
    draw_legend(picture, matching);
    return picture;
  }

 private:
  static constexpr std::int64_t kLegendLine = 14, kLegendWidth = 430;

  std::uint32_t label(LabelView labels, std::int64_t y, std::int64_t x) const {
    return labels(plane_, zoom_.source(y), zoom_.source(x));
  }

  /// The object's own rim, one pixel wide.
  bool on_outline(LabelView labels, std::int64_t y, std::int64_t x) const {
    const std::uint32_t id = label(labels, y, x);
    if (id == 0 || id == kIgnoredLabel) return false;
    const std::pair<std::int64_t, std::int64_t> steps[] = {{-1, 0}, {1, 0}, {0, -1}, {0, 1}};
    return std::any_of(std::begin(steps), std::end(steps), [&](const auto& step) {
      const std::int64_t v = y + step.first, u = x + step.second;
      return v >= 0 && v < height_ && u >= 0 && u < width_ && label(labels, v, u) != id;
    });
  }

  static bool on_hatch(std::int64_t y, std::int64_t x) { return (x + y) % 8 < 2; }

  void draw_image(RgbPicture& picture) const {
    const Volume* image = input_.image;
    const Index3 shape = input_.truth.shape();
    if (image == nullptr || !(image->shape().zyx() == shape)) return;
    const ChannelScale scale = percentile_scale(*image, 0, 0, 1, 99.8);
    visit_voxels(image->type(), [&](auto zero) {
      const auto voxels = image->view<decltype(zero)>(0, 0);
      for (std::int64_t y = 0; y < height_; ++y) {
        for (std::int64_t x = 0; x < width_; ++x) {
          const auto value =
              static_cast<float>(voxels(plane_, zoom_.source(y), zoom_.source(x)));
          // Not up to white, so that outlines stand out.
          const float grey = std::clamp(scale(value), 0.f, 1.f) * 170;
          std::fill_n(picture.pixel(y, x), 3,
                      static_cast<std::uint8_t>(std::isfinite(grey) ? grey : 0.f));
        }
      }
    });
  }

  void draw_objects(RgbPicture& picture) const {
    const auto missed =
        unmatched(input_.overlaps->truth_ids, *input_.matched, &ObjectOverlap::truth);
    const auto invented = invented_ids(*input_.overlaps, *input_.matched);
    for (std::int64_t y = 0; y < height_; ++y) {
      for (std::int64_t x = 0; x < width_; ++x) {
        std::uint8_t* pixel = picture.pixel(y, x);
        if (label(input_.truth, y, x) == kIgnoredLabel && on_hatch(y, x)) {
          blend(pixel, kIgnoredColor, kFillOpacity);
        }
        if (missed.contains(label(input_.truth, y, x))) blend(pixel, kTruthColor, kFillOpacity);
        if (invented.contains(label(input_.prediction, y, x))) {
          blend(pixel, kPredictionColor, kFillOpacity);
        }
        const bool truth = on_outline(input_.truth, y, x);
        const bool prediction = on_outline(input_.prediction, y, x);
        if (truth && prediction) {
          blend(pixel, kBothColor, 1);
        } else if (truth || prediction) {
          blend(pixel, truth ? kTruthColor : kPredictionColor, 1);
        }
      }
    }
  }

  void draw_legend(RgbPicture& picture, const Matching& matching) const {
    const auto swatch = [&](std::int64_t y, std::int64_t& x, Rgb color, double opacity,
                            const std::string& text) {
      for (std::int64_t v = 0; v < kLetterHeight; ++v) {
        for (std::int64_t u = 0; u < 9; ++u) blend(picture.pixel(y + v, x + u), color, opacity);
      }
      draw_text(picture, y, x + 12, text, {220, 220, 220});
      x += 12 + kLetterAdvance * static_cast<std::int64_t>(text.size()) + 12;
    };
    std::int64_t x = 4, y = height_ + 5;
    swatch(y, x, kTruthColor, 1, "truth");
    swatch(y, x, kPredictionColor, 1, "prediction");
    swatch(y, x, kBothColor, 1, "both");
    swatch(y, x, kTruthColor, kFillOpacity, "missed");
    swatch(y, x, kPredictionColor, kFillOpacity, "not in truth");
    char counts[160];
    std::snprintf(counts, sizeof counts, "IoU %.2f  matched %lld  missed %lld  not in truth %lld",
                  matching.threshold, static_cast<long long>(matching.true_positives),
                  static_cast<long long>(matching.false_negatives),
                  static_cast<long long>(matching.false_positives));
    std::string line = counts;
    if (matching.n_ignored > 0) line += "  ignored " + std::to_string(matching.n_ignored);
    if (input_.truth.shape().z > 1) line += "  Z " + std::to_string(plane_ + 1);
    draw_text(picture, y + kLegendLine, 4, line, {220, 220, 220});
  }

  const OverlayInput& input_;
  std::int64_t plane_;
  Zoom zoom_;
  std::int64_t height_, width_;
};

}  // namespace

RgbPicture draw_overlay(const OverlayInput& input, const Matching& matching) {
  return OverlayPainter(input).paint(matching);
}

}  // namespace karyo
