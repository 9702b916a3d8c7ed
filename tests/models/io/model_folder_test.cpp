#include "models/io/model_folder.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <limits>

#include "core/base/atomic_file.h"
#include "models/io/stardist_layout.h"
#include "tests/support/file_size_limit.h"
#include "tests/support/shared_data.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;

void put(const fs::path& path, const std::string& text, int age_seconds = 0) {
  ASSERT_TRUE(write_file_atomically(path, text));
  fs::last_write_time(path, fs::file_time_type::clock::now() - std::chrono::seconds(age_seconds));
}

TEST(ModelFolder, WhatIsSavedIsOpened) {
  const test::TempDir dir;
  auto folder = ModelFolder::create(dir / "models/nuclei", StarDistConfig::defaults_2d());
  ASSERT_TRUE(folder) << folder.error().what;
  EXPECT_TRUE(folder->weights.empty());
  EXPECT_FALSE(folder->tuned_thresholds);
  ASSERT_TRUE(folder->save_thresholds({0.55, 0.3}));
  ModelRecord record;
  record.pmax = 99.9;
  record.device = "cpu";
  record.data_fingerprint = "sha256:00";
  record.more["best_epoch"] = 17;
  ASSERT_TRUE(folder->save_record(record));
  ASSERT_TRUE(folder->save_settings({{"epochs", 100}}));
  ASSERT_TRUE(write_keras_weights(folder->best_weights(), {{"prob", {{"bias", {1}, {0}}}}}));

  const auto again = ModelFolder::open(dir / "models/nuclei");
  ASSERT_TRUE(again) << again.error().what;
  EXPECT_EQ(again->kind, ModelKind::kStarDist);
  EXPECT_EQ(again->thresholds, (Thresholds{0.55, 0.3}));
  EXPECT_TRUE(again->tuned_thresholds);
  EXPECT_EQ(again->record->pmax, 99.9);
  EXPECT_EQ(again->record->more["best_epoch"], 17);
  EXPECT_EQ((*again->settings)["epochs"], 100);
  EXPECT_EQ(again->weights, folder->best_weights());
  EXPECT_TRUE(again->warnings.empty());
  EXPECT_FALSE(ModelFolder::create(dir / "models/nuclei", StarDistConfig::defaults_2d()));
}

TEST(ModelFolder, OpensTheFoldersOfOtherPrograms) {
  KARYO_NEEDS_SHARED();
  const std::pair<const char*, ModelKind> folders[] = {
      {"golden/stardist3d", ModelKind::kStarDist},
      {"golden/care2d_prob", ModelKind::kCare},
      {"golden/n2v2d", ModelKind::kN2v},
      {"models/stardist2d/dsb2018_30x50", ModelKind::kStarDist},
      {"models/care3d/care3d_residual", ModelKind::kCare},
      {"models/n2v3d/n2v_3D", ModelKind::kN2v}};
  for (const auto& [name, kind] : folders) {
    const auto folder = ModelFolder::open(test::shared_dir() / name);
    ASSERT_TRUE(folder) << folder.error().what;
    EXPECT_EQ(folder->kind, kind) << name;
    EXPECT_FALSE(folder->weights.empty()) << name;
    EXPECT_TRUE(folder->warnings.empty()) << folder->warnings.front();
  }
  const auto tuned = ModelFolder::open(test::shared_dir() / "models/stardist2d/dsb2018_30x50");
  EXPECT_NEAR(tuned->thresholds.prob, 0.541663, 1e-6);
  EXPECT_EQ(tuned->thresholds.nms, 0.3);
  const auto weights = read_stardist_weights(tuned->weights, *tuned->stardist);
  ASSERT_TRUE(weights) << weights.error().what;
  EXPECT_EQ(weights->back().name, "dist");
}

TEST(ModelFolder, TheNewestBestWeightsAreChosen) {
  const test::TempDir dir;
  EXPECT_TRUE(choose_weights(dir.path()).empty());
  put(dir / "weights_last.h5", "", 1);
  EXPECT_EQ(choose_weights(dir.path()), dir / "weights_last.h5");
  put(dir / "my_best.hdf5", "", 50);
  put(dir / "weights_best.h5", "", 100);
  EXPECT_EQ(choose_weights(dir.path()), dir / "my_best.hdf5");
  put(dir / ".weights_best.77-0.tmp.h5", "", 0);
  put(dir / "best.txt", "", 0);
  fs::create_directory(dir / "best.h5");
  EXPECT_EQ(choose_weights(dir.path()), dir / "my_best.hdf5");
}

TEST(ModelFolder, UnusableThresholdsFallBackWithAWarning) {
  const test::TempDir dir;
  ASSERT_TRUE(ModelFolder::create(dir.path(), StarDistConfig::defaults_2d()));
  put(dir / "thresholds.json", R"({"prob": 1.2, "nms": 0.3})");
  auto folder = ModelFolder::open(dir.path());
  ASSERT_TRUE(folder);
  EXPECT_EQ(folder->thresholds, (Thresholds{0.5, 0.3}));
  EXPECT_EQ(folder->warnings.size(), 1U);
  put(dir / "thresholds.json", "{");
  folder = ModelFolder::open(dir.path());
  ASSERT_TRUE(folder);
  EXPECT_EQ(folder->thresholds, Thresholds{});
  EXPECT_FALSE(folder->save_thresholds({0, 0.4}));
}

