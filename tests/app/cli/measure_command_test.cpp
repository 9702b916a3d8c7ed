// `karyoscope measure`: labels and an image become a table.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "app/cli/commands.h"
#include "core/base/atomic_file.h"
#include "core/io/image_io.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

class MeasureCommand : public ::testing::Test {
 protected:
  int run(std::vector<std::string> words) {
    cli::Cli command_line("karyoscope", "");
    cli::add_measure_command(command_line);
    words.insert(words.begin(), {"karyoscope", "measure"});
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    return command_line.run(static_cast<int>(argv.size()), argv.data());
  }
  std::string path(const char* name) const { return (folder_ / name).string(); }
  std::string table() const {
    const auto text = read_file(folder_ / "table.csv");
    return text ? *text : std::string();
  }

  test::TempDir folder_;
};

TEST_F(MeasureCommand, WritesARowAnObjectInTheFilesUnit) {
  LabelArray labels({1, 20, 30});
  for (std::int64_t y = 4; y < 8; ++y) {
    for (std::int64_t x = 10; x < 20; ++x) labels(0, y, x) = 3;
  }
  labels(0, 15, 15) = 8;
  VoxelGrid grid;
  grid.spacing_y = grid.spacing_x = 0.5;
  grid.unit = "um";
  ASSERT_TRUE(write_labels(path("labels.tif"), labels, grid));
  Volume image(VoxelType::kUInt16, {1, 2, 1, 20, 30}, grid);
  std::fill_n(image.view<std::uint16_t>(0, 0).data(), 600, 7);
  std::fill_n(image.view<std::uint16_t>(0, 1).data(), 600, 9);
  ASSERT_TRUE(write_image(path("image.tif"), image));

  ASSERT_EQ(run({path("labels.tif"), "--output", path("table.csv"), "--quiet"}), 0);
  EXPECT_TRUE(table().starts_with("Label,Area,X,Y,Perim.,BX,BY,Width,Height,"));
  EXPECT_NE(table().find("\n3,10,7.5,3,"), std::string::npos) << table();

  ASSERT_EQ(run({path("labels.tif"), "--image", path("image.tif"), "--output", path("table.csv"),
                 "--quiet"}),
            0);
  EXPECT_TRUE(table().starts_with("Label,Area,Mean,"));
  EXPECT_NE(table().find("Solidity,Ch\n"), std::string::npos);
  EXPECT_NE(table().find("\n3,10,9,0,9,9,9,"), std::string::npos) << table();
  const std::string text = table();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1 + 2 * 2);
}

TEST_F(MeasureCommand, AFolderBecomesOneTable) {
  std::filesystem::create_directories(folder_ / "masks");
  std::filesystem::create_directories(folder_ / "images");
  for (const char* name : {"masks/b.tif", "masks/a.tif"}) {
    LabelArray labels({1, 9, 9});
    labels(0, 2, 2) = 4;
    labels(0, 2, 3) = 4;
    ASSERT_TRUE(write_labels(folder_ / name, labels, {}));
  }
  ASSERT_TRUE(write_image(path("images/a.tif"), Volume(VoxelType::kUInt8, {1, 1, 1, 9, 9}, {})));
  const std::vector<std::string> words{path("masks"), "--output", path("table.csv"), "--quiet"};
  ASSERT_EQ(run(words), 0);
  EXPECT_TRUE(table().starts_with("Image,Label,Area,")) << table();
  EXPECT_NE(table().find("\na.tif,4,2,"), std::string::npos);
  EXPECT_NE(table().find("\nb.tif,4,2,"), std::string::npos);

  auto with_images = words;
  with_images.insert(with_images.end(), {"--image", path("images")});
  EXPECT_NE(run(with_images), 0) << "b.tif has none";
  ASSERT_TRUE(write_image(path("images/b.nrrd"), Volume(VoxelType::kUInt8, {1, 1, 1, 9, 9}, {})));
  EXPECT_EQ(run(with_images), 0) << "names without their endings pair";

  VoxelGrid grid;
  grid.unit = "um";
  ASSERT_TRUE(write_labels(path("masks/c.tif"), LabelArray({1, 9, 9}), grid));
  EXPECT_NE(run(words), 0) << "pixels and micrometres share no column";
  ASSERT_TRUE(write_labels(path("masks/c.tif"), LabelArray({3, 9, 9}), {}));
  EXPECT_NE(run(words), 0) << "stacks have other columns";
  EXPECT_NE(
      run({path("masks/a.tif"), "--image", path("images"), "--output", path("t.csv"), "--quiet"}),
      0);
}

TEST_F(MeasureCommand, FramesAreRowsAndWrongInputIsRefused) {
  const std::vector<LabelArray> frames(3, [] {
    LabelArray one({1, 6, 6});
    one(0, 2, 2) = 1;
    return one;
  }());
  ASSERT_TRUE(write_image(path("movie.tif"), from_labels(frames, {})));
  ASSERT_EQ(run({path("movie.tif"), "--output", path("table.csv"), "--quiet"}), 0);
  EXPECT_NE(table().find(",Frame\n"), std::string::npos);
  const std::string text = table();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1 + 3);
  ASSERT_TRUE(write_image(path("other.tif"), Volume(VoxelType::kUInt8, {1, 1, 1, 6, 6})));
  EXPECT_EQ(run({path("movie.tif"), "--image", path("other.tif"), "--output", path("x.csv")}), 1);
  EXPECT_FALSE(std::filesystem::exists(path("x.csv")));
  EXPECT_EQ(run({path("nothing.tif"), "--output", path("x.csv")}), 1);
}

}  // namespace
}  // namespace karyo
