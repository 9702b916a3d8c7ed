#include "core/io/zarr_source.h"

#include <blosc.h>
#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include <chrono>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/image/paged_image.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

void write_file(const fs::path& path, const std::string& content) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
}

std::string packed(const std::string& bytes, const std::string& codec) {
  std::string out(bytes.size() * 2 + 4096, '\0');
  if (codec == "zlib") {
    uLongf size = out.size();
    compress(reinterpret_cast<Bytef*>(out.data()), &size,
             reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
    return out.substr(0, size);
  }
  if (codec == "zstd") {
    return out.substr(0, ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), 3));
  }
  if (codec == "blosc") {
    const int size = blosc_compress_ctx(5, BLOSC_BITSHUFFLE, 2, bytes.size(), bytes.data(),
                                        out.data(), out.size(), "lz4", 0, 1);
    return out.substr(0, static_cast<std::size_t>(size));
  }
  return bytes;
}

std::uint16_t value(std::int64_t z, std::int64_t y, std::int64_t x) {
  return static_cast<std::uint16_t>(1 + z * 1000 + y * 37 + x);
}

constexpr std::int64_t kZ = 3, kY = 21, kX = 34, kChunkZ = 2, kChunkY = 8, kChunkX = 16;

std::string chunk_bytes(std::int64_t cz, std::int64_t cy, std::int64_t cx) {
  std::string bytes;
  for (std::int64_t z = 0; z < kChunkZ; ++z) {
    for (std::int64_t y = 0; y < kChunkY; ++y) {
      for (std::int64_t x = 0; x < kChunkX; ++x) {
        const std::uint16_t v = value(cz * kChunkZ + z, cy * kChunkY + y, cx * kChunkX + x);
        bytes.append(reinterpret_cast<const char*>(&v), 2);
      }
    }
  }
  return bytes;
}

void write_v2(const fs::path& folder, const std::string& codec) {
  const json compressor = codec.empty() ? json(nullptr) : json{{"id", codec}};
  write_file(folder / ".zarray", json{{"zarr_format", 2},
                                      {"shape", {kZ, kY, kX}},
                                      {"chunks", {kChunkZ, kChunkY, kChunkX}},
                                      {"dtype", "<u2"},
                                      {"compressor", compressor},
                                      {"fill_value", 9},
                                      {"order", "C"},
                                      {"filters", nullptr}}
                                     .dump());
  for (int z = 0; z < 2; ++z) {
    for (int y = 0; y < 3; ++y) {
      for (int x = 0; x < 3; ++x) {
        if (z == 1 && y == 1 && x == 1) continue;  // missing: has the fill value
        const std::string name =
            std::to_string(z) + "." + std::to_string(y) + "." + std::to_string(x);
        write_file(folder / name, packed(chunk_bytes(z, y, x), codec));
      }
    }
  }
}

void expect_values(const fs::path& folder) {
  const auto source = io::open_zarr(folder);
  ASSERT_TRUE(source) << source.error().what;
  EXPECT_EQ((*source)->info().shape(), (VolumeShape{1, 1, kZ, kY, kX}));
  const auto pages = PagedImage::open(*source, std::make_shared<ChunkStore>());
  ASSERT_TRUE(pages) << pages.error().what;
  std::vector<std::uint16_t> voxels(kZ * kY * kX);
  ASSERT_TRUE((*pages)->read(0, 0, 0, {{0, 0, 0}, {kZ, kY, kX}},
                             reinterpret_cast<std::byte*>(voxels.data())));
  for (std::int64_t z = 0; z < kZ; ++z) {
    for (std::int64_t y = 0; y < kY; ++y) {
      for (std::int64_t x = 0; x < kX; ++x) {
        const bool missing = z / kChunkZ == 1 && y / kChunkY == 1 && x / kChunkX == 1;
        ASSERT_EQ(voxels[static_cast<std::size_t>((z * kY + y) * kX + x)],
                  missing ? 9 : value(z, y, x));
      }
    }
  }
}

TEST(ZarrSource, ChunksOfEachPacking) {
  for (const char* codec : {"", "zlib", "zstd", "blosc"}) {
    SCOPED_TRACE(codec);
    const test::TempDir folder;
    write_v2(folder / "a.zarr", codec);
    EXPECT_TRUE(io::is_zarr(folder / "a.zarr"));
    expect_values(folder / "a.zarr");
  }
}

