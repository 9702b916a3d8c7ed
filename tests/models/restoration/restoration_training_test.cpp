// The whole of CARE's and Noise2Void's training on made-up data: folder in, model that restores
// out.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/base/atomic_file.h"
#include "core/io/image_io.h"
#include "core/metrics/restoration.h"
#include "models/io/history.h"
#include "models/io/keras_weights.h"
#include "models/model.h"
#include "models/process.h"
#include "models/restoration/restore_volume.h"
#include "models/train/epoch_pictures.h"
#include "tests/models/care/made_pairs.h"
#include "tests/models/recorder.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

using test::Recorder;
using testing::HasSubstr;

/// Blobs with and without Gaussian noise of known strength, as pairs in low/ and high/.
void make_noisy_pairs(const std::filesystem::path& root, int count, Index3 shape,
                      std::int64_t channels = 1) {
  std::filesystem::create_directories(root / "low");
  std::filesystem::create_directories(root / "high");
  for (int i = 0; i < count; ++i) {
    Volume truth(VoxelType::kFloat32, {1, channels, shape.z, shape.y, shape.x});
    Volume noisy(VoxelType::kFloat32, truth.shape());
    Random random(static_cast<std::uint64_t>(100 + i));
    for (std::int64_t c = 0; c < channels; ++c) {
      const auto blobs = test::soft_blobs(shape, static_cast<std::uint64_t>(10 * i + 1 + c));
      for (std::int64_t p = 0; p < shape.count(); ++p) {
        const float value = 50 + 200 * blobs.data()[p];
        truth.view<float>(0, c).data()[p] = value;
        noisy.view<float>(0, c).data()[p] = value + static_cast<float>(40 * random.normal());
      }
    }
    const std::string name = std::to_string(i) + ".tif";
    ASSERT_TRUE(write_image(root / "low" / name, noisy));
    ASSERT_TRUE(write_image(root / "high" / name, truth));
  }
}

TrainRequest request_in(const test::TempDir& dir, const std::string& kind, std::int64_t dims,
                        const std::string& model = "model") {
  TrainRequest request;
  request.data = kind == "care" ? dir / "data" : dir / "data/low";
  request.model = dir / model;
  request.device = "cpu";
  TrainConfig& config = request.config = TrainConfig::defaults(kind, dims);
  config.epochs = 2;
  config.steps = 3;
  config.batch = 2;
  config.patch = dims == 2 ? Index3{1, 16, 16} : Index3{4, 16, 16};
  config.kernel = 3;
  config.filters = 8;
  config.val = 0.25;
  config.precision = "float32";
  if (kind == "care") config.patches_per_image = 8;
  return request;
}

/// Of the planes against those in high/, in decibels, on average.
double psnr_of(const std::filesystem::path& root, const std::string& name, const Volume& image) {
  const auto truth = read_image(root / "high" / name);
  EXPECT_TRUE(truth);
  const VolumeShape& shape = image.shape();
  std::vector<RestorationScores> scores;
  for (std::int64_t z = 0; z < shape.z; ++z) {
    const auto plane = plane_to_float(image, 0, 0, z), high = plane_to_float(*truth, 0, 0, z);
    const auto size = static_cast<std::size_t>(plane.count());
    const auto planes =
        comparable({high.data(), size}, {plane.data(), size}, false, shape.y, shape.x);
    EXPECT_TRUE(planes) << planes.error().what;
    const auto maps = compare_planes(*planes, 1);
    EXPECT_TRUE(maps) << maps.error().what;
    scores.push_back(maps->scores);
  }
  return mean_of(scores).psnr;
}

