#include "models/restoration/restoration_predict.h"

#include <cmath>
#include <limits>

#include "core/io/image_io.h"
#include "core/io/tiff_source.h"
#include "models/model.h"
#include "tests/models/restoration/golden_restoration.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

using test::golden_dir;

/// (Z,) Y, X (, C) of numpy as an image.
Volume volume_of(const test::NpyArray& array, bool channels_last) {
  auto shape = array.shape;
  const std::int64_t channels = channels_last ? shape.back() : 1;
  if (channels_last) shape.pop_back();
  if (shape.size() == 2) shape.insert(shape.begin(), 1);
  Volume volume(VoxelType::kFloat32, {1, channels, shape[0], shape[1], shape[2]});
  const auto count = volume.shape().zyx().count();
  for (std::int64_t c = 0; c < channels; ++c) {
    float* to = volume.view<float>(0, c).data();
    for (std::int64_t i = 0; i < count; ++i) {
      to[i] = static_cast<float>(array.values[static_cast<std::size_t>(i * channels + c)]);
    }
  }
  return volume;
}

Prediction predict(const std::filesystem::path& folder, const Volume& image,
                   const PredictSettings& settings = {}) {
  auto predictor = open_predictor(folder, "cpu", "auto");
  EXPECT_TRUE(predictor) << predictor.error().what;
  TaskControl control;
  auto prediction = (*predictor)->predict(image, 0, settings, control);
  EXPECT_TRUE(prediction) << prediction.error().what;
  return *std::move(prediction);
}

/// The largest difference as a share of the range of `expected`.
double difference(const Volume& found, const Volume& expected) {
  EXPECT_EQ(found.shape(), expected.shape());
  const auto* a = reinterpret_cast<const float*>(found.data());
  const auto* b = reinterpret_cast<const float*>(expected.data());
  double largest = 0;
  for (std::int64_t i = 0; i < expected.shape().count(); ++i) {
    largest = std::max(largest, std::abs(static_cast<double>(a[i]) - b[i]));
  }
  const auto range = value_range(expected);
  return largest / (range.high - range.low);
}

class GoldenRestored : public testing::TestWithParam<std::string> {};

TEST_P(GoldenRestored, IsTheReferencesTiledOrNot) {
  KARYO_NEEDS_SHARED();
  const auto folder = golden_dir(GetParam());
  const bool rgb = GetParam().find("rgb") != std::string::npos;
  const auto read = [&](const char* name) { return volume_of(test::read_npy(folder / name), rgb); };
  const auto image = read("input.npy"), restored = read("restored.npy");
  PredictSettings settings;
  settings.probability = GetParam() == "care2d_prob";
  const auto whole = predict(folder, image, settings);
  EXPECT_LT(difference(*whole.restored, restored), 1e-5);
  if (settings.probability) {
    EXPECT_LT(difference(*whole.scale, read("scale.npy")), 1e-5);
  }
  settings.tiles_z = image.shape().z > 1 ? 2 : 1;
  settings.tiles_y = settings.tiles_x = 2;
  const auto tiled = predict(folder, image, settings);
  // Where the reference's overlap is too small for its own network (N2V2's blur), ours is not.
  EXPECT_LT(difference(*tiled.restored, *whole.restored), 1e-6);
  if (settings.probability) {
    EXPECT_LT(difference(*tiled.scale, *whole.scale), 1e-5);  // its range is small
  }
}

INSTANTIATE_TEST_SUITE_P(Folders, GoldenRestored, testing::ValuesIn(test::kRestorationFolders));

struct RealModel {
  const char *folder, *input, *output;
};

class RealRestoration : public testing::TestWithParam<RealModel> {};

TEST_P(RealRestoration, GivesWhatTheOriginalGave) {
  KARYO_NEEDS_SHARED();
  const auto folder = test::shared_dir() / "models" / GetParam().folder;
  const auto image = read_image(folder / GetParam().input);
  const auto expected = read_image(folder / GetParam().output);
  ASSERT_TRUE(image && expected);
  const auto prediction = predict(folder, *image);
  EXPECT_LT(difference(*prediction.restored, *expected), 1e-4);
}

