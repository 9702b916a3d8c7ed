#pragma once

/// A chart of lines over numbers, drawn into a figure.

#include <limits>
#include <string>
#include <vector>

#include "app/report/svg_picture.h"

namespace karyo {

struct ChartSeries {
  std::string name;
  std::vector<double> x, y;  ///< of one length; what is not finite leaves a gap
  LineLook look;
};

/// A line across the chart at `x`, with a word at its top.
struct ChartMark {
  double x = 0;
  std::string label;
  LineLook look;
};

struct Chart {
  std::string title, x_label, y_label;
  bool logarithmic = false;  ///< of y; values from 0 down are left out
  /// Ends of y; NaN: as the values ask for.
  double y_low = std::numeric_limits<double>::quiet_NaN();
  double y_high = std::numeric_limits<double>::quiet_NaN();
  std::vector<ChartSeries> series;
  std::vector<ChartMark> marks = {};
};

/// With axes, ticks and title, all inside `area`; the legend is draw_legend's.
void draw_chart(SvgPicture& picture, const BoxMm& area, const Chart& chart);

/// A line and a name for each series, one after another from `at` on.
void draw_legend(SvgPicture& picture, PointMm at, const std::vector<ChartSeries>& series);

/// Colours of the first, second, ... line: apart for colour-blind eyes (Okabe and Ito, 2008); the
/// dashes tell them apart without colour.
LineLook series_look(std::size_t number);

}  // namespace karyo
