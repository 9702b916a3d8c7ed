#include "app/report/label_figures.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "app/report/chart.h"
#include "app/report/report_pictures.h"
#include "app/report/report_text.h"
#include "core/image/normalize.h"
#include "core/io/image_io.h"
#include "core/labels/label_volume.h"
#include "core/metrics/object_verdicts.h"

namespace karyo {
namespace {

constexpr double kPanelMm = 78;
constexpr double kSmallestMm = 3.4;  // objects below have no room for a number
constexpr std::int64_t kOutlineDots = 3;

constexpr Rgb kMatched{86, 200, 255}, kMissed{255, 159, 28}, kExtra{255, 92, 220};

std::int64_t fullest_plane(LabelView truth, LabelView prediction) {
  std::int64_t best = 0, most = -1;
  const Index3 shape = truth.shape();
  for (std::int64_t z = 0; z < shape.z; ++z) {
    std::int64_t labelled = 0;
    for (std::int64_t y = 0; y < shape.y; ++y) {
      for (std::int64_t x = 0; x < shape.x; ++x) {
        labelled += (truth(z, y, x) != 0) + (prediction(z, y, x) != 0);
      }
    }
    if (labelled > most) {
      most = labelled;
      best = z;
    }
  }
  return best;
}

/// An object's outline in the picture, and its number.
struct Mark {
  Rgb color;
  std::int64_t dash = 0;  ///< dots of line and of gap; 0: solid
  double iou = -1;
};
using Marks = std::map<std::uint32_t, Mark>;

void draw_outlines(RgbPicture& picture, const PlaneScale& scale, LabelView labels, std::int64_t z,
                   const Marks& marks) {
  const auto at = [&](std::int64_t y, std::int64_t x) -> std::uint32_t {
    if (y < 0 || y >= scale.height() || x < 0 || x >= scale.width()) return 0;
    return labels(z, scale.source(y), scale.source(x));
  };
  for (std::int64_t y = 0; y < scale.height(); ++y) {
    for (std::int64_t x = 0; x < scale.width(); ++x) {
      const std::uint32_t id = at(y, x);
      if (id == 0 || id == kIgnoredLabel) continue;
      if (at(y - kOutlineDots, x) == id && at(y + kOutlineDots, x) == id &&
          at(y, x - kOutlineDots) == id && at(y, x + kOutlineDots) == id) {
        continue;
      }
      const auto mark = marks.find(id);
      if (mark == marks.end()) continue;
      if (mark->second.dash > 0 && (x + y) / mark->second.dash % 2 == 1) continue;
      std::uint8_t* pixel = picture.pixel(y, x);
      pixel[0] = mark->second.color.r;
      pixel[1] = mark->second.color.g;
      pixel[2] = mark->second.color.b;
    }
  }
}

/// Where numbers go: the middle of each object's voxels in the plane.
struct Place {
  double y = 0, x = 0, count = 0;
  std::int64_t left = std::numeric_limits<std::int64_t>::max(), right = -1;
};

std::map<std::uint32_t, Place> places_of(LabelView labels, std::int64_t z, const Marks& marks) {
  std::map<std::uint32_t, Place> places;
  for (std::int64_t y = 0; y < labels.shape().y; ++y) {
    for (std::int64_t x = 0; x < labels.shape().x; ++x) {
      const std::uint32_t id = labels(z, y, x);
      if (id == 0 || !marks.contains(id)) continue;
      Place& place = places[id];
      place.y += static_cast<double>(y) + 0.5;
      place.x += static_cast<double>(x) + 0.5;
      place.count += 1;
      place.left = std::min(place.left, x);
      place.right = std::max(place.right, x);
    }
  }
  return places;
}

void write_numbers(SvgPicture& picture, const BoxMm& box, LabelView labels, std::int64_t z,
                   const Marks& marks) {
  const double mm = box.width / static_cast<double>(labels.shape().x);
  for (const auto& [id, place] : places_of(labels, z, marks)) {
    const double iou = marks.at(id).iou;
    if (iou < 0 || static_cast<double>(place.right - place.left + 1) * mm < kSmallestMm) continue;
    picture.text({box.x + place.x / place.count * mm, box.y + place.y / place.count * mm + 0.7},
                 fixed(iou, 2).substr(1), {1.8, Anchor::kMiddle, true, "#ffffff", 0});
  }
}

/// The image beneath outlines: darker, so that these stand out; black where there is none.
RgbPicture ground(const Volume* image, const PlaneScale& scale, std::int64_t z) {
  if (image == nullptr) return scale.empty();
  RgbPicture picture = image_plane(*image, z, kPanelMm);
  for (std::uint8_t& part : picture.bytes) part = static_cast<std::uint8_t>(part * 0.6);
  return picture;
}

}  // namespace

Result<ReportFigure> label_figure(const EvaluatedFile& file, const ImageScores& scores,
                                  double threshold) {
  KARYO_TRY(const LabelArray truth, read_labels(file.truth));
  KARYO_TRY(const LabelArray prediction, read_labels(file.prediction));
  KARYO_TRY(const Overlaps overlaps, find_overlaps(truth.view(), prediction.view()));
  const JudgedObjects judged = judge_objects(overlaps, threshold);
  const std::int64_t z = fullest_plane(truth.view(), prediction.view());
  const Index3 shape = truth.shape();

  Marks found, missed;
  for (std::size_t i = 0; i < overlaps.prediction_ids.size(); ++i) {
    const ObjectVerdict verdict = judged.predictions[i];
    if (verdict == ObjectVerdict::kIgnored) continue;
    const bool matched = verdict == ObjectVerdict::kMatched;
    found[overlaps.prediction_ids[i]] = {matched ? kMatched : kExtra, matched ? 0 : 4,
                                         matched ? judged.prediction_scores[i] : -1};
  }
  for (std::size_t i = 0; i < overlaps.truth_ids.size(); ++i) {
    if (judged.truths[i] == ObjectVerdict::kMatched) continue;
    missed[overlaps.truth_ids[i]] = {kMissed, 10, -1};
  }

  Volume image;
  bool with_image = false;
  if (!file.image.empty()) {
    KARYO_TRY(image, read_image(file.image));
    with_image = image.shape().zyx() == shape;
  }
  PanelGrid grid;
  grid.columns = 2;
  grid.panel_mm = kPanelMm;
  grid.aspect = static_cast<double>(shape.y) / static_cast<double>(shape.x);
  set_scale_bar(grid, file.grid, shape.x);
  if (with_image) {
    grid.panels.push_back({"Source", image_plane(image, z, kPanelMm)});
  } else {
    grid.panels.push_back({"Source", {}, {"The evaluation was given no image", "(--images)."}});
  }
  grid.panels.push_back({"Prediction", label_plane(prediction.view(), z, kPanelMm)});
  grid.panels.push_back({"Truth", label_plane(truth.view(), z, kPanelMm)});
  const PlaneScale scale(shape.y, shape.x, kPanelMm);
  Panel outlines{"Agreement", ground(with_image ? &image : nullptr, scale, z)};
  draw_outlines(outlines.pixels, scale, prediction.view(), z, found);
  draw_outlines(outlines.pixels, scale, truth.view(), z, missed);
  outlines.over = [&](SvgPicture& picture, const BoxMm& box) {
    write_numbers(picture, box, prediction.view(), z, found);
  };
  grid.panels.push_back(std::move(outlines));

  const SvgPicture picture = draw_panels(grid);
  const auto scored = std::find_if(scores.by_threshold.begin(), scores.by_threshold.end(),
                                   [&](const Matching& m) { return m.threshold == threshold; });
  const Matching m = scored == scores.by_threshold.end() ? Matching{} : *scored;
  const std::string counts = how_many(m.true_positives, "object") + " matched, " +
                             grouped(m.false_negatives) + " missed, " + grouped(m.false_positives) +
                             " extra";
  const std::string plane = shape.z > 1
                                ? " Shown is slice " + std::to_string(z + 1) + " of " +
                                      std::to_string(shape.z) + "; counts are of the whole stack."
                                : "";
  return ReportFigure{
      shortened(file.name) + ". At IoU " + threshold_text(threshold) + ": " + counts + " (F1 " +
          fixed(m.f1, 3) +
          "). In the last panel: matched predictions with solid blue outlines and their IoU (where "
          "there is room), extra predictions with dotted pink ones, missed true objects with "
          "dashed "
          "orange ones." +
          plane,
      "Image " + shortened(file.name) +
          ", its prediction, its truth and where they agree: " + counts + ".",
      picture.width_mm(), picture.height_mm(),
      picture.element("Image " + shortened(file.name) + ": " + counts)};
}

ReportFigure threshold_figure(const std::vector<Matching>& pooled) {
  Chart chart;
  chart.title = "All test images together";
  chart.x_label = "IoU from which objects match";
  chart.y_label = "score";
  chart.y_low = 0;
  chart.y_high = 1;
  const auto add = [&](const char* name, double Matching::*score) {
    ChartSeries series{name, {}, {}, series_look(chart.series.size())};
    for (const Matching& m : pooled) {
      series.x.push_back(m.threshold);
      series.y.push_back(m.*score);
    }
    chart.series.push_back(std::move(series));
  };
  add("F1", &Matching::f1);
  add("precision", &Matching::precision);
  add("recall", &Matching::recall);
  add("accuracy", &Matching::accuracy);
  SvgPicture picture(120, 74);
  draw_chart(picture, {0, 0, 118, 66}, chart);
  draw_legend(picture, {16, 72}, chart.series);
  const Matching& first = pooled.front();
  const Matching& last = pooled.back();
  return {"Scores of all test images together over the overlap (IoU) from which objects match.",
          "Line chart. F1 falls from " + fixed(first.f1, 3) + " at IoU " +
              threshold_text(first.threshold) + " to " + fixed(last.f1, 3) + " at IoU " +
              threshold_text(last.threshold) + "; the table has the numbers.",
          picture.width_mm(), picture.height_mm(),
          picture.element("Scores over IoU thresholds: F1, precision, recall, accuracy")};
}

}  // namespace karyo
