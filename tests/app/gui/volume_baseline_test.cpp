// What 3D draws of each method, of labels, marks and cuts. Another version of the software renderer
// rounds otherwise, hence the tolerance, which a method's own change of colour is far beyond.

#include <gtest/gtest.h>

#include <QImage>

#include "tests/app/gui/baseline.h"
#include "tests/app/gui/baseline_marks.h"
#include "tests/app/gui/baseline_scene.h"
#include "viewer/scene/offscreen.h"

namespace karyo {
namespace {

constexpr test::Tolerance kOtherRenderer{20, 0.03};
constexpr int kWidth = 160, kHeight = 120;

class VolumeBaseline : public ::testing::Test {
 protected:
  VolumeBaseline() {
    request_.box = world_box(test::kSceneShape, test::scene_grid());
    request_.camera = Camera::showing(request_.box, double(kWidth) / kHeight);
    request_.width = kWidth;
    request_.height = kHeight;
  }
  void add_image() {
    VolumeItem item;
    item.volume = test::scene_volume(1);
    item.grid = test::scene_grid();
    item.low = 0;
    item.high = 255;
    item.colours = *colormap("magma")->table;
    request_.volumes.push_back(std::move(item));
  }
  void add_labels() {
    SurfaceItem item;
    item.labels = test::scene_labels()->labels(0);
    item.grid = test::scene_grid();
    request_.surfaces.push_back(std::move(item));
  }
  template <typename Marks>
  void add_marks(Marks marks, const VoxelGrid& grid = test::scene_grid()) {
    request_.marks.push_back({std::move(marks), grid, 4, 1});
  }
  ::testing::AssertionResult matches(const std::string& name) {
    const auto drawn = draw_offscreen(request_);
    if (!drawn) return ::testing::AssertionFailure() << drawn.error().what;
    const QImage picture(drawn->bytes(), kWidth, kHeight, kWidth * 4, QImage::Format_RGBX8888);
    return test::matches_baseline(picture, name, kOtherRenderer);
  }

  SceneRequest request_;
};

TEST_F(VolumeBaseline, Methods) {
  add_image();
  const std::pair<VolumeMethod, const char*> methods[] = {
      {VolumeMethod::kMaximum, "maximum"},       {VolumeMethod::kMinimum, "minimum"},
      {VolumeMethod::kAverage, "average"},       {VolumeMethod::kAttenuated, "attenuated"},
      {VolumeMethod::kComposite, "translucent"}, {VolumeMethod::kIsosurface, "isosurface"}};
  for (const auto& [method, name] : methods) {
    request_.look.method = method;
    EXPECT_TRUE(matches(std::string("3d_") + name));
  }
}

TEST_F(VolumeBaseline, LabelsAsSurfacesAndVoxels) {
  add_labels();
  EXPECT_TRUE(matches("3d_labels_surfaces"));
  request_.look.labels_as_voxels = true;
  EXPECT_TRUE(matches("3d_labels_voxels"));
}

TEST_F(VolumeBaseline, Cuts) {
  add_image();
  add_labels();
  request_.look.method = VolumeMethod::kComposite;
  request_.look.crop_on = true;
  request_.look.crop = {{0, 0, 0}, {40, 36, 24}};
  request_.look.clip = {true, {0.2, -1, -0.4}, 4};
  EXPECT_TRUE(matches("3d_cuts"));
  request_.look.method = VolumeMethod::kNone;
  request_.look.clip.on = request_.look.crop_on = false;
  request_.surfaces.clear();
  request_.look.slice = {true, {0.5, 0.3, 1}, 2};
  EXPECT_TRUE(matches("3d_slice"));
}

TEST_F(VolumeBaseline, Marks) {
  PointsLook points = test::scene_points()->look();
  add_marks(points);
  EXPECT_TRUE(matches("3d_points"));
  request_.marks.clear();
  points.on_screen = false;
  points.size = 6;
  add_marks(points);
  EXPECT_TRUE(matches("3d_points_in_voxels"));
  request_.marks.clear();
  add_marks(test::scene_tracks()->look());
  EXPECT_TRUE(matches("3d_tracks"));
  request_.marks.clear();
  const auto shapes = test::scene_shapes();
  add_marks(ShapesInScene{shapes->look(), shapes->shared_outlines(), 5.5});
  EXPECT_TRUE(matches("3d_shapes"));
  request_.marks.clear();
  add_marks(test::scene_surface()->look(), VoxelGrid{});
  EXPECT_TRUE(matches("3d_surface"));
}

}  // namespace
}  // namespace karyo
