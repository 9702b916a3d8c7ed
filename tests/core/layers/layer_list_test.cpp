#include "core/layers/layer_list.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/layers/image_layer.h"
#include "core/layers/labels_layer.h"

namespace karyo {
namespace {

VoxelGrid spaced(double z, double yx, std::string unit) {
  VoxelGrid grid;
  grid.spacing_z = z;
  grid.spacing_y = grid.spacing_x = yx;
  grid.unit = std::move(unit);
  return grid;
}

std::shared_ptr<ImageLayer> image(Index3 shape, VoxelGrid grid = {}, std::int64_t times = 1) {
  return std::make_shared<ImageLayer>(
      "image", std::make_shared<Volume>(VoxelType::kUInt8,
                                        VolumeShape{times, 1, shape.z, shape.y, shape.x}, grid));
}

std::shared_ptr<LabelsLayer> labels(Index3 shape, VoxelGrid grid = {}) {
  return std::make_shared<LabelsLayer>("labels", LabelVolume(shape), grid);
}

TEST(LayerList, OrderSelectionAndSignals) {
  LayerList list;
  int changes = 0;
  Layer* selected = nullptr;
  const Connection on_list = list.list_changed.connect([&] { ++changes; });
  const Connection on_selection = list.selection_changed.connect([&](Layer* l) { selected = l; });
  auto& a = list.add(image({1, 4, 4}));
  auto& b = list.add(labels({1, 4, 4}));
  auto& c = list.add(labels({1, 4, 4}));
  EXPECT_EQ(changes, 3);
  EXPECT_EQ(selected, &c);
  list.move(0, 2);
  EXPECT_EQ(list.find(&b), 0);
  EXPECT_EQ(list.find(&c), 1);
  EXPECT_EQ(list.find(&a), 2);
  list.move(2, 0);
  EXPECT_EQ(list.find(&a), 0);
  const auto removed = list.remove(2);
  EXPECT_EQ(removed.get(), &c);
  EXPECT_EQ(selected, &b) << "the layer below is next";
  list.select(&a);
  EXPECT_EQ(list.selected(), &a);
  list.select(removed.get());
  EXPECT_EQ(list.selected(), &a) << "no longer in the list";
  list.clear();
  EXPECT_EQ(list.count(), 0);
  EXPECT_EQ(selected, nullptr);
}

/// "name:group" of each layer, from the bottom.
std::string groups_of(const LayerList& list) {
  std::string text;
  for (int i = 0; i < list.count(); ++i) {
    text += (i > 0 ? " " : "") + list.at(i).name() + ":" + list.at(i).group();
  }
  return text;
}

TEST(LayerList, LayersOfAGroupStayNeighbours) {
  LayerList list;
  for (const char* name : {"a", "b", "c", "d"}) {
    list.add(std::make_shared<LabelsLayer>(name, LabelVolume({1, 4, 4})));
  }
  EXPECT_EQ(list.put_in_group(3, "g"), 3);
  EXPECT_EQ(list.put_in_group(0, "g"), 2) << "up to the others, no further";
  EXPECT_EQ(groups_of(list), "b: c: a:g d:g");
  list.insert(3, std::make_shared<LabelsLayer>("e", LabelVolume({1, 4, 4})));
  EXPECT_EQ(groups_of(list), "b: c: a:g e:g d:g") << "put between two of it";
  EXPECT_EQ(list.put_in_group(3, ""), 2) << "beneath the group it lay in";
  EXPECT_EQ(groups_of(list), "b: c: e: a:g d:g");
  EXPECT_EQ(list.put_in_group(3, "h"), 3) << "from the edge it stays";
  EXPECT_EQ(groups_of(list), "b: c: e: a:h d:g");
  list.move(3, 0);
  EXPECT_EQ(groups_of(list), "a:h b: c: e: d:g") << "the only one keeps its group";
  list.put_in_group(1, "h");
  EXPECT_EQ(groups_of(list), "a:h b:h c: e: d:g");
  list.move(0, 3);
  EXPECT_EQ(groups_of(list), "b:h c: e: a: d:g") << "it left the others";
  list.put_in_group(3, "g");
  list.put_in_group(1, "h");
  EXPECT_EQ(groups_of(list), "b:h c:h e: a:g d:g");
  list.move_group("h", 2);
  EXPECT_EQ(groups_of(list), "e: b:h c:h a:g d:g") << "not into the other group";
  list.move_group("h", 99);
  EXPECT_EQ(groups_of(list), "e: a:g d:g b:h c:h");
  list.move_group("none", 0);
  EXPECT_EQ(list.in_group("").size(), 0u);
}

TEST(LayerList, PassesOnWhatItsLayersSay) {
  LayerList list;
  auto& layer = list.add(labels({1, 4, 4}));
  Layer* changed = nullptr;
  Box3 box;
  const Connection on_look = list.layer_changed.connect([&](Layer& l) { changed = &l; });
  const Connection on_data =
      list.layer_data_changed.connect([&](Layer&, const Box3& b) { box = b; });
  layer.set_opacity(0.3);
  layer.notify_changed({{0, 1, 1}, {1, 2, 2}});
  EXPECT_EQ(changed, &layer);
  EXPECT_EQ(box, (Box3{{0, 1, 1}, {1, 2, 2}}));
  changed = nullptr;
  const auto removed = list.remove(0);
  removed->set_opacity(0.9);
  EXPECT_EQ(changed, nullptr) << "removed layers are not heard";
}

TEST(LayerList, UncalibratedMasksLieOnTheImageVoxelByVoxel) {
  LayerList list;
  auto& below = list.add(image({33, 100, 120}, spaced(0.3, 0.1, "um"), 4));
  auto& mask = list.add(labels({33, 100, 120}));
  EXPECT_EQ(list.grid(), below.grid());
  EXPECT_EQ(list.grid_of(mask), below.grid());
  EXPECT_EQ(list.extent(), (Index3{33, 100, 120}));
  EXPECT_EQ(list.time_count(), 4);
}

TEST(LayerList, ACoarserLayerKeepsItsSpacingInTheWorldsUnit) {
  LayerList list;
  list.add(image({10, 100, 100}, spaced(1, 0.5, "um")));
  auto& coarse = list.add(image({10, 50, 60}, spaced(1000, 1000, "nm")));
  const VoxelGrid turned = list.grid_of(coarse);
  EXPECT_DOUBLE_EQ(turned.spacing_x, 1.0);
  EXPECT_EQ(turned.unit, "um");
  EXPECT_EQ(list.extent(), (Index3{10, 100, 120}));
  EXPECT_EQ(LayerList().extent(), (Index3{1, 1, 1}));
}

TEST(LayerList, TheLowestCalibratedLayerSaysTheWorld) {
  LayerList list;
  list.add(image({1, 100, 100}));
  EXPECT_EQ(list.grid().unit, "pixel");
  list.add(labels({1, 100, 100}, spaced(1, 0.2, "um")));
  EXPECT_EQ(list.grid().unit, "um");
  EXPECT_DOUBLE_EQ(list.world_extent().x, 20);
}

TEST(LayerList, AMovedLayerLiesWhereItWasPut) {
  VoxelGrid fine;
  fine.spacing_z = 2;
  fine.spacing_y = fine.spacing_x = 0.5;
  fine.unit = "um";
  LayerList layers;
  layers.add(image({10, 20, 20}, fine));
  auto& mask = layers.add(image({10, 20, 20}));
  VoxelGrid moved = mask.grid();
  moved.origin_y = 4;  // pixels, since the mask has no scale
  mask.set_place(moved);
  const VoxelGrid placed = layers.grid_of(mask);
  EXPECT_EQ(placed.origin_y, 2) << "4 voxels of 0.5 um";
  EXPECT_EQ(voxel_at({1, 2.1, 0.1}, placed), (Index3{0, 0, 0}));
  EXPECT_EQ(layers.world_extent().y, 12);
  EXPECT_EQ(layers.grid().origin_y, 0);
  mask.set_place(std::nullopt);
  EXPECT_EQ(layers.grid_of(mask).origin_y, 0);
  moved.spacing_x = -1;
  moved.origin_z = std::nan("");
  mask.set_place(moved);
  EXPECT_EQ(mask.place().spacing_x, 1);
  EXPECT_EQ(mask.place().origin_z, 0);
}

TEST(LayerList, UnitsOfLength) {
  EXPECT_DOUBLE_EQ(metres_in("um"), 1e-6);
  EXPECT_DOUBLE_EQ(metres_in("\u00b5m"), 1e-6);
  EXPECT_DOUBLE_EQ(metres_in("micron"), 1e-6);
  EXPECT_DOUBLE_EQ(metres_in("nm"), 1e-9);
  EXPECT_DOUBLE_EQ(metres_in("pixel"), 0);
}

}  // namespace
}  // namespace karyo
