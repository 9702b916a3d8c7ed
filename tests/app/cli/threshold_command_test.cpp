#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "app/cli/commands.h"
#include "core/io/image_io.h"
#include "core/io/roi_zip.h"
#include "tests/app/cli/run_cli.h"
#include "tests/support/shared_data.h"
#include "tests/support/temp_dir.h"

namespace karyo::cli {
namespace {

using nlohmann::json;
using testing::HasSubstr;

Outcome run(std::vector<std::string> words) {
  words.insert(words.begin(), "threshold");
  return run_cli(add_threshold_command, std::move(words));
}

/// Two squares of 200 on a ground of 10; one touches the border.
void write_squares(const std::filesystem::path& path) {
  Volume image(VoxelType::kUInt8, {1, 1, 1, 20, 30});
  auto view = image.view<std::uint8_t>();
  for (std::int64_t y = 0; y < 20; ++y) {
    for (std::int64_t x = 0; x < 30; ++x) {
      const bool inner = y >= 5 && y < 10 && x >= 5 && x < 10;
      const bool border = y >= 12 && x >= 20;
      view(0, y, x) = inner || border ? 200 : 10;
    }
  }
  ASSERT_TRUE(write_image(path, image));
}

TEST(Threshold, ListsTheMethods) {
  const auto outcome = run({"--method", "list"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.out, testing::AllOf(HasSubstr("Huang\n"), HasSubstr("IJ_IsoData\n"),
                                          HasSubstr("Yen\n")));
  const json methods = json::parse(run({"--method", "list", "--json"}).out)["methods"];
  EXPECT_EQ(methods.size(), 18U);  // ImageJ's 17 and Fiji's Huang2
}

TEST(Threshold, PrintsImageJsLowerBounds) {
  KARYO_NEEDS_SHARED();
  const auto folder = test::shared_dir() / "golden/imagej";
  std::ifstream file(folder / "thresholds.json");
  const json golden = json::parse(file);
  const auto expect_bounds = [&](const std::string& name, const std::string& key,
                                 std::vector<std::string> options) {
    SCOPED_TRACE(name + " " + key);
    options.insert(options.begin(), {(folder / (name + ".tif")).string(), "--print", "--json"});
    const auto outcome = run(std::move(options));
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    const json printed = json::parse(outcome.out);
    EXPECT_GE(golden[name][key].size(), 17U);
    for (const auto& [method, range] : golden[name][key].items()) {
      ASSERT_TRUE(printed.contains(method)) << method;
      const double lower = range[0];
      EXPECT_NEAR(printed[method].get<double>(), lower, 1e-9 * std::max(1.0, lower)) << method;
    }
  };
  for (const std::string name : {"nuclei_u8", "coins_u8", "cell_u8", "nuclei_u16", "nuclei_f32"}) {
    expect_bounds(name, "setAutoThreshold_dark", {});
  }
  expect_bounds("nuclei_u16", "setAutoThreshold_dark_16-bit", {"--histogram", "16bit"});
}

TEST(Threshold, CountMasksEqualImageJs) {
  KARYO_NEEDS_SHARED();
  const auto folder = test::shared_dir() / "golden/imagej";
  const test::TempDir dir;
  const std::string out = (dir / "labels.tif").string();
  struct Case {
    std::string image, golden;
    std::vector<std::string> options;
  };
  for (const Case& one : std::vector<Case>{
           {"nuclei_u8", "default", {"--method", "otsu"}},
           {"nuclei_u8", "exclude_edges", {"--method", "Otsu", "--exclude-edges"}},
           {"nuclei_u8",
            "size40_circ06_exclude_include",
            {"--method", "Otsu", "--min-size", "40", "--circularity", "0.6:1", "--exclude-edges",
             "--include-holes"}},
           {"nuclei_u16", "u16_li_min10", {"--method", "Li", "--min-size", "10"}}}) {
    SCOPED_TRACE(one.golden);
    std::vector<std::string> words{(folder / (one.image + ".tif")).string(), out, "--json"};
    words.insert(words.end(), one.options.begin(), one.options.end());
    const auto outcome = run(std::move(words));
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    const auto found = read_labels(out);
    const auto expected = read_labels(folder / ("particles_" + one.golden + "_count_masks.tif"));
    ASSERT_TRUE(found) << found.error().what;
    ASSERT_TRUE(expected) << expected.error().what;
    ASSERT_EQ(found->shape(), expected->shape());
    EXPECT_TRUE(std::equal(found->begin(), found->end(), expected->begin()));
    EXPECT_EQ(json::parse(outcome.out)["objects"],
              *std::max_element(expected->begin(), expected->end()));
  }
}

TEST(Threshold, WritesLabelsAndRois) {
  const test::TempDir dir;
  write_squares(dir / "in.tif");
  const std::string in = (dir / "in.tif").string(), out = (dir / "out.tif").string();
  const auto outcome =
      run({in, out, "--method", "Otsu", "--rois", (dir / "RoiSet.zip").string(), "--json"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(json::parse(outcome.out)["objects"], 2);
  const auto labels = read_labels(out);
  ASSERT_TRUE(labels) << labels.error().what;
  EXPECT_EQ(std::count(labels->begin(), labels->end(), (*labels)(0, 7, 7)), 25);
  const auto rois = read_rois(dir / "RoiSet.zip");
  ASSERT_TRUE(rois) << rois.error().what;
  EXPECT_EQ(rois->rois.size(), 2U);

  EXPECT_EQ(json::parse(run({in, out, "--exclude-edges", "--json"}).out)["objects"], 1);
  EXPECT_EQ(json::parse(run({in, out, "--min-size", "26", "--json"}).out)["objects"], 1);
}

// The labels were written before the name of the ROI set was found to be wrong.
TEST(Threshold, AWrongNameForTheRoisLeavesNothing) {
  const test::TempDir dir;
  write_squares(dir / "in.tif");
  const std::string in = (dir / "in.tif").string(), out = (dir / "out.tif").string();
  expect_refused(run({in, out, "--rois", in}), 2);
  expect_refused(run({in, out, "--rois", (dir / "rois.txt").string()}), 2);
  EXPECT_FALSE(std::filesystem::exists(out));
}

// The check said "not in range 0.000000 to 1797693134862315..." with 309 digits.
TEST(Threshold, NumbersOutOfRangeAreToldInAFewWords) {
  const test::TempDir dir;
  write_squares(dir / "in.tif");
  const std::string in = (dir / "in.tif").string(), out = (dir / "out.tif").string();
  for (const std::string option : {"--min-size=-1", "--max-size=-3", "--channel=0"}) {
    const auto outcome = run({in, out, option});
    expect_refused(outcome, 2);
    EXPECT_LT(outcome.err.size(), 150U) << outcome.err;
  }
  expect_refused(run({in, out, "--min-size=many"}), 2);
}

TEST(Threshold, WrongUsageIsTold) {
  const test::TempDir dir;
  write_squares(dir / "in.tif");
  const std::string in = (dir / "in.tif").string(), out = (dir / "out.tif").string();
  expect_refused(run({}), 2);
  expect_refused(run({in}), 2);
  expect_refused(run({in, in}), 2);
  expect_refused(run({in, out, "--method", "guess"}), 2);
  expect_refused(run({in, out, "--histogram", "12bit"}), 2);
  expect_refused(run({in, out, "--circularity", "round"}), 2);
  expect_refused(run({in, out, "--min-size", "9", "--max-size", "3"}), 2);
  expect_refused(run({in, out, "--channel", "2"}), 2);
  expect_refused(run({(dir / "absent.tif").string(), out}), 1);
  EXPECT_FALSE(std::filesystem::exists(out));
}

}  // namespace
}  // namespace karyo::cli
