// What is sought in the background against the same done at once: bit for bit.

#include "app/background_edit.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "app/layer_commands.h"
#include "app/wand_preview.h"
#include "app/workspace.h"
#include "core/base/random.h"

namespace karyo {
namespace {

using nlohmann::json;

/// A program with a picture of bright balls, and labels of some objects in it.
struct Annotator {
  explicit Annotator(Index3 shape, std::uint64_t seed = 5) {
    add_workspace_commands(commands, workspace);
    history = keep_history(commands, workspace.history());
    failures = workspace.failed.connect([this](const Error& error) { errors.push_back(error); });
    Random random(seed);
    auto volume =
        std::make_shared<Volume>(VoxelType::kUInt8, VolumeShape{1, 1, shape.z, shape.y, shape.x});
    auto view = volume->view<std::uint8_t>();
    LabelArray ids(shape);
    for (std::int64_t z = 0; z < shape.z; ++z) {
      for (std::int64_t y = 0; y < shape.y; ++y) {
        for (std::int64_t x = 0; x < shape.x; ++x) {
          const auto off = [](std::int64_t v, std::int64_t period) {
            const auto at = static_cast<double>(v % period);
            return at - static_cast<double>(period) / 2;
          };
          const double away = shape.z == 1 ? 0 : off(z, 24);
          const double r =
              std::sqrt(off(y, 40) * off(y, 40) + off(x, 40) * off(x, 40) + away * away);
          view(z, y, x) = static_cast<std::uint8_t>((r < 11 ? 170 : 30) + random.uniform() * 12);
          if (r < 5 && (x / 40 + y / 40) % 2 == 0)
            ids(z, y, x) = static_cast<std::uint32_t>(1 + x / 40);
        }
      }
    }
    workspace.layers().add(std::make_shared<ImageLayer>("cells", volume));
    labels = std::make_shared<LabelsLayer>("nuclei", LabelVolume::from_dense(ids.view()));
    workspace.layers().add(labels);
    workspace.layers().select(labels.get());
    workspace.history().accept();
  }
  LabelArray now() const { return labels->labels().to_dense(); }
  void want(BackgroundEdit& edits, Result<LabelWork> (*work)(Workspace&, const json&),
            const json& arguments) {
    edits.want([=, this] { return work(workspace, arguments); },
               [this] {
                 ++done;
                 workspace.history().note("click");
               });
  }

