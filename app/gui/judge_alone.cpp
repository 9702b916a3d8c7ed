// What can be said without a truth: how sure a model is, how far two images are from each other.

#include <QLabel>
#include <QToolButton>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "app/gui/curve_plot.h"
#include "app/gui/dependence_plots.h"
#include "app/gui/judge_panel.h"
#include "app/gui/row_table.h"
#include "app/gui/threshold_plot.h"
#include "models/io/model_folder.h"

namespace karyo::gui {
namespace {

constexpr int kBins = 20;

QString word_of(Unlikeness unlikeness) {
  switch (unlikeness) {
    case Unlikeness::kHardly:
      return JudgePanel::tr("Hardly different");
    case Unlikeness::kSlightly:
      return JudgePanel::tr("Slightly different");
    case Unlikeness::kClearly:
      return JudgePanel::tr("Clearly different");
    case Unlikeness::kVery:
      return JudgePanel::tr("Very different");
  }
  return {};
}

std::vector<float> confidences_in(const std::vector<const ComparedImage*>& images) {
  std::vector<float> all;
  for (const ComparedImage* image : images) {
    all.insert(all.end(), image->confidences.begin(), image->confidences.end());
  }
  return all;
}

}  // namespace

void JudgePanel::refresh_alone() {
  const auto images = judged();
  std::size_t objects = 0;
  for (const ComparedImage* image : images) objects += image->prediction_sizes.size();
  auto confidences = confidences_in(images);
  const bool known = !confidences.empty();
  const auto middle = confidences.begin() + static_cast<std::ptrdiff_t>(confidences.size() / 2);
  if (known) std::nth_element(confidences.begin(), middle, confidences.end());
  const double median = known ? static_cast<double>(*middle) : 0;
  constexpr float kUnsure = 0.6F;
  const auto unsure = std::count_if(confidences.begin(), confidences.end(),
                                    [](float confidence) { return confidence < kUnsure; });
  set_score(scores_[0], median, tr("confidence"),
            tr("The median probability that the model gives the objects it found. It says how sure "
               "the model is, not whether it is right."));
  set_score(scores_[1], 0, tr("objects"), tr("Objects that were found."));
  set_score(scores_[2], 0, tr("unsure"), tr("Objects with a probability below 0.6."));
  scores_[0].number->setText(known ? QString::number(median, 'f', 2) : QStringLiteral("–"));
  scores_[1].number->setText(QString::number(objects));
  scores_[2].number->setText(known ? QString::number(unsure) : QStringLiteral("–"));
  verdict_->setText(tr("One model, no truth"));
  why_->setText(known
                    ? tr("Nobody knows what is right here: the numbers say how sure the model is, "
                         "and where to look first. To judge it, draw the nuclei of a few images.")
                    : tr("How sure the model is of these objects is not known: predict with "
                         "--probability, or look at it with Look without a truth."));
  told_ = {};
  for (QWidget* part :
       std::initializer_list<QWidget*>{over_iou_, threshold_head_, thresholds_, dependence_}) {
    part->hide();
  }
  choice_->set_model(comparison_.model());
  draw_confidences();
  draw_sizes();
  refresh_errors();
}

void JudgePanel::draw_confidences() {
  const auto confidences = confidences_in(judged());
  confidences_->setVisible(!confidences.empty());
  if (confidences.empty()) return;
  CurvePlot::Curves curves;
  CurvePlot::Curve counts{tr("objects"), {}, Qt::SolidLine, true};
  counts.values.assign(kBins, 0);
  for (const float confidence : confidences) {
    const int bin = std::clamp(static_cast<int>(confidence * kBins), 0, kBins - 1);
    ++counts.values[static_cast<std::size_t>(bin)];
  }
  for (int bin = 0; bin <= kBins; ++bin) {
    curves.x.push_back(static_cast<double>(bin) / kBins);
  }
  curves.most = std::max(1.0, *std::max_element(counts.values.begin(), counts.values.end()));
  curves.decimals = 0;
  curves.steps = true;
  curves.x_name = tr("confidence");
  curves.curves = {counts};
  confidences_->set_curves(std::move(curves));
}

void JudgePanel::say_pair(const RestorationScores& scores) {
  set_score(scores_[0], scores.ssim, tr("mSSIM"),
            tr("Mean structural similarity of the two: 1 is the same picture."));
  set_score(
      scores_[1], scores.nrmse, tr("NRMSE"),
      tr("Root of the mean squared difference; 1 is the range from the second's darkest to its "
         "brightest."));
  set_score(scores_[2], scores.psnr, tr("PSNR, dB"),
            tr("10 log10 of 1 over the mean squared difference; each 6 dB halve it."));
  verdict_->setText(word_of(unlikeness_of(scores.nrmse)));
  why_->setText(
      tr("Brought to one scale, the two differ by %1 % of the range from dark to bright (root mean "
         "square). Where they differ the picture tells: nobody knows which of them is right. What "
         "the one has and the other lacks, and the noisy image does not show, is to be doubted.")
          .arg(QString::number(100 * scores.nrmse, 'f', 1)));
}

}  // namespace karyo::gui
