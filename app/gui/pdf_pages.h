#pragma once

/// Pages of a PDF that fill from the top: lines of text, tables, figures, each on the page where it
/// has room. Lengths are millimetres, letters are points.

#include <QColor>
#include <QFont>
#include <QPainter>
#include <QPdfWriter>
#include <QString>
#include <memory>
#include <vector>

class QSvgRenderer;
class QTextLayout;

namespace karyo::gui {

struct PdfText {
  double points = 9.5;
  bool bold = false;
  QColor color{0x1a, 0x1a, 0x1a};
  double indent_mm = 0;
  double after_mm = 1.6;  ///< free below
  QColor bar{};           ///< valid: a bar at the left edge, and room beside it
  QString label{};        ///< in bold before the text
  QString marker{};       ///< left of the indented text: a number or a dot
};

class PdfPages {
 public:
  /// `footer` stands on every page beside its number.
  PdfPages(QPdfWriter& writer, QString footer);
  ~PdfPages();

  /// Breaks between lines where the page ends.
  void text(const QString& words, const PdfText& look);
  /// A new page unless this much is free.
  void need(double mm);
  void space(double mm);
  /// Where the next line comes: the page, from 0, and how far below its margin.
  int page() const { return page_ - 1; }
  double place_mm() const { return y_ / px(1); }
  double width_mm() const;
  double page_mm() const;

  struct Cell {
    QString words;
    bool right = false, bold = false;
  };
  /// Rows stay whole; a page that continues them repeats the first.
  void table(const std::vector<std::vector<Cell>>& rows);
  double height_of(const std::vector<std::vector<Cell>>& rows) const;
  /// Scaled down where it is wider or, with `below_mm` under it, taller than a page.
  void figure(QSvgRenderer& picture, double width_mm, double height_mm, double below_mm);
  /// The height of `words` in lines of `look`.
  double height_of(const QString& words, const PdfText& look) const;
  void finish();

 private:
  struct Row;
  double px(double mm) const;
  QFont font(double points, bool bold) const;
  std::unique_ptr<QTextLayout> laid_out(const QString& words, const PdfText& look, double width_px,
                                        bool right) const;
  std::vector<double> column_widths(const std::vector<std::vector<Cell>>& rows) const;
  void draw_row(const std::vector<Cell>& cells, const std::vector<double>& widths, bool head);
  double row_height(const std::vector<Cell>& cells, const std::vector<double>& widths) const;
  void next_page();
  void draw_footer();

  QPdfWriter& writer_;
  QPainter painter_;
  QString footer_;
  double y_ = 0, width_ = 0, height_ = 0;  // dots of the writer; without margins and footer
  int page_ = 1;
};

}  // namespace karyo::gui
