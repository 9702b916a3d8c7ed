#include "app/gui/unsaved_question.h"

#include <QMessageBox>
#include <QPushButton>
#include <QTimer>
#include <utility>

namespace karyo::gui {

void ask_about_unsaved(QWidget* parent, const std::vector<std::string>& unsaved,
                       const std::string& doing, std::function<void()> go_on) {
  if (unsaved.empty()) {
    go_on();
    return;
  }
  const QString first = QString::fromStdString(unsaved.front());
  auto* question =
      new QMessageBox(QMessageBox::Question, QString::fromStdString(doing),
                      QObject::tr("%n layer(s) made here are in no file: %1.", nullptr,
                                  static_cast<int>(unsaved.size()))
                          .arg(first + (unsaved.size() > 1 ? QStringLiteral(", …") : QString())),
                      QMessageBox::NoButton, parent);
  question->setInformativeText(
      QObject::tr("Save them with File › Save layer as, or go on without them."));
  question->setObjectName(QStringLiteral("unsaved"));
  question->setAttribute(Qt::WA_DeleteOnClose);
  auto* lose =
      question->addButton(QObject::tr("Go on without saving"), QMessageBox::DestructiveRole);
  question->setDefaultButton(question->addButton(QObject::tr("Stay"), QMessageBox::RejectRole));
  // After the box is gone: `go_on` may close the window that it belongs to.
  QObject::connect(lose, &QPushButton::clicked, parent,
                   [parent, go_on = std::move(go_on)] { QTimer::singleShot(0, parent, go_on); });
  question->open();
}

}  // namespace karyo::gui
