#include "app/session.h"

#include <gtest/gtest.h>

#include <fstream>

#include "app/layer_commands.h"
#include "app/macro.h"
#include "core/base/atomic_file.h"
#include "core/io/image_io.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

class SessionTest : public ::testing::Test {
 protected:
  SessionTest() {
    fs::create_directories(folder_ / "data");
    Volume two(VoxelType::kUInt16, {3, 2, 4, 20, 30});
    two.grid.unit = "um";
    two.grid.spacing_z = 2;
    EXPECT_TRUE(write_image(folder_ / "data/cells.tif", two));
    LabelArray mask(Index3{4, 20, 30});
    mask(1, 5, 5) = 3;
    mask(2, 9, 9) = 8;
    EXPECT_TRUE(write_labels(folder_ / "data/cells_mask.tif", mask, two.grid));
    add_workspace_commands(commands_, workspace_);
    watch_ = workspace_.failed.connect([this](const Error& e) { errors_.push_back(e); });
  }
  void run(const std::string& id, const json& arguments) {
    const auto outcome = commands_.run(id, arguments);
    ASSERT_TRUE(outcome) << outcome.error().what;
    workspace_.finish_jobs();
  }
  void open_and_arrange() {
    run("file.open_files", {{"files", json::array({(folder_ / "data/cells.tif").string()})}});
    run("file.open_files",
        {{"files", json::array({(folder_ / "data/cells_mask.tif").string()})}, {"as", "labels"}});
    run("layer.set", {{"layer", "cells_mask.tif"}, {"opacity", 0.25}, {"contour_width", 3}});
    run("layer.set", {{"layer", "cells.tif"}, {"interpolation", "cubic"}, {"origin", {0, 1, 2}}});
    run("layer.set_channel", {{"layer", "cells.tif"},
                              {"channel", 2},
                              {"low", 10},
                              {"high", 90},
                              {"gamma", 0.5},
                              {"colormap", "fire"},
                              {"inverted", true}});
    run("layer.set", {{"layer", "cells.tif"}, {"group", "day 1 – \u03b2"}});
    run("layer.go_to", {{"layer", "cells_mask.tif"}, {"object", 8}});
    run("view.time", {{"time", 2}});
    run("view.slab", {{"thickness", 6}, {"projection", "mean"}});
    run("view.layout", {{"layout", "xz"}});
  }
  static std::vector<LayerLook> looks(Workspace& workspace) {
    std::vector<LayerLook> all;
    for (int i = 0; i < workspace.layers().count(); ++i) {
      all.push_back(look_of(workspace.layers().at(i)));
    }
    return all;
  }

  test::TempDir folder_;
  Workspace workspace_;
  CommandTable commands_;
  std::vector<Error> errors_;
  Connection watch_;
};

TEST_F(SessionTest, ComesBackAsItWasAlsoWhenTheFolderMoved) {
  open_and_arrange();
  const auto before = looks(workspace_);
  run("file.save_session_as", {{"path", (folder_ / "work.karyoscope.json").string()}});
  const test::TempDir elsewhere;
  fs::copy(folder_.path(), elsewhere / "copy", fs::copy_options::recursive);
  fs::remove_all(folder_ / "data");

  Workspace other;
  std::vector<Error> errors;
  const auto watch = other.failed.connect([&](const Error& e) { errors.push_back(e); });
  ASSERT_TRUE(open_session(elsewhere / "copy/work.karyoscope.json", other));
  other.finish_jobs();
  ASSERT_TRUE(errors.empty()) << errors[0].what;
  ASSERT_EQ(other.layers().count(), 2);
  EXPECT_EQ(looks(other), before);
  EXPECT_EQ(other.view().cursor(), workspace_.view().cursor());
  EXPECT_EQ(other.view().time(), 2);
  EXPECT_EQ(other.view().slab(), workspace_.view().slab());
  EXPECT_EQ(other.view().layout(), ViewLayoutKind::kPlane);
  EXPECT_EQ(other.view().maximised(), Plane::kXZ);
  EXPECT_FALSE(other.history().can_undo());
}