TEST(ModelFolder, WhatIsNoModelSaysWhatToChoose) {
  const test::TempDir dir;
  EXPECT_EQ(ModelFolder::open(dir / "absent").error().code, ErrorCode::kNotFound);
  ASSERT_TRUE(ModelFolder::create(dir / "nuclei_a", StarDistConfig::defaults_2d()));
  const auto parent = ModelFolder::open(dir.path());
  ASSERT_FALSE(parent);
  EXPECT_NE(parent.error().fix.find("nuclei_a"), std::string::npos);
  put(dir / "other/config.json", R"({"model": "resnet50"})");
  EXPECT_EQ(ModelFolder::open(dir / "other").error().code, ErrorCode::kUnsupported);
  put(dir / "nuclei_a/karyoscope.json", R"({"schema": 99})");
  EXPECT_EQ(ModelFolder::open(dir / "nuclei_a").error().code, ErrorCode::kUnsupported);
}

TEST(History, ARowMayHaveColumnsThatEarlierOnesHaveNot) {
  History history{{"epoch", "loss"}, {{1, 0.5}}};
  history.add_row({{"epoch", 2}, {"memory_mib", 300}, {"loss", 0.25}});
  EXPECT_EQ(history.columns, (std::vector<std::string>{"epoch", "loss", "memory_mib"}));
  EXPECT_TRUE(std::isnan(history.rows[0][2]));
  EXPECT_EQ(history.rows[1], (std::vector<double>{2, 0.25, 300}));
  EXPECT_EQ(history.values("memory_mib"), std::vector<double>{300});
  EXPECT_EQ(history.values("loss"), (std::vector<double>{0.5, 0.25}));
  EXPECT_TRUE(history.values("seconds").empty());
}

TEST(History, RowsAreWrittenAndReadBack) {
  const test::TempDir dir;
  const std::vector<std::string> columns{"epoch", "loss", "val_loss", "learning_rate"};
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE(read_history(dir / "history.csv").value().rows.empty());
  const std::vector<std::vector<double>> rows{{1, 0.1, nan, 3e-4}, {2, 0.05, 1.0 / 3, 3e-4}};
  ASSERT_TRUE(write_history(dir / "history.csv", {columns, rows}));
  EXPECT_EQ(read_file(dir / "history.csv").value(),
            "epoch,loss,val_loss,learning_rate\n1,0.1,,3e-04\n2,0.05,0.3333333333333333,3e-04\n");
  const auto history = read_history(dir / "history.csv");
  ASSERT_TRUE(history);
  EXPECT_EQ(history->columns, columns);
  EXPECT_TRUE(std::isnan(history->rows[0][2]));
  EXPECT_EQ(history->rows[1][2], 1.0 / 3);
  EXPECT_EQ(history->column("val_loss"), 2);
  EXPECT_EQ(history->column("absent"), -1);
  EXPECT_FALSE(write_history(dir / "history.csv", {columns, {{3}}}));
  EXPECT_FALSE(write_history(dir / "history.csv", {{"a,b"}, {}}));
  put(dir / "history.csv", "epoch,loss\n1,2\n2,x\n");
  EXPECT_NE(read_history(dir / "history.csv").error().what.find("line 3"), std::string::npos);
}

TEST(ModelFolder, AFullDiskLeavesTheOldFiles) {
  const test::TempDir dir;
  const auto layout = stardist_layout(StarDistConfig::defaults_2d());
  std::vector<KerasLayer> layers;
  for (const auto& layer : *layout) {
    layers.push_back({layer.name, {}});
    for (const auto& weight : layer.weights) {
      layers.back().weights.push_back(
          {weight.name, weight.shape,
           std::vector<float>(static_cast<std::size_t>(element_count(weight.shape)), 0.5F)});
    }
  }
  auto folder = ModelFolder::create(dir.path(), StarDistConfig::defaults_2d());
  ASSERT_TRUE(folder);
  ASSERT_TRUE(write_keras_weights(folder->best_weights(), {{"prob", {{"bias", {1}, {4}}}}}));
  ASSERT_TRUE(folder->save_thresholds({0.6, 0.3}));
  const auto config = read_file(dir / "config.json").value();
  for (const rlim_t bytes : {rlim_t{0}, rlim_t{10}, rlim_t{4096}, rlim_t{1000000}}) {
    const test::FileSizeLimit limit(bytes);
    const auto saved = write_keras_weights(folder->best_weights(), layers);
    ASSERT_FALSE(saved) << bytes;
    EXPECT_EQ(saved.error().code, ErrorCode::kIo);
    if (bytes <= 10) {
      auto other = StarDistConfig::defaults_2d();
      other.train_epochs = 7;
      EXPECT_FALSE(folder->save_config(other));
      EXPECT_FALSE(folder->save_thresholds({0.123456789, 0.1}));
    }
  }
  EXPECT_EQ(read_keras_weights(folder->best_weights()).value()[0].weights[0].values[0], 4);
  EXPECT_EQ(read_file(dir / "config.json").value(), config);
  EXPECT_EQ(ModelFolder::open(dir.path())->thresholds, (Thresholds{0.6, 0.3}));
  int files = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator(dir.path())) ++files;
  EXPECT_EQ(files, 3) << "temporary files were left behind";
}

}  // namespace
}  // namespace karyo
