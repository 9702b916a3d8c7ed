#include "app/gui/guide_panel.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QStandardPaths>

#include "app/gui/main_window.h"
#include "app/gui/theme.h"
#include "app/training_run.h"

namespace karyo::gui {
namespace {

using nlohmann::json;

constexpr QLatin1String kName{"guide"};
constexpr int kHeight = 56;  // two lines of text
constexpr int kLookMs = 400;
constexpr std::size_t kEnoughEpochs = 8;  // before a model is worth looking at

struct Words {
  QString text, button;
  const char* command;  ///< that the button runs
};

Words words_of(GuideStep step) {
  switch (step) {
    case GuideStep::kDraw:
      return {QObject::tr("Draw %1 nuclei: press N and click each in its middle. P, the brush, and "
                          "E, the eraser, mend outlines; Ctrl+Z takes anything back.")
                  .arg(kGuideNuclei),
              QObject::tr("Take the tool"), "tool.one_click"};
    case GuideStep::kFinish:
      return {
          QObject::tr("Finish %1 images: draw all nuclei, then Shift+D (done, next image). Make "
                      "objects as suggested does most of it. The model learns from one image, "
                      "the other judges it.")
              .arg(kGuideImages),
          QObject::tr("Make objects as suggested"), "steps.suggest"};
    case GuideStep::kTrain:
      return {QObject::tr("Train: press Start training on the right. It learns in a program of its "
                          "own; go on drawing meanwhile."),
              QObject::tr("Show me"), "mode.train"};
    case GuideStep::kSee:
      return {QObject::tr("It learns. After some epochs (the curve falls) press Use it for "
                          "annotating: it then finds nuclei itself."),
              QObject::tr("Use it for annotating"), "training.use_model"};
    case GuideStep::kCorrect:
      return {
          QObject::tr("In the next image (D): Model › Keep its objects, mend what is wrong, and "
                      "Shift+D. The training learns from it before its next epoch."),
          QObject::tr("Show me"), "mode.annotate"};
    case GuideStep::kJudge:
      return {
          QObject::tr("Did it help? Train › Rounds judges the models by the image that none has "
                      "learned from."),
          QObject::tr("Judge all rounds"), "training.judge_rounds"};
    case GuideStep::kThatsIt:
      break;
  }
  return {QObject::tr("That is the whole loop. With images of your own it is the same: Annotate › "
                      "Open folder to annotate."),
          QObject::tr("Open a folder…"), "dataset.ask_open"};
}

/// Where people look for documents.
std::filesystem::path guide_folder() {
  return std::filesystem::path(
             QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation).toStdString()) /
         "Karyoscope first steps";
}

void start(MainWindow& window, const std::filesystem::path& folder) {
  Workspace& workspace = window.workspace();
  workspace.in_background([&window, folder](TaskControl& control) -> Result<Workspace::Finish> {
    KARYO_CHECK_OK(make_guide_folder(folder, control));
    return Workspace::Finish([&window, folder] {
      window.open_dataset(folder.string());
      window.run("mode.annotate", json::object());
      auto* panel = static_cast<GuidePanel*>(window.findChild<QDockWidget*>(kName));
      if (panel == nullptr) panel = new GuidePanel(window);
      panel->begin();
    });
  });
}

}  // namespace

GuidePanel::GuidePanel(MainWindow& window) : QDockWidget(&window), window_(window) {
  setObjectName(kName);
  setWindowTitle(tr("First steps"));
  setFeatures(QDockWidget::NoDockWidgetFeatures);
  setTitleBarWidget(new QWidget(this));
  auto* frame = new QFrame(this);
  frame->setProperty("role", "offer");
  auto* row = new QHBoxLayout(frame);
  row->setContentsMargins(2 * kGrid, kGrid, kGrid, kGrid);
  row->setSpacing(2 * kGrid);
  number_ = new QLabel(frame);
  number_->setObjectName(QStringLiteral("guide_number"));
  number_->setProperty("role", "title");
  row->addWidget(number_);
  text_ = new QLabel(frame);
  text_->setObjectName(QStringLiteral("guide_text"));
  text_->setWordWrap(true);
  row->addWidget(text_, 1);
  auto* away = new QPushButton(tr("Close the guide"), frame);
  away->setObjectName(QStringLiteral("guide_close"));
  QObject::connect(away, &QPushButton::clicked, this, [this] { hide(); });
  row->addWidget(away);
  show_me_ = new QPushButton(frame);
  show_me_->setObjectName(QStringLiteral("guide_show"));
  show_me_->setProperty("primary", true);
  QObject::connect(show_me_, &QPushButton::clicked, this, [this] {
    window_.run(words_of(step_).command, json::object());
    if (step_ == GuideStep::kSee) window_.run("mode.annotate", json::object());
    look();
  });
  row->addWidget(show_me_);
  frame->setFixedHeight(kHeight);
  setWidget(frame);
  window.addDockWidget(Qt::TopDockWidgetArea, this);
  clock_.setInterval(kLookMs);
  QObject::connect(&clock_, &QTimer::timeout, this,
                   [this] { isVisible() ? look() : clock_.stop(); });
}

void GuidePanel::begin() {
  step_ = GuideStep::kDraw;
  show();
  clock_.start();
  show_step();
}

void GuidePanel::look() {
  const GuideStep now = guide_step(window_.workspace(), step_);
  const bool enough = window_.workspace().training().history().rows.size() >= kEnoughEpochs;
  if (step_ == GuideStep::kSee) show_me_->setEnabled(enough);
  if (now == step_) return;
  step_ = now;
  show_step();
}

void GuidePanel::show_step() {
  const Words words = words_of(step_);
  const int number = static_cast<int>(step_);
  number_->setText(number < kGuideSteps ? tr("Step %1 of %2").arg(number + 1).arg(kGuideSteps)
                                        : tr("Done"));
  text_->setText(words.text);
  show_me_->setText(words.button);
  show_me_->setEnabled(step_ != GuideStep::kSee);
}

void add_guide_command(CommandTable& commands, MainWindow& window) {
  commands.add(
      {"help.guide",
       "Help",
       "First steps",
       "",
       "From drawing ten nuclei to a model that finds them, on images that are made up: some "
       "minutes.",
       [&window](const json& given) -> Result<void> {
         const std::string folder = given.value("folder", "");
         start(window, folder.empty() ? guide_folder() : std::filesystem::path(folder));
         return {};
       },
       [] { return true; },
       {},
       {{"folder", Argument::Kind::kText, "where the images are put; else in documents"}}});
}

}  // namespace karyo::gui
