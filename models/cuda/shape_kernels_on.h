#pragma once

/// ShapeKernels on any Backend (device_memory.h): cuts jobs into parts that fit a budget of device
/// memory, moves them there, launches kernel_bodies.h, brings results back.

#include <algorithm>
#include <cstdint>
#include <exception>
#include <limits>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "models/cuda/device_memory.h"
#include "models/cuda/kernel_bodies.h"
#include "models/cuda/shape_kernels.h"

namespace karyo::stardist {

template <typename Backend>
class ShapeKernelsOn : public ShapeKernels {
 public:
  ShapeKernelsOn(Backend backend, std::int64_t budget_bytes)
      : backend_(std::move(backend)), memory_(backend_), budget_(budget_bytes) {}

  const Backend& backend() const { return backend_; }
  std::string name() const override { return backend_.name(); }

  Result<void> star_distances(const LabelGrid& grid, const Direction* steps, std::int32_t rays,
                              bool flat, float* distances) override {
    const auto samples_along = [&](std::size_t axis) {
      return grid.shape[axis] > 0 ? (grid.shape[axis] - 1) / grid.step[axis] + 1 : 0;
    };
    const std::int64_t voxels = grid.shape[0] * grid.shape[1] * grid.shape[2];
    const std::int64_t samples = samples_along(0) * samples_along(1) * samples_along(2);
    const std::int64_t fixed =
        Memory::template bytes<std::uint32_t>(voxels) + Memory::template bytes<Direction>(rays);
    const std::int64_t sample_bytes = rays * static_cast<std::int64_t>(sizeof(float));
    const std::int64_t part = std::min(samples, (budget_ - fixed - kSlack) / sample_bytes);
    if (samples == 0) return {};
    if (part < 1) return too_large("labels of " + std::to_string(voxels) + " voxels");
    return guarded([&] {
      memory_.start(fixed + Memory::template bytes<float>(part * rays));
      StarDistanceOf body{};
      body.labels = memory_.take(grid.labels, voxels);
      body.steps = memory_.take(steps, rays);
      body.rays = rays;
      body.flat = flat;
      body.distances = memory_.template take<float>(part * rays);
      std::copy(grid.shape.begin(), grid.shape.end(), body.shape);
      std::copy(grid.step.begin(), grid.step.end(), body.step);
      body.rows = samples_along(1);
      body.columns = samples_along(2);
      for (std::int64_t first = 0; first < samples; first += part) {
        const std::int64_t count = std::min(part, samples - first) * rays;
        body.first = first;
        backend_.launch(count, body);
        backend_.download(distances + first * rays, body.distances, bytes_of<float>(count));
      }
    });
  }

  Result<void> common_voxels(const PolyhedraView& polyhedra, const ShapePair* pairs,
                             std::int64_t pair_count, std::uint32_t* voxels) override {
    return guarded([&]() -> Result<void> {
      std::vector<std::int32_t> place(static_cast<std::size_t>(polyhedra.count), -1);
      std::int64_t first = 0;
      while (first < pair_count) {
        Part part(polyhedra, true);
        std::vector<ShapePair> local;
        std::int64_t next = first;
        for (; next < pair_count; ++next) {
          ShapePair pair = pairs[next];
          std::int64_t more = kPairBytes;
          const bool twice = pair[0] == pair[1];
          for (int m = 0; m < (twice ? 1 : 2); ++m) {
            if (place[index(pair[m])] < 0) more += part.bytes_with(pair[m]);
          }
          if (part.bytes + more > budget_ - kSlack) break;
          part.bytes += kPairBytes;
          for (std::int32_t& member : pair) {
            std::int32_t& slot = place[index(member)];
            if (slot < 0) slot = part.add(member);
            member = slot;
          }
          local.push_back(pair);
        }
        if (next == first) {
          return too_large("two objects of " +
                           std::to_string(voxels_of(polyhedra.boxes[pairs[first][0]])) + " and " +
                           std::to_string(voxels_of(polyhedra.boxes[pairs[first][1]])) + " voxels");
        }
        count_common(part, local, voxels + first);
        for (const std::int64_t member : part.members) place[index(member)] = -1;
        first = next;
      }
      return {};
    });
  }

