#include "app/gui/report_pdf.h"

#include <QPageLayout>
#include <QPdfWriter>
#include <QSvgRenderer>
#include <algorithm>

#include "app/gui/pdf_pages.h"
#include "app/report/pdf_outline.h"
#include "core/base/atomic_file.h"

namespace karyo::gui {
namespace {

constexpr int kDotsPerInch = 1200;
constexpr double kMarginMm = 18;

QString words(const std::string& text) {
  return QString::fromUtf8(text.data(), qsizetype(text.size()));
}

PdfText look_of(Tone tone) {
  PdfText look;
  switch (tone) {
    case Tone::kNote:
      look.points = 8.5;
      look.color = QColor(0x44, 0x44, 0x44);
      break;
    case Tone::kGood:
      look.bar = QColor(0x1b, 0x7f, 0x3b);
      look.label = QStringLiteral("Good:");
      break;
    case Tone::kWarning:
      look.bar = QColor(0xb3, 0x6b, 0x00);
      look.label = QStringLiteral("Note well:");
      break;
    case Tone::kRefused:
      look.bar = QColor(0xb0, 0x00, 0x20);
      look.label = QStringLiteral("Refused:");
      break;
    case Tone::kPlain:
      break;
  }
  look.after_mm = look.bar.isValid() ? 2.2 : 1.6;
  return look;
}

std::vector<std::vector<PdfPages::Cell>> rows_of(const ReportTable& table) {
  std::vector<std::vector<PdfPages::Cell>> rows(1);
  const auto right = [&](std::size_t column) {
    return column < table.numeric.size() && table.numeric[column];
  };
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    rows[0].push_back({words(table.columns[c]), right(c), true});
  }
  for (std::size_t r = 0; r < table.rows.size(); ++r) {
    const bool bold =
        std::find(table.emphasized.begin(), table.emphasized.end(), r) != table.emphasized.end();
    auto& row = rows.emplace_back();
    for (std::size_t c = 0; c < table.columns.size(); ++c) {
      row.push_back({words(table.rows[r][c]), right(c), bold});
    }
  }
  return rows;
}

class ReportPrinter {
 public:
  explicit ReportPrinter(PdfPages& pages) : pages_(pages) {}

  void print(const Report& report) {
    pages_.text(words(report.title), {18, true, QColor(0x1a, 0x1a, 0x1a), 0, 1.5});
    pages_.text(words(report.subtitle), {10, false, QColor(0x44, 0x44, 0x44), 0, 0.5});
    pages_.text(words(report.date + ", " + report.program),
                {10, false, QColor(0x44, 0x44, 0x44), 0, 3});
    for (const ReportSection& section : report.sections) {
      const bool part = section.level > 2;
      pages_.space(part ? 2.5 : 5);
      // The heading goes where what follows begins.
      const double follows = section.blocks.empty() ? 0 : begin_mm(section.blocks.front());
      pages_.need(std::min(10 + follows, pages_.page_mm()));
      constexpr double kPointsPerMm = 72 / 25.4;
      bookmarks_.push_back({section.title, part, static_cast<std::size_t>(pages_.page()),
                            (kMarginMm + pages_.place_mm()) * kPointsPerMm});
      pages_.text(words(section.title),
                  {part ? 11.0 : 13.5, true, QColor(0x0b, 0x5a, 0x53), 0, 1.8});
      for (const ReportBlock& block : section.blocks) {
        std::visit([&](const auto& one) { print(one); }, block);
      }
    }
    pages_.finish();
  }
  /// A heading each.
  const std::vector<PdfBookmark>& bookmarks() const { return bookmarks_; }

 private:
  /// What has to be on one page with a heading above it.
  double begin_mm(const ReportBlock& block) const {
    if (const auto* figure = std::get_if<ReportFigure>(&block)) {
      const double scale = std::min(1.0, pages_.width_mm() / std::max(1.0, figure->width_mm));
      return figure->height_mm * scale + 12;
    }
    if (const auto* table = std::get_if<ReportTable>(&block)) return begin_mm(*table);
    return 10;
  }

  /// A table that takes less than half a page stays in one piece.
  double begin_mm(const ReportTable& table) const {
    constexpr double kCaptionMm = 7, kFirstRowsMm = 15;
    const double whole = pages_.height_of(rows_of(table));
    return kCaptionMm + (whole < 0.45 * pages_.page_mm() ? whole : kFirstRowsMm);
  }

  void print(const ReportText& block) { pages_.text(words(block.text), look_of(block.tone)); }

  void print(const ReportList& block) {
    for (std::size_t i = 0; i < block.items.size(); ++i) {
      PdfText look;
      look.indent_mm = 8;
      look.marker =
          block.numbered ? QString::number(i + 1) + QLatin1Char('.') : QString(QChar(0x2022));
      pages_.text(words(block.items[i]), look);
    }
  }

  void print(const ReportTable& block) {
    pages_.space(1.5);
    pages_.need(begin_mm(block));
    pages_.text(words(block.caption), {9, true, QColor(0x1a, 0x1a, 0x1a), 0, 0.8});
    pages_.table(rows_of(block));
    pages_.space(3.5);
  }

  void print(const ReportFigure& block) {
    PdfText look;
    look.points = 8.5;
    look.color = QColor(0x33, 0x33, 0x33);
    look.after_mm = 4;
    pages_.space(1.5);
    QSvgRenderer picture(QByteArray(block.svg.data(), qsizetype(block.svg.size())));
    const double caption = pages_.height_of(words(block.caption), look);
    if (picture.isValid()) {
      pages_.figure(picture, block.width_mm, block.height_mm, caption + 1.5);
      pages_.space(1.5);
    }
    pages_.text(words(block.caption), look);
  }

  PdfPages& pages_;
  std::vector<PdfBookmark> bookmarks_;
};

}  // namespace

Result<void> write_report_pdf(const Report& report, const std::filesystem::path& path) {
  KARYO_TRY(auto file, AtomicFile::create(path));
  std::vector<PdfBookmark> bookmarks;
  {
    QPdfWriter writer(QString::fromStdString(file.temporary_path().string()));
    writer.setResolution(kDotsPerInch);
    writer.setPageLayout(QPageLayout(QPageSize(QPageSize::A4), QPageLayout::Portrait,
                                     QMarginsF(kMarginMm, kMarginMm, kMarginMm, kMarginMm),
                                     QPageLayout::Millimeter));
    writer.setTitle(words(report.title));
    writer.setCreator(words(report.program));
    PdfPages pages(writer, words(report.title));
    ReportPrinter printer(pages);
    printer.print(report);
    bookmarks = printer.bookmarks();
  }
  constexpr std::uintmax_t kMostBytes = std::uintmax_t{1} << 30;
  KARYO_TRY(const std::string plain, read_file(file.temporary_path(), kMostBytes));
  // A Qt that builds its files otherwise gives a report without bookmarks.
  const auto marked = with_bookmarks(plain, bookmarks, "en");
  if (!marked) return file.commit();
  return write_file_atomically(path, *marked);
}

}  // namespace karyo::gui
