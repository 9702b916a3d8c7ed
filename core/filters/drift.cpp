#include "core/filters/drift.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstring>
#include <limits>
#include <numbers>
#include <tuple>
#include <utility>

#include <unsupported/Eigen/FFT>

namespace karyo {
namespace {

using Complex = std::complex<float>;

/// A flat picture and its Fourier transform.
struct Flat {
  std::int64_t height = 0, width = 0;
  std::vector<Complex> values;
};

void transform(Flat& flat, bool back) {
  Eigen::FFT<float> fft;
  std::vector<Complex> line, changed;
  const auto one_line = [&](std::int64_t begin, std::int64_t step, std::int64_t count) {
    if (count == 1) return;  // its own transform, which Eigen's (3.4) writes through a null pointer
    line.resize(static_cast<std::size_t>(count));
    for (std::int64_t i = 0; i < count; ++i) {
      line[static_cast<std::size_t>(i)] = flat.values[static_cast<std::size_t>(begin + i * step)];
    }
    back ? fft.inv(changed, line) : fft.fwd(changed, line);
    for (std::int64_t i = 0; i < count; ++i) {
      flat.values[static_cast<std::size_t>(begin + i * step)] = changed[static_cast<std::size_t>(i)];
    }
  };
  for (std::int64_t y = 0; y < flat.height; ++y) one_line(y * flat.width, 1, flat.width);
  for (std::int64_t x = 0; x < flat.width; ++x) one_line(x, flat.width, flat.height);
}

double hann(std::int64_t i, std::int64_t count) {
  if (count < 4) return 1;
  return 0.5 - 0.5 * std::cos(2 * std::numbers::pi * (static_cast<double>(i) + 0.5) /
                              static_cast<double>(count));
}

/// The means along z, faded out towards the border, which would hold the picture in place, and
/// transformed.
Flat mean_along_z(const Array3<float>& frame) {
  const Index3 shape = frame.shape();
  Flat flat{shape.y, shape.x, {}};
  const std::int64_t area = shape.y * shape.x;
  std::vector<double> sums(static_cast<std::size_t>(area));
  double total = 0;
  for (std::int64_t i = 0; i < frame.count(); ++i) {
    sums[static_cast<std::size_t>(i % area)] += frame.data()[i];
    total += frame.data()[i];
  }
  const double mean = total / static_cast<double>(area);
  for (std::int64_t i = 0; i < area; ++i) {
    flat.values.emplace_back(static_cast<float>((sums[static_cast<std::size_t>(i)] - mean) *
                                                hann(i / shape.x, shape.y) *
                                                hann(i % shape.x, shape.x)));
  }
  transform(flat, false);
  return flat;
}

/// How many planes `after` lies deeper than `before`, once moved back by the shift in y and x: where
/// the two differ least. Planes are too few for a transform.
std::int64_t depth_between(const Array3<float>& before, const Array3<float>& after,
                           std::int64_t by_y, std::int64_t by_x) {
  const Index3 shape = before.shape();
  const std::int64_t most = shape.z / 2;
  const auto begin = [](std::int64_t by) { return std::max<std::int64_t>(0, -by); };
  const auto end = [](std::int64_t by, std::int64_t count) { return std::min(count, count - by); };
  std::int64_t best = 0;
  double least = std::numeric_limits<double>::infinity();
  for (std::int64_t by_z = -most; by_z <= most; ++by_z) {
    double squares = 0, count = 0;
    for (std::int64_t z = begin(by_z); z < end(by_z, shape.z); ++z) {
      for (std::int64_t y = begin(by_y); y < end(by_y, shape.y); ++y) {
        for (std::int64_t x = begin(by_x); x < end(by_x, shape.x); ++x) {
          const double off = after(z + by_z, y + by_y, x + by_x) - before(z, y, x);
          squares += off * off;
          ++count;
        }
      }
    }
    // A tie goes to the smaller movement.
    const bool closer = count > 0 && (squares / count < least ||
                                      (squares / count == least && std::abs(by_z) < std::abs(best)));
    if (!closer) continue;
    least = squares / count;
    best = by_z;
  }
  return best;
}

/// What two transforms have in common at each frequency, whatever their amplitudes.
Flat phases(const Flat& before, const Flat& after) {
  Flat product{before.height, before.width, {}};
  product.values.resize(before.values.size());
  for (std::size_t i = 0; i < product.values.size(); ++i) {
    const Complex both = after.values[i] * std::conj(before.values[i]);
    const float length = std::abs(both);
    product.values[i] = length > 1e-20F ? both / length : Complex{};
  }
  return product;
}

std::size_t highest(const Flat& flat) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < flat.values.size(); ++i) {
    if (flat.values[i].real() > flat.values[best].real()) best = i;
  }
  return best;
}

