#include "app/report/training_figures.h"

#include <algorithm>
#include <cmath>

#include "app/report/chart.h"
#include "app/report/number_text.h"
#include "app/report/report_pictures.h"
#include "app/report/report_text.h"
#include "core/io/image_io.h"
#include "models/train/epoch_pictures.h"

namespace karyo {
namespace {

constexpr std::size_t kMostFrames = 8;
constexpr double kNarrowMm = 40, kWideMm = 83;
constexpr std::int64_t kMostPixels = 2048;

/// Evenly chosen, with the first and the last.
std::vector<EpochPicture> chosen_from(const std::vector<EpochPicture>& all) {
  if (all.size() <= kMostFrames) return all;
  std::vector<EpochPicture> chosen;
  for (std::size_t k = 0; k < kMostFrames; ++k) {
    chosen.push_back(all[k * (all.size() - 1) / (kMostFrames - 1)]);
  }
  return chosen;
}

}  // namespace

std::optional<ReportFigure> film_strip(const ModelFolder& model) {
  const auto pictures = chosen_from(epoch_pictures(model.path));
  PanelGrid grid;
  std::string epochs;
  for (const EpochPicture& picture : pictures) {
    const auto pixels = read_image(picture.file);
    if (!pixels) continue;
    const VolumeShape shape = pixels->shape();
    if (std::max(shape.x, shape.y) > kMostPixels || shape.count() == 0) continue;
    if (grid.panels.empty()) {
      const bool wide = shape.x > shape.y * 3 / 2;
      grid.columns = wide ? 2 : 4;
      grid.panel_mm = wide ? kWideMm : kNarrowMm;
      grid.aspect = static_cast<double>(shape.y) / static_cast<double>(shape.x);
    }
    const std::string epoch = std::to_string(picture.epoch);
    grid.panels.push_back({"Epoch " + epoch, image_plane(*pixels, 0, grid.panel_mm)});
    epochs += (epochs.empty() ? "" : ", ") + epoch;
  }
  if (grid.panels.empty()) return {};
  const SvgPicture drawn = draw_panels(grid);
  const bool labels = model.kind == ModelKind::kStarDist;
  const std::string what = "A part of one validation image after epochs " + epochs;
  return ReportFigure{
      what + (labels ? ". Blue: what was found. Orange: true objects, where nothing blue lies over "
                       "them. The thresholds are the usual ones, as they are tuned after the end."
                     : ". Left as it came, right restored, each from black to white by its own "
                       "values."),
      what + ".", drawn.width_mm(), drawn.height_mm(), drawn.element(what)};
}

ReportFigure threshold_search_figure(const std::vector<ThresholdTry>& tries,
                                     const Thresholds& chosen) {
  Chart chart;
  chart.title = "Choice of thresholds";
  chart.x_label = "probability threshold";
  chart.y_label = "mean accuracy";
  double nms = -1, best = 0;
  for (const ThresholdTry& one : tries) {  // by NMS threshold, then probability
    if (one.nms != nms) {
      chart.series.push_back(
          {"NMS " + general_text(one.nms, 3), {}, {}, series_look(chart.series.size())});
    }
    nms = one.nms;
    chart.series.back().x.push_back(one.prob);
    chart.series.back().y.push_back(one.score);
    best = std::max(best, one.score);
  }
  chart.marks.push_back({chosen.prob, "chosen", {"#555555", 0.3, {0.6, 0.6}}});
  SvgPicture picture(120, 74);
  draw_chart(picture, {0, 0, 118, 66}, chart);
  draw_legend(picture, {16, 72}, chart.series);
  const std::string alt = "Line chart of the mean accuracy over the probability threshold, " +
                          how_many(static_cast<std::int64_t>(chart.series.size()), "line") +
                          " for NMS thresholds; the highest is " + fixed(best, 3);
  return {
      "Each pair of thresholds that was tried on the validation images, and its mean accuracy over "
      "IoU 0.3, 0.5 and 0.7. Chosen: probability " +
          fixed(chosen.prob, 3) + " (dotted line), NMS " + general_text(chosen.nms, 3) + ".",
      alt + ".", picture.width_mm(), picture.height_mm(), picture.element(alt)};
}

}  // namespace karyo
