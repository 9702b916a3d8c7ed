#include "app/gui/pdf_pages.h"

#include <QSvgRenderer>
#include <QTextLayout>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace karyo::gui {
namespace {

constexpr double kFooterMm = 9, kCellPoints = 8, kCellPadMm = 1.2, kRowPadMm = 0.7;
const QColor kRule(0xcc, 0xcc, 0xcc), kDarkRule(0x55, 0x55, 0x55);

}  // namespace

PdfPages::PdfPages(QPdfWriter& writer, QString footer)
    : writer_(writer), painter_(&writer), footer_(std::move(footer)) {
  painter_.setRenderHint(QPainter::Antialiasing);
  painter_.setRenderHint(QPainter::LosslessImageRendering);
  width_ = painter_.viewport().width();
  height_ = painter_.viewport().height() - px(kFooterMm);
}

PdfPages::~PdfPages() = default;

double PdfPages::px(double mm) const {
  return mm / 25.4 * writer_.resolution();
}

double PdfPages::width_mm() const {
  return width_ * 25.4 / writer_.resolution();
}

double PdfPages::page_mm() const {
  return height_ * 25.4 / writer_.resolution();
}

QFont PdfPages::font(double points, bool bold) const {
  QFont font;
  font.setFamilies({QStringLiteral("Noto Sans"), QStringLiteral("Liberation Sans"),
                    QStringLiteral("DejaVu Sans"), QStringLiteral("Arial")});
  font.setStyleHint(QFont::SansSerif);
  font.setPointSizeF(points);
  font.setBold(bold);
  // Any spacing ends ligatures: "filters" is to be found and copied as it is spelled.
  font.setLetterSpacing(QFont::AbsoluteSpacing, 0.05);
  return font;
}

std::unique_ptr<QTextLayout> PdfPages::laid_out(const QString& words, const PdfText& look,
                                                double width_px, bool right) const {
  QString line = words;
  line.replace(QLatin1Char('\n'), QChar::LineSeparator);
  auto layout = std::make_unique<QTextLayout>(
      look.label.isEmpty() ? line : look.label + QLatin1Char(' ') + line,
      font(look.points, look.bold), const_cast<QPdfWriter*>(&writer_));
  QTextOption option(right ? Qt::AlignRight : Qt::AlignLeft);
  option.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
  layout->setTextOption(option);
  if (!look.label.isEmpty()) {
    QTextLayout::FormatRange bold;
    bold.start = 0;
    bold.length = int(look.label.size());
    bold.format.setFontWeight(QFont::Bold);
    layout->setFormats({bold});
  }
  layout->beginLayout();
  double y = 0;
  for (QTextLine text = layout->createLine(); text.isValid(); text = layout->createLine()) {
    text.setLineWidth(width_px);
    text.setPosition({0, y});
    y += text.height() * 1.12;
  }
  layout->endLayout();
  return layout;
}

double PdfPages::height_of(const QString& words, const PdfText& look) const {
  const double width = width_ - px(look.indent_mm);
  const auto layout = laid_out(words, look, width, false);
  double height = 0;
  for (int i = 0; i < layout->lineCount(); ++i) height += layout->lineAt(i).height() * 1.12;
  return (height + px(look.after_mm)) * 25.4 / writer_.resolution();
}

void PdfPages::text(const QString& words, const PdfText& look) {
  const double bar = look.bar.isValid() ? px(4) : 0;
  const double left = px(look.indent_mm) + bar;
  const auto layout = laid_out(words, look, width_ - left, false);
  painter_.setFont(font(look.points, look.bold));
  for (int i = 0; i < layout->lineCount(); ++i) {
    QTextLine line = layout->lineAt(i);
    const double height = line.height() * 1.12;
    // No line stays alone at the foot of a page where another follows.
    const bool widow = i == 0 && layout->lineCount() > 1;
    if (y_ + height * (widow ? 2 : 1) > height_) next_page();
    if (look.bar.isValid()) {
      painter_.fillRect(QRectF(0, y_ - px(0.3), px(1.2), height + px(0.6)), look.bar);
    }
    painter_.setPen(look.color);
    if (i == 0 && !look.marker.isEmpty()) {
      painter_.drawText(QRectF(0, y_, left - px(2), height), Qt::AlignRight | Qt::AlignTop,
                        look.marker);
    }
    line.draw(&painter_, {left, y_ - line.y()});
    y_ += height;
  }
  y_ += px(look.after_mm);
}

void PdfPages::need(double mm) {
  if (y_ > 0 && y_ + px(mm) > height_) next_page();
}

void PdfPages::space(double mm) {
  if (y_ > 0) y_ += px(mm);
}

