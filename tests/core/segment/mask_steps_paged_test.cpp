#include "core/segment/mask_steps_paged.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <cstring>
#include <memory>
#include <utility>

#include "core/base/random.h"
#include "tests/support/blobs.h"

namespace karyo {
namespace {

/// A volume as a file that is read in chunks.
class VolumeSource final : public PixelSource {
 public:
  explicit VolumeSource(std::shared_ptr<const Volume> volume)
      : PixelSource(info_of(*volume)), volume_(std::move(volume)) {}

  Result<void> read_chunk(const ChunkKey& key, std::byte* to) const override {
    if (key.number.z == broken) {
      return Error(ErrorCode::kBadFile, "the chunk is broken", "Copy the file again.");
    }
    const Box3 box = info().levels[0].box_of_chunk(key.number);
    visit_voxels(volume_->type(), [&](auto zero) {
      using T = decltype(zero);
      const auto view = volume_->view<T>(key.t, key.c).crop(box);
      for (std::int64_t z = 0; z < box.shape().z; ++z) {
        for (std::int64_t y = 0; y < box.shape().y; ++y) {
          const auto bytes = static_cast<std::size_t>(box.shape().x) * sizeof(T);
          std::memcpy(to, view.row(z, y), bytes);
          to += bytes;
        }
      }
    });
    return {};
  }

  std::atomic<std::int64_t> broken{-1};

 private:
  static PixelInfo info_of(const Volume& volume) {
    PixelInfo info;
    info.type = volume.type();
    info.grid = volume.grid;
    info.levels.push_back({volume.shape(), 1, 1, 1, {1, 32, 32}});
    return info;
  }
  std::shared_ptr<const Volume> volume_;
};

/// Two channels, the second one with blobs, at two times; brighter from plane to plane.
template <typename T>
std::shared_ptr<Volume> blobs(VoxelType type, std::int64_t planes, double scale, Random& random) {
  auto image = std::make_shared<Volume>(type, VolumeShape{2, 2, planes, 60, 70});
  image->grid.spacing_z = 2;
  for (std::int64_t t = 0; t < 2; ++t) {
    for (std::int64_t z = 0; z < planes; ++z) {
      const auto labels = test::random_blobs(60, 70, 12, 7, random);
      auto view = image->view<T>(t, 1);
      for (std::int64_t i = 0; i < labels.count(); ++i) {
        const std::uint32_t id = labels.data()[i];
        const double level = 30 + 3 * double(z + t) + (id == 0 ? 0.0 : 50.0 + 5.0 * id);
        view.data()[z * labels.count() + i] =
            static_cast<T>((level + random.uniform(0, 12)) * scale);
      }
    }
  }
  return image;
}

struct Case {
  std::shared_ptr<Volume> volume;
  std::shared_ptr<VolumeSource> source;
  std::shared_ptr<const PagedImage> pages;

