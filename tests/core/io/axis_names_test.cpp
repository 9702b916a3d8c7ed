// What files call their axes, and where these go.

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "core/io/axis_places.h"
#include "core/io/image_io.h"
#include "core/io/tiff_metadata.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

using nlohmann::json;

void write_file(const std::filesystem::path& path, const std::string& content) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
}

std::string letters_of(const std::vector<io::NamedAxis>& axes) {
  const auto placed = io::place_axes(axes);
  return placed ? placed->letters : "error: " + placed.error().what;
}

TEST(AxisPlaces, LettersAndWordsSayTheirPlace) {
  EXPECT_EQ(letters_of({{"t", ""}, {"c", ""}, {"z", ""}, {"y", ""}, {"x", ""}}), "tczyx");
  EXPECT_EQ(letters_of({{"X", ""}, {"Y", ""}}), "xy");
  EXPECT_EQ(letters_of({{"depth", ""}, {"height", ""}, {"width", ""}}), "zyx");
  EXPECT_EQ(letters_of({{"seconds", "time"}, {"dye", "channel"}, {"y", ""}, {"x", ""}}), "tcyx");
}

TEST(AxisPlaces, OthersTakeWhatIsFree) {
  EXPECT_EQ(letters_of({{"angle", ""}, {"z", "space"}, {"y", "space"}, {"x", "space"}}), "tzyx");
  EXPECT_EQ(letters_of({{"t", "time"}, {"angle", ""}, {"y", ""}, {"x", ""}}), "tzyx");
  EXPECT_EQ(letters_of({{"a", "space"}, {"b", "space"}, {"d", "space"}}), "zyx");
  const auto placed = io::place_axes({{"angle", ""}, {"depth", ""}, {"row", ""}, {"x", ""}});
  ASSERT_TRUE(placed);
  EXPECT_EQ(placed->names, (AxisNames{"angle", "", "depth", "row", ""}));
}

TEST(AxisPlaces, WhatIsNoImageIsAnError) {
  EXPECT_TRUE(letters_of({{"y", ""}, {"y", ""}, {"x", ""}}).starts_with("error: two axes"));
  EXPECT_TRUE(letters_of({{"x", ""}}).starts_with("error: the axes name no y"));
  EXPECT_TRUE(letters_of({{"t", ""}, {"c", ""}, {"z", ""}, {"angle", ""}, {"y", ""}, {"x", ""}})
                  .starts_with("error: there is no room for the axis \"angle\""));
}

TEST(AxisPlaces, NamesAreShortAndValidWhateverTheFileHolds) {
  EXPECT_EQ(io::axis_name_from(" \tangle\n "), "angle");
  EXPECT_LE(io::axis_name_from(std::string(1000, 'a')).size(), 40u);
  for (const std::string& name : {std::string("\xff\xfe"), std::string(39, 'a') + "\xc3\xa4"}) {
    EXPECT_NO_THROW(static_cast<void>(json(io::axis_name_from(name)).dump()));
  }
}

TEST(AxisPlaces, TifffilesLettersHaveItsWords) {
  const auto shaped =
      io::parse_shaped_description(R"({"shape": [3, 4, 20, 30, 3], "axes": "AZYXS"})");
  ASSERT_TRUE(shaped);
  EXPECT_EQ(shaped->axes, "TZYXS");
  EXPECT_EQ(shaped->names.t, "angle");
  const auto unknown = io::parse_shaped_description(R"({"shape": [3, 20, 30], "axes": "QYX"})");
  ASSERT_TRUE(unknown);
  EXPECT_EQ(unknown->axes, "");
}

TEST(AxisNamesOfFiles, NrrdKeepsLabels) {
  const test::TempDir folder;
  Volume volume(VoxelType::kUInt8, {2, 1, 3, 4, 5});
  volume.grid.names.t = "angle";
  volume.grid.names.z = "dep\"th";
  ASSERT_TRUE(write_image(folder / "a.nrrd", volume));
  const auto read = describe_image(folder / "a.nrrd");
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_EQ(read->grid.names, (AxisNames{"angle", "", "depth", "", ""}));
  EXPECT_EQ(read->shape, volume.shape());
}