/// Rows down and columns right that a place in a correlation stands for.
std::pair<std::int64_t, std::int64_t> shift_at(const Flat& correlation, std::size_t place) {
  auto y = static_cast<std::int64_t>(place) / correlation.width;
  auto x = static_cast<std::int64_t>(place) % correlation.width;
  if (y > correlation.height / 2) y -= correlation.height;
  if (x > correlation.width / 2) x -= correlation.width;
  return {y, x};
}

/// How far `after` lies from `before`: rows down, columns right.
std::pair<std::int64_t, std::int64_t> shift_between(const Flat& before, const Flat& after) {
  Flat correlation = phases(before, after);
  transform(correlation, true);
  return shift_at(correlation, highest(correlation));
}

/// Weakens frequencies above about 0.15 a pixel, which noise has as much of as the picture.
void keep_low(Flat& flat) {
  constexpr double kWidth = 0.15;
  const auto frequency = [](std::int64_t i, std::int64_t count) {
    return static_cast<double>(std::min(i, count - i)) / static_cast<double>(count);
  };
  for (std::int64_t y = 0; y < flat.height; ++y) {
    for (std::int64_t x = 0; x < flat.width; ++x) {
      const double down = frequency(y, flat.height), across = frequency(x, flat.width);
      flat.values[static_cast<std::size_t>(y * flat.width + x)] *=
          static_cast<float>(std::exp(-(down * down + across * across) / (2 * kWidth * kWidth)));
    }
  }
}

Array3<float> middle_of(const Array3<float>& image) {
  constexpr std::int64_t kMost = 1024;
  const Index3 shape = image.shape();
  const Index3 size{shape.z, std::min(shape.y, kMost), std::min(shape.x, kMost)};
  Array3<float> middle(size);
  float* out = middle.data();
  for (std::int64_t z = 0; z < size.z; ++z) {
    for (std::int64_t y = 0; y < size.y; ++y) {
      out = std::copy_n(&image(z, (shape.y - size.y) / 2 + y, (shape.x - size.x) / 2), size.x, out);
    }
  }
  return middle;
}

Array3<float> plane_of(const Array3<float>& stack, std::int64_t z) {
  const Index3 shape = stack.shape();
  Array3<float> plane(Index3{1, shape.y, shape.x});
  std::copy_n(&stack(z, 0, 0), plane.count(), plane.data());
  return plane;
}

}  // namespace

