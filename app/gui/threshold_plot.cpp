#include "app/gui/threshold_plot.h"

#include <QLabel>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <limits>

#include "app/gui/curve_plot.h"
#include "app/gui/theme.h"
#include "models/io/model_folder.h"
#include "models/io/threshold_search.h"

namespace karyo::gui {
namespace {

constexpr Qt::PenStyle kStyles[] = {Qt::DashLine, Qt::DotLine, Qt::DashDotLine};

std::vector<double> sorted_and_once(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

CurvePlot::Curves curves_of(const std::vector<ThresholdTry>& tries, const Thresholds& chosen) {
  CurvePlot::Curves curves;
  std::vector<double> nms;
  double least = 1, most = 0;
  for (const ThresholdTry& one : tries) {
    curves.x.push_back(one.prob);
    nms.push_back(one.nms);
    least = std::min(least, one.score);
    most = std::max(most, one.score);
  }
  curves.x = sorted_and_once(std::move(curves.x));
  curves.least = std::floor(least * 10) / 10;
  curves.most = std::max(std::ceil(most * 10) / 10, curves.least + 0.1);
  curves.x_name = ThresholdPlot::tr("probability");
  curves.marked = chosen.prob;
  curves.decimals = 3;
  curves.bridged = true;
  const auto own = sorted_and_once(std::move(nms));
  for (const double threshold : own) {
    CurvePlot::Curve curve;
    curve.name = ThresholdPlot::tr("overlap %1").arg(threshold);
    curve.first = std::abs(threshold - chosen.nms) < 1e-6;
    if (!curve.first) curve.style = kStyles[curves.curves.size() % std::size(kStyles)];
    curve.values.assign(curves.x.size(), std::numeric_limits<double>::quiet_NaN());
    for (const ThresholdTry& one : tries) {
      if (one.nms != threshold) continue;
      const auto at = std::lower_bound(curves.x.begin(), curves.x.end(), one.prob);
      curve.values[static_cast<std::size_t>(at - curves.x.begin())] = one.score;
    }
    curves.curves.push_back(std::move(curve));
  }
  std::stable_partition(curves.curves.begin(), curves.curves.end(),
                        [](const CurvePlot::Curve& curve) { return curve.first; });
  return curves;
}

}  // namespace

ThresholdPlot::ThresholdPlot(QWidget* parent) : QWidget(parent) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(kGrid);
  words_ = new QLabel(this);
  words_->setObjectName(QStringLiteral("threshold_words"));
  words_->setWordWrap(true);
  column->addWidget(words_);
  plot_ = new CurvePlot("threshold_plot", tr("Choice of thresholds"), this);
  plot_->setToolTip(
      tr("How well each pair of thresholds did on the validation images: mean accuracy over IoU "
         "0.3, 0.5 and 0.7. Objects below the probability are not drawn; of two that overlap by "
         "more than the other threshold (NMS) the less probable goes. A flat top says that the "
         "choice matters little."));
  column->addWidget(plot_);
  hide();
}

void ThresholdPlot::set_model(const std::filesystem::path& model) {
  const auto tries = read_threshold_search(model);
  const auto folder = ModelFolder::open(model);
  const bool known = tries && !tries->empty() && folder;
  setVisible(known);
  if (!known) return;
  const Thresholds& chosen = folder->thresholds;
  words_->setText(tr("Thresholds: probability %1, overlap %2, the best of %n tried.", nullptr,
                     static_cast<int>(tries->size()))
                      .arg(QString::number(chosen.prob, 'f', 3), QString::number(chosen.nms)));
  plot_->set_curves(curves_of(*tries, chosen));
}

}  // namespace karyo::gui
