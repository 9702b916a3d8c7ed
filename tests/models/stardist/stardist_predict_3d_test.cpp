#include <gtest/gtest.h>

#include <algorithm>

#include "core/io/image_io.h"
#include "models/cuda/host_backend.h"
#include "models/cuda/shape_device.h"
#include "models/cuda/shape_kernels_on.h"
#include "models/model.h"
#include "models/stardist/nms_3d.h"
#include "models/stardist/render_3d.h"
#include "models/stardist/stardist_predict.h"
#include "tests/support/npy.h"
#include "tests/support/shared_data.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

const Device kCpu{};

StarDistModel load(const std::filesystem::path& path) {
  const auto folder = ModelFolder::open(path);
  EXPECT_TRUE(folder) << folder.error().what;
  auto model = StarDistModel::open(*folder, kCpu);
  EXPECT_TRUE(model) << model.error().what;
  return *std::move(model);
}

NetworkImage input_of(const std::filesystem::path& folder) {
  const auto image = test::read_npy(folder / "input.npy");
  return {image.as<float>(), 1, {image.shape[0], image.shape[1], image.shape[2]}};
}

/// Voxels that differ, per million; the outlines of objects may move by float rounding.
double differing(const LabelArray& labels, const test::NpyArray& expected) {
  EXPECT_EQ(labels.count(), expected.count());
  std::int64_t count = 0;
  for (std::int64_t i = 0; i < labels.count(); ++i) {
    count += static_cast<double>(labels.data()[i]) != expected.values[static_cast<std::size_t>(i)];
  }
  return 1e6 * static_cast<double>(count) / static_cast<double>(labels.count());
}

LabelArray draw(const stardist::Candidates3d& candidates, const StarDistModel& model,
                Thresholds thresholds, Index3 shape) {
  const auto rays = stardist::rays_from_json(model.config().rays_json);
  const auto survivors = stardist::nms_3d(candidates, *rays, static_cast<float>(thresholds.nms));
  return stardist::render_3d(survivors, *rays, shape).labels;
}

class Golden3d : public testing::TestWithParam<std::string> {};

TEST_P(Golden3d, CandidatesAndLabelsAreTheReferences) {
  KARYO_NEEDS_SHARED();
  const auto folder = test::shared_dir() / "golden" / GetParam();
  const auto model = load(folder);
  const auto image = input_of(folder);
  const auto thresholds = ModelFolder::open(folder)->thresholds;
  TaskControl control;
  const auto sparse = predict_sparse_3d(model, image, static_cast<float>(thresholds.prob),
                                        {0, 0, 0}, true, kCpu, Precision::kFloat32, control);
  ASSERT_TRUE(sparse) << sparse.error().what;
  const auto golden = test::read_npz(folder / "sparse.npz");
  const auto& points = golden.at("points").values;
  ASSERT_EQ(3 * sparse->candidates.size(), points.size());
  double off = 0, farthest = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    EXPECT_EQ(sparse->candidates.points[i / 3][i % 3], static_cast<float>(points[i]));
  }
  for (std::size_t i = 0; i < sparse->candidates.size(); ++i) {
    off = std::max(off, std::abs(sparse->candidates.prob[i] - golden.at("prob").values[i]));
  }
  for (std::size_t i = 0; i < sparse->candidates.dist.size(); ++i) {
    const double expected = golden.at("dist").values[i];
    farthest = std::max(farthest, std::abs(sparse->candidates.dist[i] - expected) / (1 + expected));
  }
  EXPECT_LT(off, 1e-4);
  EXPECT_LT(farthest, 1e-4);
  const auto labels = draw(sparse->candidates, model, thresholds, image.shape);
  EXPECT_LT(differing(labels, test::read_npy(folder / "labels.npy")), 100);
  EXPECT_EQ(*std::max_element(labels.begin(), labels.end()),
            GetParam() == "stardist3d" ? 251u : 21u);

  for (const Index3 tiles : {Index3{1, 2, 2}, {2, 1, 3}, {3, 3, 1}}) {
    const auto tiled = predict_sparse_3d(model, image, static_cast<float>(thresholds.prob), tiles,
                                         true, kCpu, Precision::kFloat32, control);
    ASSERT_TRUE(tiled);
    EXPECT_EQ(tiled->candidates.points, sparse->candidates.points);
    const auto drawn = draw(tiled->candidates, model, thresholds, image.shape);
    EXPECT_LT(differing(drawn, test::read_npy(folder / "labels.npy")), 100);
    double apart = 0;
    for (std::size_t i = 0; i < tiled->prob.size(); ++i) {
      apart = std::max<double>(apart, std::abs(tiled->prob[i] - sparse->prob[i]));
    }
    EXPECT_LT(apart, 1e-5);
  }
}

