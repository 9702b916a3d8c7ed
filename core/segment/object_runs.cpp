#include "core/segment/object_runs.h"

#include <algorithm>
#include <numbers>
#include <utility>

namespace karyo {

bool keeps(const ParticleOptions& options, const Particle& particle) {
  const bool by_shape = options.min_circularity > 0 || options.max_circularity != 1;
  const auto size = static_cast<double>(particle.pixel_count);
  if (by_shape) {
    double circularity = 0;
    if (particle.perimeter != 0) {
      circularity = 4.0 * std::numbers::pi * (size / (particle.perimeter * particle.perimeter));
    }
    if (circularity > 1 && options.max_circularity <= 1) circularity = 1;
    if (circularity < options.min_circularity || circularity > options.max_circularity) {
      return false;
    }
  }
  return size >= options.min_size && size <= options.max_size;
}

bool keeps_in_volume(const ParticleOptions& options, const Particle& object, const Index3& shape) {
  const Box3& box = object.box;
  const bool at_edge = box.begin.x == 0 || box.begin.y == 0 || box.end.x == shape.x ||
                       box.end.y == shape.y ||
                       (shape.z > 1 && (box.begin.z == 0 || box.end.z == shape.z));
  return !(options.exclude_edges && at_edge) && keeps(options, object);
}

Result<void> check_for_volume(const ParticleOptions& options) {
  if (options.min_circularity <= 0 && options.max_circularity == 1 && !options.include_holes) {
    return {};
  }
  return Error(ErrorCode::kInvalidArgument,
               "circularity and enclosed holes are defined in a plane, not in a volume",
               "Leave them out, or analyse slice by slice (--per-slice).");
}

ObjectRuns::ObjectRuns(const Index3& shape) : shape_(shape) {
  row_begin_.reserve(static_cast<std::size_t>(shape.z * shape.y));
}

std::uint32_t ObjectRuns::root(std::uint32_t run) {
  while (parent_[run] != run) run = parent_[run] = parent_[parent_[run]];
  return run;
}

void ObjectRuns::join(std::uint32_t a, std::uint32_t b) {
  a = root(a);
  b = root(b);
  if (a == b) return;
  parent_[std::max(a, b)] = std::min(a, b);
  --pieces_;
}

/// Runs from `first` on, all of one row, with those of an earlier row beside it.
void ObjectRuns::join_with_row(std::size_t row, std::size_t first) {
  std::size_t other = row_begin_[row];
  const std::size_t other_end = row_begin_[row + 1];
  for (std::size_t run = first; run < runs_.size(); ++run) {
    // Touching corners count, so a run reaches one voxel further on both sides.
    while (other < other_end && runs_[other].end < runs_[run].begin) ++other;
    for (std::size_t i = other; i < other_end && runs_[i].begin <= runs_[run].end; ++i) {
      join(static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(run));
    }
  }
}

void ObjectRuns::add(MaskView planes) {
  for (std::int64_t z = 0; z < planes.shape().z; ++z) {
    for (std::int64_t y = 0; y < shape_.y; ++y) {
      const std::size_t first = runs_.size();
      const auto row = std::ssize(row_begin_);
      row_begin_.push_back(first);
      const std::uint8_t* voxels = planes.row(z, y);
      for (std::int32_t x = 0; x < shape_.x; ++x) {
        if (voxels[x] == 0) continue;
        Run run{x, x};
        while (run.end < shape_.x && voxels[run.end] != 0) ++run.end;
        x = run.end;
        parent_.push_back(static_cast<std::uint32_t>(runs_.size()));
        runs_.push_back(run);
        ++pieces_;
      }
      for (const auto& [dz, dy] : {std::pair{0, -1}, {-1, -1}, {-1, 0}, {-1, 1}}) {
        if (row / shape_.y + dz < 0 || y + dy < 0 || y + dy >= shape_.y) continue;
        join_with_row(static_cast<std::size_t>(row + dz * shape_.y + dy), first);
      }
    }
  }
}

std::uint64_t ObjectRuns::bytes() const {
  return runs_.capacity() * sizeof(Run) + parent_.capacity() * sizeof parent_[0] +
         row_begin_.capacity() * sizeof row_begin_[0] +
         static_cast<std::uint64_t>(pieces_) * (sizeof(Particle) + sizeof number_of_[0]);
}

std::vector<Particle> ObjectRuns::number(const ParticleOptions& options) {
  // A parent comes before its run and has its place by then, so objects count in scan order.
  std::uint32_t count = 0;
  for (std::size_t i = 0; i < parent_.size(); ++i) {
    parent_[i] = parent_[i] == i ? count++ : parent_[parent_[i]];
  }
  std::vector<Particle> objects(count);
  row_begin_.push_back(runs_.size());
  for (std::size_t row = 0; row + 1 < row_begin_.size(); ++row) {
    const std::int64_t z = static_cast<std::int64_t>(row) / shape_.y;
    const std::int64_t y = static_cast<std::int64_t>(row) % shape_.y;
    for (std::size_t i = row_begin_[row]; i < row_begin_[row + 1]; ++i) {
      Particle& object = objects[parent_[i]];
      object.pixel_count += runs_[i].end - runs_[i].begin;
      object.box = object.box.united_with({{z, y, runs_[i].begin}, {z + 1, y + 1, runs_[i].end}});
    }
  }
  number_of_.assign(count, 0);
  std::uint32_t kept = 0;
  for (std::uint32_t place = 0; place < count; ++place) {
    if (!keeps_in_volume(options, objects[place], shape_)) continue;
    number_of_[place] = objects[place].label = ++kept;
  }
  std::erase_if(objects, [](const Particle& object) { return object.label == 0; });
  return objects;
}

void ObjectRuns::write(std::int64_t z, LabelArray& out) const {
  for (std::int64_t row = 0; row < out.shape().z * shape_.y; ++row) {
    const auto place = static_cast<std::size_t>(z * shape_.y + row);
    std::uint32_t* ids = out.data() + row * shape_.x;
    for (std::size_t i = row_begin_[place]; i < row_begin_[place + 1]; ++i) {
      const std::uint32_t number = number_of_[parent_[i]];
      if (number != 0) std::fill(ids + runs_[i].begin, ids + runs_[i].end, number);
    }
  }
}

}  // namespace karyo
