#include "app/gui/error_panel.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSysInfo>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "app/gui/line_icon.h"
#include "app/gui/theme.h"
#include "app/gui/translator.h"

namespace karyo::gui {
namespace {

constexpr std::size_t kMostWaiting = 50;

QLabel* selectable_label(QWidget* parent) {
  auto* label = new QLabel(parent);
  label->setWordWrap(true);
  label->setTextFormat(Qt::PlainText);  // file names may look like markup
  label->setTextInteractionFlags(Qt::TextSelectableByMouse);
  return label;
}

}  // namespace

ErrorPanel::ErrorPanel(QWidget* parent) : QFrame(parent) {
  setObjectName(QStringLiteral("errors"));
  setProperty("role", "failure");
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(2 * kGrid, kGrid, kGrid, kGrid);
  row->setSpacing(2 * kGrid);
  auto* texts = new QVBoxLayout;
  texts->setSpacing(4);
  what_ = selectable_label(this);
  what_->setObjectName(QStringLiteral("error_what"));
  what_->setProperty("role", "title");
  fix_ = selectable_label(this);
  fix_->setObjectName(QStringLiteral("error_fix"));
  texts->addWidget(what_);
  texts->addWidget(fix_);
  row->addLayout(texts, 1);
  more_ = new QLabel(this);
  more_->setProperty("role", "quiet");
  row->addWidget(more_, 0, Qt::AlignTop);
  auto* copy = new QPushButton(tr("Copy details"), this);
  copy->setObjectName(QStringLiteral("error_copy"));
  copy->setToolTip(
      tr("Puts the message on the clipboard, with version and system, to ask for help."));
  copy->setFocusPolicy(Qt::TabFocus);
  QObject::connect(copy, &QPushButton::clicked, this, [this] {
    if (!errors_.empty()) QGuiApplication::clipboard()->setText(details());
  });
  row->addWidget(copy, 0, Qt::AlignTop);
  auto* close = new QToolButton(this);
  close->setObjectName(QStringLiteral("error_dismiss"));
  close->setProperty("flat", true);
  close->setIcon(line_icon(LineIcon::kClose));
  close->setToolTip(tr("Dismiss (Esc)"));
  QObject::connect(close, &QToolButton::clicked, this, [this] { dismiss(); });
  row->addWidget(close, 0, Qt::AlignTop);
  hide();
}

void ErrorPanel::show_error(const Error& error) {
  const bool known = std::any_of(errors_.begin(), errors_.end(), [&](const Error& other) {
    return other.what == error.what && other.fix == error.fix;
  });
  if (known || errors_.size() >= kMostWaiting) return;
  errors_.push_back(error);
  update_texts();
}

QString ErrorPanel::details() const {
  return QStringLiteral("%1\n%2\n\nKaryoscope %3, Qt %4, %5, %6")
      .arg(QString::fromStdString(errors_.front().what),
           QString::fromStdString(errors_.front().fix), QStringLiteral(KARYOSCOPE_VERSION),
           QString::fromLatin1(qVersion()), QSysInfo::prettyProductName(),
           QSysInfo::currentCpuArchitecture());
}

void ErrorPanel::dismiss() {
  if (!errors_.empty()) errors_.pop_front();
  update_texts();
}

void ErrorPanel::dismiss_all() {
  errors_.clear();
  update_texts();
}

void ErrorPanel::update_texts() {
  setVisible(!errors_.empty());
  if (errors_.empty()) return;
  what_->setText(message_text(errors_.front().what));
  fix_->setText(message_text(errors_.front().fix));
  more_->setText(errors_.size() > 1 ? tr("1 of %1").arg(errors_.size()) : QString());
}

}  // namespace karyo::gui