/// Two shards along x, each of 1 x 3 x 2 inner chunks of which one is missing.
TEST(ZarrSource, InnerChunksOfShards) {
  const test::TempDir folder;
  const fs::path array = folder / "s.zarr";
  const json zstd = {{"name", "zstd"}, {"configuration", {{"level", 3}}}};
  const json bytes = {{"name", "bytes"}, {"configuration", {{"endian", "little"}}}};
  write_file(
      array / "zarr.json",
      json{{"zarr_format", 3},
           {"node_type", "array"},
           {"shape", {kZ, kY, kX}},
           {"data_type", "uint16"},
           {"chunk_grid", {{"name", "regular"}, {"configuration", {{"chunk_shape", {2, 24, 32}}}}}},
           {"chunk_key_encoding", {{"name", "default"}, {"configuration", {{"separator", "/"}}}}},
           {"fill_value", 9},
           {"codecs", json::array({{{"name", "sharding_indexed"},
                                    {"configuration",
                                     {{"chunk_shape", {kChunkZ, kChunkY, kChunkX}},
                                      {"codecs", json::array({bytes, zstd})},
                                      {"index_codecs", json::array({bytes, {{"name", "crc32c"}}})},
                                      {"index_location", "end"}}}}})}}
          .dump());
  for (int z = 0; z < 2; ++z) {
    for (int outer = 0; outer < 2; ++outer) {
      std::string content, index;
      for (int y = 0; y < 3; ++y) {
        for (int x = 0; x < 2; ++x) {
          std::uint64_t entry[2] = {~std::uint64_t{0}, ~std::uint64_t{0}};
          const int column = outer * 2 + x;
          if (column < 3 && !(z == 1 && y == 1 && column == 1)) {
            const std::string chunk = packed(chunk_bytes(z, y, column), "zstd");
            entry[0] = content.size();
            entry[1] = chunk.size();
            content += chunk;
          }
          index.append(reinterpret_cast<const char*>(entry), sizeof(entry));
        }
      }
      write_file(array / "c" / std::to_string(z) / "0" / std::to_string(outer),
                 content + index + "CRC!");
    }
  }
  expect_values(array);
}

TEST(ZarrSource, BrokenChunksSayWhich) {
  const test::TempDir folder;
  for (const char* codec : {"", "zlib", "zstd", "blosc"}) {
    SCOPED_TRACE(codec);
    const fs::path array = folder / (std::string("a") + codec);
    write_v2(array, codec);
    const std::string good = packed(chunk_bytes(0, 0, 0), codec);
    for (const std::string& bad : {good.substr(0, good.size() / 2), std::string("x"), std::string(),
                                   std::string(1 << 20, 'y')}) {
      write_file(array / "0.0.0", bad);
      const auto source = io::open_zarr(array);
      ASSERT_TRUE(source);
      std::vector<std::byte> voxels(2 * kChunkZ * kChunkY * kChunkX);
      const auto read = (*source)->read_chunk({0, 0, 0, {0, 0, 0}}, voxels.data());
      ASSERT_FALSE(read);
      EXPECT_NE(read.error().what.find("0.0.0"), std::string::npos) << read.error().what;
    }
  }
}

TEST(ZarrSource, HostileMetadataAreErrors) {
  const test::TempDir folder;
  const json good{{"zarr_format", 2}, {"shape", {30, 40}},     {"chunks", {10, 10}},
                  {"dtype", "<u2"},   {"compressor", nullptr}, {"fill_value", 0},
                  {"order", "C"},     {"filters", nullptr}};
  const auto refused = [&](const json& meta) {
    write_file(folder / "a/.zarray", meta.dump());
    const auto begin = std::chrono::steady_clock::now();
    const auto source = io::open_zarr(folder / "a");
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
    EXPECT_FALSE(source) << meta.dump();
    EXPECT_TRUE(source || !source.error().fix.empty());
  };
  write_file(folder / "a/.zarray", good.dump());
  EXPECT_TRUE(io::open_zarr(folder / "a"));
  const auto with = [&](const char* name, const json& value) {
    json meta = good;
    meta[name] = value;
    return meta;
  };
  refused(with("shape", {1e18, 1e18}));
  refused(with("shape", {-3, 40}));
  refused(with("shape", {0, 40}));
  refused(with("shape", {2.5, 40}));
  refused(with("shape", "large"));
  refused(with("shape", json::array()));
  refused(with("shape", {30}));
  refused(with("chunks", {2147483647, 2147483647}));
  refused(with("chunks", {0, 10}));
  refused(with("chunks", {10, 10, 10}));
  refused(with("chunks", nullptr));
  refused(with("dtype", "|O"));
  refused(with("dtype", "<c16"));
  refused(with("dtype", 7));
  refused(with("dtype", json::array({"a", "<u2"})));
  refused(with("compressor", {{"id", "pickle"}}));
  refused(with("compressor", "zstd"));
  refused(with("filters", json::array({{{"id", "delta"}}})));
  refused(with("dimension_separator", ".."));
  refused(json::object());
  write_file(folder / "a/.zarray", std::string(100000, '['));
  EXPECT_FALSE(io::open_zarr(folder / "a"));
  write_file(folder / "a/.zarray", "[1]");
  EXPECT_FALSE(io::open_zarr(folder / "a"));
  EXPECT_FALSE(io::open_zarr(folder / "nothing"));
}