TEST_F(SessionTest, ThreeDimensionsAndMeasurementsComeBack) {
  open_and_arrange();
  VolumeLook look;
  look.method = VolumeMethod::kIsosurface;
  look.attenuation = 0.125;
  look.opacity = *OpacityCurve::of({{0, 0.25}, {0.5, 0.75}, {1, 1}});
  look.threshold = 0.375;
  look.labels_as_voxels = true;
  look.crop_on = true;
  look.crop = {{1, 2, 3}, {4, 5, 6}};
  look.clip = {true, {0, 1, 0}, -2.5};
  look.slice = {true, {1, 0, 0}, 7};
  workspace_.volume().set_look(look);
  Camera camera = Camera::showing({{0, 0, 0}, {30, 20, 8}}, 1.5);
  camera.turn(0.3, -0.2);
  camera.orthographic = true;
  workspace_.volume().set_camera(camera);
  run("measure.add", {{"layer", "cells.tif"}, {"kind", "line"}, {"points", {1, 2, 3, 1, 9, 11}}});
  run("measure.add", {{"layer", "cells.tif"},
                      {"kind", "angle"},
                      {"plane", "xz"},
                      {"points", {0, 2, 3, 1, 2, 3, 1, 2, 9}}});
  const auto rows = workspace_.measurements().rows();
  ASSERT_EQ(rows.size(), 3u) << "a row a channel, and the angle";
  run("file.save_session_as", {{"path", (folder_ / "work.karyoscope.json").string()}});
  Workspace other;
  ASSERT_TRUE(open_session(folder_ / "work.karyoscope.json", other));
  other.finish_jobs();
  EXPECT_EQ(other.volume().look(), look);
  ASSERT_TRUE(other.volume().camera());
  const Camera& seen = *other.volume().camera();
  EXPECT_TRUE(seen.orthographic);
  EXPECT_EQ(seen.height, camera.height);
  EXPECT_EQ(seen.focus, camera.focus);
  EXPECT_NEAR(dot(seen.forward, camera.forward), 1, 1e-12);
  EXPECT_NEAR(dot(seen.down, camera.down), 1, 1e-12);
  EXPECT_NEAR(dot(seen.right, camera.right), 1, 1e-12);
  ASSERT_EQ(other.measurements().rows().size(), 3u);
  ASSERT_TRUE(workspace_.measurements().write_csv(folder_ / "a.csv"));
  ASSERT_TRUE(other.measurements().write_csv(folder_ / "b.csv"));
  EXPECT_EQ(read_file(folder_ / "a.csv", 1 << 20).value(),
            read_file(folder_ / "b.csv", 1 << 20).value());
}

TEST_F(SessionTest, WhatIsWrongIn3DIsSaid) {
  const char* wrong[] = {R"("clip": {"normal": [0, 0, 0]})", R"("opacity_curve": [[0, 0]])",
                         R"("camera": {"focus": [0, 0, 0], "forward": [1, 0, 0],
                            "down": [1, 0, 0], "height": 1})",
                         R"("camera": {"focus": [0, 0, 0], "forward": [1, 0, 0],
                            "down": [0, 1, 0], "height": 0})"};
  for (const char* part : wrong) {
    std::ofstream(folder_ / "bad.karyoscope.json")
        << R"({"karyoscope_session": 1, "layers": [], "view": {"cursor": [0, 0, 0], "planes": {},)"
        << R"("volume": {)" << part << "}}}";
    const auto opened = open_session(folder_ / "bad.karyoscope.json", workspace_);
    ASSERT_FALSE(opened) << part;
    EXPECT_EQ(opened.error().code, ErrorCode::kBadFile);
  }
}

TEST_F(SessionTest, AMissingFileIsNamedAndTheOthersOpen) {
  open_and_arrange();
  run("file.save_session_as", {{"path", (folder_ / "work.karyoscope.json").string()}});
  fs::remove(folder_ / "data/cells.tif");
  Workspace other;
  std::vector<Error> errors;
  const auto watch = other.failed.connect([&](const Error& e) { errors.push_back(e); });
  ASSERT_TRUE(open_session(folder_ / "work.karyoscope.json", other));
  other.finish_jobs();
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_NE(errors[0].what.find("cells.tif"), std::string::npos);
  EXPECT_EQ(other.layers().count(), 1);
}

TEST_F(SessionTest, WhatIsNoSessionSaysSo) {
  open_and_arrange();
  const fs::path path = folder_ / "work.karyoscope.json";
  run("file.save_session_as", {{"path", path.string()}});
  std::ifstream in(path);
  const std::string good((std::istreambuf_iterator<char>(in)), {});
  const json session = json::parse(good);
  const auto refused = [&](const std::string& text) {
    std::ofstream(folder_ / "bad.karyoscope.json") << text;
    Workspace other;
    const auto outcome = open_session(folder_ / "bad.karyoscope.json", other);
    EXPECT_FALSE(outcome) << text.substr(0, 200);
    if (!outcome) {
      EXPECT_FALSE(outcome.error().fix.empty());
    }
  };
  refused("");
  refused("{}");
  refused("[1, 2]");
  refused(good.substr(0, good.size() / 2));
  refused(R"({"karyoscope_session": 99, "layers": [], "view": {}})");
  refused(R"({"karyoscope_session": "x", "layers": [], "view": {}})");
  for (const char* name : {"layers", "view"}) {
    json broken = session;
    broken[name] = "nothing";
    refused(broken.dump());
    broken.erase(name);
    refused(broken.dump());
  }
  json broken = session;
  broken["layers"][0]["channels"][0]["limits"] = "wide";
  refused(broken.dump());
  broken = session;
  broken["layers"][0].erase("path");
  refused(broken.dump());
  EXPECT_FALSE(open_session(folder_ / "none.karyoscope.json", workspace_));
}

