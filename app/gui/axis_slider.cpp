#include "app/gui/axis_slider.h"

#include <QActionGroup>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QSignalBlocker>
#include <QSlider>
#include <QToolButton>
#include <algorithm>
#include <cmath>

#include "app/gui/line_icon.h"
#include "app/gui/theme.h"

namespace karyo::gui {
namespace {

constexpr int kNameWidth = 56;
constexpr int kTextWidth = 120;

}  // namespace

AxisSlider::AxisSlider(const QString& id, const QString& help, QWidget* parent) : QWidget(parent) {
  setObjectName(QStringLiteral("axis_") + id);
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(kGrid, 2, kGrid, 2);
  row->setSpacing(kGrid);
  name_ = new QLabel(this);
  name_->setProperty("role", "quiet");
  name_->setFixedWidth(kNameWidth);
  name_->setToolTip(help);
  const auto button = [this](LineIcon icon, const QString& object, const QString& tip) {
    auto* made = new QToolButton(this);
    made->setIcon(line_icon(icon));
    made->setObjectName(object);
    made->setToolTip(tip);
    made->setAccessibleName(tip);
    made->setProperty("flat", true);
    made->setFocusPolicy(Qt::TabFocus);
    return made;
  };
  play_ = button(LineIcon::kPlay, QStringLiteral("play"), tr("Play along this axis, or stop."));
  more_ = button(LineIcon::kDown, QStringLiteral("play_settings"),
                 tr("How fast to play, and what happens at the end."));
  slider_ = new QSlider(Qt::Horizontal, this);
  slider_->setObjectName(QStringLiteral("slider"));
  slider_->setToolTip(help);
  text_ = new QLabel(this);
  text_->setMinimumWidth(kTextWidth);
  text_->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
  row->addWidget(name_);
  row->addWidget(play_);
  row->addWidget(more_);
  row->addWidget(slider_, 1);
  row->addWidget(text_);
  clock_.setTimerType(Qt::PreciseTimer);
  set_rate(kStandardRate);
  QObject::connect(slider_, &QSlider::valueChanged, this, [this](int value) {
    if (on_change) on_change(value);
  });
  QObject::connect(play_, &QToolButton::clicked, this, [this] { set_playing(!playing()); });
  QObject::connect(more_, &QToolButton::clicked, this, [this] { show_menu(); });
  QObject::connect(&clock_, &QTimer::timeout, this, [this] { step(); });
  set_count(1);
}

void AxisSlider::set_name(const QString& name) {
  if (slider_->accessibleName() == name) return;
  slider_->setAccessibleName(name);
  name_->setText(name_->fontMetrics().elidedText(name, Qt::ElideRight, kNameWidth));
  if (name_->text() != name) name_->setToolTip(name);
}

void AxisSlider::set_count(int count) {
  const QSignalBlocker quiet(slider_);
  slider_->setRange(0, std::max(0, count - 1));
  setVisible(count > 1);
  if (count <= 1) set_playing(false);
}

void AxisSlider::set_value(int value) {
  const QSignalBlocker quiet(slider_);
  slider_->setValue(value);
}

int AxisSlider::value() const { return slider_->value(); }

void AxisSlider::set_text(const QString& text) { text_->setText(text); }

void AxisSlider::set_playing(bool playing) {
  if (playing == this->playing()) return;
  if (playing && mode_ == PlayMode::kOnce && value() == slider_->maximum()) {
    slider_->setValue(0);
  }
  direction_ = 1;
  playing ? clock_.start() : clock_.stop();
  play_->setIcon(line_icon(playing ? LineIcon::kPause : LineIcon::kPlay));
}

void AxisSlider::set_rate(double rate) {
  rate_ = std::clamp(rate, kLeastRate, kGreatestRate);
  clock_.setInterval(static_cast<int>(std::lround(1000 / rate_)));
}

void AxisSlider::step() {
  const int last = slider_->maximum();
  int next = value() + direction_;
  if (next > last || next < 0) {
    switch (mode_) {
      case PlayMode::kLoop: next = 0; break;
      case PlayMode::kBackAndForth:
        direction_ = -direction_;
        next = std::clamp(value() + direction_, 0, last);
        break;
      case PlayMode::kOnce: set_playing(false); return;
    }
  }
  slider_->setValue(next);
}

void AxisSlider::show_menu() {
  QMenu menu(this);
  auto* rates = new QActionGroup(&menu);
  for (const double rate : {1.0, 2.0, 5.0, 10.0, 15.0, 24.0, 30.0, 60.0}) {
    auto* action = menu.addAction(tr("%1 a second").arg(rate));
    action->setCheckable(true);
    action->setChecked(rate == rate_);
    rates->addAction(action);
    QObject::connect(action, &QAction::triggered, this, [this, rate] { set_rate(rate); });
  }
  menu.addSeparator();
  auto* modes = new QActionGroup(&menu);
  const auto mode = [&](const QString& text, PlayMode which) {
    auto* action = menu.addAction(text);
    action->setCheckable(true);
    action->setChecked(which == mode_);
    modes->addAction(action);
    QObject::connect(action, &QAction::triggered, this, [this, which] { set_mode(which); });
  };
  mode(tr("Start again at the end"), PlayMode::kLoop);
  mode(tr("Back and forth"), PlayMode::kBackAndForth);
  mode(tr("Stop at the end"), PlayMode::kOnce);
  menu.exec(more_->mapToGlobal(QPoint(0, -menu.sizeHint().height())));
}

}  // namespace karyo::gui
