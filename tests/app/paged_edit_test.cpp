// Tools that look at the picture, on an image that stays in its file: as on the same in memory.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <tuple>
#include <vector>

#include "app/layer_commands.h"
#include "app/workspace.h"
#include "core/base/random.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

constexpr std::int64_t kChunk = 64;
constexpr Index3 kLarge{128, 1536, 1536};                // 288 MiB: most of it is in no file
constexpr Index3 kPart{kChunk, 2 * kChunk, 3 * kChunk};  // where there is something

/// A program with an image and empty labels over it.
struct Program {
  explicit Program(Index3 shape)
      : labels(std::make_shared<LabelsLayer>("nuclei", LabelVolume(shape))) {
    add_workspace_commands(commands, workspace);
    history = keep_history(commands, workspace.history());
    failures = workspace.failed.connect([this](const Error& error) { errors.push_back(error); });
  }
  void add_labels() {
    workspace.layers().add(labels);
    workspace.layers().select(labels.get());
    workspace.history().accept();
  }
  Result<void> run(const char* id, const json& arguments) { return commands.run(id, arguments); }
  LabelArray part() const { return labels->labels().to_dense(Box3::of_shape(kPart)); }

  Workspace workspace;
  CommandTable commands;
  Connection history, failures;
  std::shared_ptr<LabelsLayer> labels;
  std::vector<Error> errors;
};

class PagedEditTest : public ::testing::Test {
 protected:
  PagedEditTest() {
    Random random(8);
    auto view = volume_->view<std::uint8_t>();
    const auto ball = [](double z, double y, double x, double cy, double cx, double radius) {
      return std::sqrt((z - 30) * (z - 30) + (y - cy) * (y - cy) + (x - cx) * (x - cx)) < radius;
    };
    for (std::int64_t z = 0; z < kPart.z; ++z) {
      for (std::int64_t y = 0; y < kPart.y; ++y) {
        for (std::int64_t x = 0; x < kPart.x; ++x) {
          // Across the borders of chunks; the two to the right touch, with a valley between.
          const auto [dz, dy, dx] = std::tuple{double(z), double(y), double(x)};
          const bool left = ball(dz, dy, dx, 62, 64, 20);
          const double near = std::min(std::hypot(dz - 30, dy - 60, dx - 120),
                                       std::hypot(dz - 30, dy - 60, dx - 144));
          const double value = left ? 160 : near < 14 ? 190 - 4 * near : 40;
          view(z, y, x) = static_cast<std::uint8_t>(value + random.uniform() * 14);
        }
      }
    }
    write_zarr();
    paged_.workspace.open({folder_ / "large.zarr"});
    paged_.workspace.finish_jobs();
    paged_.add_labels();
    plain_.workspace.layers().add(std::make_shared<ImageLayer>("part", volume_));
    plain_.add_labels();
  }
  void write_zarr() {
    const fs::path folder = folder_ / "large.zarr";
    fs::create_directories(folder);
    std::ofstream(folder / ".zarray") << json{{"zarr_format", 2},
                                              {"shape", {kLarge.z, kLarge.y, kLarge.x}},
                                              {"chunks", {kChunk, kChunk, kChunk}},
                                              {"dtype", "|u1"},
                                              {"compressor", nullptr},
                                              {"fill_value", 40},
                                              {"order", "C"},
                                              {"filters", nullptr}};
    const auto view = volume_->view<std::uint8_t>();
    for (std::int64_t row = 0; row < kPart.y / kChunk; ++row) {
      for (std::int64_t column = 0; column < kPart.x / kChunk; ++column) {
        std::ofstream chunk(folder / ("0." + std::to_string(row) + "." + std::to_string(column)),
                            std::ios::binary);
        for (std::int64_t z = 0; z < kChunk; ++z) {
          for (std::int64_t y = 0; y < kChunk; ++y) {
            const auto* voxels = &view(z, row * kChunk + y, column * kChunk);
            chunk.write(reinterpret_cast<const char*>(voxels), kChunk);
          }
        }
      }
    }
  }
  void both(const char* id, const json& arguments) {
    SCOPED_TRACE(id);
    const LabelArray before = plain_.part();
    const auto one = plain_.run(id, arguments), other = paged_.run(id, arguments);
    ASSERT_TRUE(one) << one.error().what;
    ASSERT_TRUE(other) << other.error().what;
    EXPECT_FALSE(plain_.part() == before) << "it does something";
    EXPECT_TRUE(paged_.part() == plain_.part());
  }

