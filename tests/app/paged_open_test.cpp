// Images that stay in their files, opened as a person does.

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "app/workspace.h"
#include "core/io/image_io.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;

void write_array(const fs::path& folder, const nlohmann::json& shape, const nlohmann::json& chunks,
                 const char* dtype) {
  fs::create_directories(folder);
  std::ofstream(folder / ".zarray") << nlohmann::json{
      {"zarr_format", 2},      {"shape", shape},  {"chunks", chunks}, {"dtype", dtype},
      {"compressor", nullptr}, {"fill_value", 5}, {"order", "C"},     {"filters", nullptr}};
}

TEST(PagedOpen, ALargeArrayStaysInItsFileASmallOneDoesNot) {
  const test::TempDir folder;
  write_array(folder / "large.zarr", {3000, 3000, 3000}, {64, 64, 64}, "<u2");
  write_array(folder / "small.zarr", {30, 300, 300}, {64, 64, 64}, "<u2");
  Workspace workspace;
  std::vector<Error> errors;
  const auto watch = workspace.failed.connect([&](const Error& e) { errors.push_back(e); });
  workspace.open({folder / "large.zarr/", folder / "small.zarr"});
  workspace.finish_jobs();
  ASSERT_TRUE(errors.empty()) << errors[0].what;
  ASSERT_EQ(workspace.layers().count(), 2);
  auto& large = dynamic_cast<ImageLayer&>(workspace.layers().at(0));
  auto& small = dynamic_cast<ImageLayer&>(workspace.layers().at(1));
  EXPECT_EQ(large.name(), "large.zarr");
  ASSERT_TRUE(large.pages());
  EXPECT_EQ(large.shape().z, 3000);
  ASSERT_TRUE(small.shared_volume());
  EXPECT_EQ(small.sample().view<std::uint16_t>()(29, 299, 299), 5);
  // Its value under the pointer, once the chunk has been drawn.
  const Probe before = workspace.probe({10, 10, 10});
  EXPECT_TRUE(before.readings[1].values.empty()) << "nothing was read there";
  ASSERT_TRUE(large.pages()->store().get(large.pages()->shared_source(), {0, 0, 0, {0, 0, 0}}));
  EXPECT_EQ(workspace.probe({10, 10, 10}).readings[1].values, std::vector<double>{5});
}

TEST(PagedOpen, LabelsBesideAnImageAreReadAsLabels) {
  const test::TempDir folder;
  const auto group = [&](const fs::path& path, const nlohmann::json& attributes) {
    fs::create_directories(path);
    std::ofstream(path / ".zgroup") << R"({"zarr_format":2})";
    std::ofstream(path / ".zattrs") << attributes;
  };
  const nlohmann::json multiscales = nlohmann::json::array(
      {{{"axes", {"z", "y", "x"}}, {"datasets", nlohmann::json::array({{{"path", "0"}}})}}});
  group(folder / "a.zarr", {{"multiscales", multiscales}});
  group(folder / "a.zarr/labels", {{"labels", {"nuclei"}}});
  group(folder / "a.zarr/labels/nuclei",
        {{"multiscales", multiscales}, {"image-label", nlohmann::json::object()}});
  write_array(folder / "a.zarr/0", {4, 50, 60}, {4, 50, 60}, "<u2");
  write_array(folder / "a.zarr/labels/nuclei/0", {4, 50, 60}, {4, 50, 60}, "<u4");
  Workspace workspace;
  workspace.open({folder / "a.zarr"});
  workspace.finish_jobs();
  ASSERT_EQ(workspace.layers().count(), 2);
  EXPECT_EQ(workspace.layers().at(0).kind(), LayerKind::kImage);
  ASSERT_EQ(workspace.layers().at(1).kind(), LayerKind::kLabels);
  EXPECT_EQ(workspace.layers().at(1).name(), "a.zarr/nuclei");
  EXPECT_EQ(dynamic_cast<LabelsLayer&>(workspace.layers().at(1)).id_at({1, 2, 3}), 5u);
}

TEST(PagedOpen, ABrokenChunkIsReportedOnceAndTheRestIsShown) {
  const test::TempDir folder;
  write_array(folder / "large.zarr", {3000, 3000, 3000}, {64, 64, 64}, "<u2");
  std::ofstream(folder / "large.zarr/0.0.0") << "short";
  Workspace workspace;
  std::vector<Error> errors;
  const auto watch = workspace.failed.connect([&](const Error& e) { errors.push_back(e); });
  workspace.open({folder / "large.zarr"});
  workspace.finish_jobs();
  const auto& layer = dynamic_cast<ImageLayer&>(workspace.layers().at(0));
  std::vector<std::byte> voxels(2 * 64 * 64 * 2);
  layer.pages()->gather(0, 0, 0, {{0, 0, 0}, {1, 64, 128}}, voxels.data());
  workspace.note_reading();
  EXPECT_TRUE(workspace.busy());
  workspace.finish_jobs();
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_NE(errors[0].what.find("0.0.0"), std::string::npos);
  layer.pages()->gather(0, 0, 0, {{0, 0, 0}, {1, 64, 128}}, voxels.data());
  EXPECT_EQ(voxels[0], std::byte{0});
  EXPECT_EQ(voxels[64 * 2], std::byte{5});
}

}  // namespace
}  // namespace karyo
