// Packages of others, sound and hostile, through the door they come in by.

#include "models/io/model_import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/atomic_file.h"
#include "core/io/zip_file.h"
#include "models/io/model_export.h"
#include "models/io/stardist_layout.h"
#include "tests/support/shared_data.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::HasSubstr;

/// A small network, so that files are small.
StarDistConfig small_config() {
  auto config = StarDistConfig::defaults_2d();
  config.unet_n_depth = 1;
  config.unet_n_filter_base = 4;
  config.net_conv_after_unet = 8;
  config.n_rays = 8;
  return config;
}

class ModelImport : public ::testing::Test {
 protected:
  ModelImport() {
    const auto config = small_config();
    auto model = ModelFolder::create(dir_ / "made", config);
    EXPECT_TRUE(model);
    std::vector<KerasLayer> layers;
    const auto layout = stardist_layout(config);
    for (const auto& layer : *layout) {
      layers.push_back({layer.name, {}});
      for (const auto& weight : layer.weights) {
        const auto count = static_cast<std::size_t>(element_count(weight.shape));
        layers.back().weights.push_back(
            {weight.name, weight.shape, std::vector<float>(count, 0.25F)});
      }
    }
    EXPECT_TRUE(write_keras_weights(model->best_weights(), layers));
    weights_ = *read_file(model->best_weights());
    config_ = *read_file(dir_ / "made/config.json");
  }

  Result<ImportedModel> import_zip(const std::vector<ZipEntry>& entries) {
    EXPECT_TRUE(write_zip(dir_ / "package.zip", entries));
    return import_model(dir_ / "package.zip", dir_ / "imported");
  }
  void expect_refused(const std::vector<ZipEntry>& entries, ErrorCode code,
                      const std::string& what) {
    const auto imported = import_zip(entries);
    ASSERT_FALSE(imported);
    EXPECT_EQ(imported.error().code, code) << imported.error().what;
    EXPECT_THAT(imported.error().what + imported.error().fix, HasSubstr(what));
    expect_nothing_left();
  }
  void expect_nothing_left() const {
    EXPECT_FALSE(fs::exists(dir_ / "imported"));
    for (const auto& entry : fs::directory_iterator(dir_.path())) {
      EXPECT_THAT(entry.path().filename().string(), testing::Not(HasSubstr("import-")));
    }
  }
  /// As stardist.bioimageio_utils.export_bioimageio writes them, in little.
  std::string rdf_04(const std::string& weights = "stardist_weights.h5") const {
    return "format_version: 0.4.9\ntype: model\nname: Nuclei of something\n"
           "attachments:\n  files: [stardist_weights.h5]\n"
           "config:\n  stardist:\n    python_version: 0.8.3\n"
           "    thresholds: {nms: 0.3, prob: 0.6}\n    weights: " +
           weights + "\n    config: " + config_ +
           "\n"
           "inputs:\n- name: input\n  axes: byxc\n  preprocessing:\n  - name: scale_range\n"
           "    kwargs: {mode: per_sample, axes: yx, min_percentile: 3.0, max_percentile: 99.0}\n"
           "weights:\n  tensorflow_saved_model_bundle: {source: TF_SavedModel.zip, sha256: ab}\n";
  }

  test::TempDir dir_;
  std::string weights_, config_;
};

TEST_F(ModelImport, TakesAPlainFolderUnchanged) {
  const auto imported = import_model(dir_ / "made", dir_ / "imported");
  ASSERT_TRUE(imported) << imported.error().what;
  EXPECT_EQ(*read_file(dir_ / "imported/weights_best.h5"), weights_);
  EXPECT_EQ(imported->folder.config_json, ModelFolder::open(dir_ / "made")->config_json);
}

