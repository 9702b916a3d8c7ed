#include "core/filters/clahe.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/base/parallel.h"

namespace karyo {
namespace {

/// Grey values 0 .. 1 of the tiles of one plane, as curves over the bins.
class Curves {
 public:
  Curves(const float* plane, std::int64_t height, std::int64_t width, float low, float high,
         const ClaheSettings& settings)
      : bins_(settings.bins),
        low_(low),
        scale_(static_cast<float>(settings.bins - 1) / (high - low)),
        rows_((height + settings.tile - 1) / settings.tile),
        columns_((width + settings.tile - 1) / settings.tile),
        tile_(settings.tile) {
    curves_.resize(static_cast<std::size_t>(rows_ * columns_ * bins_));
    std::vector<double> counts(static_cast<std::size_t>(bins_));
    for (std::int64_t row = 0; row < rows_; ++row) {
      for (std::int64_t column = 0; column < columns_; ++column) {
        std::fill(counts.begin(), counts.end(), 0.0);
        const std::int64_t bottom = std::min((row + 1) * tile_, height);
        const std::int64_t right = std::min((column + 1) * tile_, width);
        double total = 0;
        for (std::int64_t y = row * tile_; y < bottom; ++y) {
          for (std::int64_t x = column * tile_; x < right; ++x) {
            ++counts[bin_of(plane[y * width + x])];
            ++total;
          }
        }
        limit(counts, settings.slope * total / static_cast<double>(bins_));
        double sum = 0;
        float* curve = curves_.data() + (row * columns_ + column) * bins_;
        for (std::size_t bin = 0; bin < counts.size(); ++bin) {
          sum += counts[bin];
          curve[bin] = static_cast<float>(sum / total);
        }
      }
    }
  }

  /// Between the middles of the four tiles around the pixel; at the border the nearest ones.
  float mapped(float value, std::int64_t y, std::int64_t x) const {
    const std::size_t bin = bin_of(value);
    const Place row = place(y, rows_), column = place(x, columns_);
    const float top = mix(at(row.first, column.first, bin), at(row.first, column.second, bin),
                          column.part);
    const float bottom = mix(at(row.second, column.first, bin),
                             at(row.second, column.second, bin), column.part);
    return mix(top, bottom, row.part);
  }

 private:
  struct Place {
    std::int64_t first, second;
    float part;
  };
  Place place(std::int64_t pixel, std::int64_t tiles) const {
    const double at = (static_cast<double>(pixel) + 0.5) / static_cast<double>(tile_) - 0.5;
    const double before = std::floor(at);
    const auto clip = [tiles](double tile) {
      return std::clamp<std::int64_t>(static_cast<std::int64_t>(tile), 0, tiles - 1);
    };
    return {clip(before), clip(before + 1), static_cast<float>(at - before)};
  }
  static float mix(float a, float b, float part) { return a + (b - a) * part; }
  float at(std::int64_t row, std::int64_t column, std::size_t bin) const {
    return curves_[static_cast<std::size_t>((row * columns_ + column) * bins_) + bin];
  }
  std::size_t bin_of(float value) const {
    const float bin = (value - low_) * scale_ + 0.5F;
    return bin > 0 ? std::min(static_cast<std::size_t>(bin), static_cast<std::size_t>(bins_ - 1))
                   : 0;
  }
  static void limit(std::vector<double>& counts, double most) {
    double cut = 0;
    for (double& count : counts) {
      cut += std::max(0.0, count - most);
      count = std::min(count, most);
    }
    const double each = cut / static_cast<double>(counts.size());
    for (double& count : counts) count += each;
  }

  int bins_;
  float low_, scale_;
  std::int64_t rows_, columns_, tile_;
  std::vector<float> curves_;
};

}  // namespace

Result<Volume> clahe(const Volume& volume, const ClaheSettings& settings, TaskControl& control) {
  if (settings.tile < 8 || settings.tile > 4096 || !(settings.slope > 1 && settings.slope <= 100) ||
      settings.bins < 16 || settings.bins > 65536) {
    return Error(ErrorCode::kInvalidArgument, "CLAHE's settings are out of range",
                 "Use tiles of 8 to 4096 pixels, a slope above 1 and up to 100, 16 to 65536 bins.");
  }
  return filter_frames(
      volume,
      [&](Array3<float> values, const Advance& advance) -> Result<Array3<float>> {
        const auto [least, most] = std::minmax_element(values.begin(), values.end());
        const float low = *least, high = *most;
        if (!(high > low)) return values;  // one grey value
        const Index3 shape = values.shape();
        parallel_for(0, shape.z, 1, [&](std::int64_t first, std::int64_t last) {
          for (std::int64_t z = first; z < last; ++z) {
            if (!advance(static_cast<double>(z) / static_cast<double>(shape.z))) return;
            float* plane = values.data() + z * shape.y * shape.x;
            const Curves curves(plane, shape.y, shape.x, low, high, settings);
            for (std::int64_t y = 0; y < shape.y; ++y) {
              for (std::int64_t x = 0; x < shape.x; ++x) {
                float& value = plane[y * shape.x + x];
                value = low + (high - low) * curves.mapped(value, y, x);
              }
            }
          }
        });
        return values;
      },
      control, "Equalizing contrast");
}

}  // namespace karyo
