#include "app/gui/dependence_plots.h"

#include <QLabel>
#include <QVBoxLayout>

#include "app/gui/curve_plot.h"
#include "app/gui/theme.h"

namespace karyo::gui {
namespace {

CurvePlot::Curves curves_of(const std::vector<DependencePart>& parts) {
  CurvePlot::Curves curves;
  CurvePlot::Curve found{DependencePlots::tr("found"), {}, Qt::SolidLine, true};
  CurvePlot::Curve iou{DependencePlots::tr("mean IoU"), {}, Qt::DashLine};
  for (const DependencePart& part : parts) {
    curves.x.push_back(part.middle);
    found.values.push_back(part.found_share());
    iou.values.push_back(part.mean_iou);
  }
  curves.curves = {found, iou};
  return curves;
}

QString percent(const DependencePart& part) {
  return QString::number(100 * part.found_share(), 'f', 0);
}

}  // namespace

DependencePlots::DependencePlots(QWidget* parent) : QWidget(parent) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(kGrid);
  size_ = add("judge_by_size", tr("Found by size"));
  intensity_ = add("judge_by_intensity", tr("Found by brightness"));
  const QString meaning = tr(
      "True objects in parts of about equal number: how many of each were found at IoU 0.5, and "
      "the mean IoU of all of them. A line that falls to one side says what the training lacks.");
  for (const Part& part : {size_, intensity_}) part.plot->setToolTip(meaning);
}

DependencePlots::Part DependencePlots::add(const char* name, const QString& title) {
  Part part{new QLabel(this), new CurvePlot(name, title, this)};
  part.words->setObjectName(QLatin1String(name) + QStringLiteral("_words"));
  part.words->setWordWrap(true);
  layout()->addWidget(part.words);
  layout()->addWidget(part.plot);
  return part;
}

void DependencePlots::set_judged(const ObjectsJudged& judged) {
  const auto show = [](const Part& part, const std::vector<DependencePart>& parts) {
    part.words->setVisible(!parts.empty());
    part.plot->setVisible(!parts.empty());
  };
  show(size_, judged.by_size);
  show(intensity_, judged.by_intensity);
  if (!judged.by_size.empty()) {
    const DependencePart &low = judged.by_size.front(), &high = judged.by_size.back();
    size_.words->setText(
        tr("Found by size: %1 % of the smallest (up to %2 voxels), %3 % of the largest (from %4).")
            .arg(percent(low), short_number(low.most), percent(high), short_number(high.least)));
    CurvePlot::Curves curves = curves_of(judged.by_size);
    curves.logarithmic_x = true;
    curves.x_name = tr("voxels");
    size_.plot->set_curves(std::move(curves));
  }
  if (!judged.by_intensity.empty()) {
    const DependencePart &low = judged.by_intensity.front(), &high = judged.by_intensity.back();
    intensity_.words->setText(
        tr("Found by brightness: %1 % of the darkest (up to %2 in the image's values), %3 % of the "
           "brightest (from %4).")
            .arg(percent(low), short_number(low.most), percent(high), short_number(high.least)));
    CurvePlot::Curves curves = curves_of(judged.by_intensity);
    curves.x_name = tr("mean intensity");
    intensity_.plot->set_curves(std::move(curves));
  }
}

}  // namespace karyo::gui
