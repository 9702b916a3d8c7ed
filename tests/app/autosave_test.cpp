#include "app/autosave.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "app/layer_commands.h"
#include "app/session.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;

class AutosaveTest : public ::testing::Test {
 protected:
  AutosaveTest() {
    auto volume = std::make_shared<Volume>(VoxelType::kUInt16, VolumeShape{2, 2, 3, 20, 30});
    volume->view<std::uint16_t>(1, 1)(2, 7, 8) = 700;
    volume->grid.unit = "um";
    volume->grid.spacing_z = 2;
    image_ = &add(std::make_shared<ImageLayer>("made", volume));
    LabelArray mask(Index3{3, 20, 30});
    mask(1, 5, 6) = 70000;
    std::vector<LabelVolume> frames{LabelVolume::from_dense(mask.view())};
    labels_ = &add(std::make_shared<LabelsLayer>("mask", std::move(frames), volume->grid));
    points_ = &add(std::make_shared<PointsLayer>("points", PointList{{{1.5, 2.5, 3.5}, -1, "a"}}));
    add(std::make_shared<ShapesLayer>("shapes", ShapeList{*make_shape("line", {{1, 2}, {3, 4}})}));
    add(std::make_shared<SurfaceLayer>(
        "surface", SurfaceMesh{{{0, 0, 0}, {1, 0, 0}, {0, 1, 0}}, {{0, 1, 2}}, {}}));
    labels_->set_opacity(0.25);
  }
  template <typename T>
  T& add(std::shared_ptr<T> layer) {
    return workspace_.layers().add(std::move(layer));
  }
  /// As a crash leaves it: the files, without the lock of the one that wrote them.
  fs::path crashed_copy() {
    const fs::path copy = folder_ / "crashed";
    fs::remove_all(copy);
    fs::copy(folder_ / "state", copy, fs::copy_options::recursive);
    return copy;
  }
  void save_all(Autosave& autosave) {
    ASSERT_TRUE(autosave.save(workspace_));  // begins to write the layers
    ASSERT_TRUE(autosave.finish());
    ASSERT_TRUE(autosave.save(workspace_));  // names them
  }

  test::TempDir folder_;
  Workspace workspace_;
  ImageLayer* image_ = nullptr;
  LabelsLayer* labels_ = nullptr;
  PointsLayer* points_ = nullptr;
};

TEST_F(AutosaveTest, LayersOfNoFileComeBackAsLayersOfNoFile) {
  fs::path left;
  {
    Autosave autosave(folder_ / "state");
    save_all(autosave);
    left = crashed_copy();
  }
  EXPECT_TRUE(fs::is_empty(folder_ / "state")) << "an orderly end leaves nothing";
  Workspace again;
  {
    Autosave finder(left);
    ASSERT_EQ(finder.left_behind().size(), 1u);
    ASSERT_TRUE(open_session(finder.left_behind()[0], again));
    again.finish_jobs();
    finder.take_left_behind();
    EXPECT_FALSE(fs::is_empty(left)) << "kept until this one ends well";
  }
  EXPECT_TRUE(fs::is_empty(left));
  ASSERT_EQ(again.layers().count(), 5);
  for (int i = 0; i < 5; ++i) {
    const Layer &was = workspace_.layers().at(i), &now = again.layers().at(i);
    EXPECT_EQ(now.kind(), was.kind());
    EXPECT_EQ(now.name(), was.name());
    EXPECT_TRUE(now.source().path.empty());
    EXPECT_EQ(now.opacity(), was.opacity());
  }
  EXPECT_EQ(again.unsaved_layers().size(), 5u);
  const auto& image = dynamic_cast<const ImageLayer&>(again.layers().at(0));
  EXPECT_EQ(image.shape(), image_->shape());
  EXPECT_EQ(image.grid().spacing_z, 2);
  EXPECT_EQ(image.value_at(1, 1, {2, 7, 8}), 700);
  const auto& labels = dynamic_cast<const LabelsLayer&>(again.layers().at(1));
  EXPECT_EQ(labels.id_at({1, 5, 6}, 0), 70000u);
  const auto& points = dynamic_cast<const PointsLayer&>(again.layers().at(2));
  EXPECT_EQ(*points.look().data, *points_->look().data);
}

TEST_F(AutosaveTest, WritesDataThatChangedAndNoOthers) {
  Autosave autosave(folder_ / "state");
  save_all(autosave);
  std::map<std::string, fs::file_time_type> before;
  const auto times = [&] {
    std::map<std::string, fs::file_time_type> all;
    for (const auto& entry : fs::recursive_directory_iterator(folder_ / "state")) {
      if (entry.path().parent_path().extension() == ".layers") {
        all[entry.path().filename().string()] = entry.last_write_time();
      }
    }
    return all;
  };
  before = times();
  ASSERT_EQ(before.size(), 5u);
  image_->set_opacity(0.5);  // a look is no data
  PointsLook look = points_->look();
  look.data = std::make_shared<const PointList>(PointList{{{0.5, 0.5, 0.5}, -1, ""}});
  points_->set_look(look);
  save_all(autosave);
  const auto after = times();
  int changed = 0;
  for (const auto& [name, time] : after) changed += before.at(name) != time ? 1 : 0;
  EXPECT_EQ(changed, 1);
  workspace_.layers().remove(0);
  save_all(autosave);
  EXPECT_EQ(times().size(), 4u) << "a layer that is gone is no longer kept";
}

TEST_F(AutosaveTest, ALayerThatIsSavedIsKeptNoLonger) {
  Autosave autosave(folder_ / "state");
  save_all(autosave);
  ASSERT_TRUE(workspace_.save_layer(*points_, folder_ / "p.csv"));
  workspace_.finish_jobs();
  save_all(autosave);
  Workspace again;
  ASSERT_TRUE(open_session(Autosave(crashed_copy()).left_behind().at(0), again));
  again.finish_jobs();
  ASSERT_EQ(again.layers().count(), 5);
  EXPECT_EQ(again.layers().at(2).source().path.filename(), "p.csv");
}

TEST_F(AutosaveTest, AFolderThatCannotBeWrittenSaysSo) {
  Autosave autosave(folder_ / "state");
  for (const auto& entry : fs::directory_iterator(folder_ / "state")) {
    // A file stands where the layers' folder should be.
    std::ofstream(fs::path(entry.path()).replace_extension(".layers")) << "in the way";
  }
  ASSERT_TRUE(autosave.save(workspace_));
  EXPECT_FALSE(autosave.finish());
}

}  // namespace
}  // namespace karyo