  explicit Case(std::shared_ptr<Volume> of)
      : volume(std::move(of)), source(std::make_shared<VolumeSource>(volume)) {
    auto opened = PagedImage::open(source, std::make_shared<ChunkStore>());
    EXPECT_TRUE(opened);
    pages = *opened;
  }
};

constexpr std::uint64_t kOnePlane = 60 * 70 * kStepsBytesPerVoxel;

/// The steps in so much room; empty where they say no.
Result<StepsResult> in_room(const Case& image, std::uint64_t room, const MaskSteps& steps) {
  TaskControl control;
  const Index3 shape = image.volume->shape().zyx();
  StepsResult found;
  found.labels = LabelArray(shape);
  std::int64_t parts = 0;
  const auto outcome = run_steps(
      *image.pages, 1, 1, steps, room,
      [&](const LabelArray& part, const Index3& origin) {
        ++parts;
        std::copy(part.begin(), part.end(), &found.labels(origin.z, origin.y, origin.x));
      },
      control);
  if (!outcome) return outcome.error();
  EXPECT_EQ(parts, room < kOnePlane * static_cast<std::uint64_t>(shape.z) ? shape.z : 1);
  found.counts = outcome->counts;
  found.threshold = outcome->threshold;
  return found;
}

void expect_same(const StepsResult& found, const StepsResult& expected, int round) {
  EXPECT_TRUE(found.labels == expected.labels) << round;
  EXPECT_EQ(found.counts.mask_voxels, expected.counts.mask_voxels) << round;
  EXPECT_EQ(found.counts.pieces, expected.counts.pieces) << round;
  EXPECT_EQ(found.counts.split, expected.counts.split) << round;
  EXPECT_EQ(found.counts.kept, expected.counts.kept) << round;
  EXPECT_EQ(found.threshold.low, expected.threshold.low) << round;
  EXPECT_EQ(found.threshold.high, expected.threshold.high) << round;
}

TEST(MaskStepsPaged, PlaneByPlaneTheyAreThoseOfTheImageInMemory) {
  Random random(31);
  const Case images[] = {Case(blobs<std::uint8_t>(VoxelType::kUInt8, 5, 1, random)),
                         Case(blobs<std::uint16_t>(VoxelType::kUInt16, 5, 40, random)),
                         Case(blobs<float>(VoxelType::kFloat32, 4, 0.01, random))};
  int objects = 0;
  for (int round = 0; round < 90; ++round) {
    const Case& image = images[round % 3];
    MaskSteps steps;
    steps.plane_by_plane = true;
    ThresholdStep& step = steps.threshold;
    step.kind = static_cast<ThresholdKind>(random.below(4));
    step.histogram = static_cast<HistogramOf>(random.below(3));
    step.method = random.below(2) == 0 ? ThresholdMethod::kOtsu : ThresholdMethod::kHuang;
    if (round % 3 == 1 && random.below(2) == 0) step.bins = HistogramBins::kSixteenBit;
    const double scale = round % 3 == 0 ? 1 : round % 3 == 1 ? 40 : 0.01;
    step.weak = 70 * scale;
    step.strong = 110 * scale;
    step.range = {80 * scale, 1e6};
    step.local.method = random.below(2) == 0 ? LocalMethod::kMean : LocalMethod::kSauvola;
    step.local.radius = 9;
    step.local_and_method = random.below(2) == 0;
    step.smoothing = random.below(2) == 0 ? 0 : 1.2;
    step.rolling_ball = random.below(3) == 0 ? 12 : 0;
    step.invert = random.below(4) == 0;
    step.bright_objects = random.below(4) != 0;
    if (step.smoothing > 0 || step.rolling_ball > 0 || step.invert) {
      step.bins = HistogramBins::kEightBit;
    }
    steps.split.kind = static_cast<SplitKind>(random.below(3));
    steps.split.scale.brightness = random.below(2) == 0 ? 0 : 0.5;
    steps.clean.fill_holes = random.below(2) == 0;
    steps.clean.smoothing = random.below(2) == 0 ? 0 : 2;
    steps.clean.min_size = 12;
    steps.clean.exclude_edges = random.below(2) == 0;
    TaskControl control;
    const auto expected = run_steps(*image.volume, 1, 1, steps, control);
    ASSERT_TRUE(expected) << expected.error().what;
    const auto found = in_room(image, kOnePlane, steps);
    ASSERT_TRUE(found) << found.error().what;
    expect_same(*found, *expected, round);
    objects += static_cast<int>(expected->counts.kept);
  }
  EXPECT_GT(objects, 1000);
}

TEST(MaskStepsPaged, AFrameThatThereIsRoomForIsDoneAsAWhole) {
  Random random(32);
  const Case image(blobs<std::uint8_t>(VoxelType::kUInt8, 5, 1, random));
  for (const SplitKind kind : {SplitKind::kNone, SplitKind::kWatershed, SplitKind::kScale}) {
    MaskSteps steps;
    steps.threshold.method = ThresholdMethod::kOtsu;
    steps.threshold.smoothing = 1;
    steps.split.kind = kind;
    TaskControl control;
    const auto expected = run_steps(*image.volume, 1, 1, steps, control);
    const auto found = in_room(image, 5 * kOnePlane, steps);
    ASSERT_TRUE(expected && found);
    expect_same(*found, *expected, static_cast<int>(kind));
    EXPECT_GT(found->counts.kept, 3);
  }
}

TEST(MaskStepsPaged, WhatThereIsNoRoomForIsSaidWithAWayOut) {
  Random random(33);
  const Case image(blobs<std::uint8_t>(VoxelType::kUInt8, 5, 1, random));
  const auto volume = in_room(image, 4 * kOnePlane, MaskSteps{});
  ASSERT_FALSE(volume);
  EXPECT_EQ(volume.error().code, ErrorCode::kTooLarge);
  EXPECT_NE(volume.error().fix.find("Each slice alone"), std::string::npos);
  MaskSteps steps;
  steps.plane_by_plane = true;
  EXPECT_TRUE(in_room(image, kOnePlane, steps));
  const auto plane = in_room(image, kOnePlane - 1, steps);
  ASSERT_FALSE(plane);
  EXPECT_EQ(plane.error().code, ErrorCode::kTooLarge);
  EXPECT_NE(plane.error().fix.find("Crop"), std::string::npos);
}

TEST(MaskStepsPaged, WhatCannotBeReadIsSaid) {
  Random random(34);
  const Case image(blobs<std::uint8_t>(VoxelType::kUInt8, 5, 1, random));
  image.source->broken = 4;
  MaskSteps steps;
  steps.plane_by_plane = true;
  for (const std::uint64_t room : {kOnePlane, 5 * kOnePlane}) {
    const auto found = in_room(image, room, steps);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, ErrorCode::kBadFile);
  }
}

}  // namespace
}  // namespace karyo
