#include <gtest/gtest.h>

#include "app/filters.h"
#include "app/layer_commands.h"
#include "core/io/image_io.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

using nlohmann::json;

class FilterCommandsTest : public ::testing::Test {
 protected:
  FilterCommandsTest() {
    add_workspace_commands(commands_, workspace_);
    history_ = keep_history(commands_, workspace_.history());
    failed_ = workspace_.failed.connect([this](const Error& error) { errors_.push_back(error); });
    auto volume = std::make_shared<Volume>(VoxelType::kUInt8, VolumeShape{2, 2, 3, 20, 30});
    for (std::int64_t i = 0; i < volume->shape().count(); ++i) {
      volume->view<std::uint8_t>().data()[i] = static_cast<std::uint8_t>(i * 37 % 251);
    }
    workspace_.layers().add(std::make_shared<ImageLayer>("cells", volume));
    LabelArray labels(Index3{3, 20, 30});
    labels(1, 2, 3) = 7;
    workspace_.layers().add(
        std::make_shared<LabelsLayer>("mask", LabelVolume::from_dense(labels.view()), VoxelGrid{}));
    workspace_.history().accept();
  }
  Result<void> run(const std::string& id, const json& arguments) {
    const auto outcome = commands_.run(id, arguments);
    workspace_.finish_jobs();
    return outcome;
  }
  LayerList& layers() { return workspace_.layers(); }

  Workspace workspace_;
  CommandTable commands_;
  std::vector<Error> errors_;
  Connection history_, failed_;
};

TEST_F(FilterCommandsTest, EachFilterMakesALayerAndIsUndone) {
  for (const Filter& filter : all_filters()) {
    ASSERT_TRUE(run(filter.id, {{"layer", "cells"}})) << filter.id;
    ASSERT_TRUE(errors_.empty()) << filter.id << ": " << errors_[0].what;
    ASSERT_EQ(layers().count(), 3) << filter.id;
    EXPECT_EQ(layers().at(1).name(), "cells – " + filter.suffix);
    EXPECT_EQ(layers().selected(), &layers().at(1));
    if (filter.previews) { EXPECT_EQ(layers().at(1).shape(), layers().at(0).shape()); }
    EXPECT_EQ(workspace_.history().undo_name(), filter.suffix + " of cells");
    ASSERT_TRUE(run("edit.undo", json::object()));
    EXPECT_EQ(layers().count(), 2) << filter.id;
    EXPECT_FALSE(workspace_.history().can_undo());
  }
}

/// One voxel wide, one high, prime extents: what reslicing and cropping leave. Choices change which
/// code runs, so each of them is taken.
TEST(Filters, TakeImagesOfAnyShape) {
  for (const VolumeShape& shape :
       {VolumeShape{1, 1, 1, 1, 1}, VolumeShape{1, 1, 1, 1, 40}, VolumeShape{1, 1, 1, 40, 1},
        VolumeShape{1, 1, 30, 1, 1}, VolumeShape{3, 1, 4, 1, 23}, VolumeShape{2, 2, 3, 23, 1},
        VolumeShape{1, 1, 5, 7, 11}, VolumeShape{4, 1, 1, 2, 2}}) {
    Volume volume(VoxelType::kUInt8, shape);
    for (std::int64_t i = 0; i < shape.count(); ++i) {
      volume.data()[i] = static_cast<std::byte>(i * 37 % 251);
    }
    for (const Filter& filter : all_filters()) {
      std::vector<json> given{json::object()};
      for (const Argument& argument : filter.arguments) {
        for (const std::string& choice : argument.choices)
          given.push_back({{argument.name, choice}});
        if (argument.kind == Argument::Kind::kBool) {
          given.push_back({{argument.name, true}});
          given.push_back({{argument.name, false}});
        }
      }
      for (const json& arguments : given) {
        SCOPED_TRACE(filter.id + " " + arguments.dump() + " of " + std::to_string(shape.z) + " x " +
                     std::to_string(shape.y) + " x " + std::to_string(shape.x));
        TaskControl control;
        json all = with_standards(filter.arguments, arguments);
        if (all.contains("radius"))
          all["radius"] = 2;  // a large ball takes long, whatever it is in
        const auto made = filter.run(volume, all, control);
        if (made) {
          EXPECT_GT(made->shape().count(), 0);
        } else {
          EXPECT_NE(made.error().code, ErrorCode::kInternal) << made.error().what;
          EXPECT_FALSE(made.error().fix.empty());
        }
      }
    }
  }
}

