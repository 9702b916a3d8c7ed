#pragma once

/// One row for an axis that is not on screen (time, plane, channel): play, slider, where one is.

#include <QTimer>
#include <QWidget>
#include <functional>

class QLabel;
class QSlider;
class QToolButton;

namespace karyo::gui {

enum class PlayMode { kLoop, kBackAndForth, kOnce };

class AxisSlider : public QWidget {
 public:
  static constexpr double kStandardRate = 10, kLeastRate = 0.1, kGreatestRate = 60;

  /// `id` names the row for tests and style; `help` says what the axis is.
  AxisSlider(const QString& id, const QString& help, QWidget* parent = nullptr);

  /// Stands left of the slider, shortened where there is no room.
  void set_name(const QString& name);

  /// Does not call on_change. A row with fewer than two places hides itself, and stops.
  void set_count(int count);
  void set_value(int value);
  void set_text(const QString& text);
  int value() const;

  bool playing() const { return clock_.isActive(); }
  void set_playing(bool playing);
  /// Places a second; clipped to the range above.
  void set_rate(double rate);
  double rate() const { return rate_; }
  void set_mode(PlayMode mode) { mode_ = mode; }
  PlayMode mode() const { return mode_; }

  std::function<void(int)> on_change;

 private:
  void step();
  void show_menu();

  QLabel* name_;
  QToolButton* play_;
  QToolButton* more_;
  QSlider* slider_;
  QLabel* text_;
  QTimer clock_;
  double rate_ = kStandardRate;
  PlayMode mode_ = PlayMode::kLoop;
  int direction_ = 1;
};

}  // namespace karyo::gui
