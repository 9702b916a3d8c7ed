#pragma once

/// A model that needs no training, and images whose objects it is bound to find.

#include <filesystem>
#include <string>
#include <vector>

#include "core/image/volume.h"
#include "models/train/training_data.h"

namespace karyo::test {

struct Spot {
  std::int64_t y = 0, x = 0;  ///< the centre
};

constexpr std::int64_t kSpotImageSize = 96;
/// Distance that the model predicts to the border of every object, in pixels.
constexpr std::int64_t kSpotRadius = 12;

/// A model folder whose weights are set by hand: the probability of an object is the normalised
/// intensity, its outline is a circle of kSpotRadius. Bright spots that lie two radii apart become
/// one object each.
void make_spot_model(const std::filesystem::path& folder);

constexpr std::int64_t kSpotStackDepth = 24;
constexpr std::int64_t kSpotRadius3d = 6;
/// The same of a stack: every object is a ball of kSpotRadius3d.
void make_spot_model_3d(const std::filesystem::path& folder);
/// Background 10 with a bright cube of 3 voxels at each spot, (24, 96, 96), 8 bits, voxels of 1.
Volume spot_stack(const std::vector<Index3>& spots);

/// Background 10 with a bright 7 x 7 square at each spot; 8 bits, pixels of 0.25 um.
Volume spot_image(const std::vector<Spot>& spots);
/// The circles that the model draws: labels 1, 2, ... in the order of `spots`.
LabelArray spot_labels(const std::vector<Spot>& spots);

/// Folder with images/ and masks/ of `count` spot images of two spots each.
void make_spot_dataset(const std::filesystem::path& folder, int count);

/// An image of that folder as data.json of a model names it.
SeenImage seen_image(const std::string& name, std::int64_t objects,
                     TrainingRole role = TrainingRole::kTraining);

}  // namespace karyo::test