INSTANTIATE_TEST_SUITE_P(
    Folders, RealRestoration,
    testing::Values(
        RealModel{"care2d/care2d_residual", "reference/raw.tif", "reference/restored.tif"},
        RealModel{"care3d/care3d_residual", "reference/raw.tif", "reference/restored.tif"},
        RealModel{"n2v2d/n2v_custom_2D", "reference/input.tif", "reference/output.tif"},
        RealModel{"n2v2d/n2v_custom_2D", "testinput.tif", "testoutput.tif"},
        RealModel{"n2v3d/n2v_3D", "reference/input.tif", "reference/output.tif"}));

/// A small Noise2Void or CARE network with random weights.
RestorationModel small_model(int n_dim, bool n2v) {
  auto config = n2v ? CsbdeepConfig::noise2void(n_dim, {10}, {3}) : CsbdeepConfig::care(n_dim);
  config.unet_n_depth = n_dim == 2 ? 2 : 1;
  config.unet_kern_size = 3;
  config.unet_n_first = 8;
  Random random(6);
  auto model = RestorationModel::create(config, random);
  EXPECT_TRUE(model);
  return *std::move(model);
}

Array3<float> noise(const Index3& shape) {
  Array3<float> image(shape);
  Random random(2);
  for (float& value : image) value = static_cast<float>(random.uniform(0, 40));
  return image;
}

Result<Array3<float>> restore(const RestorationModel& model, const Array3<float>& image,
                              const Index3& tiles, std::int64_t memory_bytes = 1 << 30) {
  auto settings = restoration_settings(model, {ChannelScale{5, 20}});
  settings.tiles = tiles;
  settings.memory_bytes = memory_bytes;
  const Restoration run(model, image.shape(), settings, Device{}, Precision::kFloat32);
  Array3<float> result(image.shape(), std::numeric_limits<float>::quiet_NaN());
  const auto read = [&](std::int64_t, const Box3& box, float* to) -> Result<void> {
    const auto part = image.view().crop(box);
    for (std::int64_t z = 0; z < box.shape().z; ++z) {
      for (std::int64_t y = 0; y < box.shape().y; ++y) {
        to = std::copy_n(part.row(z, y), box.shape().x, to);
      }
    }
    return {};
  };
  std::int64_t next_plane = 0;
  const auto take = [&](std::int64_t, const Box3& box, const float* values) {
    for (std::int64_t z = box.begin.z; z < box.end.z; ++z) {
      for (std::int64_t y = box.begin.y; y < box.end.y; ++y) {
        for (std::int64_t x = box.begin.x; x < box.end.x; ++x) {
          EXPECT_TRUE(std::isnan(result(z, y, x))) << "came twice";
          result(z, y, x) = *values++;
        }
      }
    }
  };
  TaskControl control;
  for (std::size_t slab = 0; slab < run.slab_count(); ++slab) {
    EXPECT_EQ(run.slab_begin(slab), next_plane);
    next_plane = run.slab_end(slab);
    KARYO_CHECK_OK(run.run(slab, read, take, control));
  }
  EXPECT_EQ(next_plane, image.shape().z);
  return result;
}

float largest_difference(const Array3<float>& a, const Array3<float>& b) {
  float largest = 0;
  for (std::int64_t i = 0; i < a.count(); ++i) {
    const float difference = std::abs(a.data()[i] - b.data()[i]);
    if (!(difference <= largest)) largest = difference;  // NaN counts
  }
  return largest;
}

TEST(Restoration, AnySizeAnyTilingOneAnswer) {
  for (const bool n2v : {false, true}) {
    const auto flat = small_model(2, n2v), deep = small_model(3, n2v);
    for (const Index3 shape : {Index3{1, 1, 1}, {1, 3, 130}, {2, 131, 97}}) {
      const auto image = noise(shape);
      const auto whole = restore(flat, image, {1, 1, 1});
      ASSERT_TRUE(whole) << whole.error().what;
      for (const Index3 tiles : {Index3{1, 2, 3}, {1, 5, 1}}) {
        EXPECT_LT(largest_difference(*restore(flat, image, tiles), *whole), 1e-3);
      }
      EXPECT_LT(largest_difference(*restore(flat, image, {}, 1 << 20), *whole), 1e-3);
    }
    for (const Index3 shape : {Index3{1, 1, 1}, {3, 70, 41}, {45, 40, 39}}) {
      const auto image = noise(shape);
      const auto whole = restore(deep, image, {1, 1, 1});
      ASSERT_TRUE(whole) << whole.error().what;
      EXPECT_LT(largest_difference(*restore(deep, image, {3, 2, 2}), *whole), 1e-3);
      EXPECT_LT(largest_difference(*restore(deep, image, {}, 8 << 20), *whole), 1e-3);
    }
  }
}