/// Trains, restores the validation-sized image 0 and says by how many decibels it got better.
double gain(const test::TempDir& dir, const TrainRequest& request) {
  tune_process(1);  // threads that wait for each other on a busy machine take minutes
  Recorder recorder;
  const auto summary = train_model(request, recorder, recorder.control);
  EXPECT_TRUE(summary) << summary.error().what << " " << summary.error().fix;
  if (!summary) return 0;
  const auto folder = ModelFolder::open(request.model);
  const auto model = RestorationModel::open(*folder, Device{});
  EXPECT_TRUE(model) << model.error().what;
  TaskControl control;
  const auto noisy = read_image(dir / "data/low/0.tif");
  const auto restored = restore_volume(*model, *noisy, Device{}, control);
  EXPECT_TRUE(restored) << restored.error().what;
  const double before = psnr_of(dir / "data", "0.tif", *noisy);
  const double after = psnr_of(dir / "data", "0.tif", *restored);
  testing::Test::RecordProperty("psnr_before", std::to_string(before));
  testing::Test::RecordProperty("psnr_after", std::to_string(after));
  std::printf("  PSNR %.2f -> %.2f dB, %.1f s\n", before, after, summary->seconds);
  return after - before;
}

TEST(RestorationTraining, Care2dRestores) {
  const test::TempDir dir;
  make_noisy_pairs(dir / "data", 4, {1, 64, 64});
  auto request = request_in(dir, "care", 2);
  request.config.steps = 120;
  request.config.batch = 4;
  request.config.lr = 2e-3;
  EXPECT_GT(gain(dir, request), 3);
  EXPECT_EQ(read_history(dir / "model/history.csv")->rows.size(), 2U);
  const auto folder = ModelFolder::open(dir / "model");
  ASSERT_TRUE(folder);
  EXPECT_EQ(folder->kind, ModelKind::kCare);
  EXPECT_EQ(folder->settings->at("model"), "care");
  const auto pictures = epoch_pictures(dir / "model");
  ASSERT_EQ(pictures.size(), 2u);
  EXPECT_EQ(read_image(pictures[1].file)->shape(), (VolumeShape{1, 3, 1, 64, 132}));
  EXPECT_FALSE(folder->record->data_fingerprint.empty());
}

TEST(RestorationTraining, Care3dProbabilisticRestores) {
  const test::TempDir dir;
  make_noisy_pairs(dir / "data", 3, {8, 32, 32});
  auto request = request_in(dir, "care", 3);
  request.config.probabilistic = true;
  request.config.steps = 120;
  request.config.batch = 4;
  request.config.lr = 2e-3;
  EXPECT_GT(gain(dir, request), 2);
}

TEST(RestorationTraining, PretrainedTakesTheBodyAndBeginsAnotherHeadAnew) {
  const test::TempDir dir;
  make_noisy_pairs(dir / "data", 3, {1, 40, 40});
  Recorder first, second, third;
  ASSERT_TRUE(train_model(request_in(dir, "care", 2, "base"), first, first.control));
  EXPECT_TRUE(ModelFolder::open(dir / "base")->record->more.contains("data_look"));

  auto request = request_in(dir, "care", 2, "unsure");
  request.config.probabilistic = true;
  request.config.augment.turn = request.config.augment.elastic = 1;
  request.pretrained = dir / "base";
  const auto summary = train_model(request, second, second.control);
  ASSERT_TRUE(summary) << summary.error().what;
  const auto begun_anew = [](const std::string& note) {
    return note.find("begun anew") != std::string::npos;
  };
  EXPECT_TRUE(std::any_of(second.notes.begin(), second.notes.end(), begun_anew));

  request = request_in(dir, "care", 2, "other");
  request.config.kernel = 5;
  request.pretrained = dir / "base";
  const auto refused = train_model(request, third, third.control);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().fix, HasSubstr("--kernel 3"));
}

TEST(RestorationTraining, N2v2dRestores) {
  const test::TempDir dir;
  make_noisy_pairs(dir / "data", 4, {1, 64, 64});
  auto request = request_in(dir, "n2v", 2);
  request.config.steps = 60;
  request.config.batch = 8;
  request.config.perc_pix = 4;
  request.config.lr = 2e-3;
  EXPECT_GT(gain(dir, request), 2);
}

