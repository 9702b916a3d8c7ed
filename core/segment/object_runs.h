#pragma once

/// The pieces of a stack's mask that hang together, found plane after plane: of planes that went by
/// the rows' runs are kept alone, so a stack needs no more memory than its pieces do; inside
/// core/segment only.
///
/// Threads  one.

#include <cstdint>
#include <vector>

#include "core/segment/binary.h"
#include "core/segment/particles.h"

namespace karyo {

/// By size and, where they are asked for, circularity.
bool keeps(const ParticleOptions& options, const Particle& particle);
/// Also by what touches the border of a volume of this shape.
bool keeps_in_volume(const ParticleOptions& options, const Particle& object, const Index3& shape);
/// Errors: kInvalidArgument where a volume has no such thing.
Result<void> check_for_volume(const ParticleOptions& options);

class ObjectRuns {
 public:
  /// `shape` is that of the whole stack.
  explicit ObjectRuns(const Index3& shape);

  /// The next planes of the mask, all of them wide and high as the stack.
  void add(MaskView planes);
  /// Of the planes so far; of all planes, the objects. 26-connected.
  std::int64_t pieces() const { return pieces_; }
  /// What all of this holds, with what number() will give back.
  std::uint64_t bytes() const;

  /// Once all planes are there: the objects that are kept, in the order of their first voxels and
  /// numbered so from 1 on.
  std::vector<Particle> number(const ParticleOptions& options);
  /// Once they have numbers: writes those of planes [z, z + out.shape().z) over background.
  void write(std::int64_t z, LabelArray& out) const;

 private:
  struct Run {
    std::int32_t begin, end;
  };
  std::uint32_t root(std::uint32_t run);
  void join(std::uint32_t a, std::uint32_t b);
  void join_with_row(std::size_t row, std::size_t first);

  Index3 shape_;
  std::vector<Run> runs_;  // of all rows in scan order
  // A row's are [row_begin_[r], row_begin_[r + 1]), of the last one those to the end.
  std::vector<std::size_t> row_begin_;
  // Union-find: another run of the same piece that comes before, the first of all is its own. Once
  // there are numbers: the object's place.
  std::vector<std::uint32_t> parent_;
  std::vector<std::uint32_t> number_of_;  // of objects; 0: left out
  std::int64_t pieces_ = 0;
};

}  // namespace karyo
