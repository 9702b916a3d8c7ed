#pragma once

/// Small controls with the window's manner: label left, slider and typed value beside each other.

#include <QDoubleSpinBox>
#include <QWidget>
#include <functional>

class QGridLayout;
class QHBoxLayout;
class QLabel;
class QScrollArea;
class QSlider;

namespace karyo::gui {

/// A number by slider and by typing. Double click on the slider: back to the default.
class ValueSlider : public QWidget {
 public:
  struct Range {
    double low = 0, high = 1, standard = 1;
    int decimals = 2;
    QString unit;
    bool logarithmic = false;  ///< low > 0
  };
  explicit ValueSlider(const Range& range, QWidget* parent = nullptr);

  double value() const;
  /// Does not call on_change.
  void set_value(double value);

  std::function<void(double)> on_change;

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  int place_of(double value) const;
  double value_at(int place) const;

  Range range_;
  QSlider* slider_;
  QDoubleSpinBox* box_;
};

/// A number with a decimal point wherever the program runs, as its files and reports have it; a
/// comma that is typed is taken for one.
class DecimalBox : public QDoubleSpinBox {
 public:
  explicit DecimalBox(QWidget* parent = nullptr);

 protected:
  QValidator::State validate(QString& text, int& position) const override;
};

/// A typed number of any size that shows as few digits as needed and lets itself be emptied.
class NumberBox : public DecimalBox {
 public:
  explicit NumberBox(QWidget* parent = nullptr);
  QString textFromValue(double value) const override;
};

/// In a scrolling panel the wheel scrolls: boxes and sliders inside take it only with the focus, or
/// a setting would change that a person just scrolled past.
void guard_from_wheel(QWidget& panel);

/// A panel in a frame that scrolls it up and down.
QScrollArea* scrolled(QWidget* inside, QWidget* parent);

/// Names a panel that lies under the picture, makes it so high and returns the row of its parts.
QHBoxLayout* begin_panel_below(QWidget& panel, const char* name, int height);

/// What a screen reader calls a control, and the sliders and fields it is made of.
void name_parts(QWidget& control, const QString& name);

/// One row of a form: label in the first column (with its tooltip), control in the second.
void add_row(QGridLayout& form, const QString& label, QWidget* control, const QString& help);

}  // namespace karyo::gui
