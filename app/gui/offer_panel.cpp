#include "app/gui/offer_panel.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <utility>

#include "app/gui/theme.h"

namespace karyo::gui {

OfferPanel::OfferPanel(QWidget* parent) : QFrame(parent) {
  setObjectName(QStringLiteral("offer"));
  setProperty("role", "offer");
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(2 * kGrid, kGrid, kGrid, kGrid);
  row->setSpacing(kGrid);
  text_ = new QLabel(this);
  text_->setWordWrap(true);
  row->addWidget(text_, 1);
  yes_ = new QPushButton(this);
  yes_->setObjectName(QStringLiteral("offer_yes"));
  yes_->setProperty("primary", true);
  no_ = new QPushButton(this);
  no_->setObjectName(QStringLiteral("offer_no"));
  row->addWidget(no_);
  row->addWidget(yes_);
  QObject::connect(yes_, &QPushButton::clicked, this, [this] { answer(true); });
  QObject::connect(no_, &QPushButton::clicked, this, [this] { answer(false); });
  hide();
}

void OfferPanel::offer(const QString& text, const QString& yes, const QString& no,
                       std::function<void(bool)> answered) {
  text_->setText(text);
  yes_->setText(yes);
  no_->setText(no);
  answered_ = std::move(answered);
  show();
}

void OfferPanel::answer(bool yes) {
  hide();
  if (auto answered = std::exchange(answered_, nullptr)) answered(yes);
}

}  // namespace karyo::gui
