#pragma once

/// What a model thinks of objects that are there, whoever made them: those that it is not sure of
/// deserve a look first.

#include <cstdint>
#include <vector>

#include "annotation/qc/label_checks.h"
#include "models/stardist/instances.h"

namespace karyo {

/// The objects of slice `z` that the model takes for nuclei with a probability of little more than
/// `threshold` (kUnsure; the less sure, the higher the score), and those where it sees none
/// (kUnseen, lowest of all: a person may know better). What the model thinks of an object is the
/// highest probability of a candidate whose centre lies in it. `sides`: what it sees from other
/// sides, mirrored: an object of which it is sure, but not from one of them, is doubtful (kUnsure)
/// too, the more of them the more. `facts`: of all objects, by id.
/// Threads: any.
std::vector<LabelFinding> model_doubts(const stardist::Candidates& seen, double threshold,
                                       const LabelVolume& labels, std::int64_t z,
                                       const std::vector<const ObjectFacts*>& facts,
                                       const std::vector<const stardist::Candidates*>& sides = {});
/// The same of a 3D model and the objects of a stack.
std::vector<LabelFinding> model_doubts(
    const stardist::Candidates3d& seen, double threshold, const LabelVolume& labels,
    const std::vector<const ObjectFacts*>& facts,
    const std::vector<const stardist::Candidates3d*>& sides = {});

}  // namespace karyo
