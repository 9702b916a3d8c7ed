#include "core/dataset/dataset_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "core/io/image_io.h"
#include "core/labels/label_volume.h"
#include "tests/support/shared_data.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

using testing::HasSubstr;

void make_image(const std::filesystem::path& path, VolumeShape shape, float last = 100) {
  std::filesystem::create_directories(path.parent_path());
  Volume volume(VoxelType::kUInt8, shape);
  volume.data()[volume.size_bytes() - 1] = static_cast<std::byte>(last);
  ASSERT_TRUE(write_image(path, volume));
}

LabelArray two_objects(std::int64_t height, std::int64_t width) {
  LabelArray labels({1, height, width});
  labels(0, 1, 1) = 1;
  labels(0, 3, 3) = 2;
  return labels;
}

void make_mask(const std::filesystem::path& path, const LabelArray& labels) {
  std::filesystem::create_directories(path.parent_path());
  ASSERT_TRUE(write_labels(path, labels));
}

std::set<std::string> kinds(const std::vector<Finding>& findings) {
  std::set<std::string> result;
  for (const auto& finding : findings) result.insert(finding.kind);
  return result;
}

TEST(DatasetFolder, PairsFilesByNameInOrder) {
  const test::TempDir dir;
  for (const char* name : {"b", "a", "c"}) {
    make_image(dir / "images" / (std::string(name) + ".tif"), {1, 1, 1, 8, 9});
    make_mask(dir / "masks" / (std::string(name) + ".tif"), two_objects(8, 9));
  }
  std::ofstream(dir / "images" / "notes.txt") << "not an image";
  std::ofstream(dir / "images" / ".DS_Store") << "neither";
  const auto dataset = open_dataset(dir.path());
  ASSERT_TRUE(dataset) << dataset.error().what;
  EXPECT_TRUE(dataset->findings.empty()) << dataset->findings.front().what;
  ASSERT_EQ(dataset->pairs.size(), 3U);
  EXPECT_EQ(dataset->pairs[0].name, "a");
  EXPECT_EQ(dataset->pairs[2].name, "c");
  EXPECT_EQ(dataset->pairs[1].shape, (VolumeShape{1, 1, 1, 8, 9}));
  EXPECT_TRUE(dataset->usable());
}

TEST(DatasetFolder, SaysWhatADatasetIsWhereThereIsNone) {
  const test::TempDir dir;
  const auto missing = open_dataset(dir / "nowhere");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(missing.error().what, HasSubstr("nowhere"));
  std::filesystem::create_directories(dir / "images");
  const auto no_masks = open_dataset(dir.path());
  ASSERT_FALSE(no_masks);
  EXPECT_THAT(no_masks.error().what, HasSubstr("masks/"));
  std::filesystem::create_directories(dir / "masks");
  const auto empty = open_dataset(dir.path());
  ASSERT_FALSE(empty);
  EXPECT_EQ(empty.error().code, ErrorCode::kBadFile);
}

TEST(DatasetFolder, NamesEachFileThatLacksItsPartner) {
  const test::TempDir dir;
  make_image(dir / "images" / "both.tif", {1, 1, 1, 8, 9});
  make_image(dir / "images" / "lonely.tif", {1, 1, 1, 8, 9});
  make_mask(dir / "masks" / "both.tif", two_objects(8, 9));
  make_mask(dir / "masks" / "stray.tif", two_objects(8, 9));
  const auto dataset = open_dataset(dir.path());
  ASSERT_TRUE(dataset);
  EXPECT_EQ(dataset->pairs.size(), 1U);
  EXPECT_EQ(kinds(dataset->findings), (std::set<std::string>{"missing_mask", "missing_image"}));
  const auto usable = dataset->usable();
  ASSERT_FALSE(usable);
  EXPECT_THAT(usable.error().what, HasSubstr("lonely.tif"));
  EXPECT_THAT(usable.error().what, HasSubstr("1 more"));
}

TEST(DatasetFolder, RefusesAnUnreadableFileByName) {
  const test::TempDir dir;
  make_image(dir / "images" / "a.tif", {1, 1, 1, 8, 9});
  make_mask(dir / "masks" / "a.tif", two_objects(8, 9));
  std::ofstream(dir / "images" / "broken.tif") << "II*";
  make_mask(dir / "masks" / "broken.tif", two_objects(8, 9));
  const auto dataset = open_dataset(dir.path());
  ASSERT_TRUE(dataset);
  ASSERT_EQ(dataset->findings.size(), 1U);
  EXPECT_EQ(dataset->findings[0].kind, "unreadable");
  EXPECT_EQ(dataset->findings[0].file.filename(), "broken.tif");
  EXPECT_FALSE(dataset->findings[0].fix.empty());
}

TEST(DatasetFolder, TellsStacksFromPlanes) {
  const test::TempDir dir;
  make_image(dir / "images" / "a.tif", {1, 1, 5, 8, 9});
  make_mask(dir / "masks" / "a.tif", LabelArray({5, 8, 9}, 1));
  const auto as_planes = open_dataset(dir.path(), 2);
  ASSERT_TRUE(as_planes);
  EXPECT_EQ(kinds(as_planes->findings), std::set<std::string>{"stack"});
  const auto as_stacks = open_dataset(dir.path(), 3);
  ASSERT_TRUE(as_stacks);
  EXPECT_TRUE(as_stacks->findings.empty());
}

