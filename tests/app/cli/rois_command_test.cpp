#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "app/cli/commands.h"
#include "core/base/random.h"
#include "core/io/image_io.h"
#include "tests/app/cli/run_cli.h"
#include "tests/support/blobs.h"
#include "tests/support/shared_data.h"
#include "tests/support/temp_dir.h"

namespace karyo::cli {
namespace {

using nlohmann::json;

Outcome run(std::vector<std::string> words) {
  words.insert(words.begin(), "rois");
  return run_cli(add_rois_command, std::move(words));
}

std::string shape_text(const LabelArray& labels) {
  const Index3 shape = labels.shape();
  return std::to_string(shape.z) + "," + std::to_string(shape.y) + "," + std::to_string(shape.x);
}

/// Labels to a RoiSet.zip and back, byte for byte.
void expect_lossless(const std::filesystem::path& labels_path) {
  SCOPED_TRACE(labels_path.filename());
  const test::TempDir dir;
  const std::string zip = (dir / "RoiSet.zip").string(), back = (dir / "back.tif").string();
  const auto before = read_labels(labels_path);
  ASSERT_TRUE(before) << before.error().what;
  const auto there = run({labels_path.string(), zip, "--json"});
  ASSERT_EQ(there.status, 0) << there.err;
  const auto again = run({zip, back, "--shape", shape_text(*before), "--json"});
  ASSERT_EQ(again.status, 0) << again.err;
  EXPECT_EQ(json::parse(there.out)["objects"], json::parse(again.out)["objects"]);
  const auto after = read_labels(back);
  ASSERT_TRUE(after) << after.error().what;
  ASSERT_EQ(after->shape(), before->shape());
  EXPECT_TRUE(std::equal(before->begin(), before->end(), after->begin()));
}

TEST(Rois, ThereAndBackIsIdentical) {
  const test::TempDir dir;
  Random random(7);
  ASSERT_TRUE(write_labels(dir / "plane.tif", test::random_blobs(60, 70, 25, 6, random)));
  expect_lossless(dir / "plane.tif");
  LabelArray stack({3, 40, 50});
  for (std::int64_t z = 0; z < 3; ++z) {
    const LabelArray plane = test::random_blobs(40, 50, 9, 7, random);
    std::copy(plane.begin(), plane.end(), &stack(z, 0, 0));
  }
  stack(1, 3, 3) = 90000;  // ids beyond 16 bits, and one without its neighbours 10 to 89999
  ASSERT_TRUE(write_labels(dir / "stack.tif", stack));
  expect_lossless(dir / "stack.tif");
}

// The empty set was written and then refused.
TEST(Rois, ThereAndBackIsIdenticalWithoutObjects) {
  const test::TempDir dir;
  ASSERT_TRUE(write_labels(dir / "none.tif", LabelArray({1, 8, 9})));
  expect_lossless(dir / "none.tif");
  const std::string zip = (dir / "none.zip").string();
  ASSERT_EQ(run({(dir / "none.tif").string(), zip}).status, 0);
  expect_refused(run({zip, (dir / "no_shape.tif").string()}), 2);
}

// Only the first time point was written.
TEST(Rois, EveryFrameOfAMovieIsWritten) {
  const test::TempDir dir;
  Random random(11);
  const std::vector<LabelArray> frames{test::random_blobs(40, 50, 5, 6, random),
                                       test::random_blobs(40, 50, 9, 6, random)};
  ASSERT_TRUE(write_image(dir / "movie.tif", from_labels(frames, {})));
  const std::string zip = (dir / "movie.zip").string(), back = (dir / "back.tif").string();
  ASSERT_EQ(run({(dir / "movie.tif").string(), zip}).status, 0);
  ASSERT_EQ(run({zip, back, "--shape", "2,40,50"}).status, 0);
  const auto read = read_labels(back);
  ASSERT_TRUE(read) << read.error().what;
  ASSERT_EQ(read->shape(), (Index3{2, 40, 50}));  // frames come back as slices
  EXPECT_TRUE(std::equal(frames[0].begin(), frames[0].end(), &(*read)(0, 0, 0)));
  EXPECT_TRUE(std::equal(frames[1].begin(), frames[1].end(), &(*read)(1, 0, 0)));
}

TEST(Rois, ThereAndBackIsIdenticalForImageJsOwnObjects) {
  KARYO_NEEDS_SHARED();
  for (const std::string name : {"particles_default", "particles_exclude_edges"}) {
    expect_lossless(test::shared_dir() / "golden/imagej" / (name + "_count_masks.tif"));
  }
}

TEST(Rois, WithoutAShapeTheImageHoldsThemAll) {
  const test::TempDir dir;
  LabelArray labels({1, 9, 9});
  labels(0, 2, 5) = 4;
  ASSERT_TRUE(write_labels(dir / "a.tif", labels));
  const std::string zip = (dir / "a.zip").string(), back = (dir / "back.tif").string();
  ASSERT_EQ(run({(dir / "a.tif").string(), zip}).status, 0);
  ASSERT_EQ(run({zip, back}).status, 0);
  const auto read = read_labels(back);
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_EQ(read->shape(), (Index3{1, 3, 6}));
  EXPECT_EQ((*read)(0, 2, 5), 4U);
}

TEST(Rois, WrongUsageAndFailuresAreTold) {
  const test::TempDir dir;
  const std::string tif = (dir / "a.tif").string(), zip = (dir / "a.zip").string();
  ASSERT_TRUE(write_labels(tif, LabelArray({1, 4, 4})));
  expect_refused(run({tif}), 2);
  expect_refused(run({tif, tif}), 2);
  expect_refused(run({zip, zip}), 2);
  expect_refused(run({zip, tif}), 1);  // there is no such file
  std::ofstream(zip) << "PK\3\4 and nothing";
  expect_refused(run({zip, (dir / "b.tif").string()}), 1);
  EXPECT_FALSE(std::filesystem::exists(dir / "b.tif"));
}

}  // namespace
}  // namespace karyo::cli
