// What every kind of layer promises, and what the two kinds add.

#include "core/layers/layer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>

#include "core/layers/image_layer.h"
#include "core/layers/labels_layer.h"

namespace karyo {
namespace {

std::shared_ptr<const Volume> small_volume(VolumeShape shape, bool rgb = false) {
  auto volume = std::make_shared<Volume>(VoxelType::kUInt8, shape);
  for (std::size_t i = 0; i < volume->size_bytes(); ++i) volume->data()[i] = std::byte(i % 200);
  volume->rgb = rgb;
  return volume;
}

std::vector<std::shared_ptr<Layer>> one_of_each_kind() {
  return {std::make_shared<ImageLayer>("image", small_volume({2, 1, 3, 4, 5})),
          std::make_shared<LabelsLayer>("labels", LabelVolume({3, 4, 5}))};
}

TEST(Layer, EveryKindTellsOfEveryChangeOnce) {
  for (const auto& layer : one_of_each_kind()) {
    int heard = 0;
    const Connection connection = layer->changed.connect([&] { ++heard; });
    const std::uint64_t before = layer->revision();
    for (int again = 0; again < 2; ++again) {  // the second time nothing changes
      layer->set_name("other");
      layer->set_visible(false);
      layer->set_opacity(0.25);
      layer->set_blending(Blending::kMinimum);
      EXPECT_EQ(heard, 4);
    }
    EXPECT_EQ(layer->revision(), before + 4);
    EXPECT_EQ(layer->shape().zyx(), (Index3{3, 4, 5}));
  }
}

TEST(Layer, OpacityIsClipped) {
  for (const auto& layer : one_of_each_kind()) {
    layer->set_opacity(7);
    EXPECT_EQ(layer->opacity(), 1);
    layer->set_opacity(-1);
    EXPECT_EQ(layer->opacity(), 0);
    layer->set_opacity(std::nan(""));
    EXPECT_EQ(layer->opacity(), 0);
  }
}

TEST(Layer, BlendingNamesGoBothWays) {
  for (const auto blending : {Blending::kTranslucent, Blending::kAdditive, Blending::kMinimum,
                              Blending::kOpaque}) {
    EXPECT_EQ(*blending_from(name_of(blending)), blending);
  }
  EXPECT_FALSE(blending_from("multiply"));
}

TEST(ImageLayer, ShowsTheLastTimeWhereItHasFewer) {
  const ImageLayer layer("image", small_volume({2, 1, 3, 4, 5}));
  EXPECT_EQ(layer.time_shown(1), 1);
  EXPECT_EQ(layer.time_shown(9), 1);
  EXPECT_EQ(layer.time_shown(-1), 0);
}

TEST(ImageLayer, ChannelSettingsAreKeptSensible) {
  ImageLayer layer("image", small_volume({1, 2, 1, 4, 5}));
  ASSERT_EQ(layer.channel_count(), 2);
  EXPECT_EQ(layer.channel(0).colormap.name, "cyan");
  int heard = 0;
  const Connection connection = layer.changed.connect([&] { ++heard; });
  layer.set_limits(1, {9, 3});
  EXPECT_EQ(layer.channel(1).limits.low, 3);
  EXPECT_EQ(layer.channel(1).limits.high, 9);
  layer.set_limits(1, {5, 5});
  EXPECT_EQ(layer.channel(1).limits.high, 6);
  layer.set_gamma(1, 0);
  EXPECT_EQ(layer.channel(1).gamma, 0.1);
  layer.set_colormap(1, *colormap("fire"));
  layer.set_channel_visible(1, false);
  EXPECT_EQ(heard, 5);
  layer.set_channel_visible(1, false);
  EXPECT_EQ(heard, 5);
  layer.set_limits(1, {std::nan(""), std::nan("")});
  EXPECT_GT(layer.channel(1).limits.high, layer.channel(1).limits.low);
}

TEST(ImageLayer, ColourPicturesHaveThreeChannelsAndOneRange) {
  ImageLayer layer("picture", small_volume({1, 4, 1, 4, 5}, true));
  EXPECT_TRUE(layer.rgb());
  EXPECT_EQ(layer.channel_count(), 3);
  EXPECT_EQ(layer.channel(2).limits.high, 255);
  layer.set_percentiles({0, 100});
  layer.auto_contrast(0);
  for (std::int64_t c = 0; c < 3; ++c) {
    EXPECT_EQ(layer.channel(c).limits.low, 0);
    EXPECT_EQ(layer.channel(c).limits.high, 59);
  }
}

TEST(ImageLayer, AutoContrastOfThePlaneOnScreen) {
  ImageLayer layer("image", small_volume({1, 1, 3, 4, 5}));
  layer.set_percentiles({0, 100});
  layer.auto_contrast(0, Box3{{1, 0, 0}, {2, 4, 5}});
  EXPECT_EQ(layer.channel(0).limits.low, 20);
  EXPECT_EQ(layer.channel(0).limits.high, 39);
}

TEST(ImageLayer, ANewVolumeKeepsTheSettingsAndTellsItsBox) {
  ImageLayer layer("image", small_volume({1, 1, 3, 4, 5}));
  layer.set_gamma(0, 2);
  Box3 box;
  const Connection connection = layer.data_changed.connect([&](const Box3& b) { box = b; });
  layer.set_volume(small_volume({1, 1, 3, 4, 5}));
  EXPECT_EQ(box, Box3::of_shape({3, 4, 5}));
  EXPECT_EQ(layer.channel(0).gamma, 2);
  layer.set_volume(small_volume({1, 2, 3, 4, 5}));
  EXPECT_EQ(layer.channel_count(), 2);
  EXPECT_EQ(layer.channel(0).gamma, 1);
}

TEST(LabelsLayer, SelectionContourAndChangedBox) {
  LabelsLayer layer("labels", LabelVolume({3, 4, 5}));
  std::uint32_t selected = 0;
  Box3 box;
  const Connection on_selection = layer.selection_changed.connect([&](auto id) { selected = id; });
  const Connection on_data = layer.data_changed.connect([&](const Box3& b) { box = b; });
  layer.set_selected(7);
  EXPECT_EQ(selected, 7u);
  layer.set_contour_width(100);
  EXPECT_EQ(layer.contour_width(), kGreatestContourWidth);
  LabelWriter(layer.editable_labels()).set({1, 2, 3}, 9);
  layer.notify_changed({{1, 2, 3}, {2, 3, 4}});
  EXPECT_EQ(box, (Box3{{1, 2, 3}, {2, 3, 4}}));
  EXPECT_EQ(layer.id_at({1, 2, 3}), 9u);
  EXPECT_EQ(layer.id_at({-1, 2, 3}), 0u);
  EXPECT_EQ(layer.id_at({1, 2, 5}), 0u);
}

TEST(LabelsLayer, HasOneVolumeATimePoint) {
  std::vector<LabelVolume> frames(2, LabelVolume({1, 4, 5}));
  LabelWriter(frames[1]).set({0, 0, 0}, 3);
  const LabelsLayer layer("labels", std::move(frames));
  EXPECT_EQ(layer.shape().t, 2);
  EXPECT_EQ(layer.id_at({0, 0, 0}, 0), 0u);
  EXPECT_EQ(layer.id_at({0, 0, 0}, 1), 3u);
  EXPECT_EQ(layer.id_at({0, 0, 0}, 5), 3u);
}

}  // namespace
}  // namespace karyo
