#include "models/io/keras_weights.h"

#include <gtest/gtest.h>

#include <map>
#include <numeric>

#include "core/base/atomic_file.h"
#include "tests/support/shared_data.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;

std::vector<KerasLayer> small_model() {
  NamedArray kernel{"kernel", {3, 3, 1, 2}, std::vector<float>(18)};
  std::iota(kernel.values.begin(), kernel.values.end(), -3.5F);
  return {{"input", {}},
          {"conv2d", {kernel, {"bias", {2}, {0.25F, -1}}}},
          {"max_0", {}},
          {"prob", {{"kernel", {1, 1, 2, 1}, {1, 2}}, {"bias", {1}, {0}}}}};
}

std::vector<NamedArray> weights_of(const std::vector<KerasLayer>& layers) {
  std::vector<NamedArray> all;
  for (const auto& layer : layers) {
    all.insert(all.end(), layer.weights.begin(), layer.weights.end());
  }
  return all;
}

std::int64_t value_count(const std::vector<KerasLayer>& layers) {
  std::int64_t count = 0;
  for (const auto& weight : weights_of(layers)) {
    EXPECT_EQ(element_count(weight.shape), static_cast<std::int64_t>(weight.values.size()));
    count += static_cast<std::int64_t>(weight.values.size());
  }
  return count;
}

TEST(KerasWeights, WhatIsWrittenIsRead) {
  const test::TempDir dir;
  ASSERT_TRUE(write_keras_weights(dir / "w.h5", small_model()));
  const auto layers = read_keras_weights(dir / "w.h5");
  ASSERT_TRUE(layers) << layers.error().what;
  EXPECT_EQ(*layers, small_model());
}

TEST(KerasWeights, NamesBeyond64KilobytesAreSplitAndJoined) {
  const test::TempDir dir;
  std::vector<KerasLayer> layers;
  for (int i = 0; i < 900; ++i) {
    layers.push_back({std::string(100, 'x') + std::to_string(i), {}});
  }
  layers.push_back({"last", {{"bias", {1}, {7}}}});
  ASSERT_TRUE(write_keras_weights(dir / "w.h5", layers));
  const auto read = read_keras_weights(dir / "w.h5");
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_EQ(*read, layers);
}

TEST(KerasWeights, ReadsEveryReferenceFile) {
  KARYO_NEEDS_SHARED();
  // Parameter counts as the Python models report them.
  const std::map<std::string, std::int64_t> expected{{"models/stardist2d/stardist_psyn", 1425185},
                                                     {"models/stardist2d/stardist_th", 1425185},
                                                     {"models/stardist2d/dsb2018_30x50", 1425185},
                                                     {"models/care2d/care2d_residual", 332641},
                                                     {"models/care3d/care3d_residual", 996769},
                                                     {"models/n2v2d/n2v_custom_2D", 334817},
                                                     {"models/n2v3d/n2v_3D", 998945}};
  int files = 0;
  for (const char* folder : {"golden", "models"}) {
    for (const auto& entry : fs::recursive_directory_iterator(test::shared_dir() / folder)) {
      if (entry.path().extension() != ".h5") continue;
      const auto layers = read_keras_weights(entry.path());
      ASSERT_TRUE(layers) << layers.error().what;
      ++files;
      EXPECT_GT(layers->size(), 15U) << entry.path();
      const std::int64_t count = value_count(*layers);
      EXPECT_GT(count, 10000) << entry.path();
      const auto known =
          expected.find(fs::relative(entry.path().parent_path(), test::shared_dir()).string());
      if (known != expected.end()) {
        EXPECT_EQ(count, known->second) << entry.path();
      }
    }
  }
  EXPECT_GE(files, 22);
}

TEST(KerasWeights, Keras2AndKeras3FilesOfOneModelAreEqual) {
  KARYO_NEEDS_SHARED();
  for (const char* model : {"stardist2d", "stardist3d"}) {
    const auto folder = test::shared_dir() / "golden" / model;
    const auto keras3 = read_keras_weights(folder / "weights_best.h5");
    const auto keras2 = read_keras_weights(folder / "weights_best_keras2.h5");
    ASSERT_TRUE(keras3) << keras3.error().what;
    ASSERT_TRUE(keras2) << keras2.error().what;
    EXPECT_EQ(weights_of(*keras3), weights_of(*keras2));
  }
}

TEST(KerasWeights, NameAndShapeOfTheFirstLayers) {
  KARYO_NEEDS_SHARED();
  const auto layers =
      read_keras_weights(test::shared_dir() / "golden/stardist2d/weights_best_keras2.h5");
  ASSERT_TRUE(layers);
  EXPECT_EQ((*layers)[0].name, "input");
  EXPECT_TRUE((*layers)[0].weights.empty());
  EXPECT_EQ((*layers)[1].name, "conv2d");
  ASSERT_EQ((*layers)[1].weights.size(), 2U);
  EXPECT_EQ((*layers)[1].weights[0].name, "kernel");
  EXPECT_EQ((*layers)[1].weights[0].shape, (std::vector<std::int64_t>{3, 3, 1, 16}));
  EXPECT_EQ((*layers)[1].weights[1].name, "bias");
}

TEST(KerasWeights, ABadModelIsNotWrittenOverAGoodOne) {
  const test::TempDir dir;
  ASSERT_TRUE(write_keras_weights(dir / "w.h5", small_model()));
  auto broken = small_model();
  broken[1].weights[1].values[0] = std::numeric_limits<float>::quiet_NaN();
  const auto nan = write_keras_weights(dir / "w.h5", broken);
  ASSERT_FALSE(nan);
  EXPECT_EQ(nan.error().code, ErrorCode::kNumeric);
  EXPECT_NE(nan.error().what.find("conv2d"), std::string::npos);
  broken = small_model();
  broken[1].weights[0].values.pop_back();
  EXPECT_EQ(write_keras_weights(dir / "w.h5", broken).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(read_keras_weights(dir / "w.h5").value(), small_model());
}

TEST(KerasWeights, OtherFilesAreRefusedWithAReason) {
  EXPECT_EQ(read_keras_weights("/nowhere/w.h5").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(parse_keras_weights("", "a").error().code, ErrorCode::kBadFile);
  EXPECT_EQ(parse_keras_weights("PK\x03\x04", "a").error().code, ErrorCode::kBadFile);
  const auto pointer =
      parse_keras_weights("version https://git-lfs.github.com/spec/v1\noid sha256:0", "a");
  EXPECT_NE(pointer.error().fix.find("git lfs pull"), std::string::npos);
}

}  // namespace
}  // namespace karyo
