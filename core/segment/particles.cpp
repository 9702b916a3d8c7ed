#include "core/segment/particles.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "core/segment/object_runs.h"
#include "core/segment/polygon_fill.h"

namespace karyo {

double traced_perimeter(const Outline& outline, double width, double height) {
  const std::size_t n = outline.size();
  if (n < 4) return 0;
  std::int64_t along_x = 0, along_y = 0, corners = 0;
  std::int64_t side_x = outline[0].x - outline[n - 1].x, side_y = outline[0].y - outline[n - 1].y;
  std::int64_t side = std::abs(side_x) + std::abs(side_y);
  bool corner = false;
  for (std::size_t i = 0; i < n; ++i) {
    const auto& here = outline[i];
    const auto& next = outline[(i + 1) % n];
    const std::int64_t dx = next.x - here.x, dy = next.y - here.y;
    along_x += std::abs(dx);
    along_y += std::abs(dy);
    // Of two corners a pixel apart, as on a staircase, only one is cut.
    corner = side > 1 || !corner;
    if (corner) ++corners;
    side = std::abs(dx) + std::abs(dy);
  }
  return static_cast<double>(along_x) * width + static_cast<double>(along_y) * height -
         static_cast<double>(corners) * (width + height - std::hypot(width, height));
}

namespace {

/// Collects the 8-connected foreground around a pixel and clears it from `left`.
std::vector<Corner> take_component(Array3<std::uint8_t>& left, Corner seed) {
  const auto height = static_cast<std::int32_t>(left.shape().y);
  const auto width = static_cast<std::int32_t>(left.shape().x);
  std::vector<Corner> pixels{seed};
  left(0, seed.y, seed.x) = 0;
  for (std::size_t next = 0; next < pixels.size(); ++next) {
    const Corner p = pixels[next];
    for (std::int32_t y = std::max(0, p.y - 1); y <= std::min(height - 1, p.y + 1); ++y) {
      for (std::int32_t x = std::max(0, p.x - 1); x <= std::min(width - 1, p.x + 1); ++x) {
        if (left(0, y, x) == 0) continue;
        left(0, y, x) = 0;
        pixels.push_back({x, y});
      }
    }
  }
  return pixels;
}

}  // namespace

Particles analyze_particles(VolumeView<const std::uint8_t> mask, const ParticleOptions& options) {
  const auto height = static_cast<std::int32_t>(mask.shape().y);
  const auto width = static_cast<std::int32_t>(mask.shape().x);
  Array3<std::uint8_t> left({1, height, width});
  for (std::int32_t y = 0; y < height; ++y) {
    std::copy_n(mask.row(0, y), width, &left(0, y, 0));
  }
  Particles found;
  found.labels = LabelArray({1, height, width});
  const auto inside = [&](std::int32_t x, std::int32_t y) {
    return x >= 0 && y >= 0 && x < width && y < height && left(0, y, x) != 0;
  };

  for (std::int32_t y = 0; y < height; ++y) {
    for (std::int32_t x = 0; x < width; ++x) {
      if (left(0, y, x) == 0) continue;
      std::int32_t right = x;
      while (inside(right + 1, y)) ++right;
      Particle particle;
      particle.outline = trace_outline(right, y, inside, [](std::int32_t, std::int32_t) {});
      Box3& box = particle.box;
      box = {{0, y, x}, {1, y + 1, x + 1}};
      for (const Corner& corner : particle.outline) {
        box.begin.x = std::min<std::int64_t>(box.begin.x, corner.x);
        box.end.x = std::max<std::int64_t>(box.end.x, corner.x);
        box.end.y = std::max<std::int64_t>(box.end.y, corner.y);
      }
      std::vector<Corner> pixels = take_component(left, {x, y});
      if (options.include_holes) {
        PathF path;
        for (const Corner& corner : particle.outline) {
          path.push_back({static_cast<double>(corner.x), static_cast<double>(corner.y)});
        }
        pixels.clear();
        fill_paths({&path, 1}, height, width,
                   [&](std::int64_t row, std::int64_t begin, std::int64_t end) {
                     for (auto column = begin; column < end; ++column) {
                       pixels.push_back({static_cast<std::int32_t>(column),
                                         static_cast<std::int32_t>(row)});
                       left(0, row, column) = 0;
                     }
                   });
      }
      const bool at_edge =
          box.begin.x == 0 || box.begin.y == 0 || box.end.x == width || box.end.y == height;
      if (options.exclude_edges && at_edge) continue;
      particle.pixel_count = static_cast<std::int64_t>(pixels.size());
      particle.perimeter = traced_perimeter(particle.outline);
      if (!keeps(options, particle)) continue;
      particle.label = static_cast<std::uint32_t>(found.particles.size()) + 1;
      for (const Corner& p : pixels) found.labels(0, p.y, p.x) = particle.label;
      found.particles.push_back(std::move(particle));
    }
  }
  return found;
}

namespace {

/// The outer outline of the object of a plane whose first run of pixels this is.
Outline outline_of(LabelView labels, const Box3& first_run) {
  const Index3 shape = labels.shape();
  const std::uint32_t id = labels(first_run.begin);
  const auto inside = [&](std::int32_t x, std::int32_t y) {
    return x >= 0 && y >= 0 && x < shape.x && y < shape.y && labels(0, y, x) == id;
  };
  return trace_outline(static_cast<std::int32_t>(first_run.end.x - 1),
                       static_cast<std::int32_t>(first_run.begin.y), inside,
                       [](std::int32_t, std::int32_t) {});
}

}  // namespace

Result<Particles> label_objects(VolumeView<const std::uint8_t> mask,
                                const ParticleOptions& options) {
  KARYO_CHECK_OK(check_for_volume(options));
  ObjectRuns runs(mask.shape());
  runs.add(mask);
  Particles found;
  found.particles = runs.number(options);
  found.labels = LabelArray(mask.shape());
  runs.write(0, found.labels);
  return found;
}

Result<Particles> select_objects(LabelView labels, const ParticleOptions& options) {
  const Index3 shape = labels.shape();
  if (shape.z > 1 || options.include_holes) KARYO_CHECK_OK(check_for_volume(options));
  std::map<std::uint32_t, Particle> objects;
  // Calls f(object, run) for each run of one id in a row.
  const auto for_each_run = [&](auto&& f) {
    for (std::int64_t z = 0; z < shape.z; ++z) {
      for (std::int64_t y = 0; y < shape.y; ++y) {
        const std::uint32_t* row = labels.row(z, y);
        for (std::int64_t x = 0; x < shape.x;) {
          std::int64_t end = x + 1;
          while (end < shape.x && row[end] == row[x]) ++end;
          if (row[x] != 0) f(objects[row[x]], Box3{{z, y, x}, {z + 1, y + 1, end}});
          x = end;
        }
      }
    }
  };
  for_each_run([&](Particle& object, const Box3& run) {
    if (shape.z == 1 && object.pixel_count == 0) {
      object.outline = outline_of(labels, run);
      object.perimeter = traced_perimeter(object.outline);
    }
    object.pixel_count += run.shape().x;
    object.box = object.box.united_with(run);
  });
  Particles found;
  for (auto& [id, object] : objects) {
    if (!keeps_in_volume(options, object, shape)) continue;
    object.label = static_cast<std::uint32_t>(found.particles.size()) + 1;
    found.particles.push_back(object);
  }
  found.labels = LabelArray(shape);
  for_each_run([&](Particle& object, const Box3& run) {
    if (object.label == 0) return;
    std::fill_n(&found.labels(run.begin.z, run.begin.y, run.begin.x), run.shape().x, object.label);
  });
  return found;
}

}  // namespace karyo
