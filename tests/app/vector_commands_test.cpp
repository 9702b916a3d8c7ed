#include <gtest/gtest.h>

#include <fstream>

#include "app/layer_commands.h"
#include "app/session.h"
#include "app/vector_files.h"
#include "core/io/image_io.h"
#include "core/io/roi_zip.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

class VectorCommandsTest : public ::testing::Test {
 protected:
  VectorCommandsTest() {
    add_workspace_commands(commands_, workspace_);
    history_ = keep_history(commands_, workspace_.history());
    watch_ = workspace_.failed.connect([this](const Error& e) { errors_.push_back(e); });
    workspace_.layers().add(std::make_shared<ImageLayer>(
        "image", std::make_shared<Volume>(VoxelType::kUInt8, VolumeShape{2, 1, 4, 20, 30})));
    workspace_.history().accept();
  }
  Result<void> run(const std::string& id, const json& arguments = json::object()) {
    auto outcome = commands_.run(id, arguments);
    workspace_.finish_jobs();
    return outcome;
  }
  template <typename T>
  T& top() {
    return dynamic_cast<T&>(workspace_.layers().at(workspace_.layers().count() - 1));
  }
  void write(const char* name, const std::string& text) { std::ofstream(folder_ / name) << text; }
  void open(const char* name) {
    ASSERT_TRUE(run("file.open_files", {{"files", json::array({(folder_ / name).string()})}}));
  }

  test::TempDir folder_;
  Workspace workspace_;
  CommandTable commands_;
  std::vector<Error> errors_;
  Connection history_, watch_;
};

TEST_F(VectorCommandsTest, PointsAreAddedDeletedAndTakenBack) {
  ASSERT_TRUE(run("layer.new_points"));
  ASSERT_TRUE(run("points.add", {{"voxel", {1, 2, 3}}, {"text", "a"}}));
  ASSERT_TRUE(run("points.add", {{"voxel", {2, 5, 6}}, {"frame", 1}}));
  auto& layer = top<PointsLayer>();
  const PointList both{{{1.5, 2.5, 3.5}, -1, "a"}, {{2.5, 5.5, 6.5}, 1, ""}};
  EXPECT_EQ(*layer.look().data, both);
  ASSERT_TRUE(run("points.delete", {{"number", 1}}));
  EXPECT_EQ(*layer.look().data, PointList{both[1]});
  ASSERT_TRUE(run("edit.undo"));
  EXPECT_EQ(*layer.look().data, both);
  ASSERT_TRUE(run("edit.undo"));
  EXPECT_EQ(*layer.look().data, PointList{both[0]});
  ASSERT_TRUE(run("edit.redo"));
  EXPECT_EQ(*layer.look().data, both);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(run("edit.undo"));
  EXPECT_EQ(workspace_.layers().count(), 1);
}

TEST_F(VectorCommandsTest, ShapesAreAddedDeletedAndTakenBack) {
  ASSERT_TRUE(run("layer.new_shapes", {{"name", "regions"}}));
  ASSERT_TRUE(run("shapes.add", {{"type", "rectangle"}, {"points", {2, 3, 8, 9}}, {"slice", 1}}));
  ASSERT_TRUE(run("shapes.add", {{"type", "polygon"}, {"points", {0, 0, 5, 0, 5, 5}}}));
  auto& layer = top<ShapesLayer>();
  ASSERT_EQ(layer.count(), 2u);
  EXPECT_EQ(layer.outlines()[0].z, 1);
  EXPECT_EQ(layer.outlines()[0].left, 3);
  EXPECT_EQ(layer.outlines()[0].bottom, 8);
  ASSERT_TRUE(run("layer.set", {{"selected", 2}}));
  ASSERT_TRUE(run("shapes.delete"));
  ASSERT_EQ(layer.count(), 1u);
  EXPECT_EQ(layer.look().selected, -1);
  ASSERT_TRUE(run("edit.undo"));
  EXPECT_EQ(layer.count(), 2u);
  EXPECT_EQ(layer.outlines().size(), 2u);
}

