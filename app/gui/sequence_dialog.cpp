#include "app/gui/sequence_dialog.h"

#include <QComboBox>
#include <QFormLayout>
#include <QLabel>
#include <QPushButton>
#include <set>
#include <utility>

#include "app/gui/main_window.h"
#include "app/gui/theme.h"

namespace karyo::gui {

SequenceDialog::SequenceDialog(MainWindow& window, io::SequencePlan plan)
    : QDialog(&window), window_(window), plan_(std::move(plan)) {
  setObjectName(QStringLiteral("sequence_dialog"));
  setWindowTitle(tr("Open a folder as one image"));
  setAttribute(Qt::WA_DeleteOnClose);
  setMinimumWidth(420);
  auto* column = new QVBoxLayout(this);
  column->setSpacing(kGrid);
  auto* title = new QLabel(tr("%n file(s) named %1", nullptr, static_cast<int>(plan_.files.size()))
                               .arg(QString::fromStdString(plan_.pattern)),
                           this);
  title->setProperty("role", "title");
  title->setWordWrap(true);
  column->addWidget(title);
  if (plan_.other_files > 0) {
    auto* others = new QLabel(tr("%n image(s) with other names are left out.", nullptr,
                                 static_cast<int>(plan_.other_files)),
                              this);
    others->setProperty("role", "attention");
    column->addWidget(others);
  }
  auto* form = new QFormLayout;
  form->setVerticalSpacing(kGrid);
  for (const io::NameNumber& number : plan_.numbers) {
    auto* axis = new QComboBox(this);
    axis->addItem(tr("time points"), QStringLiteral("t"));
    axis->addItem(tr("planes (z)"), QStringLiteral("z"));
    axis->addItem(tr("channels"), QStringLiteral("c"));
    axis->setCurrentIndex(axis->findData(QString::fromStdString(io::name_of(number.guess))));
    const QString before = QString::fromStdString(number.before);
    const QString name = tr("%1%2 to %3%4")
                             .arg(before)
                             .arg(number.values.front())
                             .arg(before)
                             .arg(number.values.back());
    axis->setObjectName(QStringLiteral("axis%1").arg(axes_.size()));
    axis->setAccessibleName(name);
    axis->setToolTip(tr("What this number in the names stands for."));
    QObject::connect(axis, &QComboBox::currentIndexChanged, this, [this] { check(); });
    form->addRow(tr("%1 (%n different)", nullptr, static_cast<int>(number.values.size())).arg(name),
                 axis);
    axes_.push_back(axis);
  }
  column->addLayout(form);
  message_ = new QLabel(this);
  message_->setProperty("role", "attention");
  message_->setWordWrap(true);
  column->addWidget(message_);
  auto* buttons = new QHBoxLayout;
  open_ = new QPushButton(tr("Open"), this);
  open_->setObjectName(QStringLiteral("open"));
  open_->setProperty("primary", true);
  open_->setDefault(true);
  auto* cancel = new QPushButton(tr("Cancel"), this);
  buttons->addStretch(1);
  buttons->addWidget(cancel);
  buttons->addWidget(open_);
  column->addLayout(buttons);
  QObject::connect(cancel, &QPushButton::clicked, this, &QDialog::close);
  QObject::connect(open_, &QPushButton::clicked, this, [this] { open(); });
  check();
}

void SequenceDialog::check() {
  std::set<QString> seen;
  std::size_t made = 1;
  for (std::size_t i = 0; i < axes_.size(); ++i) {
    seen.insert(axes_[i]->currentData().toString());
    made *= plan_.numbers[i].values.size();
  }
  QString problem;
  if (seen.size() < axes_.size()) problem = tr("Two numbers stand for the same; choose another.");
  if (made != plan_.files.size()) {
    problem =
        tr("%1 files would make the whole image, %2 are there.").arg(made).arg(plan_.files.size());
  }
  message_->setText(problem);
  message_->setVisible(!problem.isEmpty());
  open_->setEnabled(problem.isEmpty());
}

void SequenceDialog::open() {
  nlohmann::json axes = nlohmann::json::array();
  for (const QComboBox* axis : axes_) axes.push_back(axis->currentData().toString().toStdString());
  window_.run("file.open_sequence", {{"path", plan_.folder.string()}, {"axes", axes}});
  close();
}

}  // namespace karyo::gui
