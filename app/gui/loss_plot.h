#pragma once

/// Losses over epochs: of training and of validation, the best epoch and drops of the learning rate
/// marked; validation losses of other trainings beside them.

#include <QWidget>
#include <cstdint>
#include <optional>
#include <vector>

#include "models/io/history.h"

namespace karyo::gui {

class LossPlot : public QWidget {
 public:
  explicit LossPlot(QWidget* parent = nullptr);
  /// Of the columns epoch, loss, val_loss and learning_rate; `epochs` planned, for the width.
  void set_history(const History& history, std::int64_t epochs);
  struct Other {
    QString name;
    History history;
  };
  void set_beside(const std::vector<Other>& others);
  /// Draws running means (a fifth of each epoch's value, the rest of those before); numbers stay.
  void set_smooth(bool on);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void leaveEvent(QEvent* event) override;

 private:
  struct Point {
    double epoch = 0, loss = 0, validation = 0, rate = 0;
  };
  using Points = std::vector<Point>;
  struct Curve {
    QString name;
    Points points;
  };
  static Points points_of(const History& history);
  Points drawn(const Points& points) const;
  void find_ranges();
  QRectF area() const;
  double x_of(const QRectF& plot, double epoch) const;
  double y_of(const QRectF& plot, double loss) const;
  void draw_axes(QPainter& painter, const QRectF& plot) const;
  void draw_curve(QPainter& painter, const QRectF& plot, const Points& points,
                  double Point::*value) const;
  void draw_others(QPainter& painter, const QRectF& plot) const;
  void draw_rate_drops(QPainter& painter, const QRectF& plot) const;
  void draw_words(QPainter& painter, const QRectF& plot) const;

  Points points_;
  std::vector<Curve> others_;
  std::vector<std::int64_t> rate_drops_;  // epochs
  bool smooth_ = false;
  std::int64_t planned_ = 0;
  double last_epoch_ = 1, least_ = 0.1, most_ = 1;  // log scale between them, all above 0
  std::size_t best_ = 0;
  bool logarithmic_ = true;  // not with losses below 0, as a Laplace likelihood has
  std::optional<double> pointer_;
};

}  // namespace karyo::gui
