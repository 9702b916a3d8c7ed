// What the compositor draws of each layer kind, blending, colour table and plane, to the grey
// value.

#include <gtest/gtest.h>

#include <QImage>
#include <QPainter>
#include <string>

#include "core/layers/layer_list.h"
#include "tests/app/gui/baseline.h"
#include "tests/app/gui/baseline_scene.h"
#include "viewer/scene/slice_compositor.h"

namespace karyo {
namespace {

using test::matches_baseline;
using test::scene_image;
using test::scene_labels;
using test::scene_volume;

QImage drawn(const LayerList& layers, const ViewTransform& view) {
  SliceCompositor compositor;
  RgbaImage pixels;
  compositor.compose(layers, view, 0, pixels);
  return QImage(pixels.bytes(), pixels.width(), pixels.height(), pixels.width() * 4,
                QImage::Format_RGBX8888)
      .copy();
}

QImage plane_picture(const LayerList& layers, Plane plane = Plane::kXY) {
  return drawn(layers, test::scene_view(plane));
}

QImage picture_of(std::shared_ptr<Layer> layer) {
  LayerList layers;
  layers.add(std::move(layer));
  return plane_picture(layers);
}

TEST(PlaneBaseline, GrayImage) {
  EXPECT_TRUE(matches_baseline(picture_of(scene_image(scene_volume(1))), "kind_image_gray"));
}

TEST(PlaneBaseline, ColourImage) {
  auto volume = scene_volume(3);
  volume->rgb = true;
  EXPECT_TRUE(matches_baseline(picture_of(scene_image(volume)), "kind_image_rgb"));
}

TEST(PlaneBaseline, ImageOfTwoChannels) {
  EXPECT_TRUE(matches_baseline(picture_of(scene_image(scene_volume(2))), "kind_image_2_channels"));
}

TEST(PlaneBaseline, FilledLabels) {
  auto labels = scene_labels();
  labels->set_opacity(1);
  EXPECT_TRUE(matches_baseline(picture_of(labels), "kind_labels_filled"));
}

TEST(PlaneBaseline, ContoursOfLabels) {
  auto labels = scene_labels();
  labels->set_opacity(1);
  labels->set_contour_width(3);
  EXPECT_TRUE(matches_baseline(picture_of(labels), "kind_labels_contours"));
}

TEST(PlaneBaseline, SelectedLabelAlone) {
  auto labels = scene_labels();
  labels->set_opacity(1);
  labels->set_selected(2);
  labels->set_selected_only(true);
  EXPECT_TRUE(matches_baseline(picture_of(labels), "kind_labels_selected_only"));
}

class BlendingBaseline : public ::testing::TestWithParam<Blending> {};

/// A smaller image of fiery colours over a grey one: beside it the lower one is seen alone.
TEST_P(BlendingBaseline, TwoImages) {
  LayerList layers;
  layers.add(scene_image(scene_volume(1)));
  auto& above = layers.add(scene_image(scene_volume(1, 1, {12, 30, 36})));
  above.set_colormap(0, *colormap("magma"));
  above.set_opacity(0.75);
  above.set_blending(GetParam());
  EXPECT_TRUE(
      matches_baseline(plane_picture(layers), "blending_" + std::string(name_of(GetParam()))));
}

INSTANTIATE_TEST_SUITE_P(All, BlendingBaseline,
                         ::testing::Values(Blending::kTranslucent, Blending::kAdditive,
                                           Blending::kMinimum, Blending::kOpaque),
                         [](const auto& info) { return std::string(name_of(info.param)); });

class ColormapBaseline : public ::testing::TestWithParam<std::string> {};

/// All 256 colours from left to right; below them the same inverted.
TEST_P(ColormapBaseline, AllItsColours) {
  auto ramp = std::make_shared<Volume>(VoxelType::kUInt8, VolumeShape{1, 1, 1, 16, 256});
  test::for_each_voxel({1, 16, 256}, [&](const Index3& p) {
    ramp->view<std::uint8_t>()(p.z, p.y, p.x) = static_cast<std::uint8_t>(p.x);
  });
  LayerList layers;
  auto& layer = layers.add(scene_image(ramp));
  const auto table = colormap(GetParam());
  ASSERT_TRUE(table) << table.error().what;
  layer.set_colormap(0, *table);
  ViewTransform view;
  view.centre = {0.5, 8, 128};
  view.width = 256;
  view.height = 16;
  QImage both(256, 32, QImage::Format_RGB888);
  QPainter painter(&both);
  painter.drawImage(0, 0, drawn(layers, view));
  layer.set_inverted(0, true);
  painter.drawImage(0, 16, drawn(layers, view));
  painter.end();
  EXPECT_TRUE(matches_baseline(both, "colormap_" + GetParam()));
}

INSTANTIATE_TEST_SUITE_P(All, ColormapBaseline, ::testing::ValuesIn(colormap_names()),
                         [](const auto& info) { return info.param; });

class ViewBaseline : public ::testing::TestWithParam<Plane> {};

TEST_P(ViewBaseline, ImageUnderContours) {
  LayerList layers;
  layers.add(scene_image(scene_volume(1)));
  auto& labels = layers.add(scene_labels());
  labels.set_opacity(1);
  labels.set_contour_width(2);
  const char* names[] = {"view_xy", "view_xz", "view_yz"};
  EXPECT_TRUE(matches_baseline(plane_picture(layers, GetParam()),
                               names[static_cast<std::size_t>(GetParam())]));
}

INSTANTIATE_TEST_SUITE_P(All, ViewBaseline, ::testing::Values(Plane::kXY, Plane::kXZ, Plane::kYZ),
                         [](const auto& info) {
                           return std::string(1, "zyx"[static_cast<int>(normal_axis(info.param))]) +
                                  "_normal";
                         });

}  // namespace
}  // namespace karyo
