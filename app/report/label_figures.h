#pragma once

/// Figures of a report about labels: an image with what was found, what is true and where they
/// differ; scores over the overlap that a match asks for.

#include "app/report/evaluation_folder.h"
#include "app/report/report.h"

namespace karyo {

/// Image, prediction, truth, and all outlines with the IoU of each match, in the plane with the
/// most objects. `threshold`: IoU from which objects match. Errors: of reading the files, which may
/// lie elsewhere by now.
Result<ReportFigure> label_figure(const EvaluatedFile& file, const ImageScores& scores,
                                  double threshold);

/// Precision, recall, F1 and accuracy of all images together over the thresholds.
ReportFigure threshold_figure(const std::vector<Matching>& pooled);

}  // namespace karyo
