#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "app/cli/commands.h"
#include "core/io/image_io.h"
#include "tests/app/cli/run_cli.h"
#include "tests/support/shared_data.h"
#include "tests/support/temp_dir.h"

namespace karyo::cli {
namespace {

using nlohmann::json;
using testing::HasSubstr;

Outcome run(std::vector<std::string> words) {
  words.insert(words.begin(), "info");
  return run_cli(add_info_command, std::move(words));
}

void write_nuclei(const std::filesystem::path& path) {
  LabelArray labels({2, 8, 9});
  for (std::int64_t z = 0; z < 2; ++z) {
    for (std::int64_t x = 1; x < 4; ++x) labels(z, 2, x) = 3;
    for (std::int64_t x = 5; x < 8; ++x) labels(z, 5, x) = 7;
  }
  ASSERT_TRUE(write_labels(path, labels, {2, 0.5, 0.25, "um", 0, "sec"}));
}

TEST(Info, DescribesLabelsInWordsAndAsJson) {
  const test::TempDir dir;
  const std::string path = (dir / "nuclei.tif").string();
  write_nuclei(path);
  const auto words = run({path});
  EXPECT_EQ(words.status, 0) << words.err;
  EXPECT_THAT(words.out, testing::AllOf(HasSubstr("ZYX  2 x 8 x 9  uint16"),
                                        HasSubstr("2.0 x 0.5 x 0.25 um"), HasSubstr("0 to 7"),
                                        HasSubstr("objects      2"), HasSubstr("deflate")));
  const json facts = json::parse(run({path, "--json"}).out);
  EXPECT_EQ(facts["path"], path);
  EXPECT_EQ(facts["axes"], "ZYX");
  EXPECT_EQ(facts["shape"], (json{2, 8, 9}));
  EXPECT_EQ(facts["dtype"], "uint16");
  EXPECT_EQ(facts["spacing"], (json{2.0, 0.5, 0.25}));
  EXPECT_EQ(facts["unit"], "um");
  EXPECT_EQ(facts["channels"], 1);
  EXPECT_EQ(facts["min"], 0);
  EXPECT_EQ(facts["max"], 7);
  EXPECT_EQ(facts["objects"], 2);
}

TEST(Info, WhatIsIgnoredIsNoObject) {
  const test::TempDir dir;
  Volume labels(VoxelType::kInt16, {1, 1, 1, 8, 9});
  auto ids = labels.view<std::int16_t>();
  for (int x = 1; x < 5; ++x) {
    ids(0, 2, x) = 3;
    ids(0, 5, x) = -1;
  }
  ASSERT_TRUE(write_image(dir / "signed.tif", labels));
  ASSERT_TRUE(write_labels(dir / "wide.tif", *to_labels(labels)));
  for (const char* name : {"signed.tif", "wide.tif"}) {
    EXPECT_EQ(json::parse(run({(dir / name).string(), "--json"}).out)["objects"], 1) << name;
  }
}

TEST(Info, SeveralFilesMakeAList) {
  const test::TempDir dir;
  const std::string path = (dir / "nuclei.tif").string();
  write_nuclei(path);
  const json facts = json::parse(run({path, path, "--json"}).out);
  ASSERT_EQ(facts.size(), 2U);
  EXPECT_EQ(facts[1]["objects"], 2);
}

TEST(Info, APictureHasNoObjects) {
  const test::TempDir dir;
  Volume image(VoxelType::kUInt8, {1, 1, 1, 16, 16});
  for (std::size_t i = 0; i < image.size_bytes(); ++i) {
    image.data()[i] = static_cast<std::byte>(i * 37 % 251);
  }
  ASSERT_TRUE(write_image(dir / "a.tif", image));
  EXPECT_TRUE(json::parse(run({(dir / "a.tif").string(), "--json"}).out)["objects"].is_null());
}

TEST(Info, AgreesWithTheReferenceOnEveryFormat) {
  KARYO_NEEDS_SHARED();
  const auto folder = test::shared_dir() / "data/formats";
  std::ifstream in(folder / "expected.json");
  const json files = json::parse(in);
  int checked = 0;
  for (const auto& [name, expected] : files.items()) {
    if (name.ends_with(".npy")) continue;  // the collection's own copy of a PNG
    SCOPED_TRACE(name);
    const auto outcome = run({(folder / name).string(), "--json"});
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    const json facts = json::parse(outcome.out);
    ++checked;
    EXPECT_EQ(facts["shape"], expected["shape"]);
    EXPECT_EQ(facts["dtype"], expected["dtype"]);
    if (expected.contains("axes")) {
      std::string axes = expected["axes"];
      axes = axes.substr(0, axes.find(' '));
      // Pages that nothing tells more about are taken for slices.
      if (axes == "QYX") axes = "ZYX";
      EXPECT_EQ(facts["axes"], axes);
    }
    for (const char* end : {"min", "max"}) {
      if (expected.contains(end)) {
        EXPECT_DOUBLE_EQ(facts[end].get<double>(), expected[end].get<double>());
      }
    }
  }
  EXPECT_GT(checked, 60);
}

TEST(Info, FailsInTwoLines) {
  const test::TempDir dir;
  expect_refused(run({(dir / "absent.tif").string(), "--json"}), 1);
  std::ofstream(dir / "text.tif") << "no image at all";
  expect_refused(run({(dir / "text.tif").string()}), 1);
  expect_refused(run({}), 2);
  expect_refused(run({"--colour", "a.tif"}), 2);
}

// The library that reads NRRD explains itself in several lines.
TEST(Info, ABrokenNrrdHeaderFailsInTwoLines) {
  const test::TempDir dir;
  std::ofstream(dir / "a.nrrd") << "NRRD0004\ntype: short\ndimension: 3\nsizes: 5 4 3\n"
                                   "space units: \"mm\" \"mm\" \"mm\"\nspace dimension: 3\n"
                                   "encoding: raw\n\n";
  expect_refused(run({(dir / "a.nrrd").string()}), 1);
}

TEST(Info, RefusesMalformedFilesInTwoLines) {
  KARYO_NEEDS_SHARED();
  int refused = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(test::shared_dir() / "data/formats/malformed")) {
    if (entry.path().extension() == ".json") continue;
    SCOPED_TRACE(entry.path().filename());
    const auto outcome = run({entry.path().string(), "--json"});
    if (outcome.status == 0) continue;  // some of the mutants are whole images still
    ++refused;
    expect_refused(outcome, 1);
  }
  EXPECT_GT(refused, 30);
}

}  // namespace
}  // namespace karyo::cli