  Result<void> draw_polyhedra(const PolyhedraView& polyhedra,
                              const std::array<std::int64_t, 3>& shape,
                              std::uint32_t* labels) override {
    const std::int64_t plane = shape[1] * shape[2];
    if (shape[0] * plane == 0) return {};
    const std::int64_t planes =
        std::min(shape[0], budget_ / 2 / bytes_of_int<std::uint32_t>(plane));
    if (planes < 1) return too_large("planes of " + std::to_string(plane) + " voxels");
    return guarded([&]() -> Result<void> {
      for (std::int64_t first = 0; first < shape[0]; first += planes) {
        const std::int64_t deep = std::min(planes, shape[0] - first);
        KARYO_CHECK_OK(draw_slab(polyhedra, shape, first, deep, labels + first * plane));
      }
      return {};
    });
  }

  Result<void> draw_polygons(const PolygonsView& polygons, std::int64_t height, std::int64_t width,
                             std::uint32_t* labels) override {
    if (height * width == 0) return {};
    const std::int64_t rows = std::min(height, budget_ / 2 / bytes_of_int<std::uint32_t>(width));
    if (rows < 1) return too_large("rows of " + std::to_string(width) + " pixels");
    return guarded([&]() -> Result<void> {
      for (std::int64_t first = 0; first < height; first += rows) {
        const std::int64_t high = std::min(rows, height - first);
        KARYO_CHECK_OK(draw_rows(polygons, width, first, high, labels + first * width));
      }
      return {};
    });
  }

 private:
  using Memory = DeviceMemory<Backend>;
  /// Of rounding array sizes up.
  static constexpr std::int64_t kSlack = 16 * 256;
  static constexpr std::int64_t kPairBytes = sizeof(ShapePair) + 8 + 4;
  /// Of one launch: a display that shares the GPU gives up on longer ones.
  static constexpr std::int64_t kMostIndices = std::int64_t{1} << 27;

  static std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }
  template <typename T>
  static std::size_t bytes_of(std::int64_t count) {
    return static_cast<std::size_t>(count) * sizeof(T);
  }
  template <typename T>
  static std::int64_t bytes_of_int(std::int64_t count) {
    return count * static_cast<std::int64_t>(sizeof(T));
  }
  static std::int64_t voxels_of(const VoxelBox& box) {
    std::int64_t count = 1;
    for (int axis = 0; axis < 3; ++axis) count *= box.end[axis] - box.begin[axis];
    return count;
  }

  Error too_large(const std::string& what) const {
    return {ErrorCode::kTooLarge,
            what + " do not fit the " + std::to_string(budget_ >> 20) +
                " MiB of GPU memory that shapes may take",
            "Nothing is to be done: the processor does this part."};
  }

  template <typename Work>
  Result<void> guarded(const Work& work) {
    const std::lock_guard lock(mutex_);
    try {
      if constexpr (std::is_void_v<decltype(work())>) {
        work();
        return {};
      } else {
        return work();
      }
    } catch (const std::bad_alloc&) {
      return Error(ErrorCode::kTooLarge, "there is not enough memory for shapes on the GPU",
                   "Close other programs; the processor goes on.");
    } catch (const std::exception& failure) {
      return Error(ErrorCode::kInternal, "the GPU failed at shapes: " + std::string(failure.what()),
                   "The processor goes on. Should it happen again, use --device cpu and look at "
                   "nvidia-smi.");
    }
  }

  /// Polyhedra of one launch, gathered.
  struct Part {
    Part(const PolyhedraView& from, bool with_masks) : all(from), masks(with_masks), word_begin{0} {
      bytes = static_cast<std::int64_t>(sizeof(Vertex)) * from.rays +
              static_cast<std::int64_t>(sizeof(std::array<int, 3>)) * from.faces;
    }

