#pragma once

/// Whether errors depend on what an object is like: true objects in parts of about equal number, by
/// size or by brightness, and how many of each part were found.
///
/// Threads  pure.

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "core/image/volume.h"
#include "core/metrics/object_verdicts.h"

namespace karyo {

/// A true object, and what became of it.
struct JudgedTruth {
  std::int64_t voxels = 0;  ///< that are not ignored
  ObjectVerdict verdict = ObjectVerdict::kMatched;
  float iou = 0;  ///< with its partner, else the greatest with any prediction; 0: none overlaps
  /// Mean over its voxels and the image's channels, in the image's own values; NaN: not known.
  double intensity = std::numeric_limits<double>::quiet_NaN();
  std::uint32_t id = 0;  ///< in the truth

  bool found() const { return verdict == ObjectVerdict::kMatched; }
};

/// In the order of the truth's ids. `intensities` one for each, or empty: not known.
std::vector<JudgedTruth> judged_truths(const Overlaps& overlaps, const JudgedObjects& judged,
                                       std::span<const double> intensities = {});

/// The mean value of each true object of `overlaps`, over the voxels of `truth` and all channels.
/// `truth` holds the image's frames from `first` on one after another along Z: (frames * Z, Y, X).
/// NaN for all where the image is of another size.
std::vector<double> object_intensities(const Overlaps& overlaps, LabelView truth,
                                       const Volume& image, std::int64_t first = 0);

enum class ObjectTrait {
  kSize,       ///< voxels
  kIntensity,  ///< the image's values
};

/// True objects whose trait lies from `least` to `most`, both included.
struct DependencePart {
  double least = 0, middle = 0, most = 0;  ///< middle: the median
  std::int64_t objects = 0, found = 0;
  double mean_iou = 0;  ///< of all of them, those that were not found included

  double found_share() const { return static_cast<double>(found) / static_cast<double>(objects); }
};

/// By rising trait, in parts of about equal number and of at least five: ten parts at most, none
/// where there would be less than two. Equal values are never parted; objects whose trait is not
/// known are left out.
std::vector<DependencePart> error_dependence(std::span<const JudgedTruth> truths,
                                             ObjectTrait trait);

}  // namespace karyo
