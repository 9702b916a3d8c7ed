#include "app/sample.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include "core/base/parallel.h"
#include "core/base/random.h"

namespace karyo {
namespace {

constexpr Index3 kShape{40, 160, 200};
VoxelGrid sample_grid() {
  VoxelGrid grid;
  grid.spacing_z = 1.0;
  grid.spacing_y = grid.spacing_x = 0.4;
  grid.unit = "um";
  return grid;
}

/// Centre, half axes (um) and a turn in plane; z, y, x.
struct Nucleus {
  std::array<double, 3> centre, radius;
  double turn, brightness;
};

/// So many nuclei, if they fit, whose middles lie between two heights (um); they touch a little.
std::vector<Nucleus> scatter(Random& random, std::size_t wanted, double lowest, double highest) {
  const VoxelGrid grid = sample_grid();
  const std::array<double, 3> size{kShape.z * grid.spacing_z, kShape.y * grid.spacing_y,
                                   kShape.x * grid.spacing_x};
  std::vector<Nucleus> nuclei;
  constexpr int kTries = 2500;
  for (int i = 0; i < kTries && nuclei.size() < wanted; ++i) {
    Nucleus n;
    n.radius = {random.uniform(3.8, 5.5), random.uniform(4.0, 6.0), random.uniform(4.6, 7.5)};
    n.turn = random.uniform(0, 3.14159);
    n.brightness = random.uniform(0.55, 1.0);
    n.centre[0] = random.uniform(lowest, highest);
    for (std::size_t a = 1; a < 3; ++a) n.centre[a] = random.uniform(2.0, size[a] - 2.0);
    const bool free = std::all_of(nuclei.begin(), nuclei.end(), [&](const Nucleus& other) {
      double squared = 0;
      for (std::size_t a = 0; a < 3; ++a) {
        const double d = (n.centre[a] - other.centre[a]) / (0.84 * (n.radius[a] + other.radius[a]));
        squared += d * d;
      }
      return squared > 1;
    });
    if (free) nuclei.push_back(n);
  }
  return nuclei;
}

/// < 1 inside; the squared, scaled distance from the centre. 2 where it is far out.
double reach(const Nucleus& n, double z, double y, double x) {
  const double dy = y - n.centre[1], dx = x - n.centre[2];
  const double farthest = 1.001 * std::max(n.radius[1], n.radius[2]);
  if (std::abs(dy) > farthest || std::abs(dx) > farthest ||
      std::abs(z - n.centre[0]) > 1.001 * n.radius[0]) {
    return 2;
  }
  const double c = std::cos(n.turn), s = std::sin(n.turn);
  const double u = (dx * c + dy * s) / n.radius[2], v = (dy * c - dx * s) / n.radius[1];
  const double w = (z - n.centre[0]) / n.radius[0];
  return u * u + v * v + w * w;
}

/// Three passes of a box filter, close to a Gaussian, along one axis of a line.
void blur_line(float* line, std::int64_t count, std::int64_t stride, int half) {
  std::vector<float> copy(static_cast<std::size_t>(count));
  for (int pass = 0; pass < 3; ++pass) {
    for (std::int64_t i = 0; i < count; ++i) copy[static_cast<std::size_t>(i)] = line[i * stride];
    for (std::int64_t i = 0; i < count; ++i) {
      float sum = 0;
      for (std::int64_t k = i - half; k <= i + half; ++k) {
        sum += copy[static_cast<std::size_t>(std::clamp<std::int64_t>(k, 0, count - 1))];
      }
      line[i * stride] = sum / static_cast<float>(2 * half + 1);
    }
  }
}

void blur(Array3<float>& image) {
  const Index3 n = image.shape();
  parallel_for(0, n.z, 1, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t z = first; z < last; ++z) {
      for (std::int64_t y = 0; y < n.y; ++y) blur_line(&image(z, y, 0), n.x, 1, 1);
      for (std::int64_t x = 0; x < n.x; ++x) blur_line(&image(z, 0, x), n.y, n.x, 1);
    }
  });
  parallel_for(0, n.y, 1, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t y = first; y < last; ++y) {
      for (std::int64_t x = 0; x < n.x; ++x) blur_line(&image(0, y, x), n.z, n.y * n.x, 1);
    }
  });
}