    std::int64_t bytes_with(std::int64_t i) const { return bytes_with(all.boxes[i]); }
    std::int64_t bytes_with(const VoxelBox& box) const {
      return static_cast<std::int64_t>(sizeof(Vertex)) * (1 + all.rays) +
             static_cast<std::int64_t>(sizeof(float)) * all.rays +
             static_cast<std::int64_t>(sizeof(VoxelBox)) * (1 + all.faces) + 8 + 4 +
             (masks ? 4 * words_of(box) : 0);
    }
    std::int32_t add(std::int64_t i) { return add(i, all.boxes[i]); }
    std::int32_t add(std::int64_t i, const VoxelBox& box) {
      bytes += bytes_with(box);
      members.push_back(i);
      boxes.push_back(box);
      word_begin.push_back(word_begin.back() + words_of(box));
      points.push_back(all.points[i]);
      distances.insert(distances.end(), all.distances + i * all.rays,
                       all.distances + (i + 1) * all.rays);
      return static_cast<std::int32_t>(members.size() - 1);
    }
    std::int64_t count() const { return static_cast<std::int64_t>(members.size()); }
    std::int64_t words() const { return word_begin.back(); }

    const PolyhedraView& all;
    bool masks;
    std::int64_t bytes = 0;
    std::vector<std::int64_t> members, word_begin;
    std::vector<VoxelBox> boxes;
    std::vector<Vertex> points;
    std::vector<float> distances;
  };

  PolyhedraPart prepare(const Part& part) {
    PolyhedraPart ready{};
    const std::int64_t count = part.count();
    ready.count = count;
    ready.rays = part.all.rays;
    ready.faces = part.all.faces;
    ready.points = memory_.take(part.points.data(), count);
    ready.distances = memory_.take(part.distances.data(), count * ready.rays);
    ready.directions = memory_.take(part.all.directions, ready.rays);
    ready.corners = memory_.take(part.all.corners, ready.faces);
    ready.boxes = memory_.take(part.boxes.data(), count);
    ready.word_begin = memory_.take(part.word_begin.data(), count + 1);
    ready.vertices = memory_.template take<Vertex>(count * ready.rays);
    ready.reaches = memory_.template take<VoxelBox>(count * ready.faces);
    backend_.launch(count * ready.rays, PlaceVertex{ready});
    backend_.launch(count * ready.faces, FindReach{ready});
    return ready;
  }

  void count_common(const Part& part, const std::vector<ShapePair>& pairs, std::uint32_t* voxels) {
    std::vector<std::int64_t> plane_begin{0};
    for (const auto& [a, b] : pairs) {
      const VoxelBox &one = part.boxes[index(a)], &other = part.boxes[index(b)];
      const std::int64_t planes =
          std::min(one.end[0], other.end[0]) - std::max(one.begin[0], other.begin[0]);
      plane_begin.push_back(plane_begin.back() + std::max<std::int64_t>(0, planes));
    }
    const auto count = static_cast<std::int64_t>(pairs.size());
    memory_.start(part.bytes + kSlack);
    CountCommon body{};
    body.part = prepare(part);
    auto* masks = memory_.template take<std::uint32_t>(part.words());
    backend_.launch(part.words(), FillMask{body.part, masks});
    body.masks = masks;
    body.pairs = memory_.take(pairs.data(), count);
    body.plane_begin = memory_.take(plane_begin.data(), count + 1);
    body.pair_count = count;
    body.voxels = memory_.template take<std::uint32_t>(count);
    backend_.fill(body.voxels, 0, bytes_of<std::uint32_t>(count));
    backend_.launch(plane_begin.back(), body);
    backend_.download(voxels, body.voxels, bytes_of<std::uint32_t>(count));
  }

  /// Brings a canvas back: what was not drawn on is background.
  void finish(const Canvas& canvas, std::int64_t count, std::uint32_t* labels) {
    backend_.launch(count, ClearUndrawn{canvas.labels});
    backend_.download(labels, canvas.labels, bytes_of<std::uint32_t>(count));
  }

