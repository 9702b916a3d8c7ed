// Weight files that are damaged, unusual or made to harm.

#include <gtest/gtest.h>
#include <hdf5.h>

#include <chrono>
#include <limits>

#include "core/base/atomic_file.h"
#include "core/base/random.h"
#include "models/io/keras_weights.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

/// Makes HDF5 files piece by piece, good and bad ones. Everything is closed at the end of a piece.
class Maker {
 public:
  explicit Maker(bool newest = false) {
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    if (newest) H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
    file_ = H5Fcreate((dir_ / "w.h5").c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access);
    H5Pclose(access);
  }
  hid_t id() const { return file_; }

  void group(const std::string& path) {
    H5Gclose(H5Gcreate2(file_, path.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  }
  void names(const std::string& object, const std::string& attribute,
             const std::vector<std::string>& names, bool variable = false) {
    const hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, variable ? H5T_VARIABLE : 64);
    const hsize_t count = names.size();
    const hid_t space = H5Screate_simple(1, &count, nullptr);
    const hid_t target = H5Oopen(file_, object.c_str(), H5P_DEFAULT);
    const hid_t list = H5Acreate2(target, attribute.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT);
    std::string fixed;
    std::vector<const char*> pointers;
    for (const auto& name : names) {
      fixed += name;
      fixed.append(64 - name.size(), '\0');
      pointers.push_back(name.c_str());
    }
    if (variable) {
      H5Awrite(list, type, pointers.data());
    } else {
      H5Awrite(list, type, fixed.data());
    }
    H5Aclose(list);
    H5Oclose(target);
    H5Sclose(space);
    H5Tclose(type);
  }
  void array(const std::string& path, const std::vector<hsize_t>& shape,
             const std::vector<float>& values, hid_t type = H5T_IEEE_F32LE,
             hid_t plan = H5P_DEFAULT) {
    const hid_t space = H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr);
    const hid_t data = H5Dcreate2(file_, path.c_str(), type, space, H5P_DEFAULT, plan, H5P_DEFAULT);
    if (!values.empty()) {
      H5Dwrite(data, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
    }
    H5Dclose(data);
    H5Sclose(space);
  }
  /// One layer "a" that lists the weight "a/kernel", which the caller makes.
  void one_layer(bool variable = false) {
    names("/", "layer_names", {"a"}, variable);
    group("a");
    group("a/a");
    names("a", "weight_names", {"a/kernel"}, variable);
  }
  std::string bytes() {
    H5Fclose(file_);
    return read_file(dir_ / "w.h5").value();
  }

 private:
  test::TempDir dir_;
  hid_t file_;
};

Error error_of(const std::string& bytes) {
  const auto layers = parse_keras_weights(bytes, "w.h5");
  EXPECT_FALSE(layers);
  if (layers) return Error(ErrorCode::kInternal, "", "");
  EXPECT_FALSE(layers.error().fix.empty());
  return layers.error();
}

std::string good_file(bool newest = false, bool variable = true) {
  Maker maker(newest);
  maker.one_layer(variable);
  maker.array("a/a/kernel", {2, 3}, {1, 2, 3, 4, 5, 6});
  return maker.bytes();
}

TEST(KerasWeightsForms, TextOfBothKindsAndTheNewerLayoutAreRead) {
  const std::vector<KerasLayer> expected{{"a", {{"kernel", {2, 3}, {1, 2, 3, 4, 5, 6}}}}};
  for (const bool newest : {false, true}) {
    for (const bool variable : {false, true}) {
      const auto layers = parse_keras_weights(good_file(newest, variable), "w.h5");
      ASSERT_TRUE(layers) << layers.error().what;
      EXPECT_EQ(*layers, expected);
    }
  }
}

TEST(KerasWeightsForms, OtherFloatingPointTypesAreConverted) {
  const hid_t half = H5Tcopy(H5T_IEEE_F32LE);  // as h5py makes float16
  H5Tset_fields(half, 15, 10, 5, 0, 10);
  H5Tset_size(half, 2);
  H5Tset_ebias(half, 15);
  for (const hid_t type : {H5T_IEEE_F64LE, H5T_IEEE_F32BE, H5T_IEEE_F64BE, half}) {
    Maker maker;
    maker.one_layer();
    maker.array("a/a/kernel", {4}, {0.5F, -2, 0, 6.103515625e-05F}, type);
    const auto layers = parse_keras_weights(maker.bytes(), "w.h5");
    ASSERT_TRUE(layers) << layers.error().what;
    EXPECT_EQ((*layers)[0].weights[0].values, (std::vector<float>{0.5F, -2, 0, 6.103515625e-05F}));
  }
  H5Tclose(half);
}

TEST(KerasWeightsForms, WholeModelFilesAndManyLayersAreRead) {
  Maker maker;
  maker.group("model_weights");
  std::vector<std::string> layers;
  for (int i = 0; i < 500; ++i) {  // several levels of the group's tree
    layers.push_back("layer_" + std::to_string(i));
    maker.group("model_weights/" + layers.back());
    maker.names("model_weights/" + layers.back(), "weight_names", {"bias:0"});
    maker.array("model_weights/" + layers.back() + "/bias:0", {1}, {static_cast<float>(i)});
  }
  maker.names("model_weights", "layer_names", layers, true);
  const auto read = parse_keras_weights(maker.bytes(), "w.h5");
  ASSERT_TRUE(read) << read.error().what;
  ASSERT_EQ(read->size(), 500U);
  EXPECT_EQ((*read)[499].weights[0], (NamedArray{"bias", {1}, {499}}));
}

TEST(KerasWeightsHostile, LinksOutOfTheFileOrInCirclesAreRefused) {
  for (const int kind : {0, 1, 2}) {
    Maker maker;
    maker.names("/", "layer_names", {"a"});
    maker.group("a");
    maker.names("a", "weight_names", {"a/kernel"});
    if (kind == 0) {
      H5Lcreate_external("/etc/passwd", "/kernel", maker.id(), "a/a", H5P_DEFAULT, H5P_DEFAULT);
    } else if (kind == 1) {
      H5Lcreate_soft("/a/a", maker.id(), "a/a", H5P_DEFAULT, H5P_DEFAULT);
    } else {
      H5Lcreate_hard(maker.id(), "/a", maker.id(), "a/a", H5P_DEFAULT, H5P_DEFAULT);
    }
    error_of(maker.bytes());
  }
}

TEST(KerasWeightsHostile, NumbersThatAreNotThereAreRefused) {
  {
    Maker maker;  // 4 EB, never written
    maker.one_layer();
    maker.array("a/a/kernel", {1ULL << 30, 1ULL << 30}, {});
    EXPECT_EQ(error_of(maker.bytes()).code, ErrorCode::kTooLarge);
  }
  {
    Maker maker;  // 400 MB, never written
    maker.one_layer();
    maker.array("a/a/kernel", {100000000}, {});
    error_of(maker.bytes());
  }
  {
    Maker maker;  // 400 MB of zeros in a few packed kilobytes
    const hid_t plan = H5Pcreate(H5P_DATASET_CREATE);
    const hsize_t chunk = 1 << 20;
    H5Pset_chunk(plan, 1, &chunk);
    H5Pset_deflate(plan, 9);
    maker.one_layer();
    maker.array("a/a/kernel", {100000000}, {}, H5T_IEEE_F32LE, plan);
    H5Pclose(plan);
    EXPECT_EQ(error_of(maker.bytes()).code, ErrorCode::kUnsupported);
  }
  {
    Maker maker;
    const hid_t plan = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_external(plan, "/etc/passwd", 0, 24);
    maker.one_layer();
    maker.array("a/a/kernel", {2, 3}, {}, H5T_IEEE_F32LE, plan);
    H5Pclose(plan);
    EXPECT_EQ(error_of(maker.bytes()).code, ErrorCode::kUnsupported);
  }
  {
    Maker maker;  // one block under 1000 names: 40 MB from 40 kB
    maker.names("/", "layer_names", {"a"});
    maker.group("a");
    maker.array("a/w", {10000}, std::vector<float>(10000, 1));
    maker.names("a", "weight_names", std::vector<std::string>(1000, "w"));
    EXPECT_NE(error_of(maker.bytes()).what.find("more bytes than the file"), std::string::npos);
  }
}

TEST(KerasWeightsHostile, WrongContentIsNamed) {
  {
    Maker maker;
    maker.one_layer();
    maker.array("a/a/kernel", {2}, {1, std::numeric_limits<float>::infinity()});
    const Error error = error_of(maker.bytes());
    EXPECT_EQ(error.code, ErrorCode::kNumeric);
    EXPECT_NE(error.what.find("a/kernel"), std::string::npos);
  }
  {
    Maker maker;
    maker.one_layer();
    EXPECT_NE(error_of(maker.bytes()).what.find("there is no \"kernel\""), std::string::npos);
  }
  {
    Maker maker;
    maker.one_layer();
    maker.array("a/a/kernel", {2}, {1, 2}, H5T_STD_I32LE);
    EXPECT_EQ(error_of(maker.bytes()).code, ErrorCode::kUnsupported);
  }
  {
    Maker maker;
    maker.names("/", "layer_names", {"a", "a"});
    maker.group("a");
    maker.names("a", "weight_names", {});
    EXPECT_NE(error_of(maker.bytes()).what.find("twice"), std::string::npos);
  }
  {
    Maker maker;
    maker.names("/", "layer_names", {"a"});
    maker.group("a");
    EXPECT_NE(error_of(maker.bytes()).what.find("weight_names"), std::string::npos);
  }
  {
    Maker maker;
    maker.group("layers");
    EXPECT_EQ(error_of(maker.bytes()).code, ErrorCode::kUnsupported);
  }
  EXPECT_NE(error_of(Maker().bytes()).what.find("without Keras weights"), std::string::npos);
}

TEST(KerasWeightsHostile, EveryCutIsAnError) {
  const std::string whole = good_file();
  for (std::size_t size = 0; size < whole.size(); size += 7) error_of(whole.substr(0, size));
}

// Whatever a damaged byte does, reading ends soon and with weights of bounded size or an error.
TEST(KerasWeightsHostile, FlippedBytesNeverDoHarm) {
  const auto start = std::chrono::steady_clock::now();
  Random random(1);
  for (const bool newest : {false, true}) {
    const std::string whole = good_file(newest);
    const char values[] = {0, 1, '\x7f', '\xff'};
    int refused = 0;
    for (std::size_t at = 0; at < whole.size(); ++at) {
      std::string damaged = whole;
      damaged[at] = values[at % 4];
      if (at % 5 == 0) damaged[static_cast<std::size_t>(random.below(96))] = '\xff';
      const auto layers = parse_keras_weights(damaged, "w.h5");
      if (!layers) {
        ++refused;
        EXPECT_FALSE(layers.error().fix.empty());
      }
    }
    EXPECT_GT(refused, 100);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

}  // namespace
}  // namespace karyo
