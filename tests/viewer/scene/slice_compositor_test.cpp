#include "viewer/scene/slice_compositor.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <memory>
#include <string>
#include <thread>

#include "core/base/random.h"
#include "core/layers/image_layer.h"
#include "core/layers/labels_layer.h"
#include "tests/support/made_source.h"
#include "viewer/scene/slice_compositor_reference.h"

namespace karyo {
namespace {

constexpr Blending kBlendings[] = {Blending::kTranslucent, Blending::kAdditive, Blending::kMinimum,
                                   Blending::kOpaque};

std::int64_t between(Random& random, std::int64_t low, std::int64_t high) {
  return low + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(high - low + 1)));
}

bool chance(Random& random, int percent) {
  return between(random, 1, 100) <= percent;
}

double real(Random& random, double low, double high) {
  return low + (high - low) * static_cast<double>(between(random, 0, 1 << 20)) / (1 << 20);
}

VoxelGrid random_grid(Random& random) {
  VoxelGrid grid;
  grid.spacing_z = real(random, 0.2, 3);
  grid.spacing_y = real(random, 0.2, 1);
  grid.spacing_x = real(random, 0.2, 1);
  grid.unit = "um";
  return grid;
}

Index3 random_shape(Random& random) {
  return {between(random, 1, 20), between(random, 1, 150), between(random, 1, 150)};
}

std::shared_ptr<Volume> random_volume(Random& random, VoxelType type, Index3 zyx,
                                      const VoxelGrid& grid) {
  const bool rgb = chance(random, 20);
  const VolumeShape shape{between(random, 1, 2), rgb ? 3 : between(random, 1, 3), zyx.z, zyx.y,
                          zyx.x};
  auto volume = std::make_shared<Volume>(type, shape, grid);
  volume->rgb = rgb;
  visit_voxels(type, [&](auto zero) {
    using T = decltype(zero);
    T* out = volume->view<T>().data();
    for (std::int64_t i = 0; i < shape.count(); ++i) {
      out[i] = static_cast<T>(between(random, 0, 127) - (std::is_signed_v<T> ? 60 : 0));
      if constexpr (std::is_floating_point_v<T>) {
        if (chance(random, 1)) out[i] = std::numeric_limits<T>::quiet_NaN();
        if (chance(random, 1)) out[i] = std::numeric_limits<T>::infinity();
      }
    }
  });
  return volume;
}

std::shared_ptr<Layer> random_image(Random& random, Index3 shape, const VoxelGrid& grid) {
  const auto type = static_cast<VoxelType>(between(random, 0, 7));
  auto layer = std::make_shared<ImageLayer>("image", random_volume(random, type, shape, grid));
  for (std::int64_t c = 0; c < layer->channel_count(); ++c) {
    layer->set_limits(c, {real(random, -70, 40), real(random, 60, 140)});
    if (chance(random, 40)) layer->set_gamma(c, real(random, 0.4, 2.5));
    const auto& names = colormap_names();
    layer->set_colormap(c, *colormap(names[random.below(names.size())]));
    layer->set_channel_visible(c, chance(random, 80));
    layer->set_inverted(c, chance(random, 20));
  }
  if (chance(random, 40)) {
    layer->set_interpolation(chance(random, 50) ? Interpolation::kLinear : Interpolation::kCubic);
  }
  return layer;
}

/// Blocks of equal ids, so that there are insides as well as borders.
std::shared_ptr<Layer> random_labels(Random& random, Index3 shape, const VoxelGrid& grid) {
  LabelArray dense(shape);
  const std::int64_t block = between(random, 1, 30);
  const auto salt = static_cast<std::uint32_t>(random.below(1000));
  for (std::int64_t z = 0; z < shape.z; ++z) {
    for (std::int64_t y = 0; y < shape.y; ++y) {
      for (std::int64_t x = 0; x < shape.x; ++x) {
        const auto mixed = static_cast<std::uint32_t>(z / 5 * 31 + y / block * 7 + x / block * 3);
        dense(z, y, x) = (mixed + salt) % 5 == 0 ? 0 : (mixed * 2654435761u + salt) % 40;
      }
    }
  }
  auto layer = std::make_shared<LabelsLayer>("labels", LabelVolume::from_dense(dense.view()), grid);
  if (chance(random, 40)) layer->set_contour_width(static_cast<int>(between(random, 1, 8)));
  if (chance(random, 60)) layer->set_selected(static_cast<std::uint32_t>(between(random, 1, 40)));
  layer->set_selected_only(chance(random, 15));
  LabelColors colors;
  if (chance(random, 30)) colors.shuffle = static_cast<int>(between(random, 1, 100));
  if (chance(random, 30)) {
    colors.own[static_cast<std::uint32_t>(between(random, 1, 40))] = {1, 200, 90};
  }
  layer->set_colors(colors);
  return layer;
}

