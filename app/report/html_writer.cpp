#include "app/report/html_writer.h"

#include <algorithm>

#include "app/report/markup.h"

namespace karyo {
namespace {

constexpr const char* kStyle = R"(
:root { color-scheme: light; }
body { font: 16px/1.5 "Segoe UI", "Noto Sans", "Liberation Sans", Arial, sans-serif; color: #1a1a1a;
  background: #fff; max-width: 190mm; margin: 0 auto; padding: 2rem 1rem 4rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .3rem; overflow-wrap: anywhere; }
h2 { font-size: 1.35rem; margin: 2.6rem 0 .6rem; border-bottom: 2px solid #0f6f66; padding-bottom: .2rem; }
h3 { font-size: 1.08rem; margin: 1.6rem 0 .4rem; }
p { margin: .5rem 0; overflow-wrap: anywhere; }
header p { color: #444; }
nav ol { columns: 2; margin: .4rem 0 0; padding-left: 1.4rem; }
a { color: #0b5a53; }
.note { color: #444; font-size: .92rem; }
.good, .warning, .refused { border-left: 5px solid; padding: .5rem .8rem; border-radius: 0 4px 4px 0; }
.good { border-color: #1b7f3b; background: #eef7f0; }
.warning { border-color: #b36b00; background: #fdf5e6; }
.refused { border-color: #b00020; background: #fdecee; }
.good strong, .warning strong, .refused strong { margin-right: .3rem; }
table { border-collapse: collapse; width: 100%; margin: .8rem 0 1.2rem; font-size: .92rem; }
caption { text-align: left; font-weight: 600; padding-bottom: .3rem; }
th, td { padding: .28rem .5rem; border-bottom: 1px solid #ddd; text-align: left; vertical-align: top;
  overflow-wrap: anywhere; }
thead th { border-bottom: 2px solid #555; overflow-wrap: normal; hyphens: auto; }
tbody th { font-weight: 400; }
tr.sum th, tr.sum td { font-weight: 700; border-top: 1px solid #555; }
tbody th { min-width: 7rem; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
td.number { white-space: nowrap; }
.table { overflow-x: auto; }
figure { margin: 1.2rem 0 1.6rem; }
figure svg { max-width: 100%; height: auto; }
figcaption { font-size: .92rem; color: #333; margin-top: .3rem; }
footer { margin-top: 3rem; border-top: 1px solid #ccc; padding-top: .6rem; color: #444; font-size: .9rem; }
@media print { body { max-width: none; padding: 0; font-size: 10pt; }
  h2, h3 { break-after: avoid; } figure, tr, .warning, .refused, .good { break-inside: avoid; }
  nav { display: none; } }
@page { size: A4; margin: 18mm; }
)";

const char* word_of(Tone tone) {
  switch (tone) {
    case Tone::kGood:
      return "Good:";
    case Tone::kWarning:
      return "Note well:";
    case Tone::kRefused:
      return "Refused:";
    case Tone::kPlain:
    case Tone::kNote:
      break;
  }
  return "";
}

const char* class_of(Tone tone) {
  switch (tone) {
    case Tone::kNote:
      return "note";
    case Tone::kGood:
      return "good";
    case Tone::kWarning:
      return "warning";
    case Tone::kRefused:
      return "refused";
    case Tone::kPlain:
      break;
  }
  return "";
}

void write(std::string& html, const ReportText& block) {
  const std::string kind = class_of(block.tone), word = word_of(block.tone);
  html += kind.empty() ? "<p>" : "<p class=\"" + kind + "\">";
  if (!word.empty()) html += "<strong>" + word + "</strong> ";
  html += escaped(block.text) + "</p>\n";
}

void write(std::string& html, const ReportList& block) {
  const std::string tag = block.numbered ? "ol" : "ul";
  html += "<" + tag + ">\n";
  for (const std::string& item : block.items) html += "<li>" + escaped(item) + "</li>\n";
  html += "</" + tag + ">\n";
}

void write(std::string& html, const ReportTable& block) {
  const auto number = [&](std::size_t column) {
    return column < block.numeric.size() && block.numeric[column] ? " class=\"number\"" : "";
  };
  // A region that scrolls by itself where a table is wider than the screen, by keyboard too.
  html += "<div class=\"table\" role=\"region\" tabindex=\"0\" aria-label=\"" +
          escaped(block.caption) + "\">\n<table>\n<caption>" + escaped(block.caption) +
          "</caption>\n<thead><tr>";
  for (std::size_t c = 0; c < block.columns.size(); ++c) {
    html +=
        std::string("<th scope=\"col\"") + number(c) + ">" + escaped(block.columns[c]) + "</th>";
  }
  html += "</tr></thead>\n<tbody>\n";
  for (std::size_t r = 0; r < block.rows.size(); ++r) {
    const bool sum =
        std::find(block.emphasized.begin(), block.emphasized.end(), r) != block.emphasized.end();
    html += sum ? "<tr class=\"sum\">" : "<tr>";
    for (std::size_t c = 0; c < block.rows[r].size(); ++c) {
      const std::string cell = escaped(block.rows[r][c]);
      html += c == 0 ? "<th scope=\"row\">" + cell + "</th>"
                     : std::string("<td") + number(c) + ">" + cell + "</td>";
    }
    html += "</tr>\n";
  }
  html += "</tbody>\n</table>\n</div>\n";
}

void write(std::string& html, const ReportFigure& block) {
  html += "<figure>\n" + block.svg + "<figcaption>" + escaped(block.caption) +
          "</figcaption>\n</figure>\n";
}

}  // namespace

std::string to_html(const Report& report) {
  std::string html =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
      "img-src data:; style-src 'unsafe-inline'\">\n<meta name=\"generator\" content=\"" +
      escaped(report.program) + "\">\n<title>" + escaped(report.title) + "</title>\n<style>" +
      kStyle + "</style>\n</head>\n<body>\n<header>\n<h1>" + escaped(report.title) + "</h1>\n<p>" +
      escaped(report.subtitle) + "</p>\n<p>" + escaped(report.date) + ", " +
      escaped(report.program) + "</p>\n</header>\n<nav aria-label=\"Contents\">\n<ol>\n";
  for (std::size_t i = 0; i < report.sections.size(); ++i) {
    if (report.sections[i].level > 2) continue;
    html += "<li><a href=\"#s" + std::to_string(i) + "\">" + escaped(report.sections[i].title) +
            "</a></li>\n";
  }
  html += "</ol>\n</nav>\n<main>\n";
  for (std::size_t i = 0; i < report.sections.size(); ++i) {
    const ReportSection& section = report.sections[i];
    const std::string heading = section.level > 2 ? "h3" : "h2";
    html += "<" + heading + " id=\"s" + std::to_string(i) + "\">" + escaped(section.title) + "</" +
            heading + ">\n";
    for (const ReportBlock& block : section.blocks) {
      std::visit([&](const auto& part) { write(html, part); }, block);
    }
  }
  return html + "</main>\n<footer><p>Made by " + escaped(report.program) + " on " +
         escaped(report.date) + ".</p></footer>\n</body>\n</html>\n";
}

}  // namespace karyo