TEST_F(ModelImport, TakesAZipOfAFolderWithinAFolder) {
  const auto imported = import_zip({{"__MACOSX/model/._config.json", "x"},
                                    {"model/config.json", config_},
                                    {"model/thresholds.json", R"({"prob": 0.7, "nms": 0.2})"},
                                    {"model/weights_last.h5", "not read"},
                                    {"model/weights_best.h5", weights_}});
  ASSERT_TRUE(imported) << imported.error().what;
  EXPECT_EQ(imported->folder.thresholds, (Thresholds{0.7, 0.2}));
}

TEST_F(ModelImport, TakesAPackageAsStarDistExportsThem) {
  const auto imported = import_zip({{"rdf.yaml", rdf_04()},
                                    {"TF_SavedModel.zip", "never opened"},
                                    {"stardist_weights.h5", weights_}});
  ASSERT_TRUE(imported) << imported.error().what;
  EXPECT_EQ(imported->name, "Nuclei of something");
  EXPECT_EQ(imported->folder.thresholds, (Thresholds{0.6, 0.3}));
  ASSERT_TRUE(imported->folder.record);
  EXPECT_EQ(imported->folder.record->pmin, 3);
  EXPECT_EQ(imported->folder.record->pmax, 99);
  EXPECT_EQ(imported->folder.stardist->n_rays, 8);
  EXPECT_THAT(imported->left, Contains(HasSubstr("TF_SavedModel.zip")));
  EXPECT_EQ(*read_file(dir_ / "imported/weights_best.h5"), weights_);
}

TEST_F(ModelImport, OtherFormatsAloneAreRefusedByName) {
  expect_refused({{"rdf.yaml", rdf_04()}, {"TF_SavedModel.zip", "x"}}, ErrorCode::kUnsupported,
                 "TF_SavedModel.zip (tensorflow_saved_model_bundle)");
  expect_refused({{"rdf.yaml",
                   "format_version: 0.5.3\ntype: model\nweights:\n  torchscript: {source: w.pt}\n"},
                  {"w.pt", "x"}},
                 ErrorCode::kUnsupported, "w.pt (torchscript)");
  expect_refused({{"net.onnx", "x"}}, ErrorCode::kUnsupported, "net.onnx (ONNX)");
  expect_refused({{"readme.txt", "x"}}, ErrorCode::kNotFound, "no weights");
}

TEST_F(ModelImport, KerasWeightsOfAnUnknownNetworkAreRefused) {
  expect_refused(
      {{"bioimageio.yaml", "format_version: 0.3.6\nweights: {keras_hdf5: {source: ./net.h5}}\n"},
       {"net.h5", weights_}},
      ErrorCode::kUnsupported, "config.json");
}

TEST_F(ModelImport, NothingIsDownloaded) {
  expect_refused({{"rdf.yaml", rdf_04("https://zenodo.org/w.h5")}}, ErrorCode::kUnsupported,
                 "download the whole package");
}

TEST_F(ModelImport, NamesThatPointOutOfThePackageFindNothing) {
  for (const std::string name : {"../made/weights_best.h5", "/etc/passwd", "a/../../x.h5"}) {
    expect_refused({{"p/rdf.yaml", rdf_04("'" + name + "'")}}, ErrorCode::kUnsupported, "");
  }
  // The same from a folder, where the file is really there.
  fs::create_directories(dir_ / "folder");
  ASSERT_TRUE(write_file_atomically(dir_ / "folder/rdf.yaml", rdf_04("../made/weights_best.h5")));
  EXPECT_FALSE(import_model(dir_ / "folder", dir_ / "imported"));
  expect_nothing_left();
}

TEST_F(ModelImport, EntriesWithHostileNamesAreNeverWritten) {
  const auto imported = import_zip({{"../escaped.h5", "x"},
                                    {"/tmp/karyoscope_escaped.h5", "x"},
                                    {"config.json", config_},
                                    {"weights_best.h5", weights_}});
  ASSERT_TRUE(imported) << imported.error().what;
  EXPECT_FALSE(fs::exists(dir_ / "escaped.h5"));
  EXPECT_FALSE(fs::exists("/tmp/karyoscope_escaped.h5"));
}