TEST(Restoration, AFlatModelTakesAStackPlaneByPlane) {
  const auto model = small_model(2, true);
  const auto stack = noise({3, 40, 36});
  const auto together = restore(model, stack, {});
  ASSERT_TRUE(together);
  for (std::int64_t z = 0; z < 3; ++z) {
    Array3<float> plane({1, 40, 36});
    std::copy_n(&stack(z, 0, 0), plane.count(), plane.data());
    const auto alone = restore(model, plane, {});
    EXPECT_TRUE(std::equal(alone->begin(), alone->end(), &(*together)(z, 0, 0)));
  }
}

TEST(Restoration, WhatIsNoNumberIsFound) {
  const auto model = small_model(2, false);
  auto image = noise({2, 30, 30});
  image(1, 7, 9) = std::numeric_limits<float>::infinity();
  const auto refused = restore(model, image, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kNumeric);
  EXPECT_NE(refused.error().what.find("infinity at z 1, y 7, x 9"), std::string::npos)
      << refused.error().what;
}

TEST(ImageSource, AFileGivesTheSameValuesAndPercentilesAsMemory) {
  const test::TempDir dir;
  Random random(3);
  for (const VoxelType type :
       {VoxelType::kUInt8, VoxelType::kInt16, VoxelType::kUInt16, VoxelType::kFloat32}) {
    Volume image(type, {2, 2, 5, 40, 33});
    visit_voxels(type, [&](auto zero) {
      using T = decltype(zero);
      T* values = reinterpret_cast<T*>(image.data());
      for (std::int64_t i = 0; i < image.shape().count(); ++i) {
        values[i] = static_cast<T>(random.uniform(type == VoxelType::kUInt8 ? 0 : -99.0, 200));
      }
    });
    ASSERT_TRUE(write_image(dir / "image.tif", image));
    auto file = io::open_tiff_source(dir / "image.tif");
    ASSERT_TRUE(file) << file.error().what;
    auto paged = PagedImage::open(*file, std::make_shared<ChunkStore>(1 << 20, 1));
    ASSERT_TRUE(paged) << paged.error().what;
    const auto there = source_in_file(*paged), here = source_in_memory(image);
    EXPECT_EQ(there->shape(), here->shape());
    const Box3 box{{1, 3, 2}, {4, 39, 30}};
    std::vector<float> a(static_cast<std::size_t>(box.shape().count())), b(a.size());
    ASSERT_TRUE(there->read(1, 1, box, a.data()) && here->read(1, 1, box, b.data()));
    EXPECT_EQ(a, b);
    for (const auto& [low, high] : {std::pair{2.0, 99.8}, {0.0, 100.0}, {31.7, 31.8}}) {
      const auto from_file = there->scale(1, 1, low, high),
                 from_memory = here->scale(1, 1, low, high);
      ASSERT_TRUE(from_file && from_memory);
      EXPECT_EQ(from_file->low, from_memory->low) << low;
      EXPECT_EQ(from_file->span, from_memory->span) << high;
    }
  }
}

TEST(RestorationPredictor, ChannelsThatDoNotFitAreRefused) {
  KARYO_NEEDS_SHARED();
  auto predictor = open_predictor(golden_dir("n2v2d_rgb_joint"), "cpu", "auto");
  ASSERT_TRUE(predictor);
  EXPECT_EQ((*predictor)->kind(), ModelKind::kN2v);
  const Volume image(VoxelType::kUInt8, {1, 2, 1, 20, 20});
  TaskControl control;
  const auto refused = (*predictor)->predict(image, 0, {}, control);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().what.find("takes 3 channels"), std::string::npos);
  control.request_cancel();
  const Volume fits(VoxelType::kUInt8, {1, 3, 1, 20, 20});
  const auto stopped = (*predictor)->predict(fits, 0, {}, control);
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, ErrorCode::kCancelled);
}

}  // namespace
}  // namespace karyo