/// Chunks of 2 x 3 x 4 voxels; voxel i along the axes in their order holds 100 a + 10 b + c.
void write_array(const std::filesystem::path& folder, const json& more) {
  json meta = {
      {"zarr_format", 3},
      {"node_type", "array"},
      {"shape", {2, 3, 4}},
      {"data_type", "uint8"},
      {"chunk_grid", {{"name", "regular"}, {"configuration", {{"chunk_shape", {1, 2, 4}}}}}},
      {"chunk_key_encoding", {{"name", "default"}, {"configuration", {{"separator", "/"}}}}},
      {"fill_value", 0},
      {"codecs", json::array({{{"name", "bytes"}}})}};
  meta.update(more);
  write_file(folder / "zarr.json", meta.dump());
  for (int a = 0; a < 2; ++a) {
    for (int b = 0; b < 2; ++b) {
      std::string chunk;
      for (int i = 0; i < 8; ++i) {
        chunk += static_cast<char>(100 * a + 10 * (2 * b + i / 4) + i % 4);
      }
      write_file(folder / "c" / std::to_string(a) / std::to_string(b) / "0", chunk);
    }
  }
}

TEST(AxisNamesOfFiles, ZarrArraysAreReadAsTheyNameTheirAxes) {
  const test::TempDir folder;
  write_array(folder / "a.zarr", {{"dimension_names", {"angle", "y", "x"}}});
  const auto image = read_image(folder / "a.zarr");
  ASSERT_TRUE(image) << image.error().what;
  EXPECT_EQ(image->shape(), (VolumeShape{2, 1, 1, 3, 4}));
  EXPECT_EQ(image->grid.names.t, "angle");
  EXPECT_EQ(image->view<std::uint8_t>(1)(0, 2, 3), 123);

  write_array(folder / "b.zarr", {{"dimension_names", {"x", "y", "depth"}}});
  const auto turned = read_image(folder / "b.zarr");
  ASSERT_TRUE(turned) << turned.error().what;
  EXPECT_EQ(turned->shape(), (VolumeShape{1, 1, 4, 3, 2}));
  EXPECT_EQ(turned->view<std::uint8_t>()(3, 2, 1), 123);

  write_array(folder / "c.zarr", {{"dimension_names", {"t", "t", "x"}}});
  const auto plain = describe_image(folder / "c.zarr");
  ASSERT_TRUE(plain) << plain.error().what;
  EXPECT_EQ(plain->axes, "ZYX");
}

TEST(AxisNamesOfFiles, OmeZarrKeepsItsWordsAndPlanesAreVisitedInOrder) {
  const test::TempDir folder;
  write_array(folder / "i.zarr/0", json::object());
  const json axes = {{{"name", "angle"}, {"type", "rotation"}, {"unit", "degree"}},
                     {{"name", "y"}, {"type", "space"}, {"unit", "micrometer"}},
                     {{"name", "x"}, {"type", "space"}, {"unit", "micrometer"}}};
  const json scale = {{"type", "scale"}, {"scale", {15, 0.5, 0.5}}};
  const json dataset = {{"path", "0"}, {"coordinateTransformations", json::array({scale})}};
  const json image = {{"axes", axes}, {"datasets", json::array({dataset})}};
  const json ome = {{"version", "0.5"}, {"multiscales", json::array({image})}};
  write_file(
      folder / "i.zarr/zarr.json",
      json{{"zarr_format", 3}, {"node_type", "group"}, {"attributes", {{"ome", ome}}}}.dump());
  const auto described = describe_image(folder / "i.zarr");
  ASSERT_TRUE(described) << described.error().what;
  EXPECT_EQ(described->grid.names.t, "angle");
  EXPECT_EQ(described->grid.frame_interval, 15);
  EXPECT_EQ(described->grid.time_unit, "degree");
  std::vector<int> firsts;
  ASSERT_TRUE(visit_planes(folder / "i.zarr", [&](const Volume& plane) {
    firsts.push_back(plane.view<std::uint8_t>()(0, 1, 2));
  }));
  EXPECT_EQ(firsts, (std::vector<int>{12, 112}));
}

}  // namespace
}  // namespace karyo
