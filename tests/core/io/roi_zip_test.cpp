#include "core/io/roi_zip.h"

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/base/atomic_file.h"
#include "tests/support/shared_data.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

Roi square(const std::string& name) {
  Roi roi;
  roi.name = name;
  roi.right = roi.bottom = 5;
  return roi;
}

int files_in(const std::filesystem::path& folder) {
  int count = 0;
  for ([[maybe_unused]] const auto& entry :
       std::filesystem::recursive_directory_iterator(folder)) {
    ++count;
  }
  return count;
}

TEST(RoiZip, ASetComesBackInOrderWithItsNames) {
  const test::TempDir dir;
  const std::vector<Roi> rois = {square("b"), square("a µ 核"), square("0001-0002")};
  ASSERT_TRUE(write_rois(dir / "set.zip", rois));
  const auto set = read_rois(dir / "set.zip");
  ASSERT_TRUE(set) << set.error().what;
  EXPECT_TRUE(set->rois == rois);
  EXPECT_TRUE(set->problems.empty());
}

TEST(RoiZip, TheSameRoisMakeTheSameBytes) {
  const test::TempDir dir;
  const std::vector<Roi> rois = {square("a"), square("b")};
  ASSERT_TRUE(write_rois(dir / "1.zip", rois));
  ASSERT_TRUE(write_rois(dir / "2.zip", rois));
  EXPECT_EQ(read_file(dir / "1.zip").value(), read_file(dir / "2.zip").value());
}

TEST(RoiZip, EntriesHaveUniqueAndSafeNames) {
  const test::TempDir dir;
  const std::vector<Roi> rois = {square("a"), square("a"), square("../../etc/x"), square(""),
                                 square(std::string(300, 'n'))};
  ASSERT_TRUE(write_rois(dir / "set.zip", rois));
  const std::string archive = read_file(dir / "set.zip").value();
  for (const std::string entry : {"a.roi", "a-1.roi", ".._.._etc_x.roi", "roi.roi"}) {
    EXPECT_NE(archive.find(entry), std::string::npos) << entry;
  }
  EXPECT_EQ(archive.find("../"), std::string::npos);
  EXPECT_EQ(archive.find(std::string(201, 'n')), std::string::npos);
  const auto set = read_rois(dir / "set.zip");
  ASSERT_TRUE(set);
  ASSERT_EQ(set->rois.size(), 5u);
  EXPECT_EQ(set->rois[1].name, "a");
  EXPECT_EQ(set->rois[3].name, "roi");
}

TEST(RoiZip, OneRoiMayBeAPlainFile) {
  const test::TempDir dir;
  ASSERT_TRUE(write_rois(dir / "one.roi", std::vector{square("kept")}));
  const auto set = read_rois(dir / "one.roi");
  ASSERT_TRUE(set);
  EXPECT_EQ(set->rois.at(0).name, "kept");
  const auto refused = write_rois(dir / "two.roi", std::vector{square("a"), square("b")});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
}

TEST(RoiZip, LimitsHold) {
  const test::TempDir dir;
  Roi large = square("large");
  large.type = RoiType::kPoint;
  large.points.resize(70000, {3, 4});
  ASSERT_TRUE(write_rois(dir / "set.zip", std::vector{large, square("small")}));
  RoiSetLimits limits;
  EXPECT_EQ(read_rois(dir / "set.zip", limits)->rois.size(), 2u);
  limits.entry_bytes = 100000;
  const auto set = read_rois(dir / "set.zip", limits);
  ASSERT_TRUE(set);
  EXPECT_EQ(set->rois.size(), 1u);
  EXPECT_EQ(set->problems.size(), 1u);
  limits.entries = 1;
  EXPECT_EQ(read_rois(dir / "set.zip", limits).error().code, ErrorCode::kTooLarge);
}

