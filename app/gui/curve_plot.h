#pragma once

/// Curves over a common axis, with their values under the pointer in words.

#include <QColor>
#include <QString>
#include <QWidget>
#include <optional>
#include <vector>

namespace karyo::gui {

class CurvePlot : public QWidget {
 public:
  struct Curve {
    QString name;
    std::vector<double> values;  ///< one for each x; not finite: a gap
    Qt::PenStyle style = Qt::SolidLine;
    bool first = false;  ///< in the accent; else in the colour of quiet texts
  };
  struct Curves {
    std::vector<double> x;  ///< ascending
    std::vector<Curve> curves;
    QString x_name;
    double least = 0, most = 1;    ///< values at the bottom and at the top
    std::optional<double> marked;  ///< a line at this x; its values are told without a pointer
    int decimals = 2;              ///< of values
    bool logarithmic_x = false;    ///< x > 0
    bool bridged = false;          ///< lines go on over values that are not finite
    bool steps = false;            ///< each value holds until the next x: a histogram's outline
  };
  CurvePlot(const char* name, const QString& spoken_name, QWidget* parent);
  void set_curves(Curves curves);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void leaveEvent(QEvent* event) override;

 private:
  QRectF area() const;
  QPointF point(const QRectF& plot, double x, double value) const;
  void draw_axes(QPainter& painter, const QRectF& plot) const;
  void draw_curve(QPainter& painter, const QRectF& plot, const Curve& curve) const;
  void draw_words(QPainter& painter, const QRectF& plot) const;
  /// The x that is told of; none where there is none.
  std::optional<std::size_t> told(const QRectF& plot) const;

  Curves shown_;
  std::optional<double> pointer_;
};

}  // namespace karyo::gui
