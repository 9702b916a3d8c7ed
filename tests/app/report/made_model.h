#pragma once

/// Model folders as a training leaves them, without the training: for tests of what reads them.

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "core/base/atomic_file.h"
#include "models/io/history.h"
#include "models/io/model_folder.h"
#include "models/train/train_config.h"

namespace karyo::test {

/// 40 epochs that converge; weights are a stand-in that no one may read.
inline void fill_model(ModelFolder& folder, TrainConfig config) {
  config.epochs = 40;
  ASSERT_TRUE(folder.save_settings(to_json(config)));
  ModelRecord record;
  record.data_fingerprint = "0123456789abcdef";
  record.program_version = "0.1.0";
  record.torch_version = "2.15.0";
  record.device = "CPU, 2 threads";
  record.started = "2026-01-31T09:30:00Z";
  record.finished = "2026-01-31T09:46:13Z";
  record.training_seconds = 973;
  record.more["peak_memory_bytes"] = 1610612736;
  record.more["best_epoch"] = 40;
  ASSERT_TRUE(folder.save_record(record));
  History history;
  history.columns = {"epoch", "loss", "val_loss", "learning_rate", "seconds", "memory_mib"};
  for (int epoch = 1; epoch <= 40; ++epoch) {
    const double fall = std::exp(-epoch / 5.0);
    history.rows.push_back(
        {double(epoch), 0.4 + fall, 0.5 + fall, epoch < 31 ? 3e-4 : 1.5e-4, 24, 1200.0 + epoch});
  }
  ASSERT_TRUE(write_history(folder.history(), history));
  ASSERT_TRUE(write_file_atomically(folder.best_weights(), "weights"));
}

inline void make_stardist(const std::filesystem::path& path) {
  auto folder = ModelFolder::create(path, StarDistConfig{});
  ASSERT_TRUE(folder) << folder.error().what;
  ASSERT_TRUE(folder->save_thresholds({0.48, 0.3}));
  fill_model(*folder, TrainConfig::defaults("stardist"));
}

inline void make_care(const std::filesystem::path& path) {
  auto folder = ModelFolder::create(path, CsbdeepConfig::care(2));
  ASSERT_TRUE(folder) << folder.error().what;
  fill_model(*folder, TrainConfig::defaults("care"));
}

inline void make_n2v(const std::filesystem::path& path) {
  auto folder = ModelFolder::create(path, CsbdeepConfig::noise2void(2, {100}, {20}));
  ASSERT_TRUE(folder) << folder.error().what;
  fill_model(*folder, TrainConfig::defaults("n2v"));
}

}  // namespace karyo::test
