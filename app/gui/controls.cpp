#include "app/gui/controls.h"

#include <QAbstractSlider>
#include <QAbstractSpinBox>
#include <QApplication>
#include <QComboBox>
#include <QEvent>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QScrollArea>
#include <QScrollBar>
#include <QSignalBlocker>
#include <QSlider>
#include <algorithm>
#include <cmath>

#include "app/gui/theme.h"

namespace karyo::gui {
namespace {

constexpr int kSliderSteps = 1000;
constexpr double kLargest = 1e39;  // beyond all of 32 bits
constexpr int kBoxWidth = 64, kWidestBox = 96;

}  // namespace

ValueSlider::ValueSlider(const Range& range, QWidget* parent) : QWidget(parent), range_(range) {
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(kGrid);
  slider_ = new QSlider(Qt::Horizontal, this);
  slider_->setRange(0, kSliderSteps);
  slider_->setPageStep(kSliderSteps / 10);
  slider_->setSingleStep(kSliderSteps / 100);
  slider_->installEventFilter(this);
  box_ = new DecimalBox(this);
  box_->setRange(range.low, range.high);
  box_->setDecimals(range.decimals);
  box_->setSingleStep((range.high - range.low) / 100);
  if (!range.unit.isEmpty()) box_->setSuffix(QStringLiteral(" ") + range.unit);
  box_->setAlignment(Qt::AlignRight);
  box_->setFixedWidth(std::clamp(box_->sizeHint().width(), kBoxWidth, kWidestBox));
  box_->setKeyboardTracking(false);
  row->addWidget(slider_, 1);
  row->addWidget(box_);
  set_value(range.standard);
  QObject::connect(slider_, &QSlider::valueChanged, this, [this](int place) {
    const QSignalBlocker quiet(box_);
    box_->setValue(value_at(place));
    if (on_change) on_change(box_->value());
  });
  QObject::connect(box_, &QDoubleSpinBox::valueChanged, this, [this](double value) {
    const QSignalBlocker quiet(slider_);
    slider_->setValue(place_of(value));
    if (on_change) on_change(value);
  });
}

double ValueSlider::value() const { return box_->value(); }

void ValueSlider::set_value(double value) {
  const QSignalBlocker quiet_slider(slider_), quiet_box(box_);
  slider_->setValue(place_of(value));
  box_->setValue(value);
}

int ValueSlider::place_of(double value) const {
  const double v = std::clamp(value, range_.low, range_.high);
  const double fraction = range_.logarithmic
                              ? std::log(v / range_.low) / std::log(range_.high / range_.low)
                              : (v - range_.low) / (range_.high - range_.low);
  return static_cast<int>(std::lround(fraction * kSliderSteps));
}

double ValueSlider::value_at(int place) const {
  const double fraction = static_cast<double>(place) / kSliderSteps;
  return range_.logarithmic ? range_.low * std::pow(range_.high / range_.low, fraction)
                            : range_.low + fraction * (range_.high - range_.low);
}

bool ValueSlider::eventFilter(QObject* watched, QEvent* event) {
  if (watched == slider_ && event->type() == QEvent::MouseButtonDblClick) {
    box_->setValue(range_.standard);
    return true;
  }
  return QWidget::eventFilter(watched, event);
}

DecimalBox::DecimalBox(QWidget* parent) : QDoubleSpinBox(parent) {
  setLocale(QLocale::c());
}

QValidator::State DecimalBox::validate(QString& text, int& position) const {
  text.replace(QLatin1Char(','), QLatin1Char('.'));
  return QDoubleSpinBox::validate(text, position);
}

NumberBox::NumberBox(QWidget* parent) : DecimalBox(parent) {
  setDecimals(6);  // before the range: each writes out the ends of the range, digit by digit
  setRange(-kLargest, kLargest);
  setKeyboardTracking(false);
  setAlignment(Qt::AlignRight);
}

QString NumberBox::textFromValue(double value) const { return short_number(value); }

namespace {

class WheelGuard : public QObject {
 public:
  explicit WheelGuard(QWidget& panel) : QObject(&panel), panel_(panel) {
    qApp->installEventFilter(this);
  }

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override {
    if (event->type() != QEvent::Wheel) return false;
    auto* control = qobject_cast<QWidget*>(watched);
    const bool takes_wheel = qobject_cast<QComboBox*>(control) != nullptr ||
                             qobject_cast<QAbstractSpinBox*>(control) != nullptr ||
                             qobject_cast<QAbstractSlider*>(control) != nullptr;
    const bool scroll_bar = qobject_cast<QScrollBar*>(control) != nullptr;
    if (!takes_wheel || scroll_bar || control->hasFocus() || !panel_.isAncestorOf(control)) {
      return false;
    }
    event->ignore();  // Qt then offers it to the parents, up to the panel
    return true;
  }

 private:
  QWidget& panel_;
};

}  // namespace

void guard_from_wheel(QWidget& panel) { new WheelGuard(panel); }

QScrollArea* scrolled(QWidget* inside, QWidget* parent) {
  auto* scroll = new QScrollArea(parent);
  scroll->setWidgetResizable(true);
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  inside->setProperty("role", "panel");
  scroll->setWidget(inside);
  guard_from_wheel(*scroll);
  return scroll;
}

QHBoxLayout* begin_panel_below(QWidget& panel, const char* name, int height) {
  panel.setObjectName(QLatin1String(name));
  panel.setProperty("role", "panel");
  panel.setFixedHeight(height);
  auto* row = new QHBoxLayout(&panel);
  row->setContentsMargins(kGrid, kGrid, kGrid, kGrid);
  row->setSpacing(kGrid);
  return row;
}

void name_parts(QWidget& control, const QString& name) {
  control.setAccessibleName(name);
  for (QWidget* part : control.findChildren<QWidget*>()) {
    const bool is_value = qobject_cast<QAbstractSlider*>(part) != nullptr ||
                          qobject_cast<QAbstractSpinBox*>(part) != nullptr;
    if (is_value && part->accessibleName().isEmpty()) part->setAccessibleName(name);
  }
}

void add_row(QGridLayout& form, const QString& label, QWidget* control, const QString& help) {
  const int row = form.rowCount();
  auto* text = new QLabel(label);
  text->setProperty("role", "quiet");
  text->setFixedWidth(kLabelWidth);
  text->setToolTip(help);
  text->setBuddy(control);
  name_parts(*control, label);
  control->setToolTip(help);
  form.addWidget(text, row, 0);
  form.addWidget(control, row, 1);
}

}  // namespace karyo::gui