TEST_F(VectorCommandsTest, AMarkBringsItsLayerAndIsSelectedInOneStep) {
  ASSERT_TRUE(run("points.add", {{"new_layer", true}, {"voxel", {1, 2, 3}}, {"select", true}}));
  ASSERT_EQ(workspace_.layers().count(), 2);
  auto& points = top<PointsLayer>();
  EXPECT_EQ(points.name(), "points");
  EXPECT_EQ(points.look().selected, 0);
  ASSERT_TRUE(run("points.add", {{"voxel", {1, 8, 8}}}));
  EXPECT_EQ(points.look().selected, 0);
  ASSERT_TRUE(run("points.add", {{"voxel", {1, 8, 9}}}));
  EXPECT_EQ(workspace_.history().undo_name(), "add point");
  ASSERT_TRUE(run("edit.undo"));
  EXPECT_EQ(points.count(), 2u) << "however quickly they came";
  ASSERT_TRUE(run("points.move", {{"number", 2}, {"voxel", {1, 9, 7.25}}}));
  const PointList moved{{{1.5, 2.5, 3.5}, -1, ""}, {{1.5, 9.5, 7.75}, -1, ""}};
  EXPECT_EQ(*points.look().data, moved);
  EXPECT_EQ(points.look().selected, 1);
  ASSERT_TRUE(run("edit.undo"));
  EXPECT_EQ((*points.look().data)[1].at, (WorldPoint{1.5, 8.5, 8.5}));
  EXPECT_FALSE(run("points.move", {{"number", 3}, {"voxel", {1, 2, 3}}}));
  EXPECT_FALSE(run("points.move", {{"number", 1}, {"voxel", {1, 2}}}));
  ASSERT_TRUE(run("edit.undo"));
  ASSERT_TRUE(run("edit.undo"));
  EXPECT_EQ(workspace_.layers().count(), 1) << "layer and point were one step";
  EXPECT_FALSE(run("shapes.add", {{"new_layer", true}, {"type", "star"}, {"points", {1, 2}}}));
  EXPECT_EQ(workspace_.layers().count(), 1) << "what is wrong makes no layer";
  ASSERT_TRUE(run("shapes.add", {{"new_layer", true},
                                 {"layer", "regions"},
                                 {"type", "line"},
                                 {"points", {1, 2, 3, 4}},
                                 {"select", true}}));
  EXPECT_EQ(top<ShapesLayer>().name(), "regions");
  EXPECT_EQ(top<ShapesLayer>().look().selected, 0);
}

TEST_F(VectorCommandsTest, WrongArgumentsAreRefused) {
  ASSERT_TRUE(run("layer.new_points"));
  EXPECT_FALSE(run("points.add", {{"voxel", {1, 2}}}));
  EXPECT_FALSE(run("points.add", {{"voxel", {1, 2, 1e300}}}));
  EXPECT_FALSE(run("points.add", {{"voxel", {1, 2, 3}}, {"frame", 0.5}}));
  EXPECT_FALSE(run("points.delete", {{"number", 1}}));
  EXPECT_FALSE(run("shapes.add", {{"type", "line"}, {"points", {1, 2, 3, 4}}}));
  EXPECT_FALSE(run("layer.set", {{"fill", true}}));
  EXPECT_FALSE(run("layer.set", {{"color", {1, 2}}}));
  EXPECT_FALSE(run("points.add", {{"layer", "image"}, {"voxel", {1, 2, 3}}}));
  EXPECT_FALSE(run("layer.convert"));
  EXPECT_EQ(top<PointsLayer>().count(), 0u);
  ASSERT_TRUE(run("layer.lock"));
  EXPECT_FALSE(run("points.add", {{"voxel", {1, 2, 3}}}));
}