TEST_F(FilterCommandsTest, LabelsAreTurnedAndStayLabelsButAreNotBlurred) {
  ASSERT_TRUE(run("image.flip", {{"layer", "mask"}, {"axis", "x"}}));
  auto* flipped = dynamic_cast<LabelsLayer*>(&layers().at(2));
  ASSERT_NE(flipped, nullptr);
  EXPECT_EQ(flipped->id_at({1, 2, 26}), 7u);
  EXPECT_FALSE(run("filter.gaussian", {{"layer", "mask"}}));
}

TEST_F(FilterCommandsTest, ACropIsRefusedOutside) {
  ASSERT_TRUE(run("image.crop", {{"layer", "cells"}, {"x", {5, 15}}, {"c", {1, 2}}}));
  EXPECT_EQ(layers().at(1).shape(), (VolumeShape{2, 1, 3, 20, 10}));
  EXPECT_EQ(layers().at(1).grid().origin_x, 5);
  EXPECT_FALSE(run("image.crop", {{"layer", "cells"}, {"x", {5, 31}}}));
  EXPECT_FALSE(run("image.crop", {{"layer", "cells"}, {"y", {5, 5}}}));
  EXPECT_FALSE(run("image.crop", {{"layer", "cells"}, {"y", {5}}}));
  ASSERT_TRUE(run("image.crop", {{"layer", "mask"}, {"z", {1, 2}}}));
  EXPECT_EQ(layers().selected()->kind(), LayerKind::kLabels);
  EXPECT_EQ(layers().selected()->shape().z, 1);
}

TEST_F(FilterCommandsTest, TwoImagesAreCalculatedAndMerged) {
  ASSERT_TRUE(run("image.calculate",
                  {{"layer", "cells"}, {"how", "subtract"}, {"with", "cells"}, {"float", true}}));
  auto& difference = dynamic_cast<ImageLayer&>(layers().at(1));
  EXPECT_EQ(difference.type(), VoxelType::kFloat32);
  EXPECT_EQ(value_range(*difference.shared_volume()).high, 0);
  EXPECT_FALSE(run("image.calculate", {{"layer", "cells"}, {"how", "add"}}));
  EXPECT_FALSE(run("image.calculate", {{"layer", "cells"}, {"how", "add"}, {"with", "mask"}}));
  ASSERT_TRUE(run("image.merge_channels", {{"layers", {"cells", "cells"}}}));
  EXPECT_EQ(layers().selected()->shape().c, 4);
  ASSERT_TRUE(run("image.merge_channels", {{"layers", {"cells", "cells – subtract"}}}));
  ASSERT_EQ(errors_.size(), 1u) << "types differ";
}

TEST_F(FilterCommandsTest, ArgumentsAreChecked) {
  EXPECT_FALSE(run("filter.gaussian", {{"layer", "cells"}, {"sigma", 1000}}));
  EXPECT_FALSE(run("filter.gaussian", {{"layer", "cells"}, {"sigma", "1"}}));
  const auto wrong = run("image.project", {{"layer", "cells"}, {"kind", "brightest"}});
  ASSERT_FALSE(wrong);
  EXPECT_NE(wrong.error().what.find("maximum, minimum"), std::string::npos);
}

TEST_F(FilterCommandsTest, AnImageInItsFileIsFilteredWhereThereIsRoom) {
  const test::TempDir folder;
  const Volume large(VoxelType::kUInt8, {1, 1, 160, 1000, 1000});
  ASSERT_TRUE(write_image(folder / "large.tif", large));
  ASSERT_TRUE(run("file.open_files", {{"files", json::array({(folder / "large.tif").string()})}}));
  auto* paged = dynamic_cast<ImageLayer*>(layers().selected());
  ASSERT_NE(paged, nullptr);
  ASSERT_TRUE(paged->pages());
  ASSERT_TRUE(run("image.crop", {{"layer", "large.tif"}, {"x", {10, 60}}, {"y", {0, 40}}}));
  ASSERT_TRUE(errors_.empty()) << errors_[0].what;
  EXPECT_EQ(layers().selected()->shape(), (VolumeShape{1, 1, 160, 40, 50}));
  ASSERT_TRUE(run("image.project", {{"layer", "large.tif"}}));
  ASSERT_TRUE(errors_.empty()) << errors_[0].what;
  EXPECT_EQ(layers().selected()->shape(), (VolumeShape{1, 1, 1, 1000, 1000}));
}

}  // namespace
}  // namespace karyo