TEST_F(ModelImport, WeightsOfAnotherNetworkAreRefused) {
  auto config = config_;
  config.replace(config.find("\"n_rays\": 8"), 11, "\"n_rays\": 9");
  expect_refused({{"config.json", config}, {"weights_best.h5", weights_}}, ErrorCode::kBadFile,
                 "dist");
}

TEST_F(ModelImport, CutWeightsAndLaterFormatsAreRefused) {
  expect_refused({{"config.json", config_}, {"weights_best.h5", weights_.substr(0, 3000)}},
                 ErrorCode::kBadFile, "weights_best.h5");
  expect_refused({{"rdf.yaml", "format_version: 0.6.0\ntype: model\n"}}, ErrorCode::kUnsupported,
                 "0.6.0");
  expect_refused({{"rdf.yaml", "format_version: 0.10.0\ntype: model\n"}}, ErrorCode::kUnsupported,
                 "0.10.0");
  expect_refused({{"rdf.yaml", "format_version: 0.2.3\ntype: dataset\n"}}, ErrorCode::kUnsupported,
                 "dataset");
  expect_refused({{"rdf.yaml", "name: [\n"}}, ErrorCode::kBadFile, "rdf.yaml");
}

TEST_F(ModelImport, WhatIsThereIsLeftAlone) {
  const auto before = *read_file(dir_ / "made/config.json");
  const auto imported = import_model(dir_ / "made", dir_ / "made");
  ASSERT_FALSE(imported);
  EXPECT_EQ(imported.error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(*read_file(dir_ / "made/config.json"), before);
}

TEST_F(ModelImport, OurKerasExportsComeBackUnchanged) {
  auto model = ModelFolder::open(dir_ / "made");
  ASSERT_TRUE(model);
  ASSERT_TRUE(model->save_thresholds({0.55, 0.35}));
  ModelRecord record;
  record.pmin = 2;
  ASSERT_TRUE(model->save_record(record));
  for (const std::string name : {"out.zip", "out"}) {
    ASSERT_TRUE(export_keras(*model, dir_ / name));
    const auto imported = import_model(dir_ / name, dir_ / ("back of " + name));
    ASSERT_TRUE(imported) << imported.error().what;
    EXPECT_EQ(*read_file(imported->folder.best_weights()), weights_);
    EXPECT_EQ(imported->folder.thresholds, model->thresholds);
    EXPECT_EQ(imported->folder.record->pmin, 2);
  }
  EXPECT_FALSE(export_keras(*model, dir_ / "out")) << "a second export into one folder";
}

TEST_F(ModelImport, ModelsOfOtherProgramsOpen) {
  KARYO_NEEDS_SHARED();
  const auto models = test::shared_dir() / "models";
  const std::pair<const char*, ModelKind> folders[] = {
      {"stardist2d/stardist_psyn", ModelKind::kStarDist},
      {"stardist2d/dsb2018_30x50", ModelKind::kStarDist},
      {"care2d/care2d_residual", ModelKind::kCare},
      {"care3d/care3d_residual", ModelKind::kCare},
      {"n2v2d/n2v_custom_2D", ModelKind::kN2v},  // with a description of the format 0.2.0-csbdeep
      {"n2v3d/n2v_3D", ModelKind::kN2v}};
  for (const auto& [name, kind] : folders) {
    const auto imported = import_model(models / name, dir_ / name);
    ASSERT_TRUE(imported) << name << ": " << imported.error().what;
    EXPECT_EQ(imported->folder.kind, kind);
    EXPECT_EQ(*read_file(imported->folder.best_weights()),
              *read_file(models / name / "weights_best.h5"));
  }
  const auto bundle =
      import_model(models / "care2d/care2d_residual/TF_SavedModel.zip", dir_ / "tf");
  ASSERT_FALSE(bundle);
  EXPECT_THAT(bundle.error().what, HasSubstr("TensorFlow SavedModel"));
}

}  // namespace
}  // namespace karyo