std::vector<double> PdfPages::column_widths(const std::vector<std::vector<Cell>>& rows) const {
  const std::size_t columns = rows.front().size();
  const QFontMetricsF letters(font(kCellPoints, true), const_cast<QPdfWriter*>(&writer_));
  std::vector<double> natural(columns, 0), least(columns, 0);
  for (const auto& row : rows) {
    for (std::size_t c = 0; c < columns; ++c) {
      natural[c] = std::max(natural[c], letters.horizontalAdvance(row[c].words));
      for (const QString& word : row[c].words.split(QLatin1Char(' '))) {
        least[c] = std::max(least[c], letters.horizontalAdvance(word));
      }
    }
  }
  const double pad = 2 * px(kCellPadMm), most = 0.45 * width_;
  double total = 0, smallest = 0;
  for (std::size_t c = 0; c < columns; ++c) {
    least[c] = std::min(least[c], most) + pad;
    natural[c] = std::max(natural[c] + pad, least[c]);
    total += natural[c];
    smallest += least[c];
  }
  if (total <= width_) {  // what is left over goes to the last column of words
    const auto& head = rows.front();
    std::size_t words = columns;
    for (std::size_t c = 0; c < columns; ++c) {
      if (!head[c].right) words = c;
    }
    for (std::size_t c = 0; c < columns; ++c) {  // of numbers alone: to all of them
      if (words == columns) natural[c] += (width_ - total) / static_cast<double>(columns);
    }
    if (words < columns) natural[words] += width_ - total;
    return natural;
  }
  if (smallest >= width_) {  // words are broken rather than numbers
    double numbers = 0, words = 0;
    for (std::size_t c = 0; c < columns; ++c) (rows.front()[c].right ? numbers : words) += least[c];
    const bool possible = words > 0 && numbers < 0.85 * width_;
    for (std::size_t c = 0; c < columns; ++c) {
      if (!possible) {
        least[c] *= width_ / smallest;
      } else if (!rows.front()[c].right) {
        least[c] *= (width_ - numbers) / words;
      }
    }
    return least;
  }
  const double share = (width_ - smallest) / (total - smallest);
  for (std::size_t c = 0; c < columns; ++c) least[c] += share * (natural[c] - least[c]);
  return least;
}

double PdfPages::row_height(const std::vector<Cell>& cells,
                            const std::vector<double>& widths) const {
  double height = 0;
  for (std::size_t c = 0; c < cells.size(); ++c) {
    const auto layout = laid_out(cells[c].words, {kCellPoints, cells[c].bold},
                                 widths[c] - 2 * px(kCellPadMm), cells[c].right);
    double own = 0;
    for (int i = 0; i < layout->lineCount(); ++i) own += layout->lineAt(i).height() * 1.12;
    height = std::max(height, own);
  }
  return height + 2 * px(kRowPadMm);
}

void PdfPages::draw_row(const std::vector<Cell>& cells, const std::vector<double>& widths,
                        bool head) {
  const double height = row_height(cells, widths);
  double x = 0;
  painter_.setPen(QColor(0x1a, 0x1a, 0x1a));
  for (std::size_t c = 0; c < cells.size(); ++c) {
    const auto layout = laid_out(cells[c].words, {kCellPoints, cells[c].bold},
                                 widths[c] - 2 * px(kCellPadMm), cells[c].right);
    for (int i = 0; i < layout->lineCount(); ++i) {
      // A row higher than a page: what does not fit is left out rather than drawn over the foot.
      if (y_ + layout->lineAt(i).y() + layout->lineAt(i).height() > height_ + px(1)) break;
      layout->lineAt(i).draw(&painter_, {x + px(kCellPadMm), y_ + px(kRowPadMm)});
    }
    x += widths[c];
  }
  y_ = std::min(y_ + height, height_);
  painter_.setPen(QPen(head ? kDarkRule : kRule, px(head ? 0.3 : 0.15)));
  painter_.drawLine(QPointF(0, y_), QPointF(width_, y_));
}

void PdfPages::table(const std::vector<std::vector<Cell>>& rows) {
  if (rows.empty() || rows.front().empty()) return;
  const auto widths = column_widths(rows);
  for (std::size_t r = 0; r < rows.size(); ++r) {
    if (r > 0 && y_ + row_height(rows[r], widths) > height_) {
      next_page();
      draw_row(rows.front(), widths, true);
    }
    draw_row(rows[r], widths, r == 0);
  }
}

double PdfPages::height_of(const std::vector<std::vector<Cell>>& rows) const {
  if (rows.empty() || rows.front().empty()) return 0;
  const auto widths = column_widths(rows);
  double height = 0;
  for (const auto& row : rows) height += row_height(row, widths);
  return height * 25.4 / writer_.resolution();
}

void PdfPages::figure(QSvgRenderer& picture, double width_mm, double height_mm, double below_mm) {
  double scale = std::min(1.0, width_ / px(width_mm));
  scale = std::min(scale, (height_ - px(below_mm)) / px(height_mm));
  need(height_mm * scale + below_mm);
  const QSizeF size(px(width_mm) * scale, px(height_mm) * scale);
  painter_.setFont(font(9, false));  // what the picture does not say, it takes from here
  picture.render(&painter_, QRectF(QPointF(0, y_), size));
  y_ += size.height();
}

void PdfPages::draw_footer() {
  painter_.setFont(font(8, false));
  painter_.setPen(QColor(0x55, 0x55, 0x55));
  const QRectF foot(0, height_ + px(kFooterMm) - px(5), width_, px(5));
  const QString number = QString::number(page_);
  const QFontMetricsF letters(painter_.font(), &writer_);
  painter_.drawText(foot, Qt::AlignLeft | Qt::AlignBottom,
                    letters.elidedText(footer_, Qt::ElideMiddle, width_ - px(20)));
  painter_.drawText(foot, Qt::AlignRight | Qt::AlignBottom, number);
}

void PdfPages::next_page() {
  draw_footer();
  writer_.newPage();
  ++page_;
  y_ = 0;
}

void PdfPages::finish() {
  draw_footer();
  painter_.end();
}

}  // namespace karyo::gui
