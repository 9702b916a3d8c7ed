#pragma once

/// A report as one HTML file that needs nothing else: no script, no address, pictures inside.

#include <string>

#include "app/report/report.h"

namespace karyo {

/// Semantic and readable aloud: one h1, headings in order, captions and scopes in tables, a label
/// for each figure. Every text of the report is escaped; figures are taken as they are.
std::string to_html(const Report& report);

}  // namespace karyo