void random_layers(Random& random, LayerList& layers) {
  const Index3 shape = random_shape(random);
  const VoxelGrid grid = random_grid(random);
  for (std::int64_t i = between(random, 1, 4); i > 0; --i) {
    const bool same = chance(random, 70);  // or another extent and spacing
    const Index3 own_shape = same ? shape : random_shape(random);
    const VoxelGrid own_grid = same ? grid : random_grid(random);
    auto layer = chance(random, 50) ? random_image(random, own_shape, own_grid)
                                    : random_labels(random, own_shape, own_grid);
    layer->set_opacity(chance(random, 40) ? 1 : real(random, 0, 1));
    layer->set_blending(kBlendings[random.below(4)]);
    layer->set_visible(chance(random, 90));
    if (chance(random, 25)) {  // moved by hand
      VoxelGrid place = layer->grid();
      place.origin_z = real(random, -3, 3);
      place.origin_y = real(random, -20, 20);
      place.origin_x = real(random, -20, 20);
      layer->set_place(place);
    }
    layers.add(layer);
  }
}

ViewTransform random_view(Random& random, const LayerList& layers) {
  const WorldPoint extent = layers.world_extent();
  const auto place = [&](double length) { return real(random, -0.2 * length, 1.2 * length); };
  ViewTransform view;
  view.plane = kPlanes[random.below(3)];
  view.centre = {place(extent.z), place(extent.y), place(extent.x)};
  if (chance(random, 80)) {  // mostly a slice that hits
    const Axis normal = normal_axis(view.plane);
    view.centre[normal] = real(random, 0, extent[normal]);
  }
  view.zoom = std::pow(10.0, real(random, -1, 1.5));
  if (chance(random, 30)) {
    view.slab = {real(random, 0, 8), static_cast<Projection>(between(random, 0, 2))};
  }
  view.width = static_cast<int>(between(random, 1, 120));
  view.height = static_cast<int>(between(random, 1, 90));
  return view;
}

/// Largest difference of any colour part; alpha must be 255.
int difference(const RgbaImage& a, const RgbaImage& b) {
  if (a.width() != b.width() || a.height() != b.height()) return 1000;
  int most = 0;
  for (int i = 0; i < a.width() * a.height() * 4; ++i) {
    most = std::max(most, std::abs(a.bytes()[i] - b.bytes()[i]));
  }
  return most;
}

bool has_gamma(const LayerList& layers) {
  for (int i = 0; i < layers.count(); ++i) {
    const auto* image = dynamic_cast<const ImageLayer*>(&layers.at(i));
    for (std::int64_t c = 0; image && c < image->channel_count(); ++c) {
      if (image->channel(c).gamma != 1) return true;
    }
  }
  return false;
}

TEST(SliceCompositor, EqualsItsPlainTwin) {
  Random random(20);
  SliceCompositor compositor;  // one for all: kept tables must not show
  int drawn = 0;
  for (int round = 0; round < 250; ++round) {
    LayerList layers;
    random_layers(random, layers);
    const ViewTransform view = random_view(random, layers);
    const std::int64_t time = between(random, 0, 2);
    RgbaImage picture;
    compositor.compose(layers, view, time, picture);
    const RgbaImage plain = compose_slice_reference(layers, view, time);
    // Gamma of floats goes through steps, which may take the next entry of the colour table; two
    // entries of one table lie up to 255 apart in "hilo", so there pixels are counted instead.
    int different = 0;
    for (int y = 0; y < view.height; ++y) {
      for (int x = 0; x < view.width; ++x) different += picture.row(y)[x] != plain.row(y)[x];
    }
    const int allowed = has_gamma(layers) ? view.width * view.height / 50 + 1 : 0;
    ASSERT_LE(different, allowed) << "round " << round << ", largest difference "
                                  << difference(picture, plain);
    for (int i = 3; i < view.width * view.height * 4; i += 4) ASSERT_EQ(picture.bytes()[i], 255);
    drawn += difference(picture, RgbaImage(view.width, view.height)) > 0;
  }
  EXPECT_GT(drawn, 125) << "most pictures show something";
}

TEST(SliceCompositor, ThreadsDoNotShow) {
  Random random(21);
  LayerList layers;
  random_layers(random, layers);
  ViewTransform view = random_view(random, layers);
  view.width = 333;
  view.height = 222;
  RgbaImage one, four;
  SliceCompositor(1).compose(layers, view, 0, one);
  SliceCompositor(4).compose(layers, view, 0, four);
  EXPECT_EQ(one, four);
}

