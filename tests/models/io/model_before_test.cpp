// A restoration saved with a model: put in, taken out, lost, damaged, on a full disk.

#include "models/io/model_before.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "core/base/atomic_file.h"
#include "tests/app/worker/spot_model.h"
#include "tests/models/restoration/made_restoration.h"
#include "tests/support/file_size_limit.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

class ModelBefore : public ::testing::Test {
 protected:
  ModelBefore() {
    test::make_spot_model(model_);
    test::make_flat_restoration(noise_, CsbdeepConfig::noise2void(2, {100}, {8}), 2);
    std::ofstream(noise_ / "checkpoint.safetensors") << "stays behind";
  }
  Result<ModelFolder> put(const fs::path& restoration) const {
    const auto found = find_restoration(restoration);
    return found ? put_before(model_, *found) : found.error();
  }
  void expect_refused(const Result<ModelFolder>& outcome, ErrorCode code,
                      const std::string& what) const {
    ASSERT_FALSE(outcome) << what;
    EXPECT_EQ(outcome.error().code, code) << outcome.error().what;
    EXPECT_THAT(outcome.error().what + " " + outcome.error().fix, HasSubstr(what));
  }

  test::TempDir dir_;
  fs::path model_ = dir_ / "nuclei 1", noise_ = dir_ / "denoise 1";
};

TEST_F(ModelBefore, IsCopiedAndTakenOut) {
  const auto was = names_in(model_);
  const auto changed = put(noise_);
  ASSERT_TRUE(changed) << changed.error().what;
  EXPECT_THAT(names_in(before_folder(model_)), ElementsAre("config.json", "weights_best.h5"));
  const auto opened = ModelFolder::open(model_);
  ASSERT_TRUE(opened) << opened.error().what;
  ASSERT_TRUE(opened->before);
  EXPECT_EQ(opened->before->kind, ModelKind::kN2v);
  EXPECT_EQ(before_name(*opened), "denoise 1");
  EXPECT_EQ(method_of(*opened->before), "Noise2Void 2D");
  EXPECT_EQ(opened->thresholds, (Thresholds{0.5, 0.3}));
  EXPECT_FALSE(opened->before->record) << "a folder of Python stays one: its channels are seen so";
  EXPECT_THAT(*read_file(model_ / "karyoscope.json"), HasSubstr("\"schema\": 2"));

  const auto out = take_out_before(model_);
  ASSERT_TRUE(out) << out.error().what;
  EXPECT_FALSE(ModelFolder::open(model_)->before);
  EXPECT_THAT(*read_file(model_ / "karyoscope.json"), HasSubstr("\"schema\": 1"));
  auto now = names_in(model_);
  std::erase(now, "karyoscope.json");
  EXPECT_EQ(now, was);
  expect_refused(take_out_before(model_), ErrorCode::kNotFound, "restores no images first");
}

TEST_F(ModelBefore, TheRecordsOfBothAreKept) {
  auto model = ModelFolder::open(model_);
  ModelRecord record;
  record.pmin = 3;
  record.device = "cpu";
  record.more["classes"] = {"round"};
  ASSERT_TRUE(model->save_record(record));
  auto noise = ModelFolder::open(noise_);
  record.pmin = 2;
  record.more["subnet_input"] = "last";
  ASSERT_TRUE(noise->save_record(record));
  const auto changed = put(noise_);
  ASSERT_TRUE(changed) << changed.error().what;
  EXPECT_EQ(changed->record->pmin, 3);
  EXPECT_EQ(changed->record->device, "cpu");
  EXPECT_EQ(changed->record->more["classes"][0], "round");
  EXPECT_EQ(changed->before->record->pmin, 2);
  EXPECT_EQ(changed->before->record->more["subnet_input"], "last");
}

TEST_F(ModelBefore, ComesFromAModelThatHasItToo) {
  ASSERT_TRUE(put(noise_));
  const fs::path other = dir_ / "nuclei 2";
  test::make_spot_model(other);
  const auto found = find_restoration(model_);
  ASSERT_TRUE(found) << found.error().what;
  const auto changed = put_before(other, *found);
  ASSERT_TRUE(changed) << changed.error().what;
  EXPECT_EQ(before_name(*changed), "denoise 1");
  EXPECT_FALSE(find_restoration_of(noise_)->folder);
}

TEST_F(ModelBefore, AFolderPutThereByHandCounts) {
  fs::copy(noise_, before_folder(model_));
  const auto opened = ModelFolder::open(model_);
  ASSERT_TRUE(opened) << opened.error().what;
  ASSERT_TRUE(opened->before);
  EXPECT_EQ(before_name(*opened), "before");
  ASSERT_TRUE(take_out_before(model_));
  EXPECT_FALSE(fs::exists(before_folder(model_)));
}

