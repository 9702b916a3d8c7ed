#include <gmock/gmock.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "app/cli/commands.h"
#include "core/io/image_io.h"
#include "tests/app/cli/run_cli.h"
#include "tests/core/io/io_support.h"
#include "tests/support/temp_dir.h"

namespace karyo::cli {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class Convert : public testing::Test {
 protected:
  Convert() : image_(test::random_volume(VoxelType::kUInt16, {1, 1, 6, 5, 4})) {
    image_.grid = {1.5, 0.5, 0.25, "um", 0, "sec"};
    EXPECT_TRUE(write_image(dir_ / "in.tif", image_));
  }

  std::string in() const { return (dir_ / "in.tif").string(); }
  std::string out(const std::string& name) const { return (dir_ / name).string(); }

  static Outcome run(std::vector<std::string> words) {
    words.insert(words.begin(), "convert");
    return run_cli(add_convert_command, std::move(words));
  }
  /// in.tif converted and read back.
  Volume converted(const std::string& name, std::vector<std::string> options) {
    options.insert(options.begin(), {in(), out(name)});
    const auto outcome = run(std::move(options));
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    auto read = read_image(dir_ / name);
    if (!read) throw std::runtime_error(read.error().what);
    return std::move(*read);
  }
  std::string format(const std::string& name) const {
    const auto about = describe_image(dir_ / name);
    return about ? about->format : about.error().what;
  }