  Workspace workspace;
  CommandTable commands;
  Connection history, failures;
  std::shared_ptr<LabelsLayer> labels;
  std::vector<Error> errors;
  int done = 0;
};

constexpr Index3 kPlaneShape{1, 150, 210}, kStackShape{48, 90, 130};

TEST(BackgroundEdit, MakesWhatTheCommandMakes) {
  for (const Index3 shape : {kPlaneShape, kStackShape}) {
    const bool stack = shape.z > 1;
    const std::int64_t z = stack ? 12 : 0;
    const std::vector<std::pair<const char*, json>> clicks{
        {"labels.fill", {{"voxel", {z, 1, 1}}, {"label", 40}, {"ball", stack}}},
        {"labels.fill", {{"voxel", {z, 20, 20}}, {"label", 41}, {"ball", stack}}},
        {"labels.fill", {{"voxel", {z, 2, 2}}, {"label", 42}, {"plane", stack ? "xz" : "xy"}}},
        {"labels.one_click", {{"voxel", {z, 60, 20}}, {"stack", stack}}},
        {"labels.one_click", {{"voxel", {z, 20, 60}}, {"stack", stack}, {"radius", 11}}}};
    Annotator at_once(shape), beside(shape);
    const LabelArray start = beside.now();
    BackgroundEdit edits(beside.workspace);
    for (const auto& [command, arguments] : clicks) {
      SCOPED_TRACE(command + arguments.dump());
      const LabelArray before = beside.now();
      ASSERT_TRUE(at_once.commands.run(command, arguments));
      beside.want(edits, std::string(command) == "labels.fill" ? fill_work : one_click_work,
                  arguments);
      EXPECT_TRUE(beside.now() == before) << "not before its thread is done";
      beside.workspace.finish_jobs();
      EXPECT_FALSE(edits.going_on());
      EXPECT_FALSE(at_once.now() == before) << "the test changes something";
      EXPECT_TRUE(beside.now() == at_once.now());
      EXPECT_EQ(beside.labels->selected(), at_once.labels->selected());
      EXPECT_EQ(unused_id(*beside.labels), unused_id(*at_once.labels));
    }
    EXPECT_EQ(beside.done, 5);
    EXPECT_EQ(beside.workspace.history().done(), 5u);
    const LabelArray end = beside.now();
    for (int i = 0; i < 5; ++i) beside.workspace.history().undo();
    EXPECT_TRUE(beside.now() == start);
    for (int i = 0; i < 5; ++i) beside.workspace.history().redo();
    EXPECT_TRUE(beside.now() == end);
    EXPECT_TRUE(beside.errors.empty());
  }
}

TEST(BackgroundEdit, ClicksThatFollowEachOtherAreAllMade) {
  Annotator at_once(kPlaneShape), beside(kPlaneShape);
  BackgroundEdit edits(beside.workspace);
  for (const std::int64_t x : {20, 60, 100, 140}) {
    const json arguments{{"voxel", {0, 60, x}}};
    ASSERT_TRUE(at_once.commands.run("labels.one_click", arguments));
    beside.want(edits, one_click_work, arguments);
  }
  beside.workspace.finish_jobs();
  EXPECT_EQ(beside.done, 4);
  EXPECT_TRUE(beside.now() == at_once.now())
      << "each sees those before it, and gets its own number";
}

TEST(BackgroundEdit, IsVoidWhereTheLabelsWereChangedMeanwhile) {
  Annotator annotator(kPlaneShape);
  BackgroundEdit edits(annotator.workspace);
  annotator.want(edits, fill_work, {{"voxel", {0, 1, 1}}, {"label", 40}});
  ASSERT_TRUE(annotator.commands.run("labels.paint",
                                     {{"points", {0, 75, 100}}, {"size", 9}, {"label", 7}}));
  const LabelArray painted = annotator.now();
  annotator.workspace.finish_jobs();
  EXPECT_TRUE(annotator.now() == painted);
  EXPECT_EQ(annotator.done, 0);
  ASSERT_EQ(annotator.errors.size(), 1u);
  EXPECT_FALSE(annotator.errors[0].fix.empty());
  // The next one is made again.
  annotator.want(edits, fill_work, {{"voxel", {0, 1, 1}}, {"label", 40}});
  annotator.workspace.finish_jobs();
  EXPECT_EQ(annotator.done, 1);
  EXPECT_EQ(annotator.labels->labels().at({0, 75, 100}), 7u);
}

TEST(BackgroundEdit, IsForgottenWithItsLayerAndWhenGivenUp) {
  Annotator annotator(kPlaneShape);
  BackgroundEdit edits(annotator.workspace);
  annotator.want(edits, fill_work, {{"voxel", {0, 1, 1}}, {"label", 40}});
  annotator.want(edits, fill_work, {{"voxel", {0, 20, 20}}, {"label", 41}});
  // Another image's labels come under the same name.
  auto other = std::make_shared<LabelsLayer>("nuclei", LabelVolume(kPlaneShape));
  annotator.workspace.layers().remove(annotator.workspace.layers().find(annotator.labels.get()));
  annotator.workspace.layers().add(other);
  annotator.workspace.finish_jobs();
  EXPECT_EQ(other->labels().highest_id(), 0u);
  annotator.workspace.layers().select(other.get());
  annotator.want(edits, fill_work, {{"voxel", {0, 1, 1}}, {"label", 40}});
  EXPECT_TRUE(edits.give_up());
  EXPECT_FALSE(edits.give_up());
  annotator.workspace.finish_jobs();
  EXPECT_EQ(other->labels().highest_id(), 0u);
  EXPECT_EQ(annotator.done, 0);
  EXPECT_TRUE(annotator.errors.empty());
}

TEST(WandPreview, TakesInTheBackgroundWhatTheCommandTakesAtOnce) {
  for (const Index3 shape : {kPlaneShape, kStackShape}) {
    const bool stack = shape.z > 1;
    const std::int64_t z = stack ? 12 : 0;
    for (const double tolerance : {4.0, 13.0, 90.0, 255.0}) {
      for (const Index3 seed : {Index3{z, 20, 20}, Index3{z, 41, 77}}) {
        Annotator at_once(shape), beside(shape);
        const json arguments{{"voxel", {seed.z, seed.y, seed.x}},
                             {"tolerance", tolerance},
                             {"label", 30},
                             {"over", "background"},
                             {"stack", stack}};
        ASSERT_TRUE(at_once.commands.run("labels.wand", arguments));
        WandOptions options;
        options.whole_stack = stack;
        const auto& image = dynamic_cast<const ImageLayer&>(beside.workspace.layers().at(0));
        WandPreview preview(beside.workspace);
        // Only the last of wishes that follow each other counts.
        for (const double dragged : {1.0, 200.0, tolerance}) {
          options.tolerance = dragged;
          preview.want({picture_reader(image, 0, Box3::of_shape(shape)), seed, options});
        }
        preview.take([&](const PlacedMask& mask) {
          const auto work = wand_work(beside.workspace, arguments, preview.mask());
          ASSERT_TRUE(work);
          EXPECT_TRUE(do_now(beside.workspace, *work));
          EXPECT_EQ(&mask, preview.mask().get());
        });
        beside.workspace.finish_jobs();
        const LabelArray taken = at_once.now();
        EXPECT_GT(std::count(taken.begin(), taken.end(), 30u), 0);
        EXPECT_TRUE(beside.now() == at_once.now()) << shape.z << ' ' << tolerance;
        const auto plain = wand({*image.shared_volume()}, seed, options);
        ASSERT_TRUE(plain);
        EXPECT_EQ(preview.mask()->origin, plain->origin);
        EXPECT_TRUE(preview.mask()->voxels == plain->voxels);
      }
    }
  }
}

}  // namespace
}  // namespace karyo
