#include "app/gui/view_header.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPainter>
#include <QSignalBlocker>
#include <QSlider>
#include <QToolButton>
#include <algorithm>

#include "app/gui/line_icon.h"
#include "app/gui/theme.h"

namespace karyo::gui {
namespace {

constexpr int kMostTitleWidth = 180;

}  // namespace

ViewHeader::ViewHeader(const QString& title, bool scrolls, QWidget* parent) : QWidget(parent) {
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(kGrid, 2, 4, 2);
  row->setSpacing(kGrid);
  title_ = new QLabel(this);
  title_->setProperty("role", "title");
  set_title(title);
  row->addWidget(title_);
  menu_ = new QMenu(this);
  layers_ = new QToolButton(this);
  layers_->setObjectName(QStringLiteral("cell_layers"));
  layers_->setIcon(line_icon(LineIcon::kLabels));
  layers_->setToolTip(QObject::tr("Which layers this view shows. Layers can be dropped here, too."));
  layers_->setAccessibleName(QObject::tr("Which layers this view shows"));
  layers_->setProperty("flat", true);
  layers_->setFocusPolicy(Qt::NoFocus);
  layers_->setPopupMode(QToolButton::InstantPopup);
  layers_->setMenu(menu_);
  layers_->hide();
  QObject::connect(menu_, &QMenu::aboutToShow, this, [this] {
    if (on_layers) on_layers();
  });
  row->addWidget(layers_);
  position_ = new QLabel(this);
  position_->setProperty("role", "quiet");
  slider_ = new QSlider(Qt::Horizontal, this);
  slider_->setFocusPolicy(Qt::NoFocus);
  slider_->setMaximumWidth(240);
  slider_->setAccessibleName(QObject::tr("Plane"));
  row->addWidget(position_);
  row->addWidget(slider_, 1);
  row->addStretch(0);
  QObject::connect(slider_, &QSlider::valueChanged, this, [this](int value) {
    if (on_plane) on_plane(value);
  });
  maximise_ = new QToolButton(this);
  maximise_->setProperty("flat", true);
  maximise_->setFocusPolicy(Qt::NoFocus);
  QObject::connect(maximise_, &QToolButton::clicked, this, [this] {
    if (on_maximise) on_maximise();
  });
  row->addWidget(maximise_);
  position_->setVisible(scrolls);
  slider_->setVisible(scrolls);
  set_maximised(false);
  setCursor(Qt::ArrowCursor);
}

void ViewHeader::set_plane(const QString& axis, std::int64_t number, std::int64_t count) {
  const QSignalBlocker quiet(slider_);
  const bool several = count > 1;
  position_->setVisible(several);
  slider_->setVisible(several);
  slider_->setRange(0, static_cast<int>(count - 1));
  slider_->setValue(static_cast<int>(number));
  const QString last = QString::number(count);
  const QString at = QString::number(number + 1).rightJustified(last.size());
  position_->setText(QStringLiteral("%1 %2/%3").arg(axis, at, last));
  slider_->setToolTip(QObject::tr("Plane along %1 (wheel)").arg(axis));
  slider_->setAccessibleName(slider_->toolTip());
}

void ViewHeader::set_title(const QString& title) {
  title_->setText(title);
  title_->setToolTip(title);
  title_->ensurePolished();  // bold letters are wider
  const int wanted = title_->fontMetrics().horizontalAdvance(title) + kGrid;
  title_->setFixedWidth(std::min(wanted, kMostTitleWidth));  // long names give way
}

void ViewHeader::set_has_layers(bool has) { layers_->setVisible(has); }

void ViewHeader::set_maximised(bool maximised) {
  maximise_->setIcon(line_icon(maximised ? LineIcon::kRestore : LineIcon::kMaximise));
  maximise_->setToolTip(maximised ? QObject::tr("Show all views (double click, Space+F)")
                                  : QObject::tr("Show this view alone (double click, Space+F)"));
  maximise_->setAccessibleName(maximise_->toolTip());
}

void ViewHeader::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  QColor shade = palette::panel();
  shade.setAlpha(215);
  painter.fillRect(rect(), shade);
}

}  // namespace karyo::gui