TEST(SliceCompositor, PartsMakeUpTheWhole) {
  Random random(22);
  SliceCompositor compositor;
  for (int round = 0; round < 60; ++round) {
    LayerList layers;
    random_layers(random, layers);
    const ViewTransform view = random_view(random, layers);
    RgbaImage whole, parts(view.width, view.height);
    compositor.compose(layers, view, 0, whole);
    const int x = static_cast<int>(between(random, 0, view.width));
    const int y = static_cast<int>(between(random, 0, view.height));
    compositor.compose(layers, view, 0, {-5, -5, x, y}, parts);
    compositor.compose(layers, view, 0, {x, 0, view.width + 9, y}, parts);
    compositor.compose(layers, view, 0, {0, y, view.width, view.height}, parts);
    ASSERT_EQ(whole, parts) << "round " << round;
  }
}

TEST(SliceCompositor, RedrawingTheDirtyRectEqualsRedrawingAll) {
  Random random(23);
  SliceCompositor compositor;
  for (int round = 0; round < 60; ++round) {
    LayerList layers;
    random_layers(random, layers);
    const Index3 shape = random_shape(random);
    auto& labels = layers.add(
        std::static_pointer_cast<LabelsLayer>(random_labels(random, shape, random_grid(random))));
    ViewTransform view = random_view(random, layers);
    view.zoom = std::pow(10.0, real(random, -0.5, 1));
    RgbaImage picture;
    compositor.compose(layers, view, 0, picture);

    const Index3 begin{between(random, 0, shape.z - 1), between(random, 0, shape.y - 1),
                       between(random, 0, shape.x - 1)};
    const Box3 box = Box3{begin, begin + Index3{5, 9, 12}}.clipped_to(Box3::of_shape(shape));
    ScreenRect dirty;
    const Connection connection =
        layers.layer_data_changed.connect([&](Layer& layer, const Box3& changed) {
          dirty = dirty_rect(layers, layer, changed, view);
        });
    LabelWriter writer(labels.editable_labels());
    writer.write(LabelArray(box.shape(), 1 + static_cast<std::uint32_t>(random.below(40))).view(),
                 box.begin);
    writer.finish();
    labels.notify_changed(box);

    compositor.compose(layers, view, 0, dirty, picture);
    RgbaImage whole;
    compositor.compose(layers, view, 0, whole);
    ASSERT_EQ(picture, whole) << "round " << round;
  }
}

TEST(SliceCompositor, PagesDrawAsTheSameVoxelsInMemory) {
  Random random(24);
  const auto source =
      std::make_shared<test::MadeSource>(VolumeShape{2, 2, 12, 150, 170}, Index3{4, 32, 64}, 3);
  const auto pages = *PagedImage::open(source, std::make_shared<ChunkStore>());
  const auto level_in_memory = [&](int level) {
    const VolumeShape shape = source->info().levels[static_cast<std::size_t>(level)].shape;
    auto volume =
        std::make_shared<Volume>(VoxelType::kUInt16, shape, source->info().grid_of(level));
    const auto bytes = static_cast<std::size_t>(shape.zyx().count()) * 2;
    for (std::int64_t i = 0; i < 4; ++i) {
      EXPECT_TRUE(pages->read(level, i / 2, i % 2, Box3::of_shape(shape.zyx()),
                              volume->data() + static_cast<std::size_t>(i) * bytes));
    }
    return volume;
  };
  SliceCompositor compositor;
  for (int round = 0; round < 60; ++round) {
    LayerList paged, whole;
    auto& layer = paged.add(std::make_shared<ImageLayer>("pages", pages));
    if (chance(random, 40)) layer.set_interpolation(Interpolation::kCubic);
    const ViewTransform view = random_view(random, paged);
    const int level = pages->level_for(view.plane, 1 / view.zoom, layer.grid());
    auto& same = whole.add(std::make_shared<ImageLayer>("whole", level_in_memory(level)));
    same.set_interpolation(layer.interpolation());
    for (std::int64_t c = 0; c < 2; ++c) same.set_channel(c, layer.channel(c));
    const std::int64_t time = between(random, 0, 2);
    RgbaImage from_pages, from_memory;
    compositor.compose(paged, view, time, from_pages);  // asks for what is not there
    while (pages->store().reading()) std::this_thread::yield();
    compositor.compose(paged, view, time, from_pages);
    compositor.compose(whole, view, time, from_memory);
    ASSERT_EQ(from_pages, from_memory) << "round " << round << ", level " << level;
  }
}

/// Two by two pixels of one voxel each.
ViewTransform two_by_two() {
  return {Plane::kXY, {0.5, 1, 1}, 1, 2, 2};
}

