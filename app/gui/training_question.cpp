#include "app/gui/training_question.h"

#include <QMessageBox>
#include <QPushButton>
#include <QTimer>
#include <utility>

#include "app/training_run.h"

namespace karyo::gui {

void ask_about_training(QWidget* parent, TrainingRun& training, std::function<void()> go_on) {
  auto* question =
      new QMessageBox(QMessageBox::Question, QObject::tr("Close Karyoscope"),
                      QObject::tr("%1 is being trained.")
                          .arg(QString::fromStdString(training.model().filename().string())),
                      QMessageBox::NoButton, parent);
  question->setInformativeText(QObject::tr(
      "It can go on without the window, which finds it again when the folder is opened."));
  question->setObjectName(QStringLiteral("training_question"));
  question->setAttribute(Qt::WA_DeleteOnClose);
  // After the box is gone: `go_on` closes the window that it belongs to.
  const auto choice = [&](const char* name, const QString& text, QMessageBox::ButtonRole role,
                          std::function<void()> body) {
    auto* button = question->addButton(text, role);
    button->setObjectName(QLatin1String(name));
    QObject::connect(button, &QPushButton::clicked, parent, [parent, body, go_on] {
      QTimer::singleShot(0, parent, [body, go_on] {
        body();
        go_on();
      });
    });
    return button;
  };
  auto* keep = choice("train_keep_going", QObject::tr("Let it go on"), QMessageBox::AcceptRole,
                      [&training] { training.let_go(); });
  choice("train_stop_and_close", QObject::tr("Stop and keep"), QMessageBox::AcceptRole,
         [&training] { training.stop(); });
  choice("train_discard", QObject::tr("Throw it away"), QMessageBox::DestructiveRole,
         [&training] { static_cast<void>(training.discard()); });
  question->addButton(QObject::tr("Stay"), QMessageBox::RejectRole);
  question->setDefaultButton(keep);
  question->open();
}

}  // namespace karyo::gui
