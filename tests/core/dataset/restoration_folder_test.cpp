#include "core/dataset/restoration_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "core/base/random.h"
#include "core/dataset/image_folder.h"
#include "core/filters/drift.h"
#include "core/io/image_io.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

void make_image(const std::filesystem::path& path, VolumeShape shape) {
  std::filesystem::create_directories(path.parent_path());
  Volume volume(VoxelType::kUInt8, shape);
  volume.data()[0] = std::byte{7};
  ASSERT_TRUE(write_image(path, volume));
}

std::vector<std::string> kinds(const std::vector<Finding>& findings) {
  std::vector<std::string> result;
  for (const auto& finding : findings) result.push_back(finding.kind);
  return result;
}

TEST(RestorationFolder, PairsByName) {
  const test::TempDir dir;
  make_image(dir / "low/a.tif", {1, 1, 1, 8, 9});
  make_image(dir / "high/a.tif", {1, 2, 1, 8, 9});
  make_image(dir / "low/b.tif", {1, 1, 1, 8, 9});
  make_image(dir / "high/b.tif", {1, 2, 1, 8, 9});
  ASSERT_TRUE(is_restoration_folder(dir.path()));
  const auto dataset = open_restoration(dir.path());
  ASSERT_TRUE(dataset) << dataset.error().what;
  ASSERT_EQ(dataset->pairs.size(), 2U);
  EXPECT_EQ(dataset->pairs[1].name, "b");
  EXPECT_EQ(dataset->pairs[0].low_shape.c, 1);
  EXPECT_EQ(dataset->pairs[0].high_shape.c, 2);
  EXPECT_TRUE(dataset->usable());
  const auto before = fingerprint(*dataset);
  make_image(dir / "high/b.tif", {1, 2, 1, 8, 9});
  EXPECT_EQ(fingerprint(*open_restoration(dir.path())), before);
  make_image(dir / "low/c.tif", {1, 1, 1, 8, 9});
  make_image(dir / "high/c.tif", {1, 2, 1, 8, 9});
  EXPECT_NE(fingerprint(*open_restoration(dir.path())), before);
}

TEST(RestorationFolder, SaysWhatCannotBeLearnedFrom) {
  const test::TempDir dir;
  make_image(dir / "low/a.tif", {1, 1, 1, 8, 8});
  make_image(dir / "high/a.tif", {1, 1, 1, 16, 16});
  make_image(dir / "low/b.tif", {1, 1, 1, 8, 8});
  make_image(dir / "high/c.tif", {1, 1, 1, 8, 8});
  make_image(dir / "low/d.tif", {1, 1, 4, 8, 8});
  make_image(dir / "high/d.tif", {1, 1, 4, 8, 8});
  make_image(dir / "low/e.tif", {3, 1, 1, 8, 8});
  make_image(dir / "high/e.tif", {3, 1, 1, 8, 8});
  make_image(dir / "low/f.tif", {1, 1, 1, 8, 8});
  make_image(dir / "high/f.tif", {1, 1, 1, 8, 8});
  make_image(dir / "low/g.tif", {1, 2, 1, 8, 8});
  make_image(dir / "high/g.tif", {1, 1, 1, 8, 8});
  const auto dataset = open_restoration(dir.path());
  ASSERT_TRUE(dataset) << dataset.error().what;
  EXPECT_EQ(dataset->pairs.size(), 2U);
  EXPECT_THAT(kinds(dataset->findings),
              testing::UnorderedElementsAre("size_mismatch", "missing_high", "missing_low", "stack",
                                            "time_series", "channel_mismatch"));
  const auto refused = dataset->usable();
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().fix, HasSubstr("dataset check"));
  const auto& size = dataset->findings.front();
  EXPECT_EQ(size.kind, "size_mismatch");
  EXPECT_THAT(size.what, HasSubstr("is 16x16, but its low image is 8x8"));
  EXPECT_THAT(size.fix, HasSubstr("Scale the low image"));
}

TEST(RestorationFolder, NamesTheFolderThatIsMissing) {
  const test::TempDir dir;
  make_image(dir / "low/a.tif", {1, 1, 1, 8, 8});
  EXPECT_THAT(open_restoration(dir.path()).error().what, HasSubstr("high/"));
  EXPECT_EQ(open_restoration(dir / "none").error().code, ErrorCode::kNotFound);
  EXPECT_FALSE(open_restoration(dir.path(), 3));
}

