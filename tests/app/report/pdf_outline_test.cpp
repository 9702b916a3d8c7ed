// Bookmarks behind the end of a PDF.

#include "app/report/pdf_outline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>

namespace karyo {
namespace {

using testing::HasSubstr;

/// Two empty pages of A4, written as Qt writes them.
std::string small_pdf() {
  std::string pdf = "%PDF-1.4\n";
  std::vector<std::size_t> places;
  const auto object = [&](const std::string& text) {
    places.push_back(pdf.size());
    pdf += std::to_string(places.size()) + " 0 obj\n<<\n" + text + ">>\nendobj\n";
  };
  object("/Title (x)\n");
  object("/Type /Catalog\n/Pages 3 0 R\n");
  object("/Type /Pages\n/Kids \n[\n4 0 R\n5 0 R\n]\n/Count 2\n");
  object("/Type /Page\n/Parent 3 0 R\n/MediaBox [0 0 595.0 842.0]\n");
  object("/Type /Page\n/Parent 3 0 R\n/MediaBox [0 0 595.0 842.0]\n");
  const std::size_t table = pdf.size();
  pdf += "xref\n0 6\n0000000000 65535 f \n";
  for (const std::size_t place : places) {
    char line[32];
    std::snprintf(line, sizeof line, "%010zu 00000 n \n", place);
    pdf += line;
  }
  return pdf + "trailer\n<<\n/Size 6\n/Info 1 0 R\n/Root 2 0 R\n>>\nstartxref\n" +
         std::to_string(table) + "\n%%EOF\n";
}

TEST(PdfOutline, BookmarksStandBehindTheEndAndTheTableFindsThem) {
  const std::string before = small_pdf();
  const auto after = with_bookmarks(
      before, {{"One", false, 0, 42}, {"Änderung", true, 0, 100}, {"Two", false, 1, 242}}, "en");
  ASSERT_TRUE(after) << after.error().what;
  EXPECT_TRUE(after->starts_with(before)) << "not a byte of it changes";
  const std::string added = after->substr(before.size());
  EXPECT_THAT(added, HasSubstr("/Title <FEFF004F006E0065>"));
  EXPECT_THAT(added, HasSubstr("/Title <FEFF00C4006E0064006500720075006E0067>"));
  EXPECT_THAT(added, HasSubstr("/Dest [4 0 R /XYZ null 800.0 null]"));
  EXPECT_THAT(added, HasSubstr("/Dest [5 0 R /XYZ null 600.0 null]"));
  EXPECT_THAT(added, HasSubstr("/First 7 0 R\n/Last 9 0 R\n/Count 3"));
  EXPECT_THAT(added, HasSubstr("/Parent 7 0 R")) << "the part belongs to its section";
  EXPECT_THAT(added,
              HasSubstr("/Pages 3 0 R\n/Outlines 6 0 R\n/PageMode /UseOutlines\n/Lang (en)"));
  EXPECT_THAT(added, HasSubstr("/Size 10\n/Root 2 0 R\n/Info 1 0 R\n/Prev "));
  // The table's places are those of the objects it names.
  const std::string head = "xref\n0 1\n0000000000 65535 f \n2 1\n";
  const std::size_t table = after->rfind(head);
  ASSERT_NE(table, std::string::npos);
  EXPECT_EQ(std::stoul(after->substr(after->rfind("startxref\n") + 10)), table);
  std::size_t line = table + head.size();
  EXPECT_EQ(after->substr(std::stoul(after->substr(line, 10)), 7), "2 0 obj");
  line = after->find("6 4\n", line) + 4;
  for (int object = 6; object < 10; ++object, line += 20) {
    EXPECT_EQ(after->substr(std::stoul(after->substr(line, 10)), 7),
              std::to_string(object) + " 0 obj");
  }
  const auto none = with_bookmarks(before, {}, "en");
  ASSERT_TRUE(none);
  EXPECT_THAT(*none, HasSubstr("/Lang (en)"));
}

TEST(PdfOutline, OtherPdfsAreLeftAlone) {
  const std::string pdf = small_pdf();
  EXPECT_FALSE(with_bookmarks("", {}, "en"));
  EXPECT_FALSE(with_bookmarks("no pdf", {}, "en"));
  EXPECT_FALSE(with_bookmarks(pdf, {{"beyond", false, 2, 0}}, "en"));
  EXPECT_FALSE(with_bookmarks(*with_bookmarks(pdf, {{"x", false, 0, 0}}, "en"), {}, "en"));
  for (std::size_t end = 0; end < pdf.size(); end += 7) {
    (void)with_bookmarks(pdf.substr(0, end), {{"x", false, 0, 0}}, "en");
    std::string other = pdf;
    other[end] = '9';
    (void)with_bookmarks(other, {{"x", false, 0, 0}}, "en");
  }
}

}  // namespace
}  // namespace karyo