TEST(DatasetFolder, NamesImagesOfUnlikeChannels) {
  const test::TempDir dir;
  make_image(dir / "images" / "a.tif", {1, 1, 1, 8, 9});
  make_image(dir / "images" / "b.tif", {1, 2, 1, 8, 9});
  make_mask(dir / "masks" / "a.tif", two_objects(8, 9));
  make_mask(dir / "masks" / "b.tif", two_objects(8, 9));
  const auto dataset = open_dataset(dir.path());
  ASSERT_TRUE(dataset);
  EXPECT_EQ(kinds(dataset->findings), std::set<std::string>{"channel_mismatch"});
}

TEST(DatasetContents, KnowEmptyBinaryAndConstant) {
  const DatasetPair pair{"a", "images/a.tif", "masks/a.tif", {}, VoxelType::kUInt8};
  Volume image(VoxelType::kUInt8, {1, 1, 1, 8, 9});
  EXPECT_EQ(kinds(check_contents(pair, image, two_objects(8, 9).view())),
            std::set<std::string>{"constant_image"});
  image.data()[3] = std::byte{9};
  EXPECT_TRUE(check_contents(pair, image, two_objects(8, 9).view()).empty());
  EXPECT_EQ(kinds(check_contents(pair, image, LabelArray({1, 8, 9}).view())),
            std::set<std::string>{"empty_mask"});
  LabelArray binary({1, 8, 9});
  binary(0, 1, 1) = 255;
  binary(0, 1, 2) = 255;
  EXPECT_TRUE(check_contents(pair, image, binary.view()).empty()) << "one object is fine";
  binary(0, 6, 6) = 255;
  const auto found = check_contents(pair, image, binary.view());
  ASSERT_EQ(kinds(found), std::set<std::string>{"binary_mask"});
  EXPECT_THAT(found[0].what, HasSubstr("255"));
  EXPECT_EQ(found[0].severity, Severity::kWarning);
}

TEST(DatasetContents, RefuseNaN) {
  const DatasetPair pair{"a", "images/a.tif", "masks/a.tif", {}, VoxelType::kFloat32};
  Volume image(VoxelType::kFloat32, {1, 1, 1, 8, 9});
  image.view<float>()(0, 2, 5) = std::numeric_limits<float>::quiet_NaN();
  const auto found = check_contents(pair, image, two_objects(8, 9).view());
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found[0].kind, "not_finite");
  EXPECT_THAT(found[0].what, HasSubstr("y 2, x 5"));
  EXPECT_EQ(found[0].severity, Severity::kError);
}

TEST(DatasetSplit, IsRepeatableAndDisjoint) {
  const auto first = split_dataset(447, 0.1, 42);
  const auto again = split_dataset(447, 0.1, 42);
  const auto other = split_dataset(447, 0.1, 43);
  ASSERT_TRUE(first && again && other);
  EXPECT_EQ(first->train, again->train);
  EXPECT_NE(first->validation, other->validation);
  EXPECT_EQ(first->validation.size(), 45U);
  std::set<std::int64_t> all(first->train.begin(), first->train.end());
  all.insert(first->validation.begin(), first->validation.end());
  EXPECT_EQ(all.size(), 447U);
  EXPECT_FALSE(first->shared);
}

TEST(DatasetSplit, KeepsAtLeastOneOnEachSide) {
  EXPECT_EQ(split_dataset(3, 0.1, 1)->validation.size(), 1U);
  EXPECT_EQ(split_dataset(3, 0.9, 1)->train.size(), 1U);
  const auto single = split_dataset(1, 0.1, 1);
  EXPECT_TRUE(single->shared);
  EXPECT_EQ(single->train, single->validation);
  EXPECT_FALSE(split_dataset(0, 0.1, 1));
  EXPECT_FALSE(split_dataset(10, 1.5, 1));
}

TEST(DatasetFingerprint, ChangesWithTheFiles) {
  const test::TempDir dir;
  make_image(dir / "images" / "a.tif", {1, 1, 1, 8, 9});
  make_mask(dir / "masks" / "a.tif", two_objects(8, 9));
  const std::string before = fingerprint(*open_dataset(dir.path()));
  EXPECT_EQ(before, fingerprint(*open_dataset(dir.path())));
  EXPECT_EQ(before.size(), 16U);
  make_image(dir / "images" / "b.tif", {1, 1, 1, 8, 9});
  make_mask(dir / "masks" / "b.tif", two_objects(8, 9));
  EXPECT_NE(before, fingerprint(*open_dataset(dir.path())));
}

// ---- the prepared faulty pairs ----

struct BadPair {
  const char* folder;
  Severity severity;
  const char* file;
  const char* what;
};

class BadPairs : public testing::TestWithParam<BadPair> {};

