#include "core/io/lut_file.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

std::string raw_table() {
  std::string bytes(768, '\0');
  for (int i = 0; i < 256; ++i) {
    bytes[static_cast<std::size_t>(i)] = static_cast<char>(i);
    bytes[static_cast<std::size_t>(256 + i)] = static_cast<char>(255 - i);
    bytes[static_cast<std::size_t>(512 + i)] = static_cast<char>(i / 2);
  }
  return bytes;
}

class LutFile : public ::testing::Test {
 protected:
  Result<Colormap> read(const std::string& content) {
    std::ofstream(folder_ / "ice.lut", std::ios::binary) << content;
    return read_lut(folder_ / "ice.lut");
  }
  test::TempDir folder_;
};

void expect_ramp(const Result<Colormap>& map) {
  ASSERT_TRUE(map) << map.error().what;
  EXPECT_EQ(map->name, "ice");
  for (int i = 0; i < 256; ++i) {
    EXPECT_EQ((*map->table)[static_cast<std::size_t>(i)],
              (Rgb{static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(255 - i),
                   static_cast<std::uint8_t>(i / 2)}));
  }
}

TEST_F(LutFile, TheThreeFormsThatImageJReads) {
  expect_ramp(read(raw_table()));
  expect_ramp(read("ICOL" + std::string(28, '\1') + raw_table()));
  std::string three = "", four = "Index\tRed\tGreen\tBlue\n";
  for (int i = 0; i < 256; ++i) {
    const std::string colors =
        std::to_string(i) + " " + std::to_string(255 - i) + "\t" + std::to_string(i / 2) + "\r\n";
    three += colors;
    four += std::to_string(i) + "\t" + colors;
  }
  expect_ramp(read(three));
  expect_ramp(read(four));
}

TEST_F(LutFile, AnythingElseSaysWhatIsWrong) {
  for (const std::string& content :
       {std::string(), std::string("hello"), std::string("1 2 3\n"), std::string(767, 'x'),
        std::string("1 2 300\n"), std::string(100000, ' '),
        std::string("ICOL") + std::string(9, 'a'), std::string("0 0 0\nred green blue\n")}) {
    const auto map = read(content);
    ASSERT_FALSE(map);
    EXPECT_EQ(map.error().code, ErrorCode::kBadFile);
    EXPECT_NE(map.error().what.find("ice.lut"), std::string::npos);
  }
  EXPECT_EQ(read_lut(folder_ / "none.lut").error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace karyo
