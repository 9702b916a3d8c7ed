// Judged restored images: how near to the truth, in words, by plane and within a rectangle.

#include <QLabel>
#include <QVBoxLayout>
#include <cmath>

#include "app/gui/curve_plot.h"
#include "app/gui/judge_panel.h"
#include "app/gui/measure_tool.h"
#include "app/gui/row_table.h"
#include "app/gui/theme.h"

namespace karyo::gui {
namespace {

constexpr int kScoreRows = 4;

QString decibels(double value) {
  return std::isinf(value) ? QStringLiteral("∞") : QString::number(value, 'f', 1);
}

const ImageLayer* map_named(const LayerList& layers, int map) {
  for (int i = 0; i < layers.count(); ++i) {
    if (layers.at(i).name() == restored_map_name(map)) {
      return dynamic_cast<const ImageLayer*>(&layers.at(i));
    }
  }
  return nullptr;
}

/// The voxels that a rectangle of an XY view touches.
std::optional<Box3> box_of(const std::optional<MeasureShape>& shape, const VoxelGrid& grid) {
  if (!shape || shape->kind != MeasureKind::kRectangle || shape->plane != Plane::kXY ||
      shape->points.size() < 2) {
    return {};
  }
  const Index3 a = voxel_at(shape->points[0], grid), b = voxel_at(shape->points[1], grid);
  return Box3{{a.z, std::min(a.y, b.y), std::min(a.x, b.x)},
              {a.z + 1, std::max(a.y, b.y) + 1, std::max(a.x, b.x) + 1}};
}

}  // namespace

void JudgePanel::build_restored(QVBoxLayout& column) {
  restored_ = new QWidget(shown_);
  auto* rows = new QVBoxLayout(restored_);
  rows->setContentsMargins(0, 0, 0, 0);
  rows->setSpacing(kGrid);
  restored_scores_ =
      new RowTable("judge_scores", tr("Scores"),
                   {{tr("Score"), tr("input"), tr("restored")},
                    [] { return kScoreRows; },
                    [this](int row, int at_column) { return restored_text(row, at_column); },
                    {},
                    1},
                   restored_);
  restored_scores_->setToolTip(
      tr("The notebooks of ZeroCostDL4Mic take the root of the mean absolute error for NRMSE; it "
         "stands here to compare with their tables."));
  restored_scores_->show_rows(kScoreRows, kScoreRows);
  rows->addWidget(restored_scores_);
  auto* words = new QLabel(
      tr("mSSIM: alike in brightness, contrast and structure, 1 at best. NRMSE: the root of the "
         "mean squared error of images brought to one scale, 0 at best. PSNR: the same in "
         "decibels, higher is better."),
      restored_);
  words->setProperty("role", "quiet");
  words->setWordWrap(true);
  rows->addWidget(words);
  region_ = new QLabel(restored_);
  region_->setObjectName(QStringLiteral("judge_region"));
  region_->setWordWrap(true);
  rows->addWidget(region_);
  over_planes_ = new CurvePlot("judge_over_planes", tr("mSSIM by plane"), restored_);
  over_planes_->setToolTip(
      tr("How near each plane comes to the truth, before (dashed) and after (solid)."));
  rows->addWidget(over_planes_);
  column.addWidget(restored_);
}

void JudgePanel::refresh_restored() {
  const bool pair = comparison_.kind() == ComparedKind::kPair;
  const PlaneScores mean = restored_mean(judged());
  pair ? say_pair(mean.prediction) : say_restored(mean);
  restored_scores_->setVisible(!pair);
  region_->setVisible(!pair);
  draw_plane_curves();
  refresh_region();
}

void JudgePanel::say_restored(const PlaneScores& mean) {
  const RestorationScores &after = mean.prediction, &before = mean.input;
  set_score(scores_[0], after.ssim, tr("mSSIM"),
            tr("Mean structural similarity to the truth: 1 is the same picture."));
  set_score(scores_[1], after.nrmse, tr("NRMSE"),
            tr("Root of the mean squared error; 1 is the range from the truth's darkest to its "
               "brightest."));
  set_score(scores_[2], after.psnr, tr("PSNR, dB"),
            tr("10 log10 of 1 over the mean squared error; each 6 dB halve the error."));
  const Grade grade = grade_of_ssim(after.ssim, before.ssim);
  verdict_->setText(tr("%1 by mSSIM").arg(word_of(grade)));
  const double less = before.nrmse > 0 ? 100 * (1 - after.nrmse / before.nrmse) : 0;
  QString text =
      tr("The input was at mSSIM %1, the prediction is at %2.")
          .arg(QString::number(before.ssim, 'f', 2), QString::number(after.ssim, 'f', 2));
  text += QLatin1Char(' ');
  text += less > 0 ? tr("The error (NRMSE) is %1 % smaller.").arg(QString::number(less, 'f', 0))
                   : tr("The error (NRMSE) is no smaller: the network does not help here.");
  why_->setText(text);
  restored_mean_ = mean;
  restored_scores_->refill();
}

QString JudgePanel::restored_text(int row, int column) const {
  if (column == 0) {
    const QString names[kScoreRows] = {tr("mSSIM"), tr("NRMSE"), tr("NRMSE (notebooks)"),
                                       tr("PSNR")};
    return names[row];
  }
  const RestorationScores& scores = column == 1 ? restored_mean_.input : restored_mean_.prediction;
  if (row == 3) return decibels(scores.psnr);
  return QString::number(row == 0   ? scores.ssim
                         : row == 1 ? scores.nrmse
                                    : scores.nrmse_notebook,
                         'f', 4);
}

/// Within the rectangle that is drawn, of the plane that is shown.
void JudgePanel::refresh_region() {
  if (comparison_.kind() != ComparedKind::kRestored || region_ == nullptr) return;
  const LayerList& layers = workspace_.layers();
  const ImageLayer* map = map_named(layers, 3);
  const auto box = map == nullptr ? std::nullopt : box_of(measure_.shape(), layers.grid_of(*map));
  if (!box) {
    region_->setText(
        tr("Draw a rectangle (left of the picture) for the scores of a part of this plane."));
    region_->setProperty("role", "quiet");
    return;
  }
  const auto scores = [&](int ssim, int error) {
    const ImageLayer *a = map_named(layers, ssim), *b = map_named(layers, error);
    if (a == nullptr || b == nullptr) return RestorationScores{};
    const std::int64_t t = b->time_shown(workspace_.view().time());
    const std::int64_t z = std::clamp<std::int64_t>(box->begin.z, 0, b->shape().z - 1);
    return scores_within(*a->shared_volume(), *b->shared_volume(), t, 0, z, *box);
  };
  const RestorationScores before = scores(0, 2), after = scores(1, 3);
  const auto number = [](double value) { return QString::number(value, 'f', 3); };
  region_->setText(tr("In the rectangle: mSSIM %1 (input %2), NRMSE %3 (%4), PSNR %5 (%6)")
                       .arg(number(after.ssim), number(before.ssim), number(after.nrmse),
                            number(before.nrmse), decibels(after.psnr), decibels(before.psnr)));
}

void JudgePanel::draw_plane_curves() {
  const ComparedImage* image = comparison_.current_image();
  const bool several = image != nullptr && image->planes.size() > 1;
  over_planes_->setVisible(several);
  if (!several) return;
  CurvePlot::Curves curves;
  CurvePlot::Curve after{tr("mSSIM"), {}, Qt::SolidLine, true};
  CurvePlot::Curve before{tr("the input's"), {}, Qt::DashLine};
  curves.least = 1;
  for (std::size_t i = 0; i < image->planes.size(); ++i) {
    curves.x.push_back(static_cast<double>(i + 1));
    after.values.push_back(image->planes[i].prediction.ssim);
    before.values.push_back(image->planes[i].input.ssim);
    const bool pair = comparison_.kind() == ComparedKind::kPair;
    curves.least = std::min(curves.least, after.values.back());
    if (!pair) curves.least = std::min(curves.least, before.values.back());
  }
  curves.least = std::floor(10 * curves.least) / 10;
  curves.x_name = tr("plane");
  const auto z = workspace_.view().cursor_voxel(workspace_.layers().grid()).z;
  curves.marked = static_cast<double>(
      std::clamp<std::int64_t>(z, 0, static_cast<std::int64_t>(image->planes.size()) - 1) + 1);
  curves.curves = {after, before};
  if (comparison_.kind() == ComparedKind::kPair) curves.curves.pop_back();
  over_planes_->set_curves(std::move(curves));
}

}  // namespace karyo::gui