TEST_P(Golden3d, TheDenseWayIsTheReferences) {
  KARYO_NEEDS_SHARED();
  const auto folder = test::shared_dir() / "golden" / GetParam();
  const auto model = load(folder);
  const auto image = input_of(folder);
  const auto thresholds = ModelFolder::open(folder)->thresholds;
  TaskControl control;
  const auto dense = predict_dense_3d(model, image, 0, kCpu, Precision::kFloat32, control);
  ASSERT_TRUE(dense);
  const auto& all = dense->candidates;
  std::vector<std::int64_t> above;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all.prob[i] > static_cast<float>(thresholds.prob)) {
      above.push_back(static_cast<std::int64_t>(i));
    }
  }
  const auto labels = draw(all.chosen(above), model, thresholds, image.shape);
  EXPECT_LT(differing(labels, test::read_npy(folder / "labels_dense.npy")), 100);
  const auto prob = test::read_npy(folder / "prob.npy").values;
  EXPECT_NEAR(dense->largest, *std::max_element(prob.begin(), prob.end()), 1e-4);
}

INSTANTIATE_TEST_SUITE_P(Folders, Golden3d, testing::Values("stardist3d", "stardist3d_resnet"));

/// A small untrained model, saved as a folder.
void save_model(const std::filesystem::path& path) {
  StarDistConfig config = StarDistConfig::defaults_3d(16, std::vector<double>{2, 1, 1});
  config.grid = {1, 2, 2};
  config.unet_n_depth = 1;
  config.unet_n_filter_base = 4;
  config.net_conv_after_unet = 8;
  Random random(5);
  const auto model = StarDistModel::create(config, random);
  ASSERT_TRUE(model);
  const auto folder = ModelFolder::create(path, config);
  ASSERT_TRUE(folder);
  ASSERT_TRUE(model->save_weights(folder->best_weights()));
}

TEST(StarDistPredictor3d, SegmentsAVolumeAtOnceAndSaysWhatDoesNotFit) {
  const test::TempDir dir;
  save_model(dir / "model");
  auto predictor = open_predictor(dir / "model", "cpu", "auto");
  ASSERT_TRUE(predictor) << predictor.error().what;
  EXPECT_TRUE((*predictor)->description().starts_with("StarDist 3D"));
  Volume image(VoxelType::kUInt16, VolumeShape{2, 1, 9, 21, 30}, {});
  Random random(8);
  for (std::int64_t t = 0; t < 2; ++t) {
    auto view = image.view<std::uint16_t>(t, 0);
    for (std::int64_t z = 0; z < 9; ++z) {
      for (std::int64_t y = 0; y < 21; ++y) {
        for (std::int64_t x = 0; x < 30; ++x) {
          view(z, y, x) = static_cast<std::uint16_t>(random.below(500));
        }
      }
    }
  }
  TaskControl control;
  PredictSettings settings;
  settings.prob = 0.4;
  settings.probability = true;
  settings.tiles_z = settings.tiles_y = 2;
  const auto found = (*predictor)->predict(image, 1, settings, control);
  ASSERT_TRUE(found) << found.error().what;
  EXPECT_EQ(found->labels.shape(), (Index3{9, 21, 30}));
  EXPECT_EQ(*std::max_element(found->labels.begin(), found->labels.end()), found->scores.size());
  EXPECT_EQ(found->probability->shape().zyx(), (Index3{9, 11, 15}));
  control.request_cancel();
  const auto stopped = (*predictor)->predict(image, 0, {}, control);
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, ErrorCode::kCancelled);
}