/// Light and truth of the slices from `begin` on, as many as `truth` has.
Array3<float> shine(const std::vector<Nucleus>& nuclei, std::int64_t begin, LabelArray& truth) {
  const VoxelGrid grid = sample_grid();
  Array3<float> light(truth.shape(), 0.0F);
  parallel_for(0, truth.shape().z, 1, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t z = first; z < last; ++z) {
      for (std::int64_t y = 0; y < kShape.y; ++y) {
        for (std::int64_t x = 0; x < kShape.x; ++x) {
          const double pz = (static_cast<double>(begin + z) + 0.5) * grid.spacing_z;
          const double py = (static_cast<double>(y) + 0.5) * grid.spacing_y;
          const double px = (static_cast<double>(x) + 0.5) * grid.spacing_x;
          double best = 1;
          for (std::size_t i = 0; i < nuclei.size(); ++i) {
            const double r = reach(nuclei[i], pz, py, px);
            if (r >= best) continue;
            best = r;
            truth(z, y, x) = static_cast<std::uint32_t>(i + 1);
            // Chromatin: waves of a few micrometres, different in each nucleus.
            const double phase = static_cast<double>(i) * 1.7;
            const double texture = 0.78 + 0.22 * std::sin(1.9 * px + phase) *
                                              std::sin(2.3 * py + 2 * phase) * std::sin(1.3 * pz);
            light(z, y, x) = static_cast<float>(nuclei[i].brightness * texture);
          }
        }
      }
    }
  });
  blur(light);
  return light;
}

/// What a camera counts of slices of the light from `begin` to `end`.
Volume photograph(const Array3<float>& light, std::int64_t begin, std::int64_t end,
                  Random& random) {
  const Index3 shape = light.shape();
  Volume image(VoxelType::kUInt16, {1, 1, end - begin, shape.y, shape.x}, sample_grid());
  auto voxels = image.view<std::uint16_t>();
  const float* from = light.data() + begin * shape.y * shape.x;
  for (std::int64_t i = 0; i < voxels.count(); ++i) {
    // Photon noise grows with the square root of the light; the camera adds an offset of 100.
    const double photons = 12 + 160.0 * from[i];
    const double counted = photons + std::sqrt(photons) * random.normal();
    voxels.data()[i] = static_cast<std::uint16_t>(std::clamp(100 + 8 * counted, 0.0, 65535.0));
  }
  return image;
}

}  // namespace

Sample make_sample(std::uint64_t seed) {
  Random random(seed);
  const double height = static_cast<double>(kShape.z) * sample_grid().spacing_z;
  const auto nuclei = scatter(random, 42, 2.0, height - 2.0);
  LabelArray truth(kShape);
  const auto light = shine(nuclei, 0, truth);
  return {std::make_shared<const Volume>(photograph(light, 0, kShape.z, random)),
          LabelVolume::from_dense(truth.view())};
}

SampleSlice make_sample_slice(std::uint64_t seed) {
  constexpr std::int64_t kReach = 3;  // slices that the blur brings in, on either side
  constexpr double kMiddle = kShape.z / 2, kSpread = 2.5;
  Random random(seed);
  const auto nuclei = scatter(random, 24, kMiddle - kSpread, kMiddle + kSpread);
  LabelArray truth({2 * kReach + 1, kShape.y, kShape.x});
  const auto light = shine(nuclei, kShape.z / 2 - kReach, truth);
  Volume slice = photograph(light, kReach, kReach + 1, random);
  LabelArray nuclei_of_slice({1, kShape.y, kShape.x});
  std::copy_n(&truth(kReach, 0, 0), nuclei_of_slice.count(), nuclei_of_slice.data());
  return {std::move(slice), std::move(nuclei_of_slice)};
}

}  // namespace karyo
