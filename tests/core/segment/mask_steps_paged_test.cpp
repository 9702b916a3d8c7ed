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
  const bool at_once = room >= kOnePlane * static_cast<std::uint64_t>(shape.z);
  if (at_once || steps.plane_by_plane) {
    EXPECT_EQ(parts, at_once ? 1 : shape.z);
  }
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
    constexpr LocalMethod kLocal[] = {LocalMethod::kMean, LocalMethod::kSauvola,
                                      LocalMethod::kPhansalkar};
    step.local.method = kLocal[random.below(3)];
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

TEST(MaskStepsPaged, ThroughAllPlanesInPartsTheyAreThoseOfTheImageInMemory) {
  Random random(35);
  const Case images[] = {Case(blobs<std::uint8_t>(VoxelType::kUInt8, 23, 1, random)),
                         Case(blobs<std::uint16_t>(VoxelType::kUInt16, 19, 40, random)),
                         Case(blobs<float>(VoxelType::kFloat32, 16, 0.01, random))};
  int objects = 0, several = 0;
  for (int round = 0; round < 75; ++round) {
    const Case& image = images[round % 3];
    MaskSteps steps;
    ThresholdStep& step = steps.threshold;
    constexpr ThresholdKind kKinds[] = {ThresholdKind::kAutomatic, ThresholdKind::kLocal,
                                        ThresholdKind::kManual};
    step.kind = kKinds[random.below(3)];
    step.histogram = static_cast<HistogramOf>(random.below(3));
    step.method = random.below(2) == 0 ? ThresholdMethod::kOtsu : ThresholdMethod::kHuang;
    const double scale = round % 3 == 0 ? 1 : round % 3 == 1 ? 40 : 0.01;
    step.range = {(random.below(2) == 0 ? 80 : 110) * scale, 1e6};
    step.local.method = random.below(2) == 0 ? LocalMethod::kMean : LocalMethod::kBernsen;
    step.local.radius = 5;
    step.local_in_3d = random.below(2) == 0;
    step.local_and_method = random.below(2) == 0;
    step.smoothing = random.below(2) == 0 ? 0 : 1.2;
    step.rolling_ball = random.below(3) == 0 ? 12 : 0;
    step.invert = random.below(4) == 0;
    step.bright_objects = random.below(4) != 0;
    steps.clean.fill_holes = random.below(2) == 0;
    steps.clean.smoothing = random.below(2) == 0 ? 0 : 2;
    steps.clean.min_size = random.below(2) == 0 ? 0 : 40;
    steps.clean.max_size = random.below(4) == 0 ? 900 : 1e9;
    steps.clean.exclude_edges = random.below(2) == 0;
    TaskControl control;
    const auto expected = run_steps(*image.volume, 1, 1, steps, control);
    ASSERT_TRUE(expected) << expected.error().what;
    const auto depth = static_cast<std::uint64_t>(image.volume->shape().z);
    const std::uint64_t room =
        kOnePlane * (depth - 1 - static_cast<std::uint64_t>(random.below(3)));
    const auto found = in_room(image, room, steps);
    ASSERT_TRUE(found) << found.error().what;
    expect_same(*found, *expected, round);
    objects += static_cast<int>(expected->counts.kept);
    several += expected->counts.kept > 1 ? 1 : 0;
  }
  EXPECT_GT(objects, 300);
  EXPECT_GT(several, 20);
}

TEST(MaskStepsPaged, WhatDependsOnAllOfAStackOrIsTooMuchIsSaid) {
  Random random(36);
  const Case image(blobs<std::uint8_t>(VoxelType::kUInt8, 9, 1, random));
  const auto refusal = [&](const MaskSteps& steps, std::uint64_t room) {
    const auto found = in_room(image, room, steps);
    return found ? std::string("none") : found.error().what + "; " + found.error().fix;
  };
  MaskSteps steps;
  EXPECT_EQ(refusal(steps, 2 * kOnePlane), "none");
  MaskSteps smooth = steps;
  smooth.threshold.smoothing = 1.5;  // looks 3 planes far
  EXPECT_NE(refusal(smooth, 2 * kOnePlane).find("look at 7 planes"), std::string::npos);
  MaskSteps split = steps;
  split.split.kind = SplitKind::kWatershed;
  EXPECT_NE(refusal(split, 8 * kOnePlane).find("Each slice alone"), std::string::npos);
  MaskSteps two = steps;
  two.threshold.kind = ThresholdKind::kHysteresis;
  EXPECT_NE(refusal(two, 8 * kOnePlane).find("two values"), std::string::npos);
  MaskSteps round = steps;
  round.clean.min_circularity = 0.5;
  EXPECT_NE(refusal(round, 2 * kOnePlane).find("in a plane"), std::string::npos);
}

TEST(MaskStepsPaged, NoiseInMorePiecesThanThereIsRoomForIsSaid) {
  Random random(37);
  auto noise = std::make_shared<Volume>(VoxelType::kUInt8, VolumeShape{2, 2, 40, 60, 70});
  auto view = noise->view<std::uint8_t>(1, 1);
  // Every other voxel of every other row and plane: as many pieces as there can be.
  for (std::int64_t z = 0; z < 40; z += 2) {
    for (std::int64_t y = 0; y < 60; y += 2) {
      for (std::int64_t x = 0; x < 70; x += 2) view(z, y, x) = 200;
    }
  }
  const Case image(noise);
  MaskSteps steps;
  steps.threshold.kind = ThresholdKind::kManual;
  steps.threshold.range = {100, 1e6};
  const auto found = in_room(image, 4 * kOnePlane, steps);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::kTooLarge);
  EXPECT_NE(found.error().what.find("pieces"), std::string::npos);
  const auto with_room = in_room(image, 39 * kOnePlane, steps);
  ASSERT_TRUE(with_room);
  EXPECT_EQ(with_room->counts.kept, 20 * 30 * 35);
}

TEST(MaskStepsPaged, WhatThereIsNoRoomForIsSaidWithAWayOut) {
  Random random(33);
  const Case image(blobs<std::uint8_t>(VoxelType::kUInt8, 5, 1, random));
  MaskSteps whole;
  whole.split.kind = SplitKind::kScale;
  const auto volume = in_room(image, 4 * kOnePlane, whole);
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