TEST(Tiles3d, GrowWhereTheirOverlapsWouldBeSeenAgainAndAgain) {
  const test::TempDir dir;
  StarDistConfig config = StarDistConfig::defaults_3d(8);
  config.grid = {1, 2, 2};
  config.unet_n_filter_base = config.net_conv_after_unet = 2;
  Random random(5);
  const auto model = StarDistModel::create(config, random);
  ASSERT_TRUE(model);
  const Index3 shape{64, 176, 176};  // 36 tiles of a million voxels see it 21 times
  const NetworkImage image{std::vector<float>(static_cast<std::size_t>(shape.count())), 1, shape};
  TaskControl control;
  int tiles = 0;
  ASSERT_TRUE(each_tile(*model, image, {0, 0, 0}, kCpu, Precision::kFloat32, control,
                        [&](const TileMaps&) { ++tiles; }));
  EXPECT_LE(tiles, 2);
}

/// A device whose shapes go through the GPU's kernels, run on the processor.
Device with_kernels(std::int64_t budget) {
  using Kernels = stardist::ShapeKernelsOn<stardist::HostBackend>;
  Device device = kCpu;
  device.shapes = std::make_shared<stardist::ShapeDevice>(
      std::make_unique<Kernels>(stardist::HostBackend{}, budget),
      stardist::ShapeWorth{0, 0, 0, 0, 0});
  return device;
}

TEST(ShapesOnTheDevice, GiveTheSameLabelsOfTheWholeWay) {
  KARYO_NEEDS_SHARED();
  const auto folder = test::shared_dir() / "golden/stardist3d_resnet";
  const auto model = load(folder);
  const auto values = test::read_npy(folder / "input.npy");
  Volume image(VoxelType::kFloat32,
               VolumeShape{1, 1, values.shape[0], values.shape[1], values.shape[2]}, {});
  const auto input = values.as<float>();
  std::copy(input.begin(), input.end(), &image.view<float>()(0, 0, 0));
  PlaneSettings settings;
  settings.thresholds = ModelFolder::open(folder)->thresholds;
  settings.scales = {ChannelScale{}};
  TaskControl control;
  const auto plain = predict_volume(model, image, 0, settings, kCpu, Precision::kFloat32, control);
  ASSERT_TRUE(plain) << plain.error().what;
  EXPECT_GT(plain->scores.size(), 10u);

  const Device able = with_kernels(64 << 20);
  const auto same = predict_volume(model, image, 0, settings, able, Precision::kFloat32, control);
  ASSERT_TRUE(same) << same.error().what;
  EXPECT_EQ(same->labels, plain->labels);
  EXPECT_EQ(same->scores, plain->scores);
  EXPECT_GE(able.shapes->jobs(), 2);
  EXPECT_EQ(statement(able), able.reason);

  const Device small = with_kernels(1000);
  const auto also = predict_volume(model, image, 0, settings, small, Precision::kFloat32, control);
  ASSERT_TRUE(also) << also.error().what;
  EXPECT_EQ(also->labels, plain->labels);
  EXPECT_EQ(small.shapes->jobs(), 0);
  EXPECT_NE(statement(small), small.reason) << "it says what did not fit";
}

TEST(ShapesOnTheDevice, AreNotLookedForWhereTheCpuIsAskedFor) {
  auto device = choose_device("cpu");
  ASSERT_TRUE(device);
  const std::string reason = device->reason;
  add_shapes(*device);
  EXPECT_EQ(device->shapes, nullptr);
  EXPECT_EQ(device->reason, reason);
}

}  // namespace
}  // namespace karyo
