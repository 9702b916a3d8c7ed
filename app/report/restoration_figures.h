#pragma once

/// The figure of a report about restored images, in the arrangement of ZeroCostDL4Mic's
/// QC_example_data: truth, source and prediction; SSIM maps beneath; error maps beneath these.

#include "app/report/evaluation_folder.h"
#include "app/report/report.h"

namespace karyo {

/// Of the middle plane. Errors: of reading the files, which may lie elsewhere by now, and of
/// comparing them.
Result<ReportFigure> restoration_figure(const EvaluatedFile& file,
                                        const RestoredImageScores& scores);

}  // namespace karyo
