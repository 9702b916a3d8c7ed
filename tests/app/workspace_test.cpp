#include "app/workspace.h"

#include <gtest/gtest.h>

#include "app/commands.h"
#include "app/sample.h"
#include "core/io/image_io.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

TEST(Sample, IsTheSameForASeedAndHoldsItsNuclei) {
  const Sample one = make_sample(), two = make_sample();
  EXPECT_EQ(one.nuclei.to_dense(), two.nuclei.to_dense());
  EXPECT_GE(one.nuclei.highest_id(), 25U);
  EXPECT_TRUE(one.image->grid.calibrated());
  // Nuclei are brighter than what surrounds them.
  double inside = 0, outside = 0;
  std::int64_t in = 0, out = 0;
  const auto truth = one.nuclei.to_dense();
  const auto voxels = one.image->view<std::uint16_t>();
  for (std::int64_t i = 0; i < truth.count(); ++i) {
    (truth.data()[i] != 0 ? inside : outside) += voxels.data()[i];
    ++(truth.data()[i] != 0 ? in : out);
  }
  EXPECT_GT(inside / double(in), 2 * outside / double(out));
}

TEST(Workspace, OpensFilesInTheBackgroundImagesUnderLabels) {
  const test::TempDir folder;
  LabelArray labels(Index3{4, 20, 30});
  for (int y = 3; y < 9; ++y) {
    for (int x = 3; x < 9; ++x) labels(2, y, x) = 5;
  }
  ASSERT_TRUE(write_labels(folder / "a_mask.tif", labels));
  Volume image(VoxelType::kUInt8, {1, 1, 4, 20, 30});
  image.view<std::uint8_t>()(2, 4, 4) = 77;
  ASSERT_TRUE(write_image(folder / "a.tif", image));

  Workspace workspace;
  int firsts = 0;
  const auto first = workspace.first_layer_opened.connect([&] { ++firsts; });
  workspace.open({folder / "a_mask.tif", folder / "a.tif"});
  EXPECT_TRUE(workspace.busy());
  EXPECT_TRUE(workspace.layers().empty()) << "layers change in poll() only";
  workspace.finish_jobs();
  ASSERT_EQ(workspace.layers().count(), 2);
  EXPECT_EQ(firsts, 1);
  EXPECT_EQ(workspace.layers().at(0).kind(), LayerKind::kImage);
  EXPECT_EQ(workspace.layers().at(1).kind(), LayerKind::kLabels);
  EXPECT_EQ(workspace.layers().selected(), &workspace.layers().at(0));

  const Probe probe = workspace.probe({2.5, 4.5, 4.5});
  EXPECT_EQ(probe.voxel, (Index3{2, 4, 4}));
  ASSERT_EQ(probe.readings.size(), 2U);
  EXPECT_EQ(probe.readings[1].values, std::vector<double>{77});
  EXPECT_EQ(probe.readings[0].label, 5U);
  EXPECT_EQ(probe.readings[0].label_voxels, 36);
  EXPECT_TRUE(workspace.probe({2.5, 4.5, 400}).readings.empty());

  auto& mask = dynamic_cast<LabelsLayer&>(workspace.layers().at(1));
  ASSERT_TRUE(workspace.go_to_object(mask, 5));
  EXPECT_EQ(mask.selected(), 5U);
  EXPECT_EQ(workspace.view().cursor_voxel(workspace.layers().grid()), (Index3{2, 6, 6}));
  const auto gone = workspace.go_to_object(mask, 6);
  ASSERT_FALSE(gone);
  EXPECT_NE(gone.error().fix.find("1 object"), std::string::npos);

  workspace.select_object_at({2.5, 4.5, 4.5});
  EXPECT_EQ(dynamic_cast<LabelsLayer&>(workspace.layers().at(1)).selected(), 5U);
}

TEST(Workspace, AFileThatFailsDoesNotKeepTheOthersBack) {
  const test::TempDir folder;
  ASSERT_TRUE(write_image(folder / "good.tif", Volume(VoxelType::kUInt8, {1, 1, 1, 8, 8})));
  Workspace workspace;
  std::vector<Error> errors;
  const auto watch = workspace.failed.connect([&](const Error& e) { errors.push_back(e); });
  workspace.open({folder / "absent.tif", folder / "good.tif"});
  workspace.finish_jobs();
  EXPECT_EQ(workspace.layers().count(), 1);
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_NE(errors.front().what.find("absent.tif"), std::string::npos);
}

TEST(Workspace, ConvertsThereAndBack) {
  Workspace workspace;
  workspace.open_sample();
  workspace.finish_jobs();
  ASSERT_EQ(workspace.layers().count(), 2);
  const auto before = dynamic_cast<LabelsLayer&>(workspace.layers().at(1)).labels().to_dense();
  ASSERT_TRUE(workspace.convert(workspace.layers().at(1)));
  workspace.finish_jobs();
  ASSERT_EQ(workspace.layers().at(1).kind(), LayerKind::kImage);
  ASSERT_TRUE(workspace.convert(workspace.layers().at(1)));
  workspace.finish_jobs();
  ASSERT_EQ(workspace.layers().at(1).kind(), LayerKind::kLabels);
  EXPECT_EQ(dynamic_cast<LabelsLayer&>(workspace.layers().at(1)).labels().to_dense(), before);
}

TEST(CommandTable, FindsByWordsTitlesFirst) {
  CommandTable commands;
  const auto nothing = [](const nlohmann::json&) -> Result<void> { return {}; };
  commands.add({"a", "View", "Scale bar", "", "A bar in the view.", nothing});
  commands.add({"b", "View", "Reset view", "", "Shows everything.", nothing});
  ASSERT_EQ(commands.search("view").size(), 2U);
  EXPECT_EQ(commands.search("view").front()->id, "b");
  EXPECT_EQ(commands.search("BAR scale").size(), 1U);
  EXPECT_TRUE(commands.search("xyz").empty());
  EXPECT_EQ(commands.search("").size(), 2U);
}

TEST(CommandTable, WhatCannotBeDoneSaysSo) {
  CommandTable commands;
  int runs = 0;
  bool can = false;
  commands.add({"a", "", "Do it", "", "Does it when it can.",
                [&](const nlohmann::json&) -> Result<void> { ++runs; return {}; },
                [&] { return can; }});
  EXPECT_FALSE(commands.run("a"));
  EXPECT_FALSE(commands.run("b"));
  can = true;
  EXPECT_TRUE(commands.run("a"));
  EXPECT_EQ(runs, 1);
}

}  // namespace
}  // namespace karyo
