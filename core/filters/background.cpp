#include "core/filters/background.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/base/parallel.h"

namespace karyo {
namespace {

/// One plane of floats.
struct Grey {
  std::int64_t width = 0, height = 0;
  std::vector<float> values;

  Grey(std::int64_t w, std::int64_t h, float fill = 0)
      : width(w), height(h), values(static_cast<std::size_t>(w * h), fill) {}
  float& at(std::int64_t x, std::int64_t y) { return values[static_cast<std::size_t>(y * width + x)]; }
  float at(std::int64_t x, std::int64_t y) const {
    return values[static_cast<std::size_t>(y * width + x)];
  }
};

/// The upper part of a ball: heights of a cap whose flat sides are trimmed off.
struct Ball {
  std::int64_t shrink = 1, half = 0;
  std::vector<float> heights;  // (2 half + 1)^2; 0 outside the cap

  explicit Ball(double radius) {
    double trim = 0;  // per cent of the radius, along each axis
    if (radius <= 10) {
      shrink = 1;
      trim = 24;
    } else if (radius <= 30) {
      shrink = 2;
      trim = 24;
    } else if (radius <= 100) {
      shrink = 4;
      trim = 32;
    } else {
      shrink = 8;
      trim = 40;
    }
    const double small = std::max(1.0, radius / static_cast<double>(shrink));
    const auto trimmed = static_cast<std::int64_t>(trim * small / 100);
    half = std::lround(small - static_cast<double>(trimmed));
    for (std::int64_t y = -half; y <= half; ++y) {
      for (std::int64_t x = -half; x <= half; ++x) {
        const double left = small * small - static_cast<double>(x * x + y * y);
        heights.push_back(left > 0 ? static_cast<float>(std::sqrt(left)) : 0.0F);
      }
    }
  }
};

Grey smoothed(const Grey& in) {
  Grey out(in.width, in.height);
  for (std::int64_t y = 0; y < in.height; ++y) {
    for (std::int64_t x = 0; x < in.width; ++x) {
      double sum = 0;
      for (std::int64_t dy = -1; dy <= 1; ++dy) {
        for (std::int64_t dx = -1; dx <= 1; ++dx) {
          sum += in.at(std::clamp<std::int64_t>(x + dx, 0, in.width - 1),
                       std::clamp<std::int64_t>(y + dy, 0, in.height - 1));
        }
      }
      out.at(x, y) = static_cast<float>(sum / 9);
    }
  }
  return out;
}

/// The least value of each block.
Grey shrunk(const Grey& in, std::int64_t by) {
  Grey out((in.width + by - 1) / by, (in.height + by - 1) / by);
  for (std::int64_t y = 0; y < out.height; ++y) {
    for (std::int64_t x = 0; x < out.width; ++x) {
      float least = std::numeric_limits<float>::max();
      for (std::int64_t v = y * by; v < std::min((y + 1) * by, in.height); ++v) {
        for (std::int64_t u = x * by; u < std::min((x + 1) * by, in.width); ++u) {
          least = std::min(least, in.at(u, v));
        }
      }
      out.at(x, y) = least;
    }
  }
  return out;
}

/// The surface the ball reaches from below: at each place as high as it goes, then the highest of
/// all places' caps.
Grey rolled(const Grey& in, const Ball& ball) {
  Grey out(in.width, in.height, -std::numeric_limits<float>::max());
  const std::int64_t side = 2 * ball.half + 1;
  const auto over_cap = [&](std::int64_t x, std::int64_t y, const auto& visit) {
    for (std::int64_t v = std::max<std::int64_t>(0, y - ball.half);
         v <= std::min(in.height - 1, y + ball.half); ++v) {
      const float* heights =
          ball.heights.data() + (v - y + ball.half) * side + ball.half - x;
      for (std::int64_t u = std::max<std::int64_t>(0, x - ball.half);
           u <= std::min(in.width - 1, x + ball.half); ++u) {
        visit(u, v, heights[u]);
      }
    }
  };
  // The ball's middle may lie outside, or the border would count as a wall.
  for (std::int64_t y = -ball.half; y < in.height + ball.half; ++y) {
    for (std::int64_t x = -ball.half; x < in.width + ball.half; ++x) {
      float centre = std::numeric_limits<float>::max();
      over_cap(x, y, [&](std::int64_t u, std::int64_t v, float height) {
        centre = std::min(centre, in.at(u, v) - height);
      });
      over_cap(x, y, [&](std::int64_t u, std::int64_t v, float height) {
        out.at(u, v) = std::max(out.at(u, v), centre + height);
      });
    }
  }
  return out;
}

/// For each of `count` fine places the coarse one before it, and how much of that one counts.
struct Between {
  std::vector<std::int64_t> index;
  std::vector<float> weight;