  Result<void> draw_slab(const PolyhedraView& polyhedra, const std::array<std::int64_t, 3>& shape,
                         std::int64_t first, std::int64_t deep, std::uint32_t* labels) {
    const std::int64_t count = deep * shape[1] * shape[2];
    const std::int64_t canvas_bytes = Memory::template bytes<std::uint32_t>(count);
    // Room for parts is asked for with the canvas: start() would forget it.
    const Part one(polyhedra, false);
    memory_.start(std::min(
        budget_, canvas_bytes + one.bytes + polyhedra.count * one.bytes_with(VoxelBox{}) + kSlack));
    Canvas canvas{memory_.template take<std::uint32_t>(count), first, shape[1], shape[2]};
    backend_.fill(canvas.labels, 0xFF, bytes_of<std::uint32_t>(count));
    std::int64_t next = 0;
    while (next < polyhedra.count) {
      Part part(polyhedra, false);
      std::vector<std::uint32_t> ids;
      for (; next < polyhedra.count; ++next) {
        VoxelBox box = polyhedra.boxes[next];
        box.begin[0] = std::max(box.begin[0], static_cast<std::int32_t>(first));
        box.end[0] = std::min(box.end[0], static_cast<std::int32_t>(first + deep));
        if (box.end[0] <= box.begin[0] || voxels_of(box) == 0) continue;
        const bool full = canvas_bytes + part.bytes + part.bytes_with(box) > budget_ - kSlack;
        if (full && ids.empty())
          return too_large("objects of " + std::to_string(polyhedra.rays) + " rays");
        if (full || (!ids.empty() && part.words() + words_of(box) > kMostIndices)) break;
        part.add(next, box);
        ids.push_back(static_cast<std::uint32_t>(next + 1));
      }
      if (ids.empty()) break;
      memory_.keep(canvas_bytes);
      DrawPolyhedron body{prepare(part), nullptr, canvas};
      body.ids = memory_.take(ids.data(), part.count());
      backend_.launch(part.words(), body);
    }
    finish(canvas, count, labels);
    return {};
  }

  Result<void> draw_rows(const PolygonsView& polygons, std::int64_t width, std::int64_t first,
                         std::int64_t high, std::uint32_t* labels) {
    const std::int64_t count = high * width;
    const std::int64_t canvas_bytes = Memory::template bytes<std::uint32_t>(count);
    const std::int64_t each =
        polygons.rays * 8 + static_cast<std::int64_t>(sizeof(VoxelBox)) + 8 + 4;
    const std::int64_t most = (budget_ - canvas_bytes - kSlack) / each;
    if (most < 1) return too_large("polygons of " + std::to_string(polygons.rays) + " corners");
    memory_.start(std::min(budget_, canvas_bytes + polygons.count * each + kSlack));
    Canvas canvas{memory_.template take<std::uint32_t>(count), first, 1, width};
    backend_.fill(canvas.labels, 0xFF, bytes_of<std::uint32_t>(count));
    std::int64_t next = 0;
    while (next < polygons.count) {
      std::vector<std::array<float, 2>> vertices;
      std::vector<VoxelBox> boxes;
      std::vector<std::int64_t> pixel_begin{0};
      std::vector<std::uint32_t> ids;
      for (; next < polygons.count && static_cast<std::int64_t>(ids.size()) < most; ++next) {
        VoxelBox box = polygons.boxes[next];
        box.begin[1] = std::max(box.begin[1], static_cast<std::int32_t>(first));
        box.end[1] = std::min(box.end[1], static_cast<std::int32_t>(first + high));
        if (box.end[1] <= box.begin[1] || box.end[2] <= box.begin[2]) continue;
        if (!ids.empty() && pixel_begin.back() + voxels_of(box) > kMostIndices) break;
        const auto* corners = polygons.vertices + next * polygons.rays;
        vertices.insert(vertices.end(), corners, corners + polygons.rays);
        boxes.push_back(box);
        pixel_begin.push_back(pixel_begin.back() + voxels_of(box));
        ids.push_back(static_cast<std::uint32_t>(next + 1));
      }
      if (ids.empty()) break;
      memory_.keep(canvas_bytes);
      const auto part = static_cast<std::int64_t>(ids.size());
      DrawPolygon body{};
      body.vertices = memory_.take(vertices.data(), part * polygons.rays);
      body.count = part;
      body.rays = polygons.rays;
      body.boxes = memory_.take(boxes.data(), part);
      body.pixel_begin = memory_.take(pixel_begin.data(), part + 1);
      body.ids = memory_.take(ids.data(), part);
      body.canvas = canvas;
      backend_.launch(pixel_begin.back(), body);
    }
    finish(canvas, count, labels);
    return {};
  }

  Backend backend_;
  Memory memory_;
  std::int64_t budget_;
  std::mutex mutex_;
};

}  // namespace karyo::stardist
