#pragma once

/// A table of rows that are made when they are seen: a million cost no more than ten.

#include <QColor>
#include <QStringList>
#include <QTableView>
#include <functional>

namespace karyo::gui {

class RowTable : public QTableView {
 public:
  /// What the rows are, asked for whenever one is painted. All must be set before refill().
  struct Rows {
    QStringList headers;
    std::function<int()> count;
    std::function<QString(int row, int column)> text;
    /// A chip before the row; invalid: none. May be empty.
    std::function<QColor(int row)> color;
    int words = 1;  ///< columns of words, at the left; numbers follow, right-aligned
    std::function<QString(int row)> tip = {};  ///< under the pointer; else a cell's own text
  };
  RowTable(const char* name, const QString& spoken_name, Rows rows, QWidget* parent);

  /// Rows have changed.
  void refill();
  /// Marks a row without on_chosen; below 0: none.
  void choose(int row);
  /// As high as `rows` rows and the header.
  void show_rows(int least, int most);

  std::function<void(int row)> on_chosen;  ///< by mouse or keys

 private:
  class Model;
  Model* model_;
  bool choosing_ = false;
};

}  // namespace karyo::gui
