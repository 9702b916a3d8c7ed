#pragma once

/// An image seen from other sides: mirrored up-down, left-right, both. A network that has learned
/// says the same of all of them; where it does not, it is not sure.

#include <vector>

#include "models/model.h"

namespace karyo::worker {

/// All sides, the image's own among them.
inline constexpr int kMostSides = 4;
/// Two objects are the same from both sides where they share this much (IoU).
inline constexpr double kSameObject = 0.5;

/// An image from side 1 (up-down), 2 (left-right) or 3 (both); from the same side twice it is as it
/// was.
Result<Volume> mirrored(const Volume& image, int side);

/// Of each object of `prediction` (1, 2, ...) the number of further sides, up to side `sides` - 1,
/// from which the model does not see it. Each side costs a prediction.
/// Errors: those of predict().
Result<std::vector<int>> missed_from_sides(Predictor& predictor, const Volume& image,
                                           std::int64_t t, const Prediction& prediction, int sides,
                                           PredictSettings settings, TaskControl& control);

}  // namespace karyo::worker