TEST_F(VectorCommandsTest, FilesGoOutAndComeBack) {
  ASSERT_TRUE(run("layer.new_points"));
  ASSERT_TRUE(run("points.add", {{"voxel", {1, 2, 3}}, {"text", "a"}}));
  const PointList points = *top<PointsLayer>().look().data;
  ASSERT_TRUE(run("file.save_layer", {{"path", (folder_ / "p.csv").string()}}));
  EXPECT_EQ(top<PointsLayer>().source().path, folder_ / "p.csv");
  EXPECT_FALSE(run("file.save_layer", {{"path", (folder_ / "p.tif").string()}}));
  EXPECT_EQ(workspace_.unsaved_layers(), std::vector<std::string>{"image"});
  ASSERT_TRUE(run("points.add", {{"voxel", {0, 0, 0}}}));
  EXPECT_EQ(workspace_.unsaved_layers(), (std::vector<std::string>{"image", "points"}));
  ASSERT_TRUE(run("edit.undo"));
  ASSERT_TRUE(run("layer.new_shapes"));
  ASSERT_TRUE(run("shapes.add", {{"type", "ellipse"}, {"points", {2, 3, 8, 9}}, {"slice", 1}}));
  ASSERT_TRUE(run("shapes.add", {{"type", "line"}, {"points", {2.5, 3, 8, 9}}}));
  const ShapeList shapes = *top<ShapesLayer>().look().data;
  ASSERT_TRUE(run("file.save_layer", {{"path", (folder_ / "s.zip").string()}}));
  open("p.csv");
  EXPECT_EQ(*top<PointsLayer>().look().data, points);
  open("s.zip");
  ASSERT_EQ(top<ShapesLayer>().count(), 2u);
  EXPECT_EQ(*top<ShapesLayer>().look().data, shapes);
  write("t.csv", "track_id,t,z,y,x\n1,0,0,1,2\n1,1,0,3,4\n");
  open("t.csv");
  EXPECT_EQ(top<TracksLayer>().count(), 2u);
  EXPECT_TRUE(errors_.empty()) << errors_[0].what;
}

TEST_F(VectorCommandsTest, SurfacesAreOpenedShownOtherwiseAndSaved) {
  write("s.obj", "v 0 0 0\nv 5 0 0\nv 0 5 2\nf 1 2 3\n");
  open("s.obj");
  ASSERT_TRUE(errors_.empty()) << errors_[0].what;
  auto& surface = top<SurfaceLayer>();
  EXPECT_EQ(surface.count(), 1u);
  ASSERT_TRUE(run("layer.set", {{"layer", "s.obj"}, {"wireframe", true}, {"color", {1, 2, 3}}}));
  EXPECT_TRUE(surface.look().wireframe);
  EXPECT_FALSE(surface.look().own_colors) << "a colour was chosen";
  EXPECT_FALSE(run("layer.set", {{"layer", "s.obj"}, {"fill", true}}));
  EXPECT_FALSE(run("layer.set", {{"layer", "image"}, {"wireframe", true}}));
  ASSERT_TRUE(run("edit.undo"));
  EXPECT_FALSE(surface.look().wireframe);
  for (const char* name : {"s.stl", "s.ply"}) {
    ASSERT_TRUE(run("file.save_layer", {{"layer", "s.obj"}, {"path", (folder_ / name).string()}}));
    EXPECT_EQ(read_mesh(folder_ / name).value().points, surface.look().data->points);
  }
  EXPECT_FALSE(
      run("file.save_layer", {{"layer", "s.obj"}, {"path", (folder_ / "s.csv").string()}}));
  const fs::path path = folder_ / "work.karyoscope.json";
  ASSERT_TRUE(run("layer.set", {{"layer", "s.obj"}, {"width", 5}, {"own_colors", false}}));
  ASSERT_TRUE(save_session(path, workspace_, nullptr));
  Workspace other;
  ASSERT_TRUE(open_session(path, other));
  other.finish_jobs();
  ASSERT_EQ(other.layers().count(), 1);
  const auto& again = dynamic_cast<const SurfaceLayer&>(other.layers().at(0));
  EXPECT_EQ(again.look().width, 5);
  EXPECT_FALSE(again.look().own_colors);
  EXPECT_EQ(again.count(), 1u);
}