/// A random texture of soft spots, or its low-light copy.
Volume texture(std::int64_t down, std::int64_t right, double noise, std::uint64_t seed) {
  Volume volume(VoxelType::kFloat32, {1, 1, 1, 128, 120});
  float* values = volume.view<float>().data();
  Random places(11), random(seed);
  for (int spot = 0; spot < 60; ++spot) {
    const double y = places.uniform(-10, 138) + static_cast<double>(down);
    const double x = places.uniform(-10, 130) + static_cast<double>(right);
    for (std::int64_t p = 0; p < 128 * 120; ++p) {
      const double dy = static_cast<double>(p / 120) - y, dx = static_cast<double>(p % 120) - x;
      values[p] += static_cast<float>(100 * std::exp(-(dy * dy + dx * dx) / 18));
    }
  }
  for (std::int64_t p = 0; p < 128 * 120; ++p) {
    values[p] += static_cast<float>(noise * random.normal());
  }
  return volume;
}

TEST(RestorationFolder, FindsPairsThatDoNotLieUponEachOther) {
  const RestorationPair pair{"a", "low/a.tif", "high/a.tif", {}, {}};
  const Volume still = texture(0, 0, 0, 1);
  for (const double noise : {0.0, 20.0, 60.0}) {
    EXPECT_TRUE(check_pair(pair, texture(0, 0, noise, 2), still).empty()) << noise;
    for (const auto& [down, right] : {std::pair{3, -7}, std::pair{0, 2}, std::pair{-12, 0}}) {
      const auto found = check_pair(pair, texture(-down, -right, noise, 3), still);
      ASSERT_THAT(kinds(found), ElementsAre("shifted")) << noise << " " << down << " " << right;
      EXPECT_THAT(found.front().what,
                  HasSubstr(std::to_string(std::abs(down)) + (down < 0 ? " up" : " down")));
      EXPECT_THAT(found.front().what,
                  HasSubstr(std::to_string(std::abs(right)) + (right < 0 ? " left" : " right")));
    }
  }
}

TEST(RestorationFolder, NoiseAloneIsNoShift) {
  for (std::uint64_t seed = 1; seed < 20; ++seed) {
    Volume a(VoxelType::kFloat32, {1, 1, 1, 96, 96}), b(VoxelType::kFloat32, a.shape());
    Random random(seed);
    for (std::int64_t p = 0; p < 96 * 96; ++p) {
      a.view<float>().data()[p] = static_cast<float>(random.normal());
      b.view<float>().data()[p] = static_cast<float>(random.normal());
    }
    EXPECT_LT(find_shift(to_float(a), to_float(b)).certainty, 7) << seed;
  }
}

TEST(RestorationFolder, ReadsAllPixelsWhenAsked) {
  const test::TempDir dir;
  make_image(dir / "low/a.tif", {1, 1, 1, 8, 9});
  std::filesystem::create_directories(dir / "high");
  ASSERT_TRUE(write_image(dir / "high/a.tif", Volume(VoxelType::kUInt8, {1, 1, 1, 8, 9})));
  auto dataset = open_restoration(dir.path());
  ASSERT_TRUE(dataset);
  std::int64_t done = 0;
  check_all_contents(*dataset, [&](std::int64_t count) { done = count; });
  EXPECT_EQ(done, 1);
  EXPECT_THAT(kinds(dataset->findings), ElementsAre("constant_image"));
  EXPECT_TRUE(dataset->usable());
}

TEST(ImageFolder, OpensAFolderOrItsImages) {
  const test::TempDir dir;
  make_image(dir / "a/s.tif", {2, 1, 3, 8, 9});
  make_image(dir / "b/images/s.tif", {1, 1, 1, 8, 9});
  std::ofstream(dir / "a/notes.txt") << "no image";
  const auto stacks = open_images(dir / "a", 3);
  ASSERT_TRUE(stacks);
  ASSERT_EQ(stacks->images.size(), 1U);
  EXPECT_EQ(stacks->images.front().shape, (VolumeShape{2, 1, 3, 8, 9}));
  const auto planes = open_images(dir / "b", 2);
  ASSERT_TRUE(planes);
  EXPECT_EQ(planes->images.size(), 1U);
  EXPECT_NE(fingerprint(*stacks), fingerprint(*planes));
  EXPECT_THAT(open_images(dir / "b", 3)->usable().error().fix, HasSubstr("--dims 2"));
  const auto alone = open_images(dir / "a" / "s.tif", 3);
  ASSERT_TRUE(alone);
  ASSERT_EQ(alone->images.size(), 1U);
  EXPECT_EQ(alone->images.front().path, dir / "a" / "s.tif");
  EXPECT_FALSE(open_images(dir / "a" / "notes.txt")) << "no image";
  EXPECT_EQ(open_images(dir / "none").error().code, ErrorCode::kNotFound);
  std::filesystem::create_directories(dir / "c/low");
  EXPECT_THAT(open_images(dir / "c").error().fix, HasSubstr("low"));
}

}  // namespace
}  // namespace karyo
