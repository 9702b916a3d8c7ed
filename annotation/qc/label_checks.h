#pragma once

/// What may be wrong with objects, said plainly.

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "annotation/qc/object_facts.h"

namespace karyo {

enum class Reason {
  kPieces,  ///< several pieces: perhaps two nuclei with one id
  kMerged,  ///< perhaps two nuclei that were not cut: several centres, or concave
  kHoles,
  kSize,    ///< far larger or smaller than the others
  kShape,   ///< far less solid or round than the others
  kThin,    ///< in few slices of a stack
  kSmall,   ///< fewer voxels than any nucleus has
  kBorder,  ///< cut off by the image's border
  kUnsure,  ///< a model takes it for a nucleus, but not surely (app/model_doubts.h)
  kUnseen,  ///< a model sees none there
};
/// "pieces", "merged", ...
const char* name_of(Reason reason);

struct LabelFinding {
  std::uint32_t id = 0;
  Reason reason = Reason::kPieces;
  double score = 0;  ///< 0 to 1: how much it deserves a look, one reason against the other
  std::string text;  ///< "2 pieces of 412 and 37 px"
  Box3 box;          ///< of the object
  std::uint64_t fingerprint = 0;  ///< of the object
  friend bool operator==(const LabelFinding&, const LabelFinding&) = default;
};

struct CheckOptions {
  FactOptions facts = {};
  std::int64_t small_voxels = 20;
  /// Outliers lie farther from the median than this many robust deviations (1.4826 MAD; of the
  /// logarithm for sizes), which Iglewicz & Hoaglin (1993) suggest. Only with `population` whole
  /// objects of one piece, that do not touch the border, to compare with.
  double outlier = 3.5;
  std::int64_t population = 10;
  double concave = 0.88;  ///< less solid objects count as merged, with one centre too
  double thin = 0.4;      ///< of the median number of slices
};

/// The checks of one image, kept up to date while it is edited.
///
/// Threads  one at a time; uses all cores.
class LabelChecks {
 public:
  /// `image`, where given, returns its values in a box inside the labels' shape, is called from
  /// several threads, and outlives this.
  LabelChecks(const VoxelGrid& grid, ReadIntensity image = {}, CheckOptions options = {})
      : grid_(grid), image_(std::move(image)), options_(std::move(options)) {}

  /// Looks at all objects.
  void check_all(const LabelVolume& labels);
  /// Looks again at what an edit touched: objects that are or were in `changed`, which holds every
  /// voxel that did. Afterwards all is as after check_all.
  void check_changed(const LabelVolume& labels, const Box3& changed);
  /// Looks again at one object, of which `within` holds all voxels.
  void check_object(const LabelVolume& labels, std::uint32_t id, const Box3& within);

  /// By id, then in the order of Reason.
  std::vector<LabelFinding> findings() const;
  const std::map<std::uint32_t, ObjectFacts>& facts() const { return facts_; }

 private:
  VoxelGrid grid_;
  ReadIntensity image_;
  CheckOptions options_;
  Index3 shape_;
  std::map<std::uint32_t, ObjectFacts> facts_;
};

/// All findings at once.
std::vector<LabelFinding> check_labels(const LabelVolume& labels, const VoxelGrid& grid,
                                       const ReadIntensity& image = {},
                                       const CheckOptions& options = {});

}  // namespace karyo
