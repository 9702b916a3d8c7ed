#pragma once

/// Whether errors depend on size or brightness, as a report shows it.

#include "app/report/label_evaluation.h"
#include "app/report/report.h"

namespace karyo {

/// Adds a sentence, a figure and a table; a sentence alone where too few objects are known.
void add_dependence(ReportSection& section, const LabelEvaluation& evaluation);

}  // namespace karyo
