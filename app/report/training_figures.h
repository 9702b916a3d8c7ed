#pragma once

/// Pictures of how a model came about: what it made of one image after an epoch, and what the
/// search for thresholds tried.

#include <filesystem>
#include <optional>

#include "app/report/report.h"
#include "models/io/model_folder.h"
#include "models/io/threshold_search.h"

namespace karyo {

/// Up to eight of the folder's pictures (models/train/epoch_pictures.h), the first and the last
/// among them; nothing where there are none that can be read.
std::optional<ReportFigure> film_strip(const ModelFolder& model);

/// Scores over the probability threshold, a line for each NMS threshold. At least one try.
ReportFigure threshold_search_figure(const std::vector<ThresholdTry>& tries,
                                     const Thresholds& chosen);

}  // namespace karyo
