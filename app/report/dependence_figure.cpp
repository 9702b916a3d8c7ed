#include "app/report/dependence_figure.h"

#include "app/report/chart.h"
#include "app/report/number_text.h"
#include "app/report/object_tables.h"
#include "app/report/report_text.h"

namespace karyo {
namespace {

constexpr double kChartMm = 84, kChartHeightMm = 62;

struct Trait {
  const char* name;            ///< "size"
  const char* axis;            ///< of the chart
  const char *before, *after;  ///< around values in a sentence
  const char* lowest;          ///< "smallest"
  const char* highest;
  std::vector<DependencePart> parts;
};

std::string ends_text(const DependencePart& part) {
  const std::string least = general_text(part.least, 5), most = general_text(part.most, 5);
  return least == most ? least : least + " to " + most;
}

std::string percent(double share) {
  return fixed(100 * share, 0) + " %";
}

/// "Of the smallest objects (10 to 42) 50 % were found, of the largest (180 to 250) 98 %."
std::string sentence(const Trait& trait) {
  const DependencePart& low = trait.parts.front();
  const DependencePart& high = trait.parts.back();
  return std::string("Of the ") + trait.lowest + " objects (" + trait.before + ends_text(low) +
         trait.after + ") " + percent(low.found_share()) + " were found, of the " + trait.highest +
         " (" + ends_text(high) + ") " + percent(high.found_share()) + ".";
}

Chart chart_of(const Trait& trait) {
  Chart chart;
  chart.title = std::string("By ") + trait.name;
  chart.x_label = trait.axis;
  chart.y_label = "share, IoU";
  chart.y_low = 0;
  chart.y_high = 1;
  chart.series = {{"found", {}, {}, series_look(0)}, {"mean IoU", {}, {}, series_look(1)}};
  for (const DependencePart& part : trait.parts) {
    for (ChartSeries& series : chart.series) series.x.push_back(part.middle);
    chart.series[0].y.push_back(part.found_share());
    chart.series[1].y.push_back(part.mean_iou);
  }
  return chart;
}

ReportFigure figure_of(const std::vector<Trait>& traits) {
  SvgPicture picture(kChartMm * static_cast<double>(traits.size()) + 2, kChartHeightMm + 8);
  std::string alt = "Line charts of the share of true objects that was found and of their mean IoU";
  double left = 0;
  for (const Trait& trait : traits) {
    const Chart chart = chart_of(trait);
    draw_chart(picture, {left, 0, kChartMm, kChartHeightMm}, chart);
    if (left == 0) draw_legend(picture, {16, kChartHeightMm + 6}, chart.series);
    left += kChartMm + 2;
    alt += "; by " + std::string(trait.name) + " found from " +
           percent(trait.parts.front().found_share()) + " to " +
           percent(trait.parts.back().found_share());
  }
  return {
      "Whether errors depend on what an object is like. Each point stands for a part of the true "
      "objects, of about equal number, at its median.",
      alt + ".", picture.width_mm(), picture.height_mm(), picture.element(alt)};
}

ReportTable table_of(const Trait& trait) {
  ReportTable table{std::string("True objects by ") + trait.name + " (" + trait.axis + ")",
                    {"From … to", "Objects", "Found", "Share found", "Mean IoU"},
                    {},
                    std::vector<bool>(5, true)};
  for (const DependencePart& part : trait.parts) {
    table.rows.push_back({ends_text(part), grouped(part.objects), grouped(part.found),
                          fixed(part.found_share(), 3), fixed(part.mean_iou, 3)});
  }
  return table;
}

}  // namespace

void add_dependence(ReportSection& section, const LabelEvaluation& evaluation) {
  const auto truths = truths_of(evaluation);
  if (truths.empty()) return;  // of an earlier version, or no object at all
  std::vector<Trait> traits{{"size", "voxels", "", " voxels", "smallest", "largest",
                             error_dependence(truths, ObjectTrait::kSize)},
                            {"brightness", "mean intensity", "mean intensity ", "", "darkest",
                             "brightest", error_dependence(truths, ObjectTrait::kIntensity)}};
  std::erase_if(traits, [](const Trait& trait) { return trait.parts.empty(); });
  if (traits.empty()) {
    section.blocks.emplace_back(
        ReportText{"Whether errors depend on size or brightness is not told: that asks for ten "
                   "true objects that differ in it.",
                   Tone::kNote});
    return;
  }
  const std::string threshold =
      threshold_text(evaluation.pooled[main_threshold(evaluation.pooled)].threshold);
  std::string text = "Found means matched at IoU " + threshold + ". ";
  for (const Trait& trait : traits) text += sentence(trait) + " ";
  text.pop_back();
  section.blocks.emplace_back(ReportText{text});
  section.blocks.emplace_back(figure_of(traits));
  for (const Trait& trait : traits) section.blocks.emplace_back(table_of(trait));
}

}  // namespace karyo