TEST_F(SessionTest, ARecordedMacroDoesTheSameAgain) {
  MacroRecorder recorder(commands_);
  recorder.start();
  open_and_arrange();
  for (int i = 0; i < 30; ++i) {  // a slider's drag
    run("layer.set", {{"layer", "cells.tif"}, {"opacity", 1 - i * 0.01}});
  }
  run("file.save_layer", {{"layer", "cells_mask.tif"}, {"path", (folder_ / "out.tif").string()}});
  recorder.stop();
  const std::size_t recorded = recorder.steps().size();
  EXPECT_EQ(recorded, 12u) << "the drag is one step";
  run("layer.toggle", {});
  EXPECT_EQ(recorder.steps().size(), recorded);
  ASSERT_TRUE(write_macro(folder_ / "macro.json", recorder.steps()));
  std::ifstream in(folder_ / "macro.json");
  const json written = json::parse(in);
  EXPECT_EQ(written["steps"][0]["arguments"]["files"][0], "data/cells.tif");
  fs::remove(folder_ / "out.tif");

  const auto steps = read_macro(folder_ / "macro.json");
  ASSERT_TRUE(steps) << steps.error().what;
  Workspace other;
  CommandTable commands;
  add_workspace_commands(commands, other);
  const auto outcome = run_macro(commands, *steps, [&]() -> Result<void> {
    other.finish_jobs();
    return {};
  });
  ASSERT_TRUE(outcome) << outcome.error().what;
  run("layer.toggle", {});
  EXPECT_EQ(looks(other), looks(workspace_));
  EXPECT_TRUE(fs::exists(folder_ / "out.tif"));
}

TEST_F(SessionTest, AMacroThatWantsNoRestorationNamesNoFile) {
  ASSERT_TRUE(write_macro(folder_ / "m.json",
                          {{"training.start", {{"before", "none"}, {"pretrained", "models/a"}}}}));
  const auto steps = read_macro(folder_ / "m.json");
  ASSERT_TRUE(steps);
  EXPECT_EQ((*steps)[0].arguments["before"], "none");
  EXPECT_EQ((*steps)[0].arguments["pretrained"], (folder_ / "models" / "a").string());
}

TEST_F(SessionTest, AMacroThatFailsNamesItsStep) {
  std::ofstream(folder_ / "m.json") << R"({"karyoscope_macro":1,"steps":[{"command":"file.sample"},
            {"command":"layer.set","arguments":{"layer":"none","opacity":1}}]})";
  const auto steps = read_macro(folder_ / "m.json");
  ASSERT_TRUE(steps);
  const auto outcome = run_macro(commands_, *steps, [&]() -> Result<void> {
    workspace_.finish_jobs();
    return {};
  });
  ASSERT_FALSE(outcome);
  EXPECT_NE(outcome.error().what.find("step 2 (layer.set)"), std::string::npos);
  for (const char* bad : {"", "{}", "[]", R"({"karyoscope_macro":2,"steps":[]})",
                          R"({"karyoscope_macro":1,"steps":[7]})",
                          R"({"karyoscope_macro":1,"steps":[{"command":"a","arguments":[]}]})"}) {
    std::ofstream(folder_ / "bad.json") << bad;
    EXPECT_FALSE(read_macro(folder_ / "bad.json")) << bad;
  }
}

TEST_F(SessionTest, ALayerMadeHereIsUnsavedUntilItIsWritten) {
  run("file.sample", {});
  EXPECT_EQ(workspace_.unsaved_layers().size(), 2u);
  run("file.save_layer", {{"layer", "sample truth"}, {"path", (folder_ / "truth.tif").string()}});
  ASSERT_EQ(workspace_.unsaved_layers(), std::vector<std::string>{"sample nuclei"});
  const auto read = read_labels(folder_ / "truth.tif");
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, dynamic_cast<LabelsLayer&>(workspace_.layers().at(1)).labels().to_dense());
  const auto bad = commands_.run("file.save_layer", {{"path", (folder_ / "a.txt").string()}});
  workspace_.finish_jobs();
  EXPECT_TRUE(!bad || !errors_.empty()) << "no such format";
}

}  // namespace
}  // namespace karyo