  Between(std::int64_t count, std::int64_t coarse, std::int64_t shrink) {
    for (std::int64_t i = 0; i < count; ++i) {
      const auto before = std::min((i - shrink / 2 + shrink) / shrink - 1, coarse - 2);
      const std::int64_t used = std::max<std::int64_t>(0, before);
      index.push_back(used);
      const double along = (static_cast<double>(i) + 0.5) / static_cast<double>(shrink) -
                           (static_cast<double>(used) + 0.5);
      weight.push_back(static_cast<float>(1 - along));
    }
  }
};

/// Between the blocks' middles linearly; on beyond the outermost ones.
Grey enlarged(const Grey& in, std::int64_t width, std::int64_t height, std::int64_t by) {
  Grey out(width, height);
  const Between columns(width, in.width, by), rows(height, in.height, by);
  const auto value = [&](std::int64_t x, std::int64_t y) {
    return in.at(std::min(x, in.width - 1), std::min(y, in.height - 1));
  };
  for (std::int64_t y = 0; y < height; ++y) {
    const auto j = static_cast<std::size_t>(y);
    for (std::int64_t x = 0; x < width; ++x) {
      const auto i = static_cast<std::size_t>(x);
      const float wx = in.width > 1 ? columns.weight[i] : 1, wy = in.height > 1 ? rows.weight[j] : 1;
      const std::int64_t u = columns.index[i], v = rows.index[j];
      out.at(x, y) = value(u, v) * wx * wy + value(u + 1, v) * (1 - wx) * wy +
                     value(u, v + 1) * wx * (1 - wy) + value(u + 1, v + 1) * (1 - wx) * (1 - wy);
    }
  }
  return out;
}

void subtract_from_plane(float* plane, std::int64_t width, std::int64_t height, const Ball& ball,
                         bool light, bool smoothing, bool whole, float white) {
  Grey image(width, height);
  const float sign = light ? -1.0F : 1.0F;
  for (std::size_t i = 0; i < image.values.size(); ++i) image.values[i] = sign * plane[i];
  if (smoothing) image = smoothed(image);
  Grey background = ball.shrink > 1 ? shrunk(image, ball.shrink) : image;
  background = rolled(background, ball);
  if (ball.shrink > 1) background = enlarged(background, width, height, ball.shrink);
  for (std::size_t i = 0; i < image.values.size(); ++i) {
    const float left = plane[i] - sign * background.values[i];
    plane[i] = whole ? std::floor(left + (white + 0.5F)) : left + white;
  }
}

}  // namespace

Result<Volume> subtract_background(const Volume& volume, double radius, bool light_background,
                                   bool smoothing, TaskControl& control) {
  if (!(radius >= 1 && radius <= 1000)) {
    return Error(ErrorCode::kInvalidArgument, "the ball's radius lies between 1 and 1000 pixels",
                 "Use a little more than the radius of the largest object; 50 is a start.");
  }
  const Ball ball(radius);
  const bool whole =
      volume.type() != VoxelType::kFloat32 && volume.type() != VoxelType::kFloat64;
  // With a light background the objects lie below 0 against it: back to the white end of the type.
  const float white = !light_background                     ? 0.0F
                      : volume.type() == VoxelType::kUInt8  ? 255.0F
                      : volume.type() == VoxelType::kUInt16 ? 65535.0F
                                                            : 0.0F;
  return filter_frames(
      volume,
      [&](Array3<float> values, const Advance& advance) -> Result<Array3<float>> {
        const Index3 shape = values.shape();
        parallel_for(0, shape.z, 1, [&](std::int64_t first, std::int64_t last) {
          for (std::int64_t z = first; z < last; ++z) {
            if (!advance(static_cast<double>(z) / static_cast<double>(shape.z))) return;
            float* plane = values.data() + z * shape.y * shape.x;
            subtract_from_plane(plane, shape.x, shape.y, ball, light_background, smoothing, whole,
                                white);
          }
        });
        return values;
      },
      control, "Subtracting the background");
}

}  // namespace karyo
