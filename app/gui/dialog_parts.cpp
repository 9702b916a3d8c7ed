#include "app/gui/dialog_parts.h"

#include <QDialog>
#include <QFileDialog>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

#include "app/gui/theme.h"

namespace karyo::gui {
namespace {

constexpr int kPathWidth = 360;

void choose_path(QWidget& parent, const PathRow& row, QFileDialog::FileMode mode) {
  auto* chooser = new QFileDialog(&parent, row.words->text(), row.line->text());
  chooser->setFileMode(mode);
  chooser->setOption(QFileDialog::ShowDirsOnly, mode == QFileDialog::Directory);
  chooser->setAttribute(Qt::WA_DeleteOnClose);
  QObject::connect(chooser, &QFileDialog::fileSelected, row.line, &QLineEdit::setText);
  chooser->open();
}

PathRow path_row(QWidget& parent, const char* name, const QString& words) {
  const PathRow row{new QLabel(words, &parent), new QLineEdit(&parent)};
  row.line->setObjectName(QLatin1String(name));
  row.words->setBuddy(row.line);
  return row;
}

}  // namespace

DialogForm begin_dialog(QDialog& dialog, const char* name, const QString& title) {
  dialog.setObjectName(QLatin1String(name));
  dialog.setWindowTitle(title);
  dialog.setAttribute(Qt::WA_DeleteOnClose);
  const DialogForm form{new QVBoxLayout(&dialog), new QGridLayout};
  form.column->setSpacing(kGrid);
  form.rows->setHorizontalSpacing(kGrid);
  form.rows->setVerticalSpacing(kGrid);
  return form;
}

PathRow add_path_row(QGridLayout& form, QDialog& dialog, const char* name, const QString& words,
                     bool may_be_file) {
  const int at = form.rowCount();
  const PathRow row = path_row(dialog, name, words);
  row.line->setMinimumWidth(kPathWidth);
  form.addWidget(row.words, at, 0);
  form.addWidget(row.line, at, 1);
  const auto browse = [&](const QString& text, int column, QFileDialog::FileMode mode) {
    auto* button = new QPushButton(text, &dialog);
    button->setAutoDefault(false);
    QObject::connect(button, &QPushButton::clicked, &dialog,
                     [&dialog, row, mode] { choose_path(dialog, row, mode); });
    form.addWidget(button, at, column);
  };
  browse(QObject::tr("Folder…"), 2, QFileDialog::Directory);
  if (may_be_file) browse(QObject::tr("File…"), 3, QFileDialog::ExistingFile);
  return row;
}

PathRow add_narrow_path_row(QGridLayout& form, QWidget& panel, const char* name,
                            const QString& words, bool may_be_file) {
  const int at = form.rowCount();
  const PathRow row = path_row(panel, name, words);
  row.words->setFixedWidth(kLabelWidth);
  form.addWidget(row.words, at, 0);
  form.addWidget(row.line, at, 1);
  auto* button = new QToolButton(&panel);
  button->setText(QStringLiteral("…"));
  button->setToolTip(may_be_file ? QObject::tr("Choose a folder or a file")
                                 : QObject::tr("Choose a folder"));
  button->setAccessibleName(button->toolTip());
  form.addWidget(button, at, 2);
  const auto chooses = [&panel, row](QFileDialog::FileMode mode) {
    return [&panel, row, mode] { choose_path(panel, row, mode); };
  };
  if (may_be_file) {
    auto* menu = new QMenu(button);
    menu->addAction(QObject::tr("Folder…"), &panel, chooses(QFileDialog::Directory));
    menu->addAction(QObject::tr("File…"), &panel, chooses(QFileDialog::ExistingFile));
    button->setMenu(menu);
    button->setPopupMode(QToolButton::InstantPopup);
  } else {
    QObject::connect(button, &QToolButton::clicked, &panel, chooses(QFileDialog::Directory));
  }
  return row;
}

void choose_folder(QWidget& parent, const QString& title, const std::filesystem::path& start,
                   std::function<void(const std::string&)> chosen) {
  auto* dialog = new QFileDialog(&parent, title, QString::fromStdString(start.string()));
  dialog->setFileMode(QFileDialog::Directory);
  dialog->setOption(QFileDialog::ShowDirsOnly);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  QObject::connect(
      dialog, &QFileDialog::fileSelected, &parent,
      [chosen = std::move(chosen)](const QString& name) { chosen(name.toStdString()); });
  dialog->open();
}

std::filesystem::path path_in(const QLineEdit& line) {
  return line.text().trimmed().toStdString();
}

DialogEnd add_dialog_end(QVBoxLayout& column, QDialog& dialog, const char* name,
                         const QString& does) {
  const DialogEnd end{new QLabel(&dialog), new QPushButton(does, &dialog)};
  end.outcome->setObjectName(QLatin1String(name) + QLatin1String("_outcome"));
  end.outcome->setProperty("role", "quiet");
  end.outcome->setWordWrap(true);
  column.addWidget(end.outcome);
  end.does->setObjectName(QLatin1String(name));
  end.does->setProperty("primary", true);
  end.does->setDefault(true);
  auto* cancel = new QPushButton(QObject::tr("Cancel"), &dialog);
  QObject::connect(cancel, &QPushButton::clicked, &dialog, &QDialog::reject);
  auto* buttons = new QHBoxLayout;
  buttons->addStretch(1);
  buttons->addWidget(cancel);
  buttons->addWidget(end.does);
  column.addLayout(buttons);
  return end;
}

}  // namespace karyo::gui