TEST(ZarrSource, NoPathLeadsOutOfTheImage) {
  const test::TempDir folder;
  write_v2(folder / "secret", "");
  for (const std::string& path : {std::string("../secret"), (folder / "secret").string(),
                                  std::string("a/../../secret"), std::string()}) {
    const json dataset{{"path", path}};
    write_file(folder / "image/.zgroup", R"({"zarr_format":2})");
    write_file(folder / "image/.zattrs",
               json{{"multiscales", json::array({{{"datasets", json::array({dataset})}}})}}.dump());
    EXPECT_FALSE(io::open_zarr(folder / "image")) << path;
  }
  write_file(folder / "image/labels/.zgroup", R"({"zarr_format":2})");
  write_file(folder / "image/labels/.zattrs",
             json{{"labels", {"../../secret", "..", "none", 7}}}.dump());
  EXPECT_TRUE(io::zarr_labels(folder / "image").empty());
}

TEST(ZarrSource, APlateNamesItsWellsAndAWellOpensItsFirstField) {
  const test::TempDir folder;
  write_file(folder / "plate/.zgroup", R"({"zarr_format":2})");
  write_file(folder / "plate/.zattrs", R"({"plate":{"wells":[{"path":"A/1"},{"path":"B/2"}]}})");
  const auto plate = io::open_zarr(folder / "plate");
  ASSERT_FALSE(plate);
  EXPECT_NE(plate.error().fix.find("A/1, B/2"), std::string::npos);
  write_file(folder / "plate/A/1/.zgroup", R"({"zarr_format":2})");
  write_file(folder / "plate/A/1/.zattrs", R"({"well":{"images":[{"path":"0"}]}})");
  write_file(folder / "plate/A/1/0/.zgroup", R"({"zarr_format":2})");
  write_file(folder / "plate/A/1/0/.zattrs",
             R"({"multiscales":[{"axes":["z","y","x"],"datasets":[{"path":"0"}]}]})");
  write_v2(folder / "plate/A/1/0/0", "zstd");
  expect_values(folder / "plate/A/1");
}

/// 4000 x 4000 x 4000 in 16 bits, of which nothing is on disk: 128 GB.
TEST(ZarrSource, AHugeSparseVolumeOpensAtOnce) {
  const test::TempDir folder;
  write_file(folder / "huge/.zarray", json{{"zarr_format", 2},
                                           {"shape", {4000, 4000, 4000}},
                                           {"chunks", {64, 64, 64}},
                                           {"dtype", "<u2"},
                                           {"compressor", nullptr},
                                           {"fill_value", 3},
                                           {"order", "C"},
                                           {"filters", nullptr}}
                                          .dump());
  const auto begin = std::chrono::steady_clock::now();
  const auto source = io::open_zarr(folder / "huge");
  ASSERT_TRUE(source) << source.error().what;
  const auto pages = PagedImage::open(*source, std::make_shared<ChunkStore>());
  ASSERT_TRUE(pages);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
  std::uint16_t one = 0;
  ASSERT_TRUE((*pages)->read(0, 0, 0, {{3999, 3999, 3999}, {4000, 4000, 4000}},
                             reinterpret_cast<std::byte*>(&one)));
  EXPECT_EQ(one, 3);
}

}  // namespace
}  // namespace karyo