Result<std::vector<Index3>> find_drift(const Volume& volume, DriftAlong along, std::int64_t channel,
                                       TaskControl& control) {
  const VolumeShape shape = volume.shape();
  const bool time = along == DriftAlong::kTime;
  const std::int64_t count = time ? shape.t : shape.z;
  if (count < 2 || channel < 0 || channel >= shape.c) {
    return Error(ErrorCode::kInvalidArgument,
                 channel < 0 || channel >= shape.c
                     ? "there is no such channel"
                     : std::string("there is one ") + (time ? "time point" : "plane") + " only",
                 "Drift is found between times of a movie, or planes of a stack.");
  }
  std::vector<Index3> drift(static_cast<std::size_t>(count));
  const Array3<float> stack = time ? Array3<float>() : to_float(volume, 0, channel);
  Flat before;
  Array3<float> frame_before;
  for (std::int64_t i = 0; i < count; ++i) {
    if (control.cancelled()) return cancelled_error("looking for drift");
    control.report(static_cast<double>(i) / static_cast<double>(count), "Looking for drift");
    Array3<float> frame = time ? to_float(volume, i, channel) : plane_of(stack, i);
    Flat now = mean_along_z(frame);
    if (i > 0) {
      const auto at = static_cast<std::size_t>(i);
      const auto [y, x] = shift_between(before, now);
      const std::int64_t z =
          frame.shape().z > 1 ? depth_between(frame_before, frame, y, x) : 0;
      drift[at] = {drift[at - 1].z + z, drift[at - 1].y + y, drift[at - 1].x + x};
    }
    before = std::move(now);
    frame_before = std::move(frame);
  }
  return drift;
}

Result<Volume> take_drift_away(const Volume& volume, DriftAlong along,
                               const std::vector<Index3>& drift) {
  const VolumeShape shape = volume.shape();
  const bool time = along == DriftAlong::kTime;
  if (drift.size() != static_cast<std::size_t>(time ? shape.t : shape.z)) {
    return Error(ErrorCode::kInvalidArgument, "the drift is of another image",
                 "Give one shift for each time or plane.");
  }
  Volume still(volume.type(), shape, volume.grid);
  still.rgb = volume.rgb;
  still.channels = volume.channels;
  const std::size_t voxel = bytes_of(volume.type());
  const auto row_at = [&](std::int64_t t, std::int64_t c, std::int64_t z, std::int64_t y) {
    return static_cast<std::size_t>((((t * shape.c + c) * shape.z + z) * shape.y + y) * shape.x);
  };
  for (std::int64_t t = 0; t < shape.t; ++t) {
    for (std::int64_t c = 0; c < shape.c; ++c) {
      for (std::int64_t z = 0; z < shape.z; ++z) {
        const Index3 by = drift[static_cast<std::size_t>(time ? t : z)];
        const std::int64_t from_z = z + (time ? by.z : 0);
        if (from_z < 0 || from_z >= shape.z) continue;
        const std::int64_t first = std::max<std::int64_t>(0, -by.x);
        const std::int64_t last = std::min(shape.x, shape.x - by.x);
        if (last <= first) continue;
        for (std::int64_t y = 0; y < shape.y; ++y) {
          const std::int64_t from_y = y + by.y;
          if (from_y < 0 || from_y >= shape.y) continue;
          std::memcpy(
              still.data() + (row_at(t, c, z, y) + static_cast<std::size_t>(first)) * voxel,
              volume.data() +
                  (row_at(t, c, from_z, from_y) + static_cast<std::size_t>(first + by.x)) * voxel,
              static_cast<std::size_t>(last - first) * voxel);
        }
      }
    }
  }
  return still;
}

PictureShift find_shift(const Array3<float>& before, const Array3<float>& after) {
  if (before.count() == 0) return {};
  Flat correlation = phases(mean_along_z(middle_of(before)), mean_along_z(middle_of(after)));
  keep_low(correlation);
  transform(correlation, true);
  const std::size_t best = highest(correlation);
  double sum = 0, squares = 0;
  for (const Complex& value : correlation.values) {
    sum += value.real();
    squares += static_cast<double>(value.real()) * value.real();
  }
  const auto count = static_cast<double>(correlation.values.size());
  const double mean = sum / count;
  const double deviation = std::sqrt(std::max(squares / count - mean * mean, 1e-30));
  const double peak = correlation.values[best].real();
  PictureShift shift;
  std::tie(shift.y, shift.x) = shift_at(correlation, best);
  shift.certainty = (peak - mean) / deviation;
  shift.at_rest = peak > 0 ? correlation.values.front().real() / peak : 0;
  return shift;
}

}  // namespace karyo