TEST_F(ModelBefore, WhatDoesNotFitIsRefusedAndNothingChanges) {
  const auto was = names_in(model_);
  const fs::path deep = dir_ / "deep", two = dir_ / "two", empty = dir_ / "empty";
  test::make_flat_restoration(deep, CsbdeepConfig::care(3), 0);
  test::make_flat_restoration(two, CsbdeepConfig::care(2, 1, 2), 0);
  ASSERT_TRUE(ModelFolder::create(empty, CsbdeepConfig::care(2)));
  expect_refused(put(deep), ErrorCode::kUnsupported, "restoration is of stacks");
  expect_refused(put(two), ErrorCode::kUnsupported, "another number of channels (2)");
  expect_refused(put(empty), ErrorCode::kNotFound, "no weights");
  expect_refused(put(model_), ErrorCode::kUnsupported, "finds objects");
  expect_refused(put(dir_ / "absent"), ErrorCode::kNotFound, "absent");
  const auto on_itself = put_before(noise_, *find_restoration(noise_));
  expect_refused(on_itself, ErrorCode::kUnsupported, "finds no objects");
  ASSERT_TRUE(write_file_atomically(two / "weights_best.h5", "no HDF5"));
  ASSERT_TRUE(fs::remove(two / "config.json"));
  fs::copy(noise_ / "config.json", two / "config.json");
  expect_refused(put(two), ErrorCode::kBadFile, "weights_best.h5");
  EXPECT_EQ(names_in(model_), was);
  ASSERT_TRUE(put(noise_));
  expect_refused(put(noise_), ErrorCode::kInvalidArgument, "restores images already");
}

TEST_F(ModelBefore, A3dModelTakesRestoredPlanes) {
  const auto noise = ModelFolder::open(noise_);
  EXPECT_TRUE(check_comes_before(*noise, 3, 1));
  EXPECT_TRUE(check_comes_before(*noise, 2, 0)) << "however many come";
}

TEST_F(ModelBefore, OneThatWasLostOrDamagedIsAnErrorThatSaysHowToMendIt) {
  ASSERT_TRUE(put(noise_));
  const fs::path before = before_folder(model_);
  fs::remove(before / "weights_best.h5");
  expect_refused(ModelFolder::open(model_), ErrorCode::kNotFound, "has no weights");
  fs::remove(before / "config.json");
  expect_refused(ModelFolder::open(model_), ErrorCode::kNotFound, "restore-first");
  fs::remove_all(before);
  expect_refused(ModelFolder::open(model_), ErrorCode::kNotFound,
                 "restores images first, with \"denoise 1\", and its folder before/ is missing");
  expect_refused(put(noise_), ErrorCode::kNotFound, "--remove");
  ASSERT_TRUE(take_out_before(model_));
  ASSERT_TRUE(ModelFolder::open(model_));
  ASSERT_TRUE(put(noise_)) << "it can be put in again";
}

TEST_F(ModelBefore, AChainOfChainsIsRefused) {
  fs::copy(noise_, before_folder(noise_));
  expect_refused(ModelFolder::open(noise_), ErrorCode::kUnsupported, "model in before/ itself");
  expect_refused(put(noise_), ErrorCode::kUnsupported, "model in before/ itself");
  fs::copy(noise_, before_folder(model_), fs::copy_options::recursive);
  expect_refused(ModelFolder::open(model_), ErrorCode::kUnsupported, "before/ itself");
  ASSERT_TRUE(take_out_before(model_));
  fs::copy(model_, dir_ / "copy");
  fs::copy(dir_ / "copy", before_folder(model_));
  expect_refused(ModelFolder::open(model_), ErrorCode::kUnsupported, "finds objects");
}

TEST_F(ModelBefore, AFullDiskLeavesTheModelAsItWas) {
  const auto was = names_in(model_);
  const auto restoration = find_restoration(noise_);
  ASSERT_TRUE(restoration);
  const auto largest = fs::file_size(restoration->folder->weights);
  for (rlim_t bytes = 0; bytes < largest; bytes += largest / 7) {
    const test::FileSizeLimit limit(bytes);
    const auto failed = put_before(model_, *restoration);
    ASSERT_FALSE(failed) << bytes;
    EXPECT_EQ(failed.error().code, ErrorCode::kIo);
    EXPECT_EQ(names_in(model_), was) << bytes;
  }
  // The files fit, the record does not.
  auto model = ModelFolder::open(model_);
  ModelRecord record;
  record.more["long"] = std::string(2 * largest, 'x');
  ASSERT_TRUE(model->save_record(record));
  {
    const test::FileSizeLimit limit(largest + 100);
    ASSERT_FALSE(put_before(model_, *restoration));
    EXPECT_FALSE(ModelFolder::open(model_)->before);
    EXPECT_FALSE(fs::exists(before_folder(model_)));
  }
  ASSERT_TRUE(put_before(model_, *restoration));
  {
    const test::FileSizeLimit limit(largest + 100);
    expect_refused(take_out_before(model_), ErrorCode::kIo, "");
  }
  const auto still = ModelFolder::open(model_);
  ASSERT_TRUE(still) << still.error().what;
  EXPECT_TRUE(still->before);
  EXPECT_EQ(before_name(*still), "denoise 1");
}

}  // namespace
}  // namespace karyo
