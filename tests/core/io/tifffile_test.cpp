// What is written here is read by Python's tifffile. Runs where KARYOSCOPE_PYTHON names a Python
// that has it.

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/io/tiff_writer.h"
#include "tests/core/io/io_support.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

using nlohmann::json;

std::string shell_quoted(const std::filesystem::path& path) {
  std::string text = "'";
  for (const char c : path.string()) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

/// Files with what is expected of them, for check_with_tifffile.py.
class Collection {
 public:
  explicit Collection(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// Writes the image's voxels, and what the axes alone say; more may be added to the answer.
  json& expect(const std::string& name, const Volume& volume, const char* format) {
    const VolumeShape shape = volume.shape();
    json& entry = expected_[name];
    entry = {{"format", format}, {"dtype", name_of(volume.type())}};
    std::string axes;
    json extents = json::array();
    const auto add = [&](char axis, std::int64_t extent, bool always) {
      if (extent == 1 && !always) return;
      axes += axis;
      extents.push_back(extent);
    };
    add('T', shape.t, false);
    add('Z', shape.z, false);
    add('C', volume.rgb ? 1 : shape.c, false);
    add('Y', shape.y, true);
    add('X', shape.x, true);
    if (volume.rgb) add('S', shape.c, true);
    entry["axes"] = axes;
    entry["shape"] = extents;
    const std::size_t voxel = bytes_of(volume.type());
    std::ofstream raw(folder_ / (name + ".raw"), std::ios::binary);
    const auto put = [&](std::int64_t t, std::int64_t c, std::int64_t z, std::int64_t i,
                         std::int64_t count) {
      const auto at = ((t * shape.c + c) * shape.z + z) * shape.y * shape.x + i;
      raw.write(reinterpret_cast<const char*>(volume.data()) + at * std::int64_t(voxel),
                count * std::int64_t(voxel));
    };
    const std::int64_t pixels = shape.y * shape.x;
    for (std::int64_t t = 0; t < shape.t; ++t) {
      for (std::int64_t z = 0; z < shape.z; ++z) {
        if (!volume.rgb) {
          for (std::int64_t c = 0; c < shape.c; ++c) put(t, c, z, 0, pixels);
          continue;
        }
        for (std::int64_t i = 0; i < pixels; ++i) {
          for (std::int64_t c = 0; c < shape.c; ++c) put(t, c, z, i, 1);
        }
      }
    }
    return entry;
  }

  json& add(const std::string& name, const Volume& volume, const WriteOptions& options = {}) {
    const auto saved = write_image(folder_ / name, volume, options);
    EXPECT_TRUE(saved) << saved.error().what;
    const bool ome = options.ome || name.ends_with(".ome.tif");
    json& entry = expect(name, volume, ome ? "OME-TIFF" : "ImageJ TIFF");
    entry["compressed"] = options.compress;
    return entry;
  }

  void add_grid(json& entry, const VoxelGrid& grid) {
    entry["spacing"] = {grid.spacing_z, grid.spacing_y, grid.spacing_x};
    entry["unit"] = grid.unit;
    if (grid.frame_interval > 0) entry["frame_interval"] = grid.frame_interval;
  }

  void finish() const { std::ofstream(folder_ / "expected.json") << expected_.dump(1); }

 private:
  std::filesystem::path folder_;
  json expected_;
};

json lut_json(const std::vector<Rgb>& lut) {
  json parts = {json::array(), json::array(), json::array()};
  for (const Rgb& color : lut) {
    parts[0].push_back(color.r);
    parts[1].push_back(color.g);
    parts[2].push_back(color.b);
  }
  return parts;
}

TEST(PythonTifffile, ReadsWhatIsWritten) {
  const char* python = std::getenv("KARYOSCOPE_PYTHON");
  if (python == nullptr) {
    GTEST_SKIP() << "KARYOSCOPE_PYTHON names no Python with tifffile (pip install tifffile)";
  }
  const test::TempDir dir;
  Collection files(dir.path());

  for (const VoxelType type :
       {VoxelType::kUInt8, VoxelType::kInt8, VoxelType::kUInt16, VoxelType::kInt16,
        VoxelType::kUInt32, VoxelType::kInt32, VoxelType::kFloat32, VoxelType::kFloat64}) {
    const Volume volume = test::random_volume(type, {1, 1, 3, 5, 7});
    files.add(std::string(name_of(type)) + ".tif", volume);
    files.add(std::string(name_of(type)) + ".ome.tif", volume);
  }
  for (int axes = 0; axes < 8; ++axes) {
    const VolumeShape shape{(axes & 1) != 0 ? 3 : 1, (axes & 2) != 0 ? 2 : 1,
                            (axes & 4) != 0 ? 4 : 1, 40, 50};
    const Volume volume = test::random_volume(VoxelType::kUInt16, shape);
    const std::string name = "axes" + std::to_string(axes);
    files.add(name + ".tif", volume);
    files.add(name + "_deflate.tif", volume, {.compress = true});
    files.add(name + ".ome.tif", volume);
    files.add(name + "_deflate.ome.tif", volume, {.compress = true});
  }

  Volume full = test::random_volume(VoxelType::kUInt16, {2, 2, 3, 6, 9});
  full.grid = {1.75, 0.2155, 0.1, "um", 900, "sec"};
  full.channels.resize(2);
  full.channels[0] = {"DNA µ", true, 12.5, 4000, test::green_lut()};
  std::vector<Rgb> red;
  for (int i = 0; i < 256; ++i) red.push_back({static_cast<std::uint8_t>(i), 0, 0});
  full.channels[1] = {"membrane", true, 0, 255, red};
  for (const char* name : {"full.tif", "full.ome.tif"}) {
    json& entry = files.add(name, full);
    files.add_grid(entry, full.grid);
    entry["ranges"] = {{12.5, 4000}, {0, 255}};
    entry["names"] = {"DNA µ", "membrane"};
    entry["luts"] = {lut_json(test::green_lut()), lut_json(red)};
  }
  Volume plane = test::random_volume(VoxelType::kFloat32, {1, 1, 1, 6, 9});
  plane.grid = {1, 0.3, 0.3, "um", 0, "sec"};
  plane.channels.resize(1);
  plane.channels[0] = {"", true, -1.5, 3.25, {}};
  json& entry = files.add("plane.tif", plane);
  files.add_grid(entry, plane.grid);
  entry["ranges"] = {{-1.5, 3.25}};

  for (const std::int64_t samples : {3, 4}) {
    for (const VoxelType type : {VoxelType::kUInt8, VoxelType::kUInt16}) {
      Volume colour = test::random_volume(type, {1, samples, 2, 5, 6});
      colour.rgb = true;
      const std::string name = "rgb" + std::to_string(samples) + std::string(name_of(type));
      files.add(name + ".tif", colour);
      files.add(name + ".ome.tif", colour);
    }
  }

  LabelArray labels({3, 300, 200});
  for (std::int64_t y = 10; y < 100; ++y) labels(1, y, 20) = 65535;
  const VoxelGrid grid{2, 0.5, 0.5, "um", 0, "sec"};
  for (const std::string name : {"labels16.tif", "labels32.tif"}) {
    if (name == "labels32.tif") labels(2, 5, 5) = 70000;
    ASSERT_TRUE(write_labels(dir / name, labels, grid));
    json& written = files.expect(name, from_labels(labels, grid), "ImageJ TIFF");
    written["compressed"] = true;
    files.add_grid(written, grid);
  }

  // The forms of files above 4 GB, at a size that tests can afford.
  const io::TiffWriteOptions large[] = {{.classic_limit = 1000},
                                        {.deflate = true, .classic_limit = 1000},
                                        {.ome = true, .classic_limit = 1000}};
  for (const auto& options : large) {
    const std::string name = options.ome       ? "large.ome.tif"
                             : options.deflate ? "large_deflate.tif"
                                               : "large.tif";
    ASSERT_TRUE(io::write_tiff(dir / name, full, options));
    json& written = files.expect(name, full, options.ome ? "OME-TIFF" : "ImageJ TIFF");
    files.add_grid(written, full.grid);
    written["compressed"] = options.deflate;
    written["bigtiff"] = options.ome || options.deflate;
    written["pages"] = options.ome || options.deflate ? 12 : 1;
    written["names"] = {"DNA µ", "membrane"};
  }
  files.finish();

  const std::string script = KARYOSCOPE_SOURCE_DIR "/tests/core/io/check_with_tifffile.py";
  const std::string command = shell_quoted(python) + " " + shell_quoted(script) + " " + shell_quoted(dir.path());
  const int status = std::system(command.c_str());
  ASSERT_TRUE(WIFEXITED(status));
  if (WEXITSTATUS(status) == 77) GTEST_SKIP() << python << " has no tifffile";
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace karyo