std::shared_ptr<ImageLayer> flat(std::uint8_t value, const char* colors) {
  auto volume = std::make_shared<Volume>(VoxelType::kUInt8, VolumeShape{1, 1, 1, 2, 2});
  std::fill_n(volume->data(), 4, std::byte{value});
  auto layer = std::make_shared<ImageLayer>("flat", volume);
  layer->set_limits(0, {0, 255});
  layer->set_colormap(0, *colormap(colors));
  return layer;
}

Rgb upper_left(const LayerList& layers) {
  RgbaImage picture;
  SliceCompositor().compose(layers, two_by_two(), 0, picture);
  return picture.at(0, 0);
}

TEST(SliceCompositor, BlendingsMeanWhatTheySay) {
  LayerList layers;
  layers.add(flat(200, "gray"));
  auto& above = layers.add(flat(100, "red"));
  above.set_opacity(0.5);
  EXPECT_EQ(upper_left(layers), (Rgb{150, 100, 100}));
  above.set_blending(Blending::kAdditive);
  EXPECT_EQ(upper_left(layers), (Rgb{250, 200, 200}));
  above.set_opacity(1);
  EXPECT_EQ(upper_left(layers), (Rgb{255, 200, 200}));
  above.set_blending(Blending::kMinimum);
  EXPECT_EQ(upper_left(layers), (Rgb{100, 0, 0}));
  above.set_blending(Blending::kOpaque);
  above.set_opacity(0.5);
  EXPECT_EQ(upper_left(layers), (Rgb{100, 0, 0}));
  above.set_opacity(0);
  EXPECT_EQ(upper_left(layers), (Rgb{200, 200, 200}));
  layers.at(0).set_blending(Blending::kMinimum);
  layers.at(0).set_opacity(0.5);
  EXPECT_EQ(upper_left(layers), (Rgb{100, 100, 100})) << "the lowest layer is seen on black";
}

TEST(SliceCompositor, ContrastGammaAndLimits) {
  LayerList layers;
  auto& layer = layers.add(flat(100, "gray"));
  layer.set_limits(0, {50, 150});
  EXPECT_EQ(upper_left(layers).r, 128);
  layer.set_gamma(0, 2);
  EXPECT_EQ(upper_left(layers).r, 64);
  layer.set_limits(0, {120, 150});
  EXPECT_EQ(upper_left(layers).r, 0);
  layer.set_limits(0, {20, 60});
  EXPECT_EQ(upper_left(layers).r, 255);
}

TEST(SliceCompositor, TheSelectedObjectGetsAnAccentContourOfTwoPixels) {
  LabelArray dense({1, 20, 20});
  for (std::int64_t y = 5; y < 15; ++y) {
    for (std::int64_t x = 5; x < 15; ++x) dense(0, y, x) = 3;
  }
  LayerList layers;
  auto& labels =
      layers.add(std::make_shared<LabelsLayer>("labels", LabelVolume::from_dense(dense.view())));
  labels.set_opacity(1);
  labels.set_selected(3);
  RgbaImage picture;
  SliceCompositor().compose(layers, {Plane::kXY, {0.5, 10, 10}, 1, 20, 20}, 0, picture);
  EXPECT_EQ(picture.at(4, 10), Rgb{});
  EXPECT_EQ(picture.at(5, 10), kAccent);
  EXPECT_EQ(picture.at(6, 10), kAccent);
  EXPECT_EQ(picture.at(7, 10), label_color(3));
  EXPECT_EQ(picture.at(12, 10), label_color(3));
  EXPECT_EQ(picture.at(13, 13), kAccent);
  labels.set_selected(0);
  labels.set_contour_width(1);
  SliceCompositor().compose(layers, {Plane::kXY, {0.5, 10, 10}, 1, 20, 20}, 0, picture);
  EXPECT_EQ(picture.at(5, 10), label_color(3));
  EXPECT_EQ(picture.at(6, 10), Rgb{});
}

TEST(SliceCompositor, StrangeViewsAreBlackNotBroken) {
  LayerList layers;
  layers.add(flat(200, "gray"));
  RgbaImage picture;
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double centre : {1e30, -1e30, infinity, std::nan("")}) {
    ViewTransform view = two_by_two();
    view.centre = {0.5, centre, centre};
    SliceCompositor().compose(layers, view, 0, picture);
    EXPECT_EQ(picture.at(0, 0), Rgb{});
    view.centre = {centre, 1, 1};
    SliceCompositor().compose(layers, view, 0, picture);
    EXPECT_EQ(picture.at(0, 0), Rgb{});
  }
  ViewTransform none = two_by_two();
  none.width = none.height = 0;
  SliceCompositor().compose(layers, none, 0, picture);
  EXPECT_EQ(picture.width(), 0);
  LayerList empty;
  SliceCompositor().compose(empty, two_by_two(), 0, picture);
  EXPECT_EQ(picture.at(1, 1), Rgb{});
}

}  // namespace
}  // namespace karyo
