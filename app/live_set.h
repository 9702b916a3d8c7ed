#pragma once

/// Which images of an annotated folder a training learns from and which ones judge it.
///
/// The judges stay the same from one training to the next, so that rounds can be compared; their
/// names lie in models/validation.txt of the folder. A new judge is an image that no training has
/// learned from, as long as there is one.

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "core/dataset/train_list.h"

namespace karyo {

/// How often an image counts that came, or was corrected, while a training goes on.
inline constexpr std::int64_t kNewTimes = 2;
/// How often at most one counts that a person has checked, beside others that nobody has.
inline constexpr std::int64_t kMostTimes = 20;

/// Of `names`, in their order: judges are those of `judges`, and others until they are a share of
/// all (1 at least of 2 images, 2 of 4 or more); first those that are not in `learned`, in an order
/// by their names alone. `share` within (0, 1). `done`: those that a person has checked. Where
/// there are some they alone judge, and they count as much together as all the others, whose masks
/// are suggestions: kMostTimes each at most.
std::vector<TrainImage> first_images(const std::vector<std::string>& names,
                                     const std::set<std::string>& done,
                                     const std::set<std::string>& judges,
                                     const std::set<std::string>& learned, double share);

/// `before` with the images of `done` that it has not: some judge, so that their share of all
/// stays, the others count kNewTimes. So do those of `corrected` from now on; and all that are done
/// count as first_images() says where others are not.
std::vector<TrainImage> grown_images(std::vector<TrainImage> before,
                                     const std::vector<std::string>& done,
                                     const std::set<std::string>& corrected, double share);

/// Judges of a folder of models, and what its trainings have learned from. Missing files are empty
/// sets.
std::set<std::string> judges_of(const std::filesystem::path& models);
std::set<std::string> learned_in(const std::filesystem::path& models);
/// Adds the judges of `images` to those known. Errors: kIo.
Result<void> keep_judges(const std::filesystem::path& models,
                         const std::vector<TrainImage>& images);

}  // namespace karyo