TEST(RestorationTraining, N2v3dRestores) {
  const test::TempDir dir;
  make_noisy_pairs(dir / "data", 3, {8, 32, 32});
  auto request = request_in(dir, "n2v", 3);
  request.config.steps = 120;
  request.config.batch = 4;
  request.config.perc_pix = 6;
  request.config.lr = 2e-3;
  EXPECT_GT(gain(dir, request), 2);
}

TEST(RestorationTraining, N2v2OfSeveralChannelsFromOneStack) {
  const test::TempDir dir;
  make_noisy_pairs(dir / "data", 1, {6, 32, 32}, 2);
  auto request = request_in(dir, "n2v", 2);
  request.config.n2v2 = true;
  Recorder recorder;
  const auto summary = train_model(request, recorder, recorder.control);
  ASSERT_TRUE(summary) << summary.error().what;
  const auto folder = ModelFolder::open(dir / "model");
  ASSERT_TRUE(folder);
  ASSERT_TRUE(folder->csbdeep && folder->csbdeep->n2v);
  EXPECT_EQ(folder->csbdeep->n_channel_out, 2);
  EXPECT_EQ(folder->csbdeep->n2v->manipulator, "median");
  EXPECT_TRUE(folder->csbdeep->n2v->blurpool);
  EXPECT_EQ(folder->csbdeep->train_loss, "mae");
  EXPECT_NEAR(folder->csbdeep->n2v->means[0], 100, 60);
}

class Resumed : public testing::TestWithParam<std::string> {};

TEST_P(Resumed, EqualsUnbrokenBitForBit) {
  const test::TempDir dir;
  const std::string kind = GetParam();
  make_noisy_pairs(dir / "data", 3, {1, 48, 48});
  Recorder whole;
  ASSERT_TRUE(train_model(request_in(dir, kind, 2, "whole"), whole, whole.control));

  Recorder first;
  first.stop_after = 4;  // in the middle of the second epoch
  const auto stopped = train_model(request_in(dir, kind, 2, "broken"), first, first.control);
  ASSERT_TRUE(stopped);
  ASSERT_TRUE(stopped->stopped);
  Recorder second;
  auto request = request_in(dir, kind, 2, "broken");
  request.resume = true;
  const auto resumed = train_model(request, second, second.control);
  ASSERT_TRUE(resumed) << resumed.error().what;

  first.losses.insert(first.losses.end(), second.losses.begin(), second.losses.end());
  EXPECT_EQ(first.losses, whole.losses);
  ASSERT_FALSE(second.epochs.empty());
  EXPECT_EQ(second.epochs.back().val_loss, whole.epochs.back().val_loss);
  // Running means too, which no gradient changes.
  EXPECT_EQ(read_keras_weights(dir / "broken/weights_last.h5").value(),
            read_keras_weights(dir / "whole/weights_last.h5").value());
}

INSTANTIATE_TEST_SUITE_P(Kinds, Resumed, testing::Values("care", "n2v"));

TEST(RestorationTraining, AnotherNetworkOrATrainedFolderIsRefused) {
  const test::TempDir dir;
  make_noisy_pairs(dir / "data", 2, {1, 32, 32});
  auto request = request_in(dir, "care", 2);
  request.config.epochs = 1;
  Recorder recorder;
  ASSERT_TRUE(train_model(request, recorder, recorder.control));
  const auto refused = train_model(request, recorder, recorder.control);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().fix, HasSubstr("--resume"));
  request.resume = true;
  request.config.unet_depth = 1;
  const auto other = train_model(request, recorder, recorder.control);
  ASSERT_FALSE(other);
  EXPECT_THAT(other.error().what, HasSubstr("--unet-depth was 2 and is 1 now"));
}

}  // namespace
}  // namespace karyo
