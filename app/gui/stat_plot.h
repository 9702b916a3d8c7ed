#pragma once

/// Histogram, scatter plot and boxes of numbers of rows (cells, tracks), in which rows are chosen
/// by dragging: what is chosen is in the accent, here and wherever else the rows are shown.

#include <QColor>
#include <QString>
#include <QWidget>
#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

#include "core/base/result.h"
#include "core/measure/distribution.h"

namespace karyo::gui {

class StatPlot : public QWidget {
 public:
  enum class Kind { kHistogram, kScatter, kBox };
  struct Numbers {
    Kind kind = Kind::kHistogram;
    std::vector<double> values;   ///< one a row; not finite: the row is left out
    std::vector<double> second;   ///< of scatter: along y; `values` are along x
    std::vector<int> group;       ///< by row, from 0; empty: all are in one
    std::vector<QString> groups;  ///< their names
    QString name, second_name;    ///< of the axes, with unit
    bool joined = false;          ///< scatter: a line goes through the dots, in their order
  };
  StatPlot(const char* name, const QString& spoken_name, QWidget* parent);
  void set_numbers(Numbers numbers);
  /// By row; of another length: none.
  void set_chosen(std::vector<char> chosen);
  /// Rows in what was dragged over, or under a click; none where there is nothing.
  std::function<void(const std::vector<std::size_t>& rows)> on_chosen;

  /// As PNG, SVG or PDF, dark on white. Errors: those of write_drawing.
  Result<void> save(const std::filesystem::path& path) const;

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;

 private:
  struct Colors {
    QColor background, line, text, quiet, accent;
  };
  /// Where numbers lie on paper.
  struct Frame {
    QRectF plot;
    double left = 0, right = 1, bottom = 0, top = 1;  // numbers at the edges
    double x(double value) const {
      return plot.left() + plot.width() * (value - left) / (right - left);
    }
    double y(double value) const {
      return plot.bottom() - plot.height() * (value - bottom) / (top - bottom);
    }
  };
  static Colors screen_colors();
  Frame frame_in(const QRectF& place) const;
  void paint_into(QPainter& painter, const QRectF& place, const Colors& colors) const;
  void paint_axes(QPainter& painter, const Frame& frame, const Colors& colors) const;
  void paint_bars(QPainter& painter, const Frame& frame, const Colors& colors) const;
  void paint_dots(QPainter& painter, const Frame& frame, const Colors& colors) const;
  void paint_boxes(QPainter& painter, const Frame& frame, const Colors& colors) const;
  bool is_chosen(std::size_t row) const { return row < chosen_.size() && chosen_[row] != 0; }
  int group_of(std::size_t row) const {
    return row < numbers_.group.size() ? numbers_.group[row] : 0;
  }
  int group_count() const { return std::max(1, static_cast<int>(numbers_.groups.size())); }
  /// Where a row's dot lies; none of rows that are left out.
  std::optional<QPointF> dot_of(std::size_t row, const Frame& frame) const;
  std::vector<std::size_t> rows_in(const QRectF& dragged) const;

  Numbers numbers_;
  std::vector<char> chosen_;
  ValueBins bins_;
  std::optional<QPointF> pressed_, now_;
};

}  // namespace karyo::gui
