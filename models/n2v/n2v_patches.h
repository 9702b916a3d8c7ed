#pragma once

/// Where Noise2Void's patches lie in the images of a folder, and the images themselves.
///
/// A unit is what patches are cut from: a plane (2D) or a stack (3D) at one time. Its patches are a
/// grid from the origin, the rest left out, or patches_per_image of them at random.
/// Source  n2v 0.3.3, N2V_DataGenerator.generate_patches_from_list.

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "core/base/result.h"
#include "core/base/task.h"
#include "core/dataset/image_folder.h"
#include "models/train/finding_log.h"
#include "models/train/load_cache.h"
#include "models/train/train_config.h"

namespace karyo {

struct N2vUnit {
  std::int64_t file = 0, t = 0;
  Index3 origin, shape;  ///< of the unit within the file at that time
};

/// The planes or stacks of all files, in order.
std::vector<N2vUnit> n2v_units(const std::vector<ImageFile>& images, std::int64_t dims);

struct N2vPlace {
  std::int64_t file = 0, t = 0;
  Box3 box;
};

/// The patches of some units, numbered.
class N2vPatches {
 public:
  N2vPatches(std::vector<N2vUnit> units, const TrainConfig& config);

  std::int64_t count() const { return until_.empty() ? 0 : until_.back(); }
  /// Patch `number`, 0 <= number < count. A pure function of units, config and number.
  N2vPlace at(std::int64_t number) const;

 private:
  std::int64_t of_unit(const N2vUnit& unit) const;

  std::vector<N2vUnit> units_;
  Index3 patch_;
  std::int64_t at_random_;  ///< patches a unit; 0: a grid
  std::uint64_t seed_;
  std::vector<std::int64_t> until_;  ///< patches up to and with each unit
};

struct LoadedImage {
  Volume volume;
  std::size_t memory_bytes() const { return volume.size_bytes(); }
};

/// Images in memory within a budget. Thread-safe.
class N2vImages {
 public:
  N2vImages(std::vector<ImageFile> files, std::size_t budget_bytes)
      : files_(files.begin(), files.end()), images_(budget_bytes) {}

  int channels() const { return static_cast<int>(files_.front().shape.c); }
  /// One more, behind the others, while those are in use.
  void add(const ImageFile& file);
  /// Errors name file and repair: unreadable, NaN, another size than before.
  Result<std::shared_ptr<const LoadedImage>> get(std::int64_t file);
  /// Warnings about files read since the last call; each is told once.
  std::vector<Finding> take_findings() { return findings_.take(); }

 private:
  Result<std::shared_ptr<const LoadedImage>> load(const ImageFile& file);

  std::deque<ImageFile> files_;  // references to elements last
  std::mutex adding_;
  LoadCache<LoadedImage> images_;
  FindingLog findings_;
};

/// What the network's values are counted from and in: mean and (population) standard deviation of
/// each channel, in float32.
struct ChannelStatistics {
  std::vector<float> means, deviations;
};

/// Of all pixels of all patches from number `first` on, in double precision. Errors: of reading;
/// kBadFile for a channel that is constant; kCancelled.
Result<ChannelStatistics> measure(const N2vPatches& patches, std::int64_t first, N2vImages& images,
                                  TaskControl& control);

}  // namespace karyo
