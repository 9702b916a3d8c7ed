#pragma once

/// Values along a line: one curve a channel, the value under the pointer in words.

#include <QWidget>
#include <optional>
#include <vector>

#include "core/measure/measurement.h"

namespace karyo::gui {

class ProfilePlot : public QWidget {
 public:
  explicit ProfilePlot(QWidget* parent = nullptr);
  /// A colour for each of the profile's channels.
  void set_profile(Profile profile, std::vector<QColor> colors, QString unit);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void leaveEvent(QEvent* event) override;

 private:
  QRectF area() const;

  Profile profile_;
  std::vector<QColor> colors_;
  QString unit_;
  double least_ = 0, most_ = 1;
  std::optional<double> pointer_;
};

}  // namespace karyo::gui