TEST_P(BadPairs, AreEachNamedWithTheirRepair) {
  KARYO_NEEDS_SHARED();
  const BadPair& bad = GetParam();
  auto dataset = open_dataset(test::shared_dir() / "data/formats/bad_pairs" / bad.folder);
  ASSERT_TRUE(dataset) << dataset.error().what;
  check_all_contents(*dataset);
  ASSERT_EQ(dataset->findings.size(), 1U);
  const Finding& finding = dataset->findings[0];
  EXPECT_EQ(finding.kind, bad.folder);
  EXPECT_EQ(finding.severity, bad.severity);
  EXPECT_TRUE(finding.file.string().ends_with(bad.file)) << finding.file;
  EXPECT_THAT(finding.what, HasSubstr(bad.what));
  EXPECT_GT(finding.fix.size(), 20U);
  EXPECT_EQ(dataset->usable().has_value(), bad.severity == Severity::kWarning);
}

INSTANTIATE_TEST_SUITE_P(
    Prepared, BadPairs,
    testing::Values(
        BadPair{"missing_mask", Severity::kError, "images/b.tif", "no mask of the same name"},
        BadPair{"size_mismatch", Severity::kError, "masks/a.tif",
                "is 197x240, but its image is 200x240"},
        BadPair{"float_mask", Severity::kError, "masks/a.tif", "float32"},
        BadPair{"rgb_mask", Severity::kError, "masks/a.tif", "3 channels"},
        BadPair{"empty_mask", Severity::kWarning, "masks/a.tif", "no object"},
        BadPair{"binary_mask", Severity::kWarning, "masks/a.tif", "single number, 255"},
        BadPair{"constant_image", Severity::kWarning, "images/a.tif", "every pixel is 7"}),
    [](const auto& about) { return std::string(about.param.folder); });

TEST(DatasetFolder, FindsNothingWrongWithRealData) {
  KARYO_NEEDS_SHARED();
  auto dataset = open_dataset(test::shared_dir() / "data/nuclei2d/test");
  ASSERT_TRUE(dataset);
  check_all_contents(*dataset);
  EXPECT_EQ(dataset->pairs.size(), 50U);
  for (const auto& finding : dataset->findings) {
    ADD_FAILURE() << finding.kind << " " << finding.file << " " << finding.what;
  }
}

TEST(DatasetFolder, IgnoredPartsAreCountedAndAreNoObject) {
  const test::TempDir dir;
  int number = 0;
  for (const VoxelType type : {VoxelType::kInt8, VoxelType::kInt16, VoxelType::kInt32}) {
    const std::string name = std::to_string(++number) + ".tif";
    make_image(dir / "images" / name, {1, 1, 1, 8, 9});
    Volume mask(type, {1, 1, 1, 8, 9});
    visit_voxels(type, [&](auto zero) {
      using T = decltype(zero);
      auto ids = mask.view<T>();
      ids(0, 1, 1) = static_cast<T>(1);
      for (const int x : {3, 4, 8})
        ids(0, 5, x) = static_cast<T>(-1);  // in two pieces, as is no object
    });
    std::filesystem::create_directories(dir / "masks");
    ASSERT_TRUE(write_image(dir / "masks" / name, mask));
  }
  make_image(dir / "images/wide.tif", {1, 1, 1, 8, 9});
  LabelArray labels = two_objects(8, 9);
  labels(0, 7, 8) = kIgnoredLabel;
  make_mask(dir / "masks/wide.tif", labels);
  make_image(dir / "images/with.tif", {1, 1, 1, 8, 9});
  make_mask(dir / "masks/with.tif", two_objects(8, 9));
  auto dataset = open_dataset(dir.path());
  ASSERT_TRUE(dataset) << dataset.error().what;
  check_all_contents(*dataset);
  for (const auto& finding : dataset->findings) ADD_FAILURE() << finding.what;
  EXPECT_EQ(dataset->counts.objects, 3 * 1 + 2 + 2);
  EXPECT_EQ(dataset->counts.ignored, 3 * 3 + 1);
  EXPECT_EQ(dataset->counts.masks_with_ignored, 4);
  EXPECT_EQ(dataset->counts.voxels, 5 * 8 * 9);
}

TEST(DatasetFolder, AMaskThatIsIgnoredAllOverIsOfNoUse) {
  const DatasetPair pair{"a", "images/a.tif", "masks/a.tif", {1, 1, 1, 4, 4}, VoxelType::kUInt8};
  Volume image(VoxelType::kUInt8, {1, 1, 1, 4, 4});
  image.data()[3] = std::byte{9};
  LabelArray labels({1, 4, 4}, kIgnoredLabel);
  const auto all = check_contents(pair, image, labels.view());
  ASSERT_EQ(kinds(all), std::set<std::string>{"all_ignored"});
  EXPECT_EQ(all[0].severity, Severity::kError);
  labels(0, 2, 2) = 0;  // known to be background: something to learn
  const auto background = check_contents(pair, image, labels.view());
  ASSERT_EQ(kinds(background), std::set<std::string>{"empty_mask"});
  EXPECT_THAT(background[0].what, HasSubstr("0 or ignored"));
}

}  // namespace
}  // namespace karyo
