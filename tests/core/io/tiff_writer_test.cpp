#include "core/io/tiff_writer.h"

#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include <sys/resource.h>

#include "tests/core/io/io_support.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

constexpr VoxelType kTypes[] = {VoxelType::kUInt8,   VoxelType::kInt8,   VoxelType::kUInt16,
                                VoxelType::kInt16,   VoxelType::kUInt32, VoxelType::kInt32,
                                VoxelType::kFloat32, VoxelType::kFloat64};

int files_in(const std::filesystem::path& folder) {
  int count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder)) ++count;
  return count;
}

/// Name, deflate and OME or not.
struct Form {
  const char* name;
  WriteOptions options;
};
const Form kForms[] = {{"a.tif", {}},
                       {"a.tif", {.compress = true}},
                       {"a.ome.tif", {}},
                       {"a.tiff", {.compress = true, .ome = true}}};

TEST(TiffStackWriter, PlaneByPlaneIsTheSameFile) {
  const test::TempDir dir;
  const Volume volume = test::random_volume(VoxelType::kFloat32, {2, 3, 4, 9, 11});
  const std::size_t plane_bytes = 9 * 11 * sizeof(float);
  const auto bytes = [&](const char* name) {
    std::ifstream in(dir / name, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  // As usual, deflated, as OME, and beyond the limit: in ImageJ's way and as BigTIFF.
  for (const io::TiffWriteOptions& options :
       {io::TiffWriteOptions{}, io::TiffWriteOptions{.deflate = true},
        io::TiffWriteOptions{.ome = true}, io::TiffWriteOptions{.classic_limit = 4000},
        io::TiffWriteOptions{.deflate = true, .classic_limit = 4000}}) {
    ASSERT_TRUE(io::write_tiff(dir / "whole.tif", volume, options));
    auto file = io::TiffStackWriter::create(
        dir / "planes.tif", options.ome ? io::header_of(volume) : io::header_with_ranges(volume),
        options);
    ASSERT_TRUE(file) << file.error().what;
    for (std::int64_t t = 0; t < 2; ++t) {
      for (std::int64_t z = 0; z < 4; ++z) {
        for (std::int64_t c = 0; c < 3; ++c) {
          const auto plane = static_cast<std::size_t>((t * 3 + c) * 4 + z);
          file->add_plane(volume.data() + plane * plane_bytes);
        }
      }
    }
    EXPECT_FALSE(std::filesystem::exists(dir / "planes.tif"));
    ASSERT_TRUE(file->finish());
    EXPECT_EQ(bytes("planes.tif"), bytes("whole.tif"));
    std::filesystem::remove(dir / "planes.tif");
  }
}

TEST(TiffStackWriter, OneThatIsNotFinishedLeavesNothing) {
  const test::TempDir dir;
  {
    auto file = io::TiffStackWriter::create(
        dir / "a.tif", io::StackHeader{VoxelType::kUInt8, {1, 1, 2, 3, 3}}, {});
    ASSERT_TRUE(file);
    const std::byte plane[9]{};
    file->add_plane(plane);
  }
  EXPECT_EQ(files_in(dir.path()), 0);
}

TEST(TiffRoundTrip, EveryTypeAndEveryCombinationOfAxesComesBack) {
  const test::TempDir dir;
  unsigned seed = 1;
  for (const Form& form : kForms) {
    for (const VoxelType type : kTypes) {
      // All eight for one type; the others share the code that orders planes.
      for (int axes = 0; axes < 8; axes += type == VoxelType::kUInt16 ? 1 : 7) {
        const VolumeShape shape{(axes & 1) != 0 ? 3 : 1, (axes & 2) != 0 ? 2 : 1,
                                (axes & 4) != 0 ? 4 : 1, 5, 7};
        SCOPED_TRACE(std::string(form.name) + " " + std::string(name_of(type)) + " axes " +
                     std::to_string(axes));
        const Volume written = test::random_volume(type, shape, seed++);
        const auto saved = write_image(dir / form.name, written, form.options);
        ASSERT_TRUE(saved) << saved.error().what;
        const auto read = read_image(dir / form.name);
        ASSERT_TRUE(read) << read.error().what;
        EXPECT_TRUE(test::same_voxels(written, *read));
        const auto described = describe_image(dir / form.name);
        ASSERT_TRUE(described);
        std::string expected;
        if (shape.t > 1) expected += 'T';
        if (shape.z > 1) expected += 'Z';
        if (shape.c > 1) expected += 'C';
        EXPECT_EQ(described->axes, expected + "YX");
      }
    }
  }
}

TEST(TiffRoundTrip, GridChannelsAndNamesComeBack) {
  const test::TempDir dir;
  Volume written = test::random_volume(VoxelType::kUInt16, {2, 2, 3, 6, 9});
  written.grid = {1.75, 0.2155, 0.1, "um", 900, "sec"};
  written.channels.resize(2);
  written.channels[0] = {"DNA µ", true, 12.5, 4000, test::green_lut()};
  written.channels[1] = {"membrane", true, 0, 255, {}};
  ASSERT_TRUE(write_image(dir / "a.tif", written));
  const auto imagej = read_image(dir / "a.tif");
  ASSERT_TRUE(imagej) << imagej.error().what;
  EXPECT_EQ(imagej->grid, written.grid);
  ASSERT_EQ(imagej->channels.size(), 2U);
  EXPECT_EQ(imagej->channels[0].name, "DNA µ");
  EXPECT_EQ(imagej->channels[0].range_low, 12.5);
  EXPECT_EQ(imagej->channels[1].range_high, 255);
  EXPECT_EQ(imagej->channels[0].lut, test::green_lut());

  ASSERT_TRUE(write_image(dir / "a.ome.tif", written));
  const auto ome = read_image(dir / "a.ome.tif");
  ASSERT_TRUE(ome) << ome.error().what;
  EXPECT_EQ(ome->grid, written.grid);
  ASSERT_EQ(ome->channels.size(), 2U);
  EXPECT_EQ(ome->channels[0].name, "DNA µ");
  EXPECT_EQ(ome->channels[0].lut, test::green_lut());
}

TEST(TiffRoundTrip, ColourPicturesStayColourPictures) {
  const test::TempDir dir;
  for (const std::int64_t samples : {3, 4}) {
    for (const VoxelType type : {VoxelType::kUInt8, VoxelType::kUInt16}) {
      for (const Form& form : kForms) {
        Volume written = test::random_volume(type, {1, samples, 2, 5, 3});
        written.rgb = true;
        ASSERT_TRUE(write_image(dir / form.name, written, form.options));
        const auto read = read_image(dir / form.name);
        ASSERT_TRUE(read) << read.error().what;
        EXPECT_TRUE(test::same_voxels(written, *read)) << form.name << samples;
        EXPECT_EQ(describe_image(dir / form.name)->axes, "ZYXS");
      }
    }
  }
}

TEST(TiffRoundTrip, APaletteComesBack) {
  const test::TempDir dir;
  Volume written = test::random_volume(VoxelType::kUInt8, {1, 1, 1, 5, 3});
  written.channels.resize(1);
  written.channels[0].lut = test::green_lut();
  ASSERT_TRUE(write_image(dir / "a.tif", written));
  const auto read = read_image(dir / "a.tif");
  ASSERT_TRUE(read);
  ASSERT_EQ(read->channels.size(), 1U);
  EXPECT_EQ(read->channels[0].lut, test::green_lut());
}

/// The forms of files above 4 GB, at a size that tests can afford.
TEST(TiffWriter, AboveTheLimitAStackIsImageJsAndTheRestBigTiff) {
  const test::TempDir dir;
  Volume stack = test::random_volume(VoxelType::kUInt16, {2, 2, 3, 11, 13});
  stack.grid = {1.75, 0.5, 0.25, "um", 900, "sec"};
  stack.channels.resize(2);
  stack.channels[0].lut = test::green_lut();
  Volume colour = test::random_volume(VoxelType::kUInt8, {1, 3, 4, 11, 13});
  colour.rgb = true;
  const Volume plane = test::random_volume(VoxelType::kUInt16, {1, 1, 1, 11, 13});
  const auto magic = [&] {
    std::ifstream file(dir / "a.tif", std::ios::binary);
    char bytes[3] = {};
    file.read(bytes, 3);
    return static_cast<int>(bytes[2]);
  };
  for (const bool above : {false, true}) {
    for (const Volume* volume : std::initializer_list<const Volume*>{&stack, &colour, &plane}) {
      for (const bool deflate : {false, true}) {
        for (const bool ome : {false, true}) {
          SCOPED_TRACE(testing::Message() << above << deflate << ome << volume->shape().z);
          io::TiffWriteOptions options{.deflate = deflate, .ome = ome};
          if (above) options.classic_limit = 100;
          ASSERT_TRUE(io::write_tiff(dir / "a.tif", *volume, options));
          const auto read = read_image(dir / "a.tif");
          ASSERT_TRUE(read) << read.error().what;
          EXPECT_TRUE(test::same_voxels(*volume, *read));
          EXPECT_EQ(read->grid, volume->grid);
          const bool in_words = !deflate && !ome && volume != &plane;
          EXPECT_EQ(magic(), above && !in_words ? 43 : 42);
        }
      }
    }
  }
}

TEST(Labels, AreCompressedAndKeepIdsAndSpacing) {
  const test::TempDir dir;
  LabelArray labels({3, 300, 200});
  for (std::int64_t y = 10; y < 100; ++y) labels(1, y, 20) = 70000;
  const VoxelGrid grid{2, 0.5, 0.5, "um", 0, "sec"};
  ASSERT_TRUE(write_labels(dir / "ümlaut µ.tif", labels, grid));
  EXPECT_LT(std::filesystem::file_size(dir / "ümlaut µ.tif"), 10'000U);
  VoxelGrid read_grid;
  const auto read = read_labels(dir / "ümlaut µ.tif", &read_grid);
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_TRUE(std::equal(read->begin(), read->end(), labels.begin(), labels.end()));
  EXPECT_EQ(read_grid, grid);
  EXPECT_EQ(describe_image(dir / "ümlaut µ.tif")->dtype, "uint32");
  EXPECT_EQ(describe_image(dir / "ümlaut µ.tif")->compression, "deflate");

  labels(1, 10, 20) = 1;
  for (std::int64_t y = 10; y < 100; ++y) labels(1, y, 20) = 65535;
  ASSERT_TRUE(write_labels(dir / "small.tif", labels, grid));
  EXPECT_EQ(describe_image(dir / "small.tif")->dtype, "uint16");
}

TEST(TiffWriter, AFullDiskLeavesTheOldFileAndNothingElse) {
  const test::TempDir dir;
  const Volume small = test::random_volume(VoxelType::kUInt8, {1, 1, 1, 4, 4});
  const Volume large = test::random_volume(VoxelType::kUInt8, {1, 1, 64, 64, 64});
  ASSERT_TRUE(write_image(dir / "a.tif", small));
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const auto old_action = std::signal(SIGXFSZ, SIG_IGN);
  // At each size something else is cut: pixels, directories, the last one.
  const auto full = [&](bool compress) -> rlim_t {
    EXPECT_TRUE(write_image(dir / "b.tif", large, {.compress = compress}));
    const rlim_t size = std::filesystem::file_size(dir / "b.tif");
    std::filesystem::remove(dir / "b.tif");
    return size;
  };
  for (const bool compress : {false, true}) {
    const rlim_t size = full(compress);
    for (const rlim_t limit : {rlim_t{0}, rlim_t{10}, size / 2, size - 5000, size - 1}) {
      rlimit tight = before;
      tight.rlim_cur = limit;
      setrlimit(RLIMIT_FSIZE, &tight);
      const auto saved = write_image(dir / "a.tif", large, {.compress = compress});
      setrlimit(RLIMIT_FSIZE, &before);
      ASSERT_FALSE(saved) << limit;
      EXPECT_EQ(saved.error().code, ErrorCode::kIo);
      EXPECT_NE(saved.error().fix.find("space"), std::string::npos) << saved.error().fix;
      EXPECT_EQ(files_in(dir.path()), 1) << limit;
      const auto kept = read_image(dir / "a.tif");
      ASSERT_TRUE(kept);
      EXPECT_TRUE(test::same_voxels(*kept, small));
    }
  }
  std::signal(SIGXFSZ, old_action);
}

TEST(TiffWriter, AFolderInTheWayIsSaid) {
  const test::TempDir dir;
  std::ofstream(dir / "file") << "x";
  const Volume small = test::random_volume(VoxelType::kUInt8, {1, 1, 1, 4, 4});
  const auto saved = write_image(dir / "file/a.tif", small);
  ASSERT_FALSE(saved);
  EXPECT_EQ(saved.error().code, ErrorCode::kIo);
  EXPECT_EQ(files_in(dir.path()), 1);
}

TEST(TiffWriter, UnknownEndingsAreRefused) {
  const test::TempDir dir;
  const auto saved =
      write_image(dir / "a.gif", test::random_volume(VoxelType::kUInt8, {1, 1, 1, 4, 4}));
  ASSERT_FALSE(saved);
  EXPECT_EQ(saved.error().code, ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace karyo
