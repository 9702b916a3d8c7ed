// Judged objects: counts in words, curves over the IoU, errors that one goes to.

#include <QGridLayout>
#include <QLabel>
#include <QPixmap>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "app/gui/curve_plot.h"
#include "app/gui/dependence_plots.h"
#include "app/gui/judge_panel.h"
#include "app/gui/row_table.h"
#include "app/gui/theme.h"
#include "app/gui/threshold_plot.h"

namespace karyo::gui {
namespace {

constexpr int kMostErrorRows = 8;
constexpr int kChip = 12;

/// In the order of a person's questions; the place of a verdict in the enumeration is another.
constexpr ObjectVerdict kOrder[] = {ObjectVerdict::kMissed,  ObjectVerdict::kExtra,
                                    ObjectVerdict::kMerged,  ObjectVerdict::kSplit,
                                    ObjectVerdict::kMatched, ObjectVerdict::kIgnored};

std::size_t place(ObjectVerdict verdict) {
  return static_cast<std::size_t>(verdict);
}

QColor qcolor_of(ObjectVerdict verdict) {
  const Rgb color = color_of(verdict);
  return {color.r, color.g, color.b};
}

QIcon chip(const QColor& color) {
  QPixmap picture(kChip, kChip);
  picture.fill(color);
  return QIcon(picture);
}

/// What to do about the commonest error.
QString advice(ObjectVerdict worst) {
  switch (worst) {
    case ObjectVerdict::kMissed:
      return JudgePanel::tr(
          "Missed ones are the commonest error: a lower probability threshold finds more, and so "
          "does training with more nuclei like them.");
    case ObjectVerdict::kExtra:
      return JudgePanel::tr(
          "Predictions where nothing was drawn are the commonest error: see whether a nucleus was "
          "forgotten there; else a higher probability threshold leaves more of them out.");
    case ObjectVerdict::kMerged:
      return JudgePanel::tr(
          "Merged ones are the commonest error: train with more nuclei that touch.");
    case ObjectVerdict::kSplit:
      return JudgePanel::tr(
          "Split ones are the commonest error: train with more large or long nuclei.");
    default:
      return {};
  }
}

}  // namespace

void JudgePanel::build_objects(QVBoxLayout& column) {
  objects_ = new QWidget(shown_);
  auto* rows = new QVBoxLayout(objects_);
  rows->setContentsMargins(0, 0, 0, 0);
  rows->setSpacing(kGrid);
  errors_title_ = new QLabel(objects_);
  errors_title_->setProperty("role", "title");
  errors_title_->setWordWrap(true);
  rows->addWidget(errors_title_);
  auto* kinds = new QGridLayout;
  kinds->setSpacing(4);
  int at = 0;
  for (const ObjectVerdict verdict : kOrder) {
    auto* button = new QToolButton(objects_);
    button->setObjectName(QStringLiteral("judge_kind_") + QLatin1String(name_of(verdict)));
    button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    button->setIcon(chip(qcolor_of(verdict)));
    button->setCheckable(true);
    button->setChecked(verdict != ObjectVerdict::kMatched && verdict != ObjectVerdict::kIgnored);
    button->setToolTip(tr("Whether these are in the list."));
    button->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    QObject::connect(button, &QToolButton::toggled, this, [this](bool) { refresh_errors(); });
    kinds->addWidget(button, at / 2, at % 2);
    kinds_[place(verdict)] = button;
    ++at;
  }
  rows->addLayout(kinds);
  errors_ = new RowTable("judge_errors", tr("Errors of this image"),
                         {{tr("What"), tr("No."), tr("IoU"), tr("Sure")},
                          [this] { return static_cast<int>(rows_.size()); },
                          [this](int row, int at_column) { return error_text(row, at_column); },
                          [this](int row) {
                            const ErrorObject& object =
                                comparison_.errors()[rows_[static_cast<std::size_t>(row)]];
                            if (comparison_.kind() != ComparedKind::kAlone)
                              return qcolor_of(object.verdict);
                            const Rgb color = confidence_color(object.confidence);
                            return QColor(color.r, color.g, color.b);
                          },
                          1},
                         objects_);
  errors_->on_chosen = [this](int row) {
    run_("compare.go_to_error",
         {{"id", comparison_.errors()[rows_[static_cast<std::size_t>(row)]].id}});
  };
  rows->addWidget(errors_);
  confidences_ = new CurvePlot("judge_confidences", tr("Confidence of objects"), objects_);
  confidences_->setToolTip(
      tr("How many predicted objects the model is how sure of. Many just above the probability "
         "threshold: other images than it knows, or a threshold that is too low."));
  rows->addWidget(confidences_);
  over_iou_ = new CurvePlot("judge_over_iou", tr("Scores over IoU"), objects_);
  over_iou_->setToolTip(
      tr("IoU: what two outlines share, of what they cover together. The further right, the more "
         "exactly an outline has to fit to count. Accuracy is TP / (TP + FP + FN), which others "
         "call average precision."));
  rows->addWidget(over_iou_);
  threshold_head_ = new QToolButton(objects_);
  threshold_head_->setObjectName(QStringLiteral("judge_table"));
  threshold_head_->setText(tr("Table"));
  threshold_head_->setCheckable(true);
  threshold_head_->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  threshold_head_->setToolTip(
      tr("Counts and scores at each IoU, by the names of "
         "stardist.matching."));
  rows->addWidget(threshold_head_);
  thresholds_ =
      new RowTable("judge_thresholds", tr("Scores over IoU"),
                   {{QStringLiteral("thresh"), QStringLiteral("tp"), QStringLiteral("fp"),
                     QStringLiteral("fn"), QStringLiteral("precision"), QStringLiteral("recall"),
                     QStringLiteral("accuracy"), QStringLiteral("f1"),
                     QStringLiteral("panoptic_quality"), QStringLiteral("mean_matched_score")},
                    [this] { return static_cast<int>(told_.by_threshold.size()); },
                    [this](int row, int at_column) { return threshold_text(row, at_column); },
                    {},
                    0},
                   objects_);
  thresholds_->hide();
  QObject::connect(threshold_head_, &QToolButton::toggled, thresholds_, &QWidget::setVisible);
  rows->addWidget(thresholds_);
  dependence_ = new DependencePlots(objects_);
  rows->addWidget(dependence_);
  sizes_title_ = new QLabel(objects_);
  sizes_title_->setWordWrap(true);
  rows->addWidget(sizes_title_);
  sizes_ = new CurvePlot("judge_sizes", tr("Sizes"), objects_);
  sizes_->setToolTip(
      tr("How many objects are of which size; steps are evenly apart as logarithms."));
  rows->addWidget(sizes_);
  choice_ = new ThresholdPlot(objects_);
  rows->addWidget(choice_);
  column.addWidget(objects_);
}

void JudgePanel::refresh_objects() {
  told_ = objects_of(judged());
  if (told_.by_threshold.empty()) return;
  over_iou_->show();
  threshold_head_->show();
  thresholds_->setVisible(threshold_head_->isChecked());
  say_objects(told_);
  draw_confidences();
  draw_threshold_curves();
  draw_sizes();
  dependence_->setVisible(comparison_.kind() == ComparedKind::kObjects);
  dependence_->set_judged(told_);
  choice_->set_model(comparison_.model());
  thresholds_->refill();
  thresholds_->show_rows(1, static_cast<int>(told_.by_threshold.size()) + 1);
  refresh_errors();
}

void JudgePanel::say_objects(const ObjectsJudged& judged) {
  const Matching& m = judged.by_threshold[kComparedThreshold];
  const bool models = comparison_.kind() == ComparedKind::kModels;
  const QString accuracy_help =
      tr("TP / (TP + FP + FN) at IoU 0.5: of all objects that either side has, those that both "
         "have. Others call it average precision.");
  if (models) {
    set_score(scores_[0], m.accuracy, tr("agreement"), accuracy_help);
    set_score(scores_[1], 0, tr("objects, first"), tr("Objects of the first model."));
    set_score(scores_[2], 0, tr("objects, second"), tr("Objects of the second model."));
    scores_[1].number->setText(QString::number(m.n_pred));
    scores_[2].number->setText(QString::number(m.n_true));
    const auto& two = comparison_.thresholds();
    const auto both = [](const Thresholds& thresholds) {
      return tr("probability %1, overlap %2")
          .arg(QString::number(thresholds.prob, 'g', 3), QString::number(thresholds.nms, 'g', 3));
    };
    verdict_->setText(two ? tr("One model, two thresholds. First: %1. Second: %2.")
                                .arg(both(two->own), both(two->other))
                          : tr("Two models, no truth"));
    why_->setText(
        tr("%1 objects are in both. %2 only in the first, %3 only in the second; the first merges "
           "%4 of the second and splits %5. Where they differ, look who is right: numbers cannot "
           "tell without a truth.")
            .arg(m.true_positives)
            .arg(judged.of(ObjectVerdict::kExtra))
            .arg(judged.of(ObjectVerdict::kMissed))
            .arg(judged.of(ObjectVerdict::kMerged))
            .arg(judged.of(ObjectVerdict::kSplit)));
    return;
  }
  set_score(scores_[0], m.accuracy, tr("accuracy"), accuracy_help);
  set_score(scores_[1], m.recall, tr("found"),
            tr("Recall, TP / (TP + FN): of the true nuclei, those that were found."));
  set_score(scores_[2], m.precision, tr("right"),
            tr("Precision, TP / (TP + FP): of the predicted nuclei, those that are there."));
  const bool nothing = m.n_true + m.n_pred == 0;
  verdict_->setText(nothing ? tr("No nuclei on either side")
                            : tr("%1 at IoU 0.5").arg(word_of(grade_of_accuracy(m.accuracy))));
  QString text = tr("%1 of %2 nuclei were found. %3 missed, %4 merged, %5 split; %6 predicted "
                    "where none was drawn.")
                     .arg(m.true_positives)
                     .arg(m.n_true)
                     .arg(judged.of(ObjectVerdict::kMissed))
                     .arg(judged.of(ObjectVerdict::kMerged))
                     .arg(judged.of(ObjectVerdict::kSplit))
                     .arg(judged.of(ObjectVerdict::kExtra));
  const QString to_do = advice(judged.worst());
  if (!to_do.isEmpty()) text += QLatin1Char(' ') + to_do;
  why_->setText(text);
}

void JudgePanel::draw_threshold_curves() {
  CurvePlot::Curves curves;
  CurvePlot::Curve accuracy{tr("accuracy"), {}, Qt::SolidLine, true};
  CurvePlot::Curve recall{tr("found"), {}, Qt::DashLine}, precision{tr("right"), {}, Qt::DotLine};
  for (const Matching& m : told_.by_threshold) {
    curves.x.push_back(m.threshold);
    accuracy.values.push_back(m.accuracy);
    recall.values.push_back(m.recall);
    precision.values.push_back(m.precision);
  }
  curves.x_name = tr("IoU");
  curves.marked = kComparedIou;
  curves.curves = {accuracy, recall, precision};
  if (comparison_.kind() == ComparedKind::kModels) {
    accuracy.name = tr("agreement");
    curves.curves = {accuracy};
  }
  over_iou_->set_curves(std::move(curves));
}

void JudgePanel::draw_sizes() {
  const bool alone = comparison_.kind() == ComparedKind::kAlone;
  const bool models = comparison_.kind() == ComparedKind::kModels;
  const SizeCounts counts = sizes_of(judged());
  if (alone) {
    sizes_title_->setText(tr("Sizes: median %1 voxels").arg(short_number(counts.median_first)));
  } else {
    sizes_title_->setText(
        (models ? tr("Sizes: median %1 voxels in the first, %2 in the second")
                : tr("Sizes: median %1 voxels predicted, %2 true"))
            .arg(short_number(counts.median_first), short_number(counts.median_second)));
  }
  CurvePlot::Curves curves;
  CurvePlot::Curve first{models ? tr("first model") : tr("predicted"), {}, Qt::SolidLine, true};
  CurvePlot::Curve second{models ? tr("second model") : tr("true"), {}, Qt::DashLine};
  double most = 1;
  for (std::size_t i = 0; i < counts.first.size(); ++i) {
    // As logarithms, so that steps are equally wide; the words say the size itself.
    curves.x.push_back(std::round(counts.edges[i]));
    first.values.push_back(static_cast<double>(counts.first[i]));
    second.values.push_back(static_cast<double>(counts.second[i]));
    most = std::max({most, first.values.back(), second.values.back()});
  }
  curves.most = most;
  curves.decimals = 0;
  curves.steps = true;
  curves.logarithmic_x = true;
  curves.x_name = tr("voxels");
  curves.curves = {first, second};
  if (alone) curves.curves.pop_back();
  sizes_->set_curves(std::move(curves));
}

void JudgePanel::refresh_errors() {
  const ComparedImage* image = comparison_.current_image();
  rows_.clear();
  errors_->refill();
  if (image == nullptr) return;
  const bool alone = comparison_.kind() == ComparedKind::kAlone;
  errors_title_->setText(alone ? tr("Objects of this image, the least sure first")
                         : comparison_.kind() == ComparedKind::kModels
                             ? tr("Differences in this image")
                             : tr("Errors of this image"));
  errors_->setColumnHidden(2, alone);
  errors_->setColumnHidden(3, image->confidences.empty());
  for (QToolButton* kind : kinds_) kind->setVisible(!alone);
  if (alone) {
    for (std::size_t i = 0; i < comparison_.errors().size(); ++i) rows_.push_back(i);
    errors_->refill();
    errors_->show_rows(1, kMostErrorRows);
    return;
  }
  for (const ObjectVerdict verdict : kOrder) {
    const std::int64_t count = image->verdicts[place(verdict)];
    kinds_[place(verdict)]->setText(
        QStringLiteral("%1 %2").arg(count).arg(word_of(verdict, comparison_.kind())));
    kinds_[place(verdict)]->setVisible(verdict != ObjectVerdict::kIgnored || count > 0);
  }
  for (const ObjectVerdict verdict : kOrder) {
    if (!kinds_[place(verdict)]->isChecked()) continue;
    for (std::size_t i = 0; i < comparison_.errors().size(); ++i) {
      const ErrorObject& object = comparison_.errors()[i];
      if (object.verdict == verdict && is_listed(object)) rows_.push_back(i);
    }
  }
  errors_->refill();
  errors_->show_rows(1, kMostErrorRows);
}

QString JudgePanel::error_text(int row, int column) const {
  const ErrorObject& object = comparison_.errors()[rows_[static_cast<std::size_t>(row)]];
  if (column == 0) return word_of(object.verdict, comparison_.kind());
  if (column == 3) {
    return std::isfinite(object.confidence)
               ? QString::number(static_cast<double>(object.confidence), 'f', 2)
               : QString();
  }
  if (column == 1) return QString::number(object.source_id);
  return QString::number(static_cast<double>(object.score), 'f', 2);
}

QString JudgePanel::threshold_text(int row, int column) const {
  const Matching& m = told_.by_threshold[static_cast<std::size_t>(row)];
  const auto ratio = [](double value) { return QString::number(value, 'f', 3); };
  switch (column) {
    case 0:
      return QString::number(m.threshold, 'f', 2);
    case 1:
      return QString::number(m.true_positives);
    case 2:
      return QString::number(m.false_positives);
    case 3:
      return QString::number(m.false_negatives);
    case 4:
      return ratio(m.precision);
    case 5:
      return ratio(m.recall);
    case 6:
      return ratio(m.accuracy);
    case 7:
      return ratio(m.f1);
    case 8:
      return ratio(m.panoptic_quality);
    default:
      return ratio(m.mean_matched_score);
  }
}

}  // namespace karyo::gui