TEST(RoiZip, AbsentFilesAreSaidToBeAbsent) {
  const auto set = read_rois("/nowhere/set.zip");
  ASSERT_FALSE(set);
  EXPECT_EQ(set.error().code, ErrorCode::kNotFound);
}

TEST(RoiZipMalformed, EachFileGetsAnErrorOrItsGoodPartWithinASecond) {
  KARYO_NEEDS_SHARED();
  const auto folder = test::shared_dir() / "data/rois/malformed";
  std::ifstream list(folder / "cases.json");
  const auto cases = nlohmann::json::parse(list);
  const int files_before = files_in(folder.parent_path());
  for (const auto& [file, why] : cases.items()) {
    const auto start = std::chrono::steady_clock::now();
    const auto set = read_rois(folder / file);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    EXPECT_LT(took.count(), 1.0) << file;
    if (file == "path_traversal.zip") {
      ASSERT_TRUE(set) << set.error().what;
      for (const auto& roi : set->rois) EXPECT_EQ(roi.name.find('/'), std::string::npos);
    } else if (file == "mixed_good_bad.zip" || file == "zip_bomb_20mb.zip") {
      // A broken ROI and a text file; an entry of 20 MB.
      ASSERT_TRUE(set) << set.error().what;
      EXPECT_EQ(set->rois.size(), 1u);
      EXPECT_EQ(set->problems.size(), file == "mixed_good_bad.zip" ? 2u : 1u);
    } else {
      ASSERT_FALSE(set) << file << " (" << why << ")";
      EXPECT_NE(set.error().what.find(file), std::string::npos);
      EXPECT_FALSE(set.error().fix.empty());
    }
  }
  EXPECT_EQ(files_in(folder.parent_path()), files_before);
}

TEST(RoiZipGolden, RealAndMadeSetsAreReadAsTheReferenceReadsThem) {
  KARYO_NEEDS_SHARED();
  const auto folder = test::shared_dir() / "data/rois";
  std::ifstream list(folder / "expected.json");
  const auto expected = nlohmann::json::parse(list);
  for (const std::string file : {"RoiSet_mixed_types.zip", "RoiSet_positions.zip"}) {
    const auto set = read_rois(folder / file);
    ASSERT_TRUE(set) << set.error().what;
    const auto& rois = expected[file]["rois"];
    ASSERT_EQ(set->rois.size(), rois.size()) << file;
    for (std::size_t i = 0; i < rois.size(); ++i) {
      const auto& ours = set->rois[i];
      EXPECT_EQ(ours.name, rois[i]["name"].get<std::string>());
      EXPECT_EQ(ours.left, rois[i]["left"].get<int>()) << ours.name;
      EXPECT_EQ(ours.bottom, rois[i]["bottom"].get<int>()) << ours.name;
      EXPECT_EQ(ours.position, rois[i]["position"].get<int>()) << ours.name;
      EXPECT_EQ(ours.c, rois[i]["c"].get<int>()) << ours.name;
      EXPECT_EQ(ours.z, rois[i]["z"].get<int>()) << ours.name;
      EXPECT_EQ(ours.t, rois[i]["t"].get<int>()) << ours.name;
      EXPECT_EQ(ours.stroke_width, rois[i]["stroke_width"].get<float>()) << ours.name;
      if (!rois[i].contains("points_xy")) continue;
      const auto& points = rois[i]["points_xy"];
      for (std::size_t k = 0; k < std::min(points.size(), ours.points.size()); ++k) {
        EXPECT_NEAR(ours.points[k].x, points[k][0].get<double>(), 1e-4) << ours.name;
        EXPECT_NEAR(ours.points[k].y, points[k][1].get<double>(), 1e-4) << ours.name;
      }
    }
  }
  const auto real = read_rois(folder / "real_imagej_rois_a.zip");
  ASSERT_TRUE(real) << real.error().what;
  EXPECT_GT(real->rois.size(), 5u);
  EXPECT_TRUE(real->problems.empty());
}

}  // namespace
}  // namespace karyo
