#pragma once

/// How sure a model was: what `predict --probability` leaves beside the labels of a StarDist model.
///
/// Threads  any.

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <unordered_map>

namespace karyo {

/// NAME_probability.tif beside NAME.tif: at each place how sure the network is of an object there.
/// Empty where there is none.
std::filesystem::path probability_map_of(const std::filesystem::path& labels);

/// NAME_scores.csv beside NAME.tif: the probability of each object by its label. Empty where there
/// is none, or none that can be read.
using ObjectConfidences = std::unordered_map<std::uint32_t, float>;
ObjectConfidences confidences_of(const std::filesystem::path& labels);

/// Whether an image called `stem` is such a companion of another one, called `of`.
bool is_companion_of(std::string_view stem, std::string_view of);

}  // namespace karyo