TEST_F(VectorCommandsTest, TracksOfTheCellTrackingChallengeLieInTheirObjects) {
  for (std::uint32_t t = 0; t < 2; ++t) {
    LabelArray frame(Index3{1, 20, 30});
    frame(0, 4, 6 + t) = 1 + t;  // 2 is the child of 1
    frame(0, 4, 8 + t) = 1 + t;
    ASSERT_TRUE(write_labels(folder_ / ("man_track00" + std::to_string(t) + ".tif"), frame, {}));
  }
  write("man_track.txt", "1 0 0 0\n2 1 1 1\n");
  open("man_track.txt");
  ASSERT_TRUE(errors_.empty()) << errors_[0].what;
  const TrackList wanted{{{1, 0, {0.5, 4.5, 7.5}}, {2, 1, {0.5, 4.5, 8.5}}}, {{2, 1}}};
  EXPECT_EQ(*top<TracksLayer>().look().data, wanted);
  write("man_track.txt", "1 0 0 0\n2 1 0 1\n");
  open("man_track.txt");
  write("res_track.txt", "1 0 0 0\n");
  open("res_track.txt");
  ASSERT_EQ(errors_.size(), 2u);
  EXPECT_NE(errors_[0].what.find("line 2"), std::string::npos) << errors_[0].what;
  EXPECT_EQ(errors_[1].code, ErrorCode::kNotFound);
}

TEST_F(VectorCommandsTest, BrokenFilesAreNamed) {
  write("bad.csv", "z,y,x\n1,2,?\n");
  write("bad.zip", "no archive");
  open("bad.csv");
  open("bad.zip");
  ASSERT_EQ(errors_.size(), 2u);
  EXPECT_NE(errors_[0].what.find("bad.csv, line 2"), std::string::npos) << errors_[0].what;
  EXPECT_NE(errors_[1].what.find("bad.zip"), std::string::npos) << errors_[1].what;
  EXPECT_EQ(workspace_.layers().count(), 1);
}

TEST_F(VectorCommandsTest, ASessionKeepsHowTheyAreShown) {
  write("p.csv", "z,y,x\n1,2,3\n");
  write("t.csv", "track_id,t,z,y,x\n1,0,0,1,2\n1,1,0,3,4\n");
  ASSERT_TRUE(write_rois(folder_ / "s.zip", std::vector{*make_shape("line", {{1, 2}, {3, 4}})}));
  open("p.csv");
  open("s.zip");
  open("t.csv");
  ASSERT_TRUE(run("layer.set", {{"layer", "p.csv"},
                                {"size", 12},
                                {"on_screen", false},
                                {"color", {1, 2, 3}},
                                {"show_text", true}}));
  ASSERT_TRUE(run("layer.set", {{"layer", "s.zip"}, {"width", 4}, {"fill", true}}));
  ASSERT_TRUE(run("layer.set", {{"layer", "t.csv"}, {"tail", 3}, {"show_text", true}}));
  const fs::path path = folder_ / "work.karyoscope.json";
  std::vector<std::string> left_out;
  ASSERT_TRUE(save_session(path, workspace_, &left_out));
  EXPECT_EQ(left_out, std::vector<std::string>{"image"});
  Workspace other;
  std::vector<Error> errors;
  const auto watch = other.failed.connect([&](const Error& e) { errors.push_back(e); });
  ASSERT_TRUE(open_session(path, other));
  other.finish_jobs();
  ASSERT_TRUE(errors.empty()) << errors[0].what;
  ASSERT_EQ(other.layers().count(), 3);
  for (int i = 0; i < 3; ++i) {
    const LayerLook now = look_of(other.layers().at(i));
    const LayerLook before = look_of(workspace_.layers().at(i + 1));
    ASSERT_EQ(now.name, before.name);
    if (now.points) {
      EXPECT_EQ(*now.points->data, *before.points->data);
      EXPECT_EQ(now.points->size, 12);
      EXPECT_FALSE(now.points->on_screen);
      EXPECT_EQ(now.points->color, (Rgb{1, 2, 3}));
      EXPECT_TRUE(now.points->show_text);
    }
    if (now.shapes) {
      EXPECT_EQ(*now.shapes->data, *before.shapes->data);
      EXPECT_EQ(now.shapes->width, 4);
      EXPECT_TRUE(now.shapes->fill);
    }
    if (now.tracks) {
      EXPECT_EQ(*now.tracks->data, *before.tracks->data);
      EXPECT_EQ(now.tracks->tail, 3);
      EXPECT_TRUE(now.tracks->show_text);
    }
    EXPECT_TRUE(now.points || now.shapes || now.tracks);
  }
}

}  // namespace
}  // namespace karyo
