#include "app/gui/rounds_panel.h"

#include <QLabel>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "app/dataset_session.h"
#include "app/gui/curve_plot.h"
#include "app/gui/look.h"
#include "app/gui/row_table.h"
#include "app/gui/theme.h"
#include "app/training_plan.h"
#include "app/training_run.h"

namespace karyo::gui {
namespace {

constexpr int kLeastRows = 2, kMostRows = 8;

QString score_text(double score) {
  return QString::number(score, 'f', 2);
}

}  // namespace

RoundsPanel::RoundsPanel(Workspace& workspace, Run run, QWidget* parent)
    : QWidget(parent), workspace_(workspace), run_(std::move(run)) {
  setObjectName(QStringLiteral("rounds_panel"));
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(4);
  head_ = new QToolButton(this);
  head_->setObjectName(QStringLiteral("rounds_head"));
  head_->setText(tr("Rounds"));
  head_->setCheckable(true);
  head_->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  head_->setToolTip(
      tr("The models of this folder beside each other: did the last corrections help?"));
  column->addWidget(head_);
  body_ = new QWidget(this);
  auto* rows = new QVBoxLayout(body_);
  rows->setContentsMargins(0, 4, 0, 0);
  rows->setSpacing(4);
  verdict_ = new QLabel(body_);
  verdict_->setObjectName(QStringLiteral("rounds_verdict"));
  verdict_->setWordWrap(true);
  rows->addWidget(verdict_);
  table_ = new RowTable("rounds_table", tr("Rounds"),
                        {{tr("Model"), tr("Nuclei"), tr("min"), tr("F1")},
                         [this] { return static_cast<int>(rounds_.size()); },
                         [this](int row, int column_number) { return cell(row, column_number); },
                         [this](int row) { return row == best_ ? palette::accent() : QColor(); },
                         1,
                         [this](int row) { return tip(row); }},
                        body_);
  table_->on_chosen = [this](int row) {
    chosen_ = row;
    use_->setEnabled(true);
  };
  rows->addWidget(table_);
  curve_ = new CurvePlot("rounds_curve", tr("F1 by nuclei learned from"), body_);
  rows->addWidget(curve_);
  const auto button = [&](const char* name, const QString& text, const QString& help,
                          std::function<void()> body) {
    auto* made = new QPushButton(text, body_);
    made->setObjectName(QLatin1String(name));
    made->setToolTip(help);
    QObject::connect(made, &QPushButton::clicked, this, std::move(body));
    rows->addWidget(made);
    return made;
  };
  judge_ = button("rounds_judge", tr("Judge all rounds"),
                  tr("Each model on the same images, which none has learned from. Those that were "
                     "judged are not applied again."),
                  [this] { run_("training.judge_rounds", nlohmann::json::object()); });
  use_ = button("rounds_use", tr("Use the selected one"), tr("Loads this model for annotating."),
                [this] { use(); });
  column->addWidget(body_);
  body_->hide();
  QObject::connect(head_, &QToolButton::toggled, body_, &QWidget::setVisible);
  connections_.push_back(workspace_.training().changed.connect([this] { refresh(); }));
  connections_.push_back(workspace_.dataset().changed.connect([this] { refresh(); }));
  refresh();
}

QString RoundsPanel::cell(int row, int column) const {
  const ModelRound& round = rounds_[static_cast<std::size_t>(row)];
  switch (column) {
    case 0:
      return QString::fromStdString(round.name);
    case 1:
      return QString::number(round.nuclei);
    case 2:
      return QString::number(round.minutes, 'f', round.minutes < 10 ? 1 : 0);
    default:
      return round.learned_from_judges ? tr("knew them") : score_text(round.f1);
  }
}

QString RoundsPanel::tip(int row) const {
  const ModelRound& round = rounds_[static_cast<std::size_t>(row)];
  return tr("%1: learned from %2 nuclei in %3 images, %4 epochs; accuracy %5, F1 %6")
      .arg(QString::fromStdString(round.name))
      .arg(round.nuclei)
      .arg(round.images)
      .arg(round.epochs)
      .arg(score_text(round.accuracy), score_text(round.f1));
}

bool RoundsPanel::last_is_worse() const {
  return best_ >= 0 && best_ + 1 < static_cast<int>(rounds_.size()) &&
         rounds_.back().f1 < rounds_[static_cast<std::size_t>(best_)].f1 &&
         !rounds_.back().learned_from_judges;
}

QString RoundsPanel::verdict() const {
  if (best_ < 0) {
    return tr("Judging says which model does best on the images that none has learned from.");
  }
  const ModelRound& best = rounds_[static_cast<std::size_t>(best_)];
  if (last_is_worse()) {
    return tr("The last round does worse than %1 (F1 %2, %3): use that one, or correct more.")
        .arg(QString::fromStdString(best.name), score_text(rounds_.back().f1), score_text(best.f1));
  }
  return tr("%1 is the best so far: F1 %2 on the images that judge.")
      .arg(QString::fromStdString(best.name), score_text(best.f1));
}

/// Score against what it took; rounds that learned from equally many nuclei stand side by side.
void RoundsPanel::show_curve() {
  std::vector<std::pair<double, double>> points;
  for (const ModelRound& round : rounds_) {
    if (round.learned_from_judges) continue;
    points.emplace_back(static_cast<double>(round.nuclei), round.f1);
  }
  std::stable_sort(points.begin(), points.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  CurvePlot::Curves curves;
  CurvePlot::Curve curve{tr("F1"), {}, Qt::SolidLine, true};
  for (const auto& [nuclei, f1] : points) {
    curves.x.push_back(nuclei);
    curve.values.push_back(f1);
  }
  curves.curves.push_back(std::move(curve));
  curves.x_name = tr("nuclei learned from");
  curve_->setVisible(points.size() > 1 && points.front().first < points.back().first);
  curve_->set_curves(std::move(curves));
}

void RoundsPanel::refresh() {
  const DatasetSession& dataset = workspace_.dataset();
  setVisible(dataset.is_open());
  if (!dataset.is_open()) return;
  // A training tells of changes some times a second.
  const auto models = models_of(dataset.folder());
  const auto version = rounds_written(models);
  if (models == read_from_ && version == read_version_) return;
  read_from_ = models;
  read_version_ = version;
  rounds_ = rounds_of(models);
  best_ = best_round(rounds_);
  chosen_ = -1;
  use_->setEnabled(false);
  table_->setVisible(!rounds_.empty());
  use_->setVisible(!rounds_.empty());
  table_->refill();
  table_->show_rows(kLeastRows, kMostRows);
  verdict_->setText(verdict());
  set_role(*verdict_, last_is_worse() ? "attention" : "quiet");
  show_curve();
}

void RoundsPanel::use() {
  if (chosen_ < 0 || chosen_ >= static_cast<int>(rounds_.size())) return;
  const auto folder =
      models_of(workspace_.dataset().folder()) / rounds_[static_cast<std::size_t>(chosen_)].name;
  if (run_("model.open", {{"folder", folder.string()}})) {
    run_("mode.annotate", nlohmann::json::object());
  }
}

}  // namespace karyo::gui
