// NRRD, NIfTI and MetaImage, and stacks above 4 GB.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <fstream>

#include "core/io/image_reader.h"
#include "tests/core/io/io_support.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

void write_text(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

#if defined(__GNUC__) && !defined(__clang__)

TEST(Nrrd, EveryTypeComesBackWithItsSpacing) {
  const test::TempDir dir;
  for (const VoxelType type :
       {VoxelType::kUInt8, VoxelType::kInt8, VoxelType::kUInt16, VoxelType::kInt16,
        VoxelType::kUInt32, VoxelType::kInt32, VoxelType::kFloat32, VoxelType::kFloat64}) {
    for (const bool compress : {false, true}) {
      for (const VolumeShape shape : {VolumeShape{1, 1, 1, 6, 5}, VolumeShape{1, 1, 4, 6, 5},
                                      VolumeShape{1, 2, 4, 6, 5}, VolumeShape{3, 2, 4, 6, 5}}) {
        SCOPED_TRACE(std::string(name_of(type)) + " " + std::to_string(shape.t * shape.c));
        Volume written = test::random_volume(type, shape);
        written.grid = {shape.z > 1 ? 1.75 : 1, 0.5, 0.25, "um", shape.t > 1 ? 2.5 : 0, "min"};
        if (shape.t == 1) written.grid.time_unit = "sec";
        const auto saved = write_image(dir / "a.nrrd", written, {.compress = compress});
        ASSERT_TRUE(saved) << saved.error().what;
        const auto read = read_image(dir / "a.nrrd");
        ASSERT_TRUE(read) << read.error().what;
        EXPECT_TRUE(test::same_voxels(written, *read));
        EXPECT_EQ(read->grid, written.grid);
      }
    }
  }
}

std::string nifti(std::int16_t x, std::int16_t y, std::int16_t z) {
  std::string header(352, '\0');
  const auto put = [&](std::size_t at, auto value) {
    std::memcpy(header.data() + at, &value, sizeof value);
  };
  put(0, std::int32_t{348});
  const std::int16_t dim[8] = {3, x, y, z, 1, 1, 1, 1};
  std::memcpy(header.data() + 40, dim, sizeof dim);
  put(70, std::int16_t{512});  // uint16
  put(72, std::int16_t{16});
  const float pixdim[4] = {1, 0.5F, 0.5F, 2};
  std::memcpy(header.data() + 76, pixdim, sizeof pixdim);
  put(108, 352.0F);
  header[123] = 3;  // microns
  std::memcpy(header.data() + 344, "n+1", 4);
  return header;
}

TEST(Nifti, IsReadInMicrons) {
  const test::TempDir dir;
  std::string file = nifti(3, 2, 2);
  for (char i = 0; i < 12; ++i) file += {i, 1};
  write_text(dir / "a.nii", file);
  const auto read = read_image(dir / "a.nii");
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_EQ(read->shape(), (VolumeShape{1, 1, 2, 2, 3}));
  EXPECT_EQ(read->view<std::uint16_t>()(1, 0, 2), 256 + 8);
  EXPECT_EQ(read->grid.unit, "um");
  EXPECT_NEAR(read->grid.spacing_z, 2, 1e-6);
}

TEST(MetaImage, IsReadWithItsPixelsInsideOrBeside) {
  const test::TempDir dir;
  const std::string header =
      "ObjectType = Image\nNDims = 2\nBinaryData = True\nDimSize = 3 2\n"
      "ElementSpacing = 0.5 0.25\nElementType = MET_UCHAR\nElementDataFile = ";
  write_text(dir / "a.mha", header + "LOCAL\nabcdef");
  write_text(dir / "a.mhd", header + "a.raw\n");
  write_text(dir / "a.raw", "abcdef");
  for (const char* name : {"a.mha", "a.mhd"}) {
    const auto read = read_image(dir / name);
    ASSERT_TRUE(read) << read.error().what;
    EXPECT_EQ(read->shape(), (VolumeShape{1, 1, 1, 2, 3}));
    EXPECT_EQ(read->view<std::uint8_t>()(0, 1, 0), 'd');
    EXPECT_EQ(read->grid.spacing_y, 0.25);
  }
}

#endif

TEST(ItkFormats, HeadersThatClaimTooMuchNeverReachItk) {
  const test::TempDir dir;
  const std::string nrrd = "NRRD0004\ntype: uint16\ndimension: 3\nencoding: raw\nsizes: ";
  const std::string meta =
      "ObjectType = Image\nNDims = 3\nElementType = MET_USHORT\nElementDataFile = LOCAL\n";
  const std::pair<const char*, std::string> files[] = {
      {"huge.nrrd", nrrd + "2000000000 2000000000 2000000000\n\nabc"},
      {"short.nrrd", nrrd + "10 10 10\n\nabc"},
      {"negative.nrrd", nrrd + "10 -10 10\n\nabc"},
      {"two.nrrd", nrrd + "10 10\n\nabc"},
      {"detached.nrrd",
       "NRRD0004\ntype: uint8\ndimension: 1\nsizes: 4\nencoding: raw\n"
       "data file: /etc/passwd\n\n"},
      {"huge.mha", "DimSize = 100000 100000 100000\n"},
      {"away.mhd", "DimSize = 1 1 1\n"}};
  for (auto [name, text] : files) {
    if (std::string(name) == "huge.mha") text = meta.substr(0, 50) + text + meta.substr(50);
    if (std::string(name) == "away.mhd") {
      text =
          "ObjectType = Image\nNDims = 1\nDimSize = 4\nElementType = MET_UCHAR\n"
          "ElementDataFile = ../../etc/passwd\n";
    }
    write_text(dir / name, text);
    const auto read = read_image(dir / name);
    ASSERT_FALSE(read) << name;
    EXPECT_FALSE(read.error().fix.empty());
  }
}

TEST(Png, DamageIsAnError) {
  const test::TempDir dir;
  write_text(dir / "a.png", std::string("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16));
  const auto read = read_image(dir / "a.png");
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().what.find("PNG"), std::string::npos);
}

/// A page of 16-bit voxels whose planes follow one another, as ImageJ writes stacks above 4 GB: one
/// directory, the rest said in words. The file is sparse.
TEST(LargeStacks, SingleDirectoryImageJStackIsReadPlaneByPlane) {
  const test::TempDir dir;
  constexpr std::int64_t kSide = 1024;
  constexpr std::int64_t kSlices = 2200;  // 4.6 GB
  const std::string text = "ImageJ=1.53t\nimages=2200\nslices=2200\nunit=um\nspacing=2\n";
  std::string head("II*\0\x08\0\0\0", 8);
  const auto put = [&](std::uint32_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) head += static_cast<char>(value >> (8 * i));
  };
  const std::uint32_t text_at = 8 + 2 + 9 * 12 + 4;
  constexpr std::uint32_t kPixels = 4096;
  const std::array<std::array<std::uint32_t, 4>, 9> tags{
      {{256, 4, 1, kSide},
       {257, 4, 1, kSide},
       {258, 3, 1, 16},
       {259, 3, 1, 1},
       {262, 3, 1, 1},
       {270, 2, static_cast<std::uint32_t>(text.size()), text_at},
       {273, 4, 1, kPixels},
       {278, 4, 1, kSide},
       {279, 4, 1, kSide * kSide * 2}}};
  put(tags.size(), 2);
  for (const auto& tag : tags) put(tag[0], 2), put(tag[1], 2), put(tag[2], 4), put(tag[3], 4);
  put(0, 4);
  head += text;
  const auto path = dir / "large.tif";
  const int fd = ::open(path.c_str(), O_CREAT | O_RDWR, 0600);
  ASSERT_GE(fd, 0);
  const off_t last = kPixels + (kSlices - 1) * kSide * kSide * 2;
  const std::uint16_t mark = 54321;
  ASSERT_EQ(::pwrite(fd, head.data(), head.size(), 0), static_cast<ssize_t>(head.size()));
  ASSERT_EQ(::ftruncate(fd, last + kSide * kSide * 2), 0);
  ASSERT_EQ(::pwrite(fd, &mark, 2, last + 2 * (5 * kSide + 7)), 2);
  ::close(fd);

  auto reader = io::open_image(path);
  ASSERT_TRUE(reader) << reader.error().what;
  EXPECT_EQ((*reader)->description().axes, "ZYX");
  EXPECT_EQ((*reader)->description().shape, (VolumeShape{1, 1, kSlices, kSide, kSide}));
  std::vector<std::uint16_t> plane(kSide * kSide);
  ASSERT_TRUE((*reader)->read_plane(0, 0, kSlices - 1, reinterpret_cast<std::byte*>(plane.data())));
  EXPECT_EQ(plane[5 * kSide + 7], mark);
  EXPECT_EQ(plane[0], 0);
  std::filesystem::resize_file(path, static_cast<std::uintmax_t>(last));
  const auto cut = describe_image(path);
  ASSERT_FALSE(cut);
  EXPECT_NE(cut.error().what.find("2200"), std::string::npos);
}

TEST(Planes, ReadOneByOneEqualTheWhole) {
  const test::TempDir dir;
  Volume colour = test::random_volume(VoxelType::kUInt8, {2, 3, 2, 9, 11});
  colour.rgb = true;
  ASSERT_TRUE(write_image(dir / "a.tif", colour, {.compress = true}));
  auto reader = io::open_image(dir / "a.tif");
  ASSERT_TRUE(reader);
  std::vector<std::uint8_t> plane(99);
  for (std::int64_t t = 0; t < 2; ++t) {
    for (std::int64_t c = 0; c < 3; ++c) {
      for (std::int64_t z = 0; z < 2; ++z) {
        ASSERT_TRUE((*reader)->read_plane(t, c, z, reinterpret_cast<std::byte*>(plane.data())));
        EXPECT_TRUE(
            std::equal(plane.begin(), plane.end(), &colour.view<std::uint8_t>(t, c)(z, 0, 0)));
      }
    }
  }
}

}  // namespace
}  // namespace karyo