  test::TempDir dir_;
  Volume image_;
};

TEST_F(Convert, EveryFormatHoldsTheSameImage) {
  for (const std::string name : {"a.tif", "a.ome.tif", "a.nrrd"}) {
    SCOPED_TRACE(name);
    const Volume read = converted(name, {});
    EXPECT_TRUE(test::same_voxels(read, image_));
    EXPECT_EQ(read.grid, image_.grid);
  }
  EXPECT_EQ(format("a.tif"), "ImageJ TIFF");
  EXPECT_EQ(format("a.ome.tif"), "OME-TIFF");
  EXPECT_EQ(format("a.nrrd"), "NRRD");
}

TEST_F(Convert, ToOmeNeedsNoEnding) {
  converted("a.tif", {"--to-ome"});
  EXPECT_EQ(format("a.tif"), "OME-TIFF");
}

TEST_F(Convert, CropTakesHalfOpenBoundsInVoxels) {
  const Volume read = converted("a.tif", {"--crop", "1:3,2:5,:2"});
  ASSERT_EQ(read.shape(), (VolumeShape{1, 1, 2, 3, 2}));
  for (std::int64_t z = 0; z < 2; ++z) {
    for (std::int64_t y = 0; y < 3; ++y) {
      for (std::int64_t x = 0; x < 2; ++x) {
        EXPECT_EQ(read.view<std::uint16_t>()(z, y, x),
                  image_.view<std::uint16_t>()(z + 1, y + 2, x));
      }
    }
  }
  EXPECT_EQ(converted("b.tif", {"--crop", "0:1,0:2"}).shape(), (VolumeShape{1, 1, 6, 1, 2}));
}

TEST_F(Convert, DtypeKeepsValuesOrRefuses) {
  const Volume floats = converted("a.tif", {"--dtype", "float32"});
  ASSERT_EQ(floats.type(), VoxelType::kFloat32);
  for (std::int64_t i = 0; i < image_.shape().count(); ++i) {
    EXPECT_EQ(floats.view<float>().data()[i],
              static_cast<float>(image_.view<std::uint16_t>().data()[i]));
  }
  const auto outcome = run({in(), out("b.tif"), "--dtype", "uint8"});
  expect_refused(outcome, 2);
  EXPECT_THAT(outcome.err, HasSubstr("does not fit into uint8"));
  EXPECT_FALSE(std::filesystem::exists(dir_ / "b.tif"));
}

// Ids beyond 2^24 became their neighbours.
TEST_F(Convert, IdsThatFloat32CannotHoldAreRefused) {
  Volume ids(VoxelType::kUInt32, {1, 1, 1, 1, 2});
  ids.view<std::uint32_t>()(0, 0, 0) = (1U << 24) + 1;
  ASSERT_TRUE(write_image(dir_ / "ids.tif", ids));
  const auto outcome = run({out("ids.tif"), out("b.tif"), "--dtype", "float32"});
  expect_refused(outcome, 2);
  EXPECT_THAT(outcome.err, HasSubstr("16777217"));
  EXPECT_EQ(run({out("ids.tif"), out("b.tif"), "--dtype", "float64"}).status, 0);
}

TEST_F(Convert, AxesRenamePlanes) {
  const Volume movie = converted("a.tif", {"--axes", "TYX"});
  EXPECT_EQ(movie.shape(), (VolumeShape{6, 1, 1, 5, 4}));
  EXPECT_EQ(std::memcmp(movie.data(), image_.data(), image_.size_bytes()), 0);
  EXPECT_EQ(converted("b.tif", {"--axes", "CYX"}).shape(), (VolumeShape{1, 6, 1, 5, 4}));
  expect_refused(run({in(), out("c.tif"), "--axes", "YX"}), 2);
  expect_refused(run({in(), out("c.tif"), "--axes", "YZX"}), 2);
  expect_refused(run({in(), out("c.tif"), "--axes", "QYX"}), 2);
}

TEST_F(Convert, AxesMovePlanesWhereTheirOrderChanges) {
  // Channels lie inside slices in the file; called the other way they change places in memory.
  const Volume two = test::random_volume(VoxelType::kUInt8, {1, 2, 3, 4, 5});
  ASSERT_TRUE(write_image(dir_ / "two.tif", two));
  const auto outcome = run({out("two.tif"), out("a.tif"), "--axes", "CZYX"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const auto read = read_image(dir_ / "a.tif");
  ASSERT_TRUE(read) << read.error().what;
  ASSERT_EQ(read->shape(), (VolumeShape{1, 3, 2, 4, 5}));
  for (std::int64_t c = 0; c < 2; ++c) {
    for (std::int64_t z = 0; z < 3; ++z) {
      EXPECT_EQ(std::memcmp(&read->view<std::uint8_t>(0, z)(c, 0, 0),
                            &two.view<std::uint8_t>(0, c)(z, 0, 0), 20),
                0);
    }
  }
}

TEST_F(Convert, SpacingIsSet) {
  const Volume read = converted("a.tif", {"--spacing", "2,0.5,0.5"});
  EXPECT_EQ(read.grid.spacing_z, 2);
  EXPECT_EQ(read.grid.spacing_x, 0.5);
  EXPECT_EQ(read.grid.unit, "um");
  expect_refused(run({in(), out("b.tif"), "--spacing", "2,0,1"}), 2);
  expect_refused(run({in(), out("b.tif"), "--spacing", "2"}), 2);
}

TEST_F(Convert, SaysWhatWasWritten) {
  const auto facts = json::parse(run({in(), out("a.ome.tif"), "--json"}).out);
  EXPECT_EQ(facts["path"], out("a.ome.tif"));
  EXPECT_EQ(facts["axes"], "ZYX");
  EXPECT_EQ(facts["shape"], (json{6, 5, 4}));
  EXPECT_EQ(facts["dtype"], "uint16");
}

TEST_F(Convert, WrongUsageAndFailuresAreTold) {
  expect_refused(run({in()}), 2);
  expect_refused(run({in(), in()}), 2);
  expect_refused(run({in(), out("a.gif")}), 2);
  expect_refused(run({in(), out("a.tif"), "--crop", "0:9,0:5,0:4"}), 2);
  expect_refused(run({in(), out("a.tif"), "--crop", "3"}), 2);
  expect_refused(run({in(), out("a.tif"), "--dtype", "uint7"}), 2);
  expect_refused(run({out("absent.tif"), out("a.tif")}), 1);
  EXPECT_FALSE(std::filesystem::exists(dir_ / "a.tif"));
}

}  // namespace
}  // namespace karyo::cli