  test::TempDir folder_;
  std::shared_ptr<Volume> volume_ =
      std::make_shared<Volume>(VoxelType::kUInt8, VolumeShape{1, 1, kPart.z, kPart.y, kPart.x});
  Program paged_{kLarge}, plain_{kPart};
};

TEST_F(PagedEditTest, ToolsThatFollowThePictureMakeTheSame) {
  ASSERT_TRUE(dynamic_cast<ImageLayer&>(paged_.workspace.layers().at(0)).pages());
  json stroke{{"points", {30, 62, 50, 30, 70, 58, 30, 66, 78}},
              {"size", 20},
              {"label", 1},
              {"adaptive", true}};
  both("labels.paint", stroke);
  stroke["ball"] = true;
  stroke["sizes"] = {8, 20, 14};
  stroke["label"] = 2;
  both("labels.paint", stroke);
  for (const double x : {120.0, 144.0}) {
    both("labels.paint", {{"points", {30, 60, x}}, {"size", 26}, {"ball", true}, {"label", 5}});
  }
  both("labels.split", {{"objects", {5}}, {"by", "intensity"}, {"sigma", 2}, {"tolerance", 0.05}});
  const LabelArray split = plain_.part();
  EXPECT_GT(std::count_if(split.begin(), split.end(), [](std::uint32_t id) { return id > 5; }), 0)
      << "there are two parts";
  both("labels.one_click", {{"voxel", {30, 62, 64}}, {"over", "background"}, {"label", 9}});
  const LabelArray end = paged_.part();
  const std::size_t steps = paged_.workspace.history().done();
  EXPECT_EQ(steps, 6u);
  for (std::size_t i = 0; i < steps; ++i) paged_.workspace.history().undo();
  EXPECT_EQ(paged_.labels->labels().highest_id(), 0u) << "undo works as ever";
  for (std::size_t i = 0; i < steps; ++i) paged_.workspace.history().redo();
  EXPECT_TRUE(paged_.part() == end);
  EXPECT_TRUE(paged_.errors.empty());
}

TEST_F(PagedEditTest, WhatCannotBeReadIsSaidAndNothingIsPainted) {
  std::ofstream(folder_ / "large.zarr/0.4.4") << "short";
  const auto outcome = paged_.run(
      "labels.paint", {{"points", {30, 280, 280}}, {"size", 12}, {"label", 1}, {"adaptive", true}});
  ASSERT_FALSE(outcome);
  EXPECT_FALSE(outcome.error().fix.empty());
  EXPECT_EQ(paged_.labels->labels().highest_id(), 0u);
  EXPECT_EQ(paged_.workspace.history().done(), 0u);
}

TEST_F(PagedEditTest, TheGuidedStepsMakeTheSameSliceBySlice) {
  const json steps{{"kind", "manual"},    {"low", 90},          {"high", 255},
                   {"by_slice", true},    {"fill_holes", true}, {"min_size", 20},
                   {"split", "watershed"}};
  for (Program* program : {&plain_, &paged_}) {
    ASSERT_TRUE(program->run("steps.make", steps));
    program->workspace.finish_jobs();
    ASSERT_TRUE(program->errors.empty()) << program->errors[0].what;
    EXPECT_EQ(program->workspace.history().done(), 1u) << "one step";
  }
  EXPECT_TRUE(paged_.part() == plain_.part());
  EXPECT_GT(plain_.labels->labels().highest_id(), 50u);
  EXPECT_EQ(paged_.labels->labels().highest_id(), plain_.labels->labels().highest_id())
      << "nothing elsewhere";
  paged_.workspace.history().undo();
  EXPECT_EQ(paged_.labels->labels().highest_id(), 0u);
}

}  // namespace
}  // namespace karyo
