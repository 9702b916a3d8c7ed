#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "annotation/journal.h"
#include "app/cli/commands.h"
#include "app/dataset_journal.h"
#include "core/dataset/class_table.h"
#include "core/io/image_io.h"
#include "core/labels/label_volume.h"
#include "tests/app/cli/run_cli.h"
#include "tests/support/temp_dir.h"

namespace karyo::cli {
namespace {

using testing::HasSubstr;

Outcome run(std::vector<std::string> words) {
  return run_cli(add_dataset_command, std::move(words));
}

void add_pair(const std::filesystem::path& root, const std::string& name, bool with_mask) {
  Volume image(VoxelType::kUInt8, {1, 1, 1, 8, 9});
  image.data()[3] = std::byte{9};
  ASSERT_TRUE(write_image(root / "images" / name, image));
  if (!with_mask) return;
  LabelArray labels({1, 8, 9});
  labels(0, 1, 1) = 1;
  ASSERT_TRUE(write_labels(root / "masks" / name, labels));
}

TEST(DatasetCheck, SaysWhenNothingIsWrong) {
  const test::TempDir dir;
  add_pair(dir.path(), "a.tif", true);
  const auto outcome = run({"dataset", "check", dir.path().string(), "--quiet"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("1 usable pair, nothing wrong"));
}

TEST(DatasetClasses, WritesWhatTheWindowWasTold) {
  const test::TempDir dir;
  add_pair(dir.path(), "a.tif", true);
  EXPECT_EQ(run({"dataset", "classes", dir.path().string(), "--quiet"}).status, 1);
  {
    auto journal = Journal::open(dir.path());
    ASSERT_TRUE(journal);
    const auto mask = read_labels(dir / "masks/a.tif");
    const auto file = fingerprint_of(dir / "masks/a.tif");
    ASSERT_TRUE(mask && file);
    std::vector<LabelVolume> frames;
    frames.emplace_back(mask->shape());
    ASSERT_TRUE((*journal)->recover("a.tif", std::move(frames), *file));
    ObjectNotes notes;
    ObjectNote mitotic, locked;
    mitotic.object_class = 1;
    locked.locked = true;
    notes.set(1, mitotic);
    notes.set(2, locked);
    for (const auto& [key, value] : notes_of(notes)) {
      ASSERT_TRUE((*journal)->set_note("a.tif", key, value));
    }
    ASSERT_TRUE((*journal)->flush());
  }
  const auto outcome = run({"dataset", "classes", dir.path().string(), "--quiet"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("1 object of mitotic"));
  EXPECT_EQ(read_class_table(dir / "classes/a.csv").value(), (ClassTable{{1, "mitotic"}}));
}

TEST(DatasetCheck, CountsObjectsAndWhatIsIgnored) {
  const test::TempDir dir;
  add_pair(dir.path(), "a.tif", true);
  add_pair(dir.path(), "b.tif", true);
  LabelArray labels({1, 8, 9});
  labels(0, 1, 1) = 1;
  for (int x = 0; x < 9; ++x) labels(0, 4, x) = kIgnoredLabel;
  ASSERT_TRUE(write_labels(dir / "masks/b.tif", labels));
  const auto said = run({"dataset", "check", dir.path().string(), "--quiet"});
  EXPECT_EQ(said.status, 0) << said.err;
  EXPECT_THAT(said.out, HasSubstr("2 objects; 6.2 % of the pixels are ignored, in 1 mask"));
  const auto json = nlohmann::json::parse(
      run({"dataset", "check", dir.path().string(), "--quiet", "--json"}).out);
  EXPECT_EQ(json["objects"], 2);
  EXPECT_EQ(json["ignored_pixels"], 9);
  EXPECT_EQ(json["masks_with_ignored"], 1);
}

TEST(DatasetCheck, ListsFindingsAndFails) {
  const test::TempDir dir;
  add_pair(dir.path(), "a.tif", true);
  add_pair(dir.path(), "b.tif", false);
  const auto outcome = run({"dataset", "check", dir.path().string(), "--quiet"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.out, HasSubstr("b.tif"));
  EXPECT_THAT(outcome.err, testing::AllOf(HasSubstr("error: "), HasSubstr("fix: ")));
  const auto as_json = run({"dataset", "check", dir.path().string(), "--quiet", "--json"});
  const auto json = nlohmann::json::parse(as_json.out);
  EXPECT_EQ(json["pairs"], 1);
  EXPECT_EQ(json["findings"][0]["kind"], "missing_mask");
}

TEST(DatasetCheck, ReadsPairsForRestoration) {
  const test::TempDir dir;
  Volume image(VoxelType::kUInt8, {1, 1, 1, 8, 9});
  image.data()[3] = std::byte{9};
  for (const char* part : {"low", "high"}) {
    std::filesystem::create_directories(dir / part);
    ASSERT_TRUE(write_image(dir / part / "a.tif", image));
  }
  const auto good = run({"dataset", "check", dir.path().string(), "--quiet"});
  EXPECT_EQ(good.status, 0) << good.err;
  EXPECT_THAT(good.out, HasSubstr("1 usable pair, nothing wrong"));
  ASSERT_TRUE(write_image(dir / "low" / "b.tif", Volume(VoxelType::kUInt8, {1, 1, 1, 4, 4})));
  ASSERT_TRUE(write_image(dir / "high" / "b.tif", image));
  const auto bad = run({"dataset", "check", dir.path().string(), "--quiet", "--json"});
  EXPECT_EQ(bad.status, 1);
  EXPECT_EQ(nlohmann::json::parse(bad.out)["findings"][0]["kind"], "size_mismatch");
}

// Pairs with an error in their pixels were counted as usable.
TEST(DatasetCheck, APairWithAnErrorIsNotUsable) {
  const test::TempDir dir;
  add_pair(dir.path(), "a.tif", true);
  Volume image(VoxelType::kFloat32, {1, 1, 1, 8, 9});
  image.view<float>()(0, 2, 2) = std::numeric_limits<float>::quiet_NaN();
  ASSERT_TRUE(write_image(dir / "images" / "b.tif", image));
  LabelArray labels({1, 8, 9});
  labels(0, 1, 1) = 1;
  ASSERT_TRUE(write_labels(dir / "masks" / "b.tif", labels));
  const auto outcome = run({"dataset", "check", dir.path().string(), "--quiet"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.out, HasSubstr("1 usable pair, 1 finding"));
}

TEST(DatasetCheck, NamesAMissingFolder) {
  const auto outcome = run({"dataset", "check", "/no/such/folder"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, HasSubstr("/no/such/folder"));
}

TEST(DatasetCheck, WantsAFolder) {
  EXPECT_EQ(run({"dataset", "check"}).status, 2);
}

}  // namespace
}  // namespace karyo::cli
