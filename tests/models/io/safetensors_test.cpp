#include "models/io/safetensors.h"

#include <gtest/gtest.h>

#include <cstring>

#include "core/base/atomic_file.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

std::string file_of(const std::string& header, const std::string& data) {
  std::string bytes(8, '\0');
  const std::uint64_t length = header.size();
  std::memcpy(bytes.data(), &length, 8);
  return bytes + header + data;
}

template <typename T>
std::vector<std::byte> bytes_from(const std::vector<T>& values) {
  std::vector<std::byte> bytes(values.size() * sizeof(T));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

TEST(Safetensors, WhatIsWrittenIsRead) {
  const test::TempDir dir;
  SafeTensors content;
  content.tensors = {
      {"weight", TensorType::kF32, {2, 3}, bytes_from<float>({1, 2, 3, 4, 5, -0.0F})},
      {"step", TensorType::kI64, {}, bytes_from<std::int64_t>({1LL << 40})},
      {"random state", TensorType::kU8, {3}, bytes_from<std::uint8_t>({0, 128, 255})},
      {"half", TensorType::kBF16, {1, 2}, bytes_from<std::uint16_t>({0x3f80, 0xff80})},
      {"empty", TensorType::kF32, {0, 4}, {}}};
  content.metadata = {{"epoch", "7"}, {"name", "\xc3\xa4 \"quoted\""}};
  ASSERT_TRUE(write_safetensors(dir / "c.safetensors", content));
  const auto read = read_safetensors(dir / "c.safetensors");
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_EQ(read->metadata, content.metadata);
  ASSERT_EQ(read->tensors.size(), content.tensors.size());
  for (const auto& tensor : content.tensors) {
    ASSERT_NE(read->find(tensor.name), nullptr);
    EXPECT_EQ(*read->find(tensor.name), tensor);
  }
  EXPECT_EQ(read->find("absent"), nullptr);
}

TEST(Safetensors, TheFormatIsTheDocumentedOne) {
  const auto read = parse_safetensors(
      file_of(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"__metadata__":{"k":"v"}})",
              std::string("\0\0\x80\x3f\0\0\0\xc0", 8)),
      "a");
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_EQ(read->tensors[0].bytes, bytes_from<float>({1, -2}));
  EXPECT_EQ(read->metadata.at("k"), "v");
}

TEST(Safetensors, HostileHeadersAreErrors) {
  const std::string data(16, '\0');
  const auto tensor = [](const std::string& dtype, const std::string& shape,
                         const std::string& offsets) {
    return R"({"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets +
           "}";
  };
  ASSERT_TRUE(
      parse_safetensors(file_of(R"({"a":)" + tensor("F32", "[4]", "[0,16]") + "}", data), "ok"));
  const std::vector<std::string> headers{
      "", "[]", " {}", "{", "{}", R"({"a":1})", R"({"a":{}})",
      R"({"a":)" + tensor("F32", "[3]", "[0,16]") + "}",
      R"({"a":)" + tensor("F32", "[4]", "[0,12]") + "}",
      R"({"a":)" + tensor("F32", "[4]", "[16,0]") + "}",
      R"({"a":)" + tensor("F32", "[4]", "[1,17]") + "}",
      R"({"a":)" + tensor("F32", "[-4]", "[0,16]") + "}",
      R"({"a":)" + tensor("F32", "[4.0]", "[0,16]") + "}",
      R"({"a":)" + tensor("F32", "4", "[0,16]") + "}",
      R"({"a":)" + tensor("F32", "[4]", "[0]") + "}",
      R"({"a":)" + tensor("F33", "[4]", "[0,16]") + "}",
      // 2^64 elements, and products that wrap to 16 bytes
      R"({"a":)" + tensor("U8", "[4294967296,4294967296]", "[0,16]") + "}",
      R"({"a":)" + tensor("U8", "[1099511627776,1099511627776,16]", "[0,16]") + "}",
      R"({"a":)" + tensor("U8", "[18446744073709551615]", "[0,18446744073709551615]") + "}",
      // overlap, hole, bytes that belong to nobody
      R"({"a":)" + tensor("F32", "[4]", "[0,16]") + R"(,"b":)" + tensor("F32", "[1]", "[0,4]") +
          "}",
      R"({"a":)" + tensor("F32", "[1]", "[0,4]") + R"(,"b":)" + tensor("F32", "[2]", "[8,16]") +
          "}",
      R"({"a":)" + tensor("F32", "[1]", "[0,4]") + "}", R"({"__metadata__":{"a":1}})",
      R"({"__metadata__":[]})", std::string(1000, '{')};
  for (const auto& header : headers) {
    const auto read = parse_safetensors(file_of(header, data), "c");
    ASSERT_FALSE(read) << header;
    EXPECT_FALSE(read.error().fix.empty());
  }
  std::string huge(24, '\xff');
  EXPECT_FALSE(parse_safetensors(huge, "c"));
  EXPECT_FALSE(parse_safetensors("1234567", "c"));
}

TEST(Safetensors, EveryCutIsAnError) {
  const std::string whole =
      file_of(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", std::string(8, 'x'));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(parse_safetensors(std::string_view(whole).substr(0, size), "c")) << size;
  }
}

TEST(Safetensors, WrongContentIsNotWritten) {
  const test::TempDir dir;
  EXPECT_FALSE(write_safetensors(dir / "c", {{{"a", TensorType::kF32, {2}, {}}}, {}}));
  EXPECT_FALSE(write_safetensors(
      dir / "c", {{{"a", TensorType::kU8, {0}, {}}, {"a", TensorType::kU8, {0}, {}}}, {}}));
  EXPECT_FALSE(std::filesystem::exists(dir / "c"));
}

}  // namespace
}  // namespace karyo
