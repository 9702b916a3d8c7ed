#include "core/layers/colormaps.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace karyo {
namespace {

Rgb entry(const std::string& name, std::size_t i) { return (*colormap(name)->table)[i]; }

bool near(Rgb a, Rgb b, int by) {
  return std::abs(a.r - b.r) <= by && std::abs(a.g - b.g) <= by && std::abs(a.b - b.b) <= by;
}

TEST(Colormaps, EveryNameHasATable) {
  EXPECT_EQ(colormap_names().size(), 12u);
  for (const auto& name : colormap_names()) {
    const auto map = colormap(name);
    ASSERT_TRUE(map) << name;
    EXPECT_EQ(map->name, name);
    ASSERT_NE(map->table, nullptr);
  }
}

TEST(Colormaps, AnUnknownNameSaysWhichThereAre) {
  const auto map = colormap("jet");
  ASSERT_FALSE(map);
  EXPECT_EQ(map.error().code, ErrorCode::kInvalidArgument);
  EXPECT_NE(map.error().fix.find("viridis"), std::string::npos);
}

TEST(Colormaps, PerceptualMapsFollowThePublishedTables) {
  struct Known {
    const char* name;
    std::size_t at;
    Rgb color;
  };
  // Entries of matplotlib 3.11's tables, in 255ths.
  for (const Known& known : {
           Known{"magma", 1, {1, 0, 5}},
           Known{"magma", 37, {36, 18, 83}},
           Known{"magma", 100, {137, 40, 129}},
           Known{"magma", 128, {183, 55, 121}},
           Known{"magma", 200, {253, 152, 105}},
           Known{"magma", 254, {252, 251, 189}},
           Known{"viridis", 1, {68, 2, 86}},
           Known{"viridis", 37, {70, 51, 127}},
           Known{"viridis", 100, {42, 118, 142}},
           Known{"viridis", 128, {33, 145, 140}},
           Known{"viridis", 200, {112, 207, 87}},
           Known{"viridis", 254, {251, 231, 35}},
           Known{"inferno", 1, {1, 0, 5}},
           Known{"inferno", 37, {41, 11, 85}},
           Known{"inferno", 100, {144, 37, 104}},
           Known{"inferno", 128, {188, 55, 84}},
           Known{"inferno", 200, {251, 157, 7}},
           Known{"inferno", 254, {250, 253, 161}},
       }) {
    EXPECT_TRUE(near(entry(known.name, known.at), known.color, 2)) << known.name << known.at;
  }
}

TEST(Colormaps, RampsAndFijisTables) {
  EXPECT_EQ(entry("gray", 77), (Rgb{77, 77, 77}));
  EXPECT_EQ(entry("cyan", 200), (Rgb{0, 200, 200}));
  EXPECT_EQ(entry("blue", 255), (Rgb{0, 0, 255}));
  EXPECT_EQ(entry("fire", 8), (Rgb{0, 0, 61}));
  EXPECT_EQ(entry("fire", 255), (Rgb{255, 255, 255}));
  EXPECT_EQ(entry("hilo", 0), (Rgb{0, 0, 255}));
  EXPECT_EQ(entry("hilo", 128), (Rgb{128, 128, 128}));
  EXPECT_EQ(entry("hilo", 255), (Rgb{255, 0, 0}));
}

TEST(Colormaps, ChannelsStartWithTheFilesColoursOrApart) {
  Volume volume(VoxelType::kUInt8, {1, 3, 1, 2, 2});
  EXPECT_EQ(default_colormap(volume, 0).name, "cyan");
  EXPECT_EQ(default_colormap(volume, 1).name, "magenta");
  volume.channels.resize(3);
  volume.channels[1].lut.assign(256, Rgb{1, 2, 3});
  EXPECT_EQ(default_colormap(volume, 1).name, "file");
  EXPECT_EQ((*default_colormap(volume, 1).table)[9], (Rgb{1, 2, 3}));
  EXPECT_EQ(default_colormap(Volume(VoxelType::kUInt8, {1, 1, 1, 2, 2}), 0).name, "gray");
  ChannelInfo broken;
  broken.lut.assign(16, Rgb{});
  EXPECT_EQ(colormap_of(broken).name, "gray");
}

}  // namespace
}  // namespace karyo
