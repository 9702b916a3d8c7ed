#include "app/gui/preferences.h"

#include <QComboBox>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPointer>
#include <QPushButton>
#include <QTabWidget>
#include <QVBoxLayout>

#include "app/gui/controls.h"
#include "app/gui/dialog_parts.h"
#include "app/gui/main_window.h"
#include "app/gui/status_line.h"
#include "app/gui/theme.h"
#include "app/gui/translator.h"
#include "app/worker/far_session.h"

namespace karyo::gui {
namespace {

constexpr int kWidth = 480, kOutcomeLines = 3;

QString size_text(std::uintmax_t bytes) {
  return QObject::tr("%1 GiB").arg(static_cast<double>(bytes) / (1 << 30), 0, 'f', 1);
}

QString text_of(const worker::FarGreeting& greeting) {
  return QObject::tr("%1 has Karyoscope %2 and computes there: %3. There are %4 free in %5.")
      .arg(QString::fromStdString(greeting.host), QString::fromStdString(greeting.version),
           message_text(greeting.device), size_text(greeting.room),
           QString::fromStdString(greeting.folder));
}

}  // namespace

Preferences::Preferences(MainWindow& window) : QDialog(&window), window_(window) {
  const auto [column, form] = begin_dialog(*this, "preferences", tr("Preferences"));
  setMinimumWidth(kWidth);
  auto* pages = new QTabWidget(this);
  auto* page = new QWidget(pages);
  auto* rows = new QVBoxLayout(page);
  rows->setSpacing(kGrid);
  auto* about =
      new QLabel(tr("Where models learn. The window stays here; images are sent once, and "
                    "the model comes back while it learns."),
                 page);
  about->setWordWrap(true);
  rows->addWidget(about);
  where_ = new QComboBox(page);
  where_->setObjectName(QStringLiteral("compute_where"));
  where_->addItem(tr("This computer: %1").arg(device_text()));
  where_->addItem(tr("Another computer, by ssh"));
  add_row(*form, tr("Train on"), where_,
          tr("Holds for the next training, and for one that goes on."));
  const auto line = [&](const char* name, const QString& label, const std::string& text,
                        const QString& help) {
    auto* made = new QLineEdit(QString::fromStdString(text), page);
    made->setObjectName(QLatin1String(name));
    add_row(*form, label, made, help);
    QObject::connect(made, &QLineEdit::textChanged, this, [this] { check(); });
    return made;
  };
  const worker::FarPlace now = window_.settings().compute;
  host_ = line("compute_host", tr("Host"), now.host,
               tr("As ssh takes it: gpu1, or ada@gpu1.example.org. A terminal has to get in with "
                  "\"ssh HOST\" without a password."));
  host_->setPlaceholderText(QStringLiteral("ada@gpu1.example.org"));
  command_ = line("compute_command", tr("Command"), now.command,
                  tr("What starts Karyoscope's worker over there, of the same version: its path "
                     "where it is not found by its name."));
  ssh_ = line("compute_ssh", tr("Through"), now.ssh,
              tr("The program that makes the connection and its options, such as ssh -p 2222."));
  rows->addLayout(form);
  test_ = new QPushButton(tr("Test the connection"), page);
  test_->setObjectName(QStringLiteral("compute_test"));
  test_->setAutoDefault(false);
  test_->setToolTip(tr("Says which version is there, and what it would compute with."));
  rows->addWidget(test_, 0, Qt::AlignLeft);
  rows->addStretch(1);
  pages->addTab(page, tr("Compute"));
  column->addWidget(pages);
  const DialogEnd end = add_dialog_end(*column, *this, "preferences_keep", tr("Keep"));
  outcome_ = end.outcome;
  outcome_->setMinimumHeight(kOutcomeLines * fontMetrics().lineSpacing());
  outcome_->setAlignment(Qt::AlignTop);
  keep_ = end.does;
  where_->setCurrentIndex(now.here() ? 0 : 1);
  QObject::connect(where_, &QComboBox::currentIndexChanged, this, [this] { check(); });
  QObject::connect(test_, &QPushButton::clicked, this, [this] { test(); });
  QObject::connect(keep_, &QPushButton::clicked, this, [this] { keep(); });
  check();
}

worker::FarPlace Preferences::place() const {
  if (where_->currentIndex() == 0)
    return {{}, command_->text().toStdString(), ssh_->text().toStdString()};
  return {host_->text().trimmed().toStdString(), command_->text().toStdString(),
          ssh_->text().toStdString()};
}

void Preferences::check() {
  testing_ = 0;
  const bool there = where_->currentIndex() == 1;
  for (QWidget* part : {static_cast<QWidget*>(host_), static_cast<QWidget*>(command_),
                        static_cast<QWidget*>(ssh_)}) {
    part->setEnabled(there);
  }
  const auto line = worker::far_command_line(place());
  const bool well = !there || static_cast<bool>(line);
  test_->setEnabled(there && well);
  keep_->setEnabled(well);
  outcome_->setProperty("role", "quiet");
  outcome_->setText(!there                    ? tr("Trainings run here.")
                    : host_->text().isEmpty() ? tr("Write the name of the other computer.")
                    : well                    ? tr("The next training runs there.")
                                              : message_text(line.error().what) + QLatin1Char(' ') +
                                 message_text(line.error().fix));
}

void Preferences::test() {
  test_->setEnabled(false);
  outcome_->setText(tr("Reaching %1 …").arg(host_->text()));
  const QPointer<Preferences> dialog(this);
  testing_ = window_.workspace().in_background(
      [dialog, place = place()](TaskControl& control) -> Result<Workspace::Finish> {
        const auto greeting = worker::test_far_place(place, control);
        return Workspace::Finish([dialog, greeting] {
          if (dialog == nullptr || dialog->testing_ == 0) return;  // closed, or another is typed
          dialog->testing_ = 0;
          dialog->test_->setEnabled(true);
          dialog->outcome_->setText(greeting
                                        ? text_of(*greeting)
                                        : message_text(greeting.error().what) + QLatin1Char('\n') +
                                              message_text(greeting.error().fix));
        });
      });
}

void Preferences::keep() {
  const worker::FarPlace wanted = place();
  if (window_.run("compute.use",
                  {{"host", wanted.host}, {"command", wanted.command}, {"ssh", wanted.ssh}})) {
    accept();
  }
}

}  // namespace karyo::gui
