#include "app/gui/judge_panel.h"

#include <QComboBox>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QToolButton>
#include <QVBoxLayout>
#include <cmath>

#include "app/gui/controls.h"
#include "app/gui/curve_plot.h"
#include "app/gui/measure_tool.h"
#include "app/gui/row_table.h"
#include "app/gui/theme.h"

namespace karyo::gui {
namespace {

constexpr int kMostImageRows = 8;
constexpr int kPathsShown = 3;
constexpr int kNameWidth = 140;

}  // namespace

JudgePanel::JudgePanel(Workspace& workspace, Comparison& comparison, MeasureTool& measure, Run run,
                       QWidget* parent)
    : QWidget(parent),
      workspace_(workspace),
      comparison_(comparison),
      measure_(measure),
      run_(std::move(run)) {
  setObjectName(QStringLiteral("judge_panel"));
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(kGrid, kGrid, kGrid, kGrid);
  column->setSpacing(kGrid);
  shown_ = new QWidget(this);
  auto* rows = new QVBoxLayout(shown_);
  rows->setContentsMargins(0, 0, 0, 0);
  rows->setSpacing(kGrid);
  build_head(*rows);
  build_scores(*rows);
  build_objects(*rows);
  build_restored(*rows);
  auto* title = new QLabel(tr("Images, the worst first"), shown_);
  title->setProperty("role", "title");
  rows->addWidget(title);
  images_ = new RowTable("judge_images", tr("Images, the worst first"),
                         {{tr("Image"), tr("Score"), tr("True"), tr("Predicted")},
                          [this] { return static_cast<int>(comparison_.images().size()); },
                          [this](int row, int at) { return image_text(row, at); },
                          {},
                          1},
                         shown_);
  images_->on_chosen = [this](int row) {
    if (row != comparison_.current()) run_("compare.show", {{"number", row + 1}});
  };
  rows->addWidget(images_);
  warnings_ = new QLabel(shown_);
  warnings_->setObjectName(QStringLiteral("judge_warnings"));
  warnings_->setProperty("role", "attention");
  warnings_->setWordWrap(true);
  rows->addWidget(warnings_);
  column->addWidget(shown_);
  build_start(*column);
  column->addStretch(1);
  connections_.push_back(comparison_.changed.connect([this] { refresh(); }));
  connections_.push_back(comparison_.look_changed.connect([this] { refresh_head(); }));
  connections_.push_back(workspace_.jobs_changed.connect([this] {
    if (!comparison_.is_open()) refresh_head();
  }));
  connections_.push_back(measure_.changed.connect([this] { refresh_region(); }));
  connections_.push_back(workspace_.view().cursor_changed.connect([this] {
    if (of_images(comparison_.kind())) draw_plane_curves();
  }));
  refresh();
}

QPushButton* JudgePanel::add_button(QVBoxLayout& column, const char* name, const QString& text,
                                    const QString& help, const char* command) {
  auto* made = new QPushButton(text, this);
  made->setObjectName(QLatin1String(name));
  made->setToolTip(help);
  QObject::connect(made, &QPushButton::clicked, this,
                   [this, command] { run_(command, nlohmann::json::object()); });
  column.addWidget(made);
  return made;
}

/// What to compare: at the bottom once something is compared.
void JudgePanel::build_start(QVBoxLayout& column) {
  start_text_ = new QLabel(this);
  start_text_->setObjectName(QStringLiteral("judge_start"));
  start_text_->setWordWrap(true);
  column.addWidget(start_text_);
  here_ = add_button(column, "judge_here", tr("Judge the model on this folder"),
                     tr("Has the model in use, else the one trained last, predict all images of "
                        "the folder that have a mask, and compares."),
                     "compare.here");
  here_->setProperty("primary", true);
  add_button(
      column, "judge_alone", tr("Look without a truth"),
      tr("Has the model in use predict all images of the folder, masks or not, and shows how "
         "sure it is of each nucleus."),
      "compare.without_truth");
  add_button(column, "judge_choice", tr("Compare thresholds…"),
             tr("Has the model in use predict with its own thresholds and with others, and shows "
                "where the two differ."),
             "compare.ask_thresholds");
  add_button(column, "judge_open", tr("Compare folders…"),
             tr("Chooses predictions, truth and images, or the predictions of two models."),
             "compare.ask_open");
  report_ = add_button(column, "judge_report", tr("Report on the model…"),
                       tr("Writes what a paper needs of the model, as PDF or web page."),
                       "report.ask_make");
}

void JudgePanel::build_head(QVBoxLayout& column) {
  auto* row = new QHBoxLayout;
  row->setSpacing(4);
  image_name_ = new QLabel(shown_);
  image_name_->setObjectName(QStringLiteral("judge_image"));
  image_name_->setProperty("role", "title");
  image_name_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
  row->addWidget(image_name_, 1);
  const auto step = [&](const char* name, const QString& text, const QString& help,
                        const char* command) {
    auto* button = new QToolButton(shown_);
    button->setObjectName(QLatin1String(name));
    button->setText(text);
    button->setToolTip(help);
    button->setAccessibleName(help);
    QObject::connect(button, &QToolButton::clicked, this,
                     [this, command] { run_(command, nlohmann::json::object()); });
    row->addWidget(button);
    return button;
  };
  previous_ =
      step("judge_previous", QStringLiteral("‹"), tr("The next worse image"), "compare.previous");
  next_ = step("judge_next", QStringLiteral("›"), tr("The next better image"), "compare.next");
  column.addLayout(row);
  auto* form = new QGridLayout;
  form->setHorizontalSpacing(kGrid);
  form->setColumnStretch(1, 1);
  look_ = new QComboBox(shown_);
  look_->setObjectName(QStringLiteral("judge_look"));
  QObject::connect(look_, &QComboBox::activated, this, [this](int) {
    run_("compare." + look_->currentData().toString().toStdString(), nlohmann::json::object());
  });
  add_row(
      *form, tr("Picture"), look_,
      tr("How prediction and truth are put beside each other. Blink shows the one or the other: "
         "what jumps is wrong."));
  column.addLayout(form);
  look_words_ = new QLabel(shown_);
  look_words_->setObjectName(QStringLiteral("judge_look_words"));
  look_words_->setProperty("role", "quiet");
  look_words_->setWordWrap(true);
  column.addWidget(look_words_);
}

/// What the colours of the picture mean, where nothing beside it says so.
QString JudgePanel::look_words() const {
  const bool restored = of_images(comparison_.kind());
  const bool alone = comparison_.kind() == ComparedKind::kAlone;
  const bool models =
      comparison_.kind() == ComparedKind::kModels || comparison_.kind() == ComparedKind::kPair;
  switch (comparison_.look()) {
    case CompareLook::kConfidence:
      return tr("Bright where the network is sure of a nucleus.");
    case CompareLook::kSideBySide:
    case CompareLook::kDifference:
      return alone ? tr("Colours: how sure the model is of each object, from dark blue (0) to "
                        "yellow (1).")
                   : QString();
    case CompareLook::kOverlay:
      return restored && models ? tr("Green: the first. Magenta: the second. White: both alike.")
             : restored ? tr("Green: the prediction. Magenta: the truth. White: both alike.")
             : models   ? tr("Blue: the first model. Orange: the second.")
                        : tr("Blue: the prediction. Orange: the truth, over it where both agree.");
    case CompareLook::kWipe:
      return alone    ? tr("Left the objects, right how sure the model is of each: drag the line.")
             : models ? tr("Left the first model, right the second: drag the line.")
                      : tr("Left the prediction, right the truth: drag the line.");
    case CompareLook::kBlink:
      if (alone) return {};
      return comparison_.truth_shown() ? (models ? tr("The second model.") : tr("The truth."))
                                       : (models ? tr("The first model.") : tr("The prediction."));
    default:
      return {};
  }
}

void JudgePanel::build_scores(QVBoxLayout& column) {
  auto* scope = new QHBoxLayout;
  scope->setSpacing(4);
  const auto choice = [&](const char* name, const QString& text, const QString& help) {
    auto* button = new QToolButton(shown_);
    button->setObjectName(QLatin1String(name));
    button->setText(text);
    button->setToolTip(help);
    button->setCheckable(true);
    button->setAutoExclusive(true);
    button->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    QObject::connect(button, &QToolButton::clicked, this, [this] { refresh(); });
    scope->addWidget(button);
    return button;
  };
  all_ = choice("judge_all", tr("All images"), tr("Scores of all images taken together."));
  this_image_ = choice("judge_this", tr("This image"), tr("Scores of the image that is shown."));
  all_->setChecked(true);
  column.addLayout(scope);
  auto* numbers = new QWidget(shown_);
  auto* row = new QHBoxLayout(numbers);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(kGrid);
  constexpr const char* kNames[] = {"judge_score", "judge_second", "judge_third"};
  for (std::size_t i = 0; i < scores_.size(); ++i) scores_[i] = add_score(numbers, kNames[i]);
  column.addWidget(numbers);
  verdict_ = new QLabel(shown_);
  verdict_->setObjectName(QStringLiteral("judge_verdict"));
  verdict_->setProperty("role", "title");
  verdict_->setWordWrap(true);
  column.addWidget(verdict_);
  why_ = new QLabel(shown_);
  why_->setObjectName(QStringLiteral("judge_why"));
  why_->setWordWrap(true);
  why_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  column.addWidget(why_);
}

JudgePanel::Score JudgePanel::add_score(QWidget* row, const char* name) {
  auto* box = new QVBoxLayout;
  box->setSpacing(0);
  Score score{new QLabel(row), new QLabel(row)};
  score.number->setObjectName(QLatin1String(name));
  score.number->setProperty("role", "score");
  score.name->setProperty("role", "quiet");
  box->addWidget(score.number);
  box->addWidget(score.name);
  static_cast<QHBoxLayout*>(row->layout())->addLayout(box, 1);
  return score;
}

void JudgePanel::set_score(const Score& score, double value, const QString& name,
                           const QString& help) {
  score.number->setText(std::isinf(value) ? QStringLiteral("∞")
                                          : QString::number(value, 'f', value >= 10 ? 1 : 2));
  score.number->setToolTip(help);
  score.number->setAccessibleName(name);
  score.name->setText(name);
  score.name->setToolTip(help);
}

bool JudgePanel::all_images() const {
  return all_->isChecked();
}

std::vector<const ComparedImage*> JudgePanel::judged() const {
  std::vector<const ComparedImage*> images;
  if (const auto* current = comparison_.current_image(); !all_images() && current != nullptr) {
    images.push_back(current);
    return images;
  }
  for (const ComparedImage& image : comparison_.images()) images.push_back(&image);
  return images;
}

void JudgePanel::refresh() {
  // Rows stand for objects that may be gone; hidden tables ask for theirs too.
  rows_.clear();
  errors_->refill();
  refresh_head();
  const bool open = comparison_.is_open();
  shown_->setVisible(open);
  if (!open) return;
  const bool alone = comparison_.kind() == ComparedKind::kAlone;
  const bool restored = of_images(comparison_.kind());
  objects_->setVisible(!restored);
  restored_->setVisible(restored);
  restored ? refresh_restored() : alone ? refresh_alone() : refresh_objects();
  images_->refill();
  images_->setColumnHidden(2, restored || alone);
  images_->setColumnHidden(3, restored);
  images_->show_rows(1, kMostImageRows);
  images_->choose(comparison_.current());
  QStringList warnings;
  for (const std::string& warning : comparison_.warnings()) {
    if (warnings.size() < kPathsShown) warnings << QString::fromStdString(warning);
  }
  warnings_->setText(warnings.join(QLatin1Char('\n')));
  warnings_->setVisible(!warnings.isEmpty());
}

void JudgePanel::refresh_head() {
  const bool working = comparison_.working();
  const bool open = comparison_.is_open();
  start_text_->setVisible(!open);
  report_->setVisible(!comparison_.model().empty());
  start_text_->setText(
      working
          ? tr("Comparing … the status line says how far it is.")
          : tr("See where a model is right: its predictions beside the truth, each error in its "
               "colour, the worst image first.\n\nJudge by images that it has not learned "
               "from: those it knows make it look better than it is."));
  const ComparedImage* image = comparison_.current_image();
  if (image == nullptr) return;
  const int count = static_cast<int>(comparison_.images().size());
  image_name_->setText(
      tr("%1 of %2 · %3")
          .arg(comparison_.current() + 1)
          .arg(count)
          .arg(image_name_->fontMetrics().elidedText(QString::fromStdString(image->files.name),
                                                     Qt::ElideMiddle, kNameWidth)));
  image_name_->setToolTip(QString::fromStdString(image->files.prediction.string()));
  previous_->setEnabled(comparison_.current() > 0);
  next_->setEnabled(comparison_.current() + 1 < count);
  look_words_->setText(look_words());
  look_words_->setVisible(!look_words_->text().isEmpty());
  const QSignalBlocker blocked(look_);
  look_->clear();
  const auto look = [this](CompareLook which, const QString& text) {
    look_->addItem(text, QString::fromLatin1(name_of(which).data(),
                                             static_cast<qsizetype>(name_of(which).size())));
    if (comparison_.look() == which) look_->setCurrentIndex(look_->count() - 1);
  };
  look(CompareLook::kSideBySide, tr("Side by side"));
  if (comparison_.kind() == ComparedKind::kRestored) look(CompareLook::kMaps, tr("Maps in rows"));
  look(CompareLook::kWipe, tr("Wipe"));
  look(CompareLook::kBlink, tr("Blink"));
  look(CompareLook::kOverlay, tr("Overlay"));
  look(CompareLook::kDifference,
       comparison_.kind() == ComparedKind::kAlone ? tr("Confidence of objects") : tr("Difference"));
  if (comparison_.has_confidence_map()) look(CompareLook::kConfidence, tr("Confidence map"));
}

QString JudgePanel::image_text(int row, int column) const {
  const ComparedImage& image = comparison_.images()[static_cast<std::size_t>(row)];
  if (column == 0) return QString::fromStdString(image.files.name);
  if (column == 1) return QString::number(image.score(), 'f', 3);
  if (column == 3 && image.by_threshold.empty()) {
    return QString::number(image.prediction_sizes.size());
  }
  if (image.by_threshold.empty()) return {};
  const Matching& m = image.by_threshold[kComparedThreshold];
  return QString::number(column == 2 ? m.n_true : m.n_pred);
}

QString JudgePanel::remark_at(const WorldPoint& place) const {
  const ErrorObject* object = comparison_.error_at(place);
  if (object == nullptr) return {};
  const QString sure =
      std::isfinite(object->confidence)
          ? tr("confidence %1")
                .arg(QString::number(static_cast<double>(object->confidence), 'f', 2))
          : QString();
  if (comparison_.kind() == ComparedKind::kAlone) return sure;
  if (!sure.isEmpty()) {
    return tr("%1, IoU %2, %3")
        .arg(word_of(object->verdict, comparison_.kind()),
             QString::number(static_cast<double>(object->score), 'f', 2), sure);
  }
  return tr("%1, IoU %2")
      .arg(word_of(object->verdict, comparison_.kind()),
           QString::number(static_cast<double>(object->score), 'f', 2));
}

QString word_of(Grade grade) {
  switch (grade) {
    case Grade::kGood:
      return JudgePanel::tr("Good");
    case Grade::kUsable:
      return JudgePanel::tr("Usable");
    case Grade::kPoor:
      return JudgePanel::tr("Poor");
  }
  return {};
}

QString word_of(ObjectVerdict verdict, ComparedKind kind) {
  const bool models = kind == ComparedKind::kModels;
  switch (verdict) {
    case ObjectVerdict::kMatched:
      if (kind == ComparedKind::kAlone) return JudgePanel::tr("found");
      return models ? JudgePanel::tr("in both") : JudgePanel::tr("matched");
    case ObjectVerdict::kMissed:
      return models ? JudgePanel::tr("only second") : JudgePanel::tr("missed");
    case ObjectVerdict::kExtra:
      return models ? JudgePanel::tr("only first") : JudgePanel::tr("extra");
    case ObjectVerdict::kMerged:
      return JudgePanel::tr("merged");
    case ObjectVerdict::kSplit:
      return JudgePanel::tr("split");
    case ObjectVerdict::kIgnored:
      return JudgePanel::tr("ignored");
  }
  return {};
}

}  // namespace karyo::gui
