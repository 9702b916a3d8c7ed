// The learning curve, the advice it gives, and StarDist's thresholds.

#include <algorithm>
#include <cmath>
#include <limits>

#include "app/report/chart.h"
#include "app/report/report_sections.h"
#include "app/report/report_text.h"
#include "app/report/training_figures.h"

namespace karyo {
namespace {

ChartSeries column_of(const History& history, const char* column, const char* name,
                      std::size_t number) {
  ChartSeries series{name, {}, {}, series_look(number)};
  const int epoch = history.column("epoch"), at = history.column(column);
  if (at < 0) return series;
  for (std::size_t i = 0; i < history.rows.size(); ++i) {
    const auto& row = history.rows[i];
    series.x.push_back(epoch < 0 ? static_cast<double>(i + 1)
                                 : row[static_cast<std::size_t>(epoch)]);
    series.y.push_back(row[static_cast<std::size_t>(at)]);
  }
  return series;
}

bool any_finite(const ChartSeries& series) {
  return std::any_of(series.y.begin(), series.y.end(), [](double y) { return std::isfinite(y); });
}

bool all_positive(const std::vector<ChartSeries>& all) {
  for (const ChartSeries& series : all) {
    for (const double y : series.y) {
      if (std::isfinite(y) && y <= 0) return false;
    }
  }
  return true;
}

ReportFigure loss_figure(const ReportSources& sources) {
  const History& history = sources.history;
  Chart chart;
  chart.x_label = "epoch";
  chart.y_label = "loss";
  chart.series = {column_of(history, "loss", "training", 1),
                  column_of(history, "val_loss", "validation", 0)};
  std::erase_if(chart.series, [](const ChartSeries& series) { return !any_finite(series); });
  const std::int64_t best = best_epoch(history);
  if (best > 0)
    chart.marks.push_back({static_cast<double>(best), "best", {"#555555", 0.3, {0.6, 0.6}}});
  const auto drops = rate_drops(history);
  for (const auto epoch : drops) {
    chart.marks.push_back({static_cast<double>(epoch), "rate", {"#7a4b9c", 0.25, {1.5, 0.7}}});
  }
  const bool both = all_positive(chart.series);
  SvgPicture picture(170, 76);
  chart.title = "Linear";
  draw_chart(picture, {0, 0, both ? 84.0 : 168.0, 68}, chart);
  if (both) {
    chart.title = "Logarithmic";
    chart.logarithmic = true;
    draw_chart(picture, {86, 0, 84, 68}, chart);
  }
  draw_legend(picture, {16, 74}, chart.series);

  std::string alt =
      "Line chart of the loss over " + std::to_string(history.rows.size()) + " epochs";
  for (const ChartSeries& series : chart.series) {
    alt += "; " + series.name + " from " + fixed(series.y.front(), 4) + " to " +
           fixed(series.y.back(), 4);
  }
  std::string caption =
      "Loss after each epoch, on the images it learns from and on those kept "
      "aside.";
  if (best > 0)
    caption += " The weights of epoch " + std::to_string(best) + " are used (dotted line).";
  if (!drops.empty()) caption += " Dashed lines: the learning rate was reduced.";
  return {caption, alt + ".", picture.width_mm(), picture.height_mm(), picture.element(alt)};
}

/// The learning rate, where it changes.
bool add_rate(ReportSection& section, const History& history) {
  ChartSeries rate = column_of(history, "learning_rate", "learning rate", 3);
  if (!any_finite(rate)) return false;
  const auto [least, most] = std::minmax_element(rate.y.begin(), rate.y.end());
  if (!(*least < *most)) return false;
  Chart chart;
  chart.title = "Learning rate";
  chart.x_label = "epoch";
  chart.y_label = "rate";
  chart.logarithmic = *least > 0 && *most / *least > 20;
  const std::string alt = "Line chart of the learning rate, from " + fixed(rate.y.front(), 6) +
                          " to " + fixed(rate.y.back(), 6);
  chart.series = {std::move(rate)};
  SvgPicture picture(110, 52);
  draw_chart(picture, {0, 0, 108, 52}, chart);
  section.blocks.emplace_back(ReportFigure{"Learning rate in each epoch.", alt + ".",
                                           picture.width_mm(), picture.height_mm(),
                                           picture.element(alt)});
  return true;
}

}  // namespace

ReportSection learning_section(const ReportSources& sources) {
  ReportSection section{"Learning curve"};
  if (!sources.history.rows.empty()) section.blocks.emplace_back(loss_figure(sources));
  for (const LearningAdvice& advice : sources.advice) {
    const Tone tone = advice.warning                                  ? Tone::kWarning
                      : advice.finding == LearningFinding::kConverged ? Tone::kGood
                                                                      : Tone::kPlain;
    section.blocks.emplace_back(ReportText{advice.text, tone});
  }
  add_rate(section, sources.history);
  if (auto film = film_strip(sources.model)) section.blocks.emplace_back(*std::move(film));
  return section;
}

ReportSection thresholds_section(const ReportSources& sources) {
  ReportSection section{"Thresholds"};
  const Thresholds& t = sources.model.thresholds;
  section.blocks.emplace_back(
      ReportTable{"What decides which objects are kept",
                  {"Threshold", "Value", "Meaning"},
                  {{"Probability", fixed(t.prob, 4), "objects less probable are not drawn"},
                   {"Overlap (NMS)", fixed(t.nms, 2),
                    "of two objects that overlap by more, the less probable goes"}},
                  {false, true, false}});
  section.blocks.emplace_back(
      sources.model.tuned_thresholds
          ? ReportText{"Both were chosen on the validation images after the training: the pair "
                       "with "
                       "the best mean accuracy over IoU 0.3, 0.5 and 0.7. Test images had no part "
                       "in it."}
          : ReportText{"Both are the usual values; they were not tuned on validation images "
                       "(karyoscope thresholds does it).",
                       Tone::kWarning});
  const bool searched = sources.model.tuned_thresholds && !sources.threshold_search.empty();
  if (searched) {
    section.blocks.emplace_back(threshold_search_figure(sources.threshold_search, t));
  }
  return section;
}

}  // namespace karyo
