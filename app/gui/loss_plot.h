#pragma once

/// Losses over epochs: of training and of validation, the best epoch marked.

#include <QWidget>
#include <optional>
#include <vector>

#include "models/io/history.h"

namespace karyo::gui {

class LossPlot : public QWidget {
 public:
  explicit LossPlot(QWidget* parent = nullptr);
  /// Of the columns epoch, loss, val_loss and learning_rate; `epochs` planned, for the width.
  void set_history(const History& history, std::int64_t epochs);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void leaveEvent(QEvent* event) override;

 private:
  struct Point {
    double epoch = 0, loss = 0, validation = 0, rate = 0;
  };
  QRectF area() const;
  double x_of(const QRectF& plot, double epoch) const;
  double y_of(const QRectF& plot, double loss) const;
  void draw_axes(QPainter& painter, const QRectF& plot) const;
  void draw_curve(QPainter& painter, const QRectF& plot, double Point::*value) const;
  void draw_words(QPainter& painter, const QRectF& plot) const;

  std::vector<Point> points_;
  double last_epoch_ = 1, least_ = 0.1, most_ = 1;  // log scale between them, all above 0
  std::size_t best_ = 0;
  bool logarithmic_ = true;  // not with losses below 0, as a Laplace likelihood has
  std::optional<double> pointer_;
};

}  // namespace karyo::gui
