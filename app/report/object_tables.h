#pragma once

/// What became of each true object, as tables beside the scores: objects.csv, a row an object, and
/// dependence.csv, how many were found by size and by brightness (core/metrics/error_dependence.h).

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "app/report/label_evaluation.h"

namespace karyo {

/// Of all images.
std::vector<JudgedTruth> truths_of(const LabelEvaluation& evaluation);

/// image,label,voxels,mean_intensity,iou,verdict. Objects of a movie's later frames have numbers
/// that go on from those of the frames before.
std::string objects_csv(const LabelEvaluation& evaluation);
/// Puts the objects of objects.csv into their images; rows of no image, and none that can be read,
/// are passed over, as is a folder without the file.
void read_objects(const std::filesystem::path& folder, LabelEvaluation& evaluation);

/// trait,least,middle,most,objects,found,found_share,mean_iou; trait is size or intensity.
std::string dependence_csv(const LabelEvaluation& evaluation);
/// {"at_iou": 0.5, "by_size": [{"least": 40, "middle": 51, "most": 60, "objects": 12, "found": 9,
/// "found_share": 0.75, "mean_iou": 0.68}, ...], "by_intensity": [...]}
nlohmann::json dependence_json(const LabelEvaluation& evaluation);

}  // namespace karyo
