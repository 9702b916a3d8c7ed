#pragma once

/// Reads the numpy files that hold reference answers.

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace karyo::test {

/// One array, converted to double (exact for every type the references use).
struct NpyArray {
  std::string dtype;  ///< as in the file, for example "<f4"
  std::vector<std::int64_t> shape;
  std::vector<double> values;  ///< C order

  std::int64_t count() const { return static_cast<std::int64_t>(values.size()); }
  template <typename T>
  std::vector<T> as() const {
    return std::vector<T>(values.begin(), values.end());
  }
};

/// Throw std::runtime_error, which fails the test, when a file is not as expected.
NpyArray read_npy(const std::filesystem::path& path);
std::map<std::string, NpyArray> read_npz(const std::filesystem::path& path);

}  // namespace karyo::test
