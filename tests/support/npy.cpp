#include "tests/support/npy.h"

#include <zip.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace karyo::test {
namespace {

template <typename T>
void convert(const char* bytes, std::size_t count, std::vector<double>& out) {
  for (std::size_t i = 0; i < count; ++i) {
    T value;
    std::memcpy(&value, bytes + i * sizeof(T), sizeof(T));
    out.push_back(static_cast<double>(value));
  }
}

NpyArray parse(const std::string& bytes, const std::string& name) {
  if (bytes.size() < 10 || bytes.compare(0, 6, "\x93NUMPY") != 0) {
    throw std::runtime_error(name + " is not a .npy file");
  }
  const bool version_1 = bytes[6] == 1;
  std::uint32_t header_size = 0;
  std::memcpy(&header_size, bytes.data() + 8, version_1 ? 2 : 4);
  const std::size_t start = version_1 ? 10 : 12;
  const std::string header = bytes.substr(start, header_size);
  const char* data = bytes.data() + start + header_size;

  NpyArray array;
  const auto type_at = header.find("'descr':");
  const auto quote = header.find('\'', type_at + 8);
  array.dtype = header.substr(quote + 1, header.find('\'', quote + 1) - quote - 1);
  if (header.find("'fortran_order': True") != std::string::npos) {
    throw std::runtime_error(name + " is in Fortran order");
  }
  std::size_t count = 1;
  const auto open = header.find('(');
  const auto close = header.find(')', open);
  for (std::size_t at = open + 1; at < close;) {
    const auto comma = std::min(header.find(',', at), close);
    const std::string number = header.substr(at, comma - at);
    if (number.find_first_of("0123456789") != std::string::npos) {
      array.shape.push_back(std::stoll(number));
      count *= static_cast<std::size_t>(array.shape.back());
    }
    at = comma + 1;
  }
  array.values.reserve(count);
  const std::string& type = array.dtype;
  if (type == "<f4") convert<float>(data, count, array.values);
  else if (type == "<f8") convert<double>(data, count, array.values);
  else if (type == "<i4") convert<std::int32_t>(data, count, array.values);
  else if (type == "<i8") convert<std::int64_t>(data, count, array.values);
  else if (type == "<i2") convert<std::int16_t>(data, count, array.values);
  else if (type == "<u2") convert<std::uint16_t>(data, count, array.values);
  else if (type == "<u4") convert<std::uint32_t>(data, count, array.values);
  else if (type == "<u8") convert<std::uint64_t>(data, count, array.values);
  else if (type == "|u1" || type == "|b1") convert<std::uint8_t>(data, count, array.values);
  else if (type == "|i1") convert<std::int8_t>(data, count, array.values);
  else throw std::runtime_error(name + " has the type " + type);
  return array;
}

}  // namespace

NpyArray read_npy(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot open " + path.string());
  return parse({std::istreambuf_iterator<char>(in), {}}, path.string());
}

std::map<std::string, NpyArray> read_npz(const std::filesystem::path& path) {
  int code = 0;
  zip_t* archive = zip_open(path.c_str(), ZIP_RDONLY, &code);
  if (archive == nullptr) throw std::runtime_error("cannot open " + path.string());
  std::map<std::string, NpyArray> arrays;
  for (zip_int64_t i = 0; i < zip_get_num_entries(archive, 0); ++i) {
    zip_stat_t stat;
    zip_stat_index(archive, static_cast<zip_uint64_t>(i), 0, &stat);
    std::string bytes(stat.size, '\0');
    zip_file_t* file = zip_fopen_index(archive, static_cast<zip_uint64_t>(i), 0);
    zip_fread(file, bytes.data(), stat.size);
    zip_fclose(file);
    std::string name = stat.name;
    arrays.emplace(name.substr(0, name.rfind(".npy")), parse(bytes, name));
  }
  zip_close(archive);
  return arrays;
}

}  // namespace karyo::test
