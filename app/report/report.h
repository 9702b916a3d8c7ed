#pragma once

/// A report as a tree of plain values: sections of paragraphs, lists, tables and figures. It says
/// nothing of how it is shown; html_writer.h and the window's PDF writer do that.

#include <string>
#include <variant>
#include <vector>

namespace karyo {

enum class Tone {
  kPlain,
  kNote,     ///< small print: how a number is meant
  kGood,     ///< nothing to worry about
  kWarning,  ///< a reader should know
  kRefused,  ///< something that must not be counted on
};

struct ReportText {
  std::string text;
  Tone tone = Tone::kPlain;
};

struct ReportList {
  std::vector<std::string> items;
  bool numbered = false;
};

struct ReportTable {
  std::string caption;
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;  ///< each as long as `columns`; the first is its name
  std::vector<bool> numeric;                   ///< of columns: set to the right
  std::vector<std::size_t> emphasized = {};    ///< rows that sum up the others
};

struct ReportFigure {
  std::string caption;
  std::string alt;  ///< what it shows, for those who do not see it
  double width_mm = 0, height_mm = 0;
  std::string svg;  ///< a whole <svg> element, SVG Tiny 1.2; pixels inside as PNG
};

using ReportBlock = std::variant<ReportText, ReportList, ReportTable, ReportFigure>;

struct ReportSection {
  std::string title;
  std::vector<ReportBlock> blocks = {};
  int level = 2;  ///< 2: a section, 3: part of the one before
};

struct Report {
  std::string title, subtitle;
  std::string date;     ///< as people write it: "31 January 2026"
  std::string program;  ///< "Karyoscope 0.1.0"
  std::vector<ReportSection> sections;
};

}  // namespace karyo
