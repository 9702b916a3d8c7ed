#pragma once

/// A report as PDF: A4, text that can be selected and searched, curves as vectors.

#include <filesystem>

#include "app/report/report.h"
#include "core/base/result.h"

namespace karyo::gui {

/// Atomically. Wants a QGuiApplication (of any platform, "offscreen" too); on its thread.
/// Errors: kIo.
Result<void> write_report_pdf(const Report& report, const std::filesystem::path& path);

}  // namespace karyo::gui
