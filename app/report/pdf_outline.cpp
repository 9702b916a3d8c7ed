#include "app/report/pdf_outline.h"

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string_view>

#include "app/report/number_text.h"

namespace karyo {
namespace {

Error not_qts() {
  return {ErrorCode::kBadFile, "the PDF is not built as Qt builds one, so it gets no bookmarks",
          "Make the report as a web page, and print it to PDF in a browser."};
}

/// The number that follows `key`, from `from` on.
std::optional<std::size_t> number_after(std::string_view text, std::string_view key,
                                        std::size_t from = 0) {
  std::size_t at = text.find(key, from);
  if (at == std::string_view::npos) return {};
  at += key.size();
  while (at < text.size() && (text[at] == ' ' || text[at] == '\n' || text[at] == '\r')) ++at;
  std::size_t number = 0;
  const auto read = std::from_chars(text.data() + at, text.data() + text.size(), number);
  if (read.ec != std::errc{}) return {};
  return number;
}

struct Parsed {
  std::size_t table = 0, size = 0, root = 0, info = 0;
  std::string catalog;             ///< what stands between << and >>
  std::vector<std::size_t> pages;  ///< their objects
  double height = 0;               ///< points
};

/// What stands between the outer brackets of an object.
std::optional<std::string_view> object_text(std::string_view pdf, std::size_t table,
                                            std::size_t number) {
  // "xref\n0 SIZE\n", then lines of 20 bytes.
  std::size_t at = pdf.find('\n', pdf.find('\n', table) + 1);
  if (at == std::string_view::npos) return {};
  at += 1 + 20 * number;
  std::size_t place = 0;
  if (at + 10 > pdf.size()) return {};
  const auto read = std::from_chars(pdf.data() + at, pdf.data() + at + 10, place);
  if (read.ec != std::errc{} || place >= pdf.size()) return {};
  const std::size_t begin = pdf.find("<<", place), end = pdf.find("endobj", place);
  if (begin == std::string_view::npos || end == std::string_view::npos || begin > end) return {};
  const std::size_t close = pdf.rfind(">>", end);
  if (close == std::string_view::npos || close < begin + 2) return {};
  return pdf.substr(begin + 2, close - begin - 2);
}

std::optional<Parsed> parsed(std::string_view pdf) {
  Parsed p;
  const std::size_t last = pdf.rfind("startxref");
  const std::size_t trailer = pdf.rfind("trailer");
  if (last == std::string_view::npos || trailer == std::string_view::npos) return {};
  const auto table = number_after(pdf, "startxref", last),
             size = number_after(pdf, "/Size", trailer), root = number_after(pdf, "/Root", trailer),
             info = number_after(pdf, "/Info", trailer);
  if (!table || !size || !root || *table >= pdf.size()) return {};
  if (pdf.substr(*table, 6) != "xref\n0") return {};
  p.table = *table, p.size = *size, p.root = *root, p.info = info.value_or(0);
  const auto catalog = object_text(pdf, p.table, p.root);
  if (!catalog || catalog->find("/Outlines") != std::string_view::npos) return {};
  p.catalog = *catalog;
  const auto tree = number_after(*catalog, "/Pages");
  const auto pages = tree ? object_text(pdf, p.table, *tree) : std::nullopt;
  if (!pages) return {};
  std::size_t at = pages->find('[', pages->find("/Kids")), end = pages->find(']');
  if (at == std::string_view::npos || end == std::string_view::npos) return {};
  while (at < end) {
    const std::size_t word = pages->find_first_of("0123456789", at);
    if (word >= end) break;
    std::size_t number = 0;
    std::from_chars(pages->data() + word, pages->data() + end, number);
    p.pages.push_back(number);
    at = pages->find('R', word) + 1;
    if (at == 0) break;
  }
  if (p.pages.empty()) return {};
  const auto page = object_text(pdf, p.table, p.pages.front());
  const std::size_t box = page ? page->find("/MediaBox") : std::string_view::npos;
  if (box == std::string_view::npos) return {};
  std::string_view numbers = page->substr(page->find('[', box) + 1);
  for (int i = 0; i < 4; ++i) {
    numbers.remove_prefix(std::min(numbers.find_first_not_of(" \n"), numbers.size()));
    const auto read = std::from_chars(numbers.data(), numbers.data() + numbers.size(), p.height);
    if (read.ec != std::errc{}) return {};
    numbers.remove_prefix(static_cast<std::size_t>(read.ptr - numbers.data()));
  }
  return p;
}

/// UTF-16 in hexadecimal, which needs no escapes.
std::string title_text(const std::string& utf8) {
  std::string hex = "<FEFF";
  const auto put = [&](std::uint32_t unit) {
    char four[8];
    std::snprintf(four, sizeof four, "%04X", unit & 0xFFFFU);
    hex += four;
  };
  for (std::size_t i = 0; i < utf8.size();) {
    const auto first = static_cast<unsigned char>(utf8[i]);
    const int more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : first >= 0xC0 ? 1 : 0;
    std::uint32_t code = more == 0 ? first : first & (0x3FU >> more);
    for (int k = 1; k <= more && i + static_cast<std::size_t>(k) < utf8.size(); ++k) {
      code =
          code << 6 | (static_cast<unsigned char>(utf8[i + static_cast<std::size_t>(k)]) & 0x3FU);
    }
    i += static_cast<std::size_t>(more) + 1;
    if (code >= 0x10000) {
      put(0xD800 + ((code - 0x10000) >> 10));
      put(0xDC00 + ((code - 0x10000) & 0x3FF));
    } else {
      put(code);
    }
  }
  return hex + ">";
}

std::string reference(const char* key, std::size_t object) {
  return std::string("/") + key + " " + std::to_string(object) + " 0 R\n";
}

}  // namespace

Result<std::string> with_bookmarks(const std::string& pdf, const std::vector<PdfBookmark>& marks,
                                   const std::string& language) {
  const auto p = parsed(pdf);
  if (!p) return not_qts();
  std::vector<PdfBookmark> all = marks;
  if (!all.empty()) all.front().below = false;
  for (const PdfBookmark& mark : all) {
    if (mark.page >= p->pages.size()) return not_qts();
  }
  std::string out = pdf;
  if (!out.ends_with('\n')) out += '\n';
  std::vector<std::size_t> places;  // of the objects from p->size on
  const std::size_t root = p->size, first = root + 1;
  const auto object_of = [&](std::size_t mark) { return first + mark; };
  const auto begin = [&](std::size_t number) {
    places.push_back(out.size());
    out += std::to_string(number) + " 0 obj\n<<\n";
  };
  const auto neighbour = [&](std::size_t at, int step) -> std::optional<std::size_t> {
    for (std::size_t k = at + static_cast<std::size_t>(step); k < all.size();
         k += static_cast<std::size_t>(step)) {
      if (all[k].below == all[at].below) return k;
      if (all[at].below) return {};  // the end of its parent's
    }
    return {};
  };
  if (!all.empty()) {
    begin(root);
    std::size_t last = 0;
    for (std::size_t k = 0; k < all.size(); ++k) {
      if (!all[k].below) last = k;
    }
    out += "/Type /Outlines\n" + reference("First", object_of(0)) +
           reference("Last", object_of(last)) + "/Count " + std::to_string(all.size()) +
           "\n>>\nendobj\n";
    std::size_t parent = 0;
    for (std::size_t k = 0; k < all.size(); ++k) {
      if (!all[k].below) parent = k;
      begin(object_of(k));
      out += "/Title " + title_text(all[k].title) + "\n" +
             reference("Parent", all[k].below ? object_of(parent) : root);
      if (const auto before = neighbour(k, -1)) out += reference("Prev", object_of(*before));
      if (const auto next = neighbour(k, 1)) out += reference("Next", object_of(*next));
      std::size_t children = 0;
      while (!all[k].below && k + children + 1 < all.size() && all[k + children + 1].below) {
        ++children;
      }
      if (children > 0) {
        out += reference("First", object_of(k + 1)) + reference("Last", object_of(k + children)) +
               "/Count " + std::to_string(children) + "\n";
      }
      out += "/Dest [" + std::to_string(p->pages[all[k].page]) + " 0 R /XYZ null " +
             fixed_text(p->height - all[k].from_top, 1) + " null]\n>>\nendobj\n";
    }
  }
  const std::size_t catalog = out.size();
  out += std::to_string(p->root) + " 0 obj\n<<" + p->catalog;
  if (!all.empty()) out += reference("Outlines", root) + "/PageMode /UseOutlines\n";
  out += "/Lang (" + language + ")\n/ViewerPreferences << /DisplayDocTitle true >>\n>>\nendobj\n";

  const std::size_t table = out.size();
  const auto line = [&](std::size_t place) {
    char text[32];
    std::snprintf(text, sizeof text, "%010zu 00000 n \n", place);
    out += text;
  };
  out += "xref\n0 1\n0000000000 65535 f \n" + std::to_string(p->root) + " 1\n";
  line(catalog);
  if (!places.empty()) {
    out += std::to_string(root) + " " + std::to_string(places.size()) + "\n";
    for (const std::size_t place : places) line(place);
  }
  out += "trailer\n<<\n/Size " + std::to_string(p->size + places.size()) + "\n" +
         reference("Root", p->root);
  if (p->info > 0) out += reference("Info", p->info);
  out += "/Prev " + std::to_string(p->table) + "\n>>\nstartxref\n" + std::to_string(table) +
         "\n%%EOF\n";
  return out;
}

}  // namespace karyo
