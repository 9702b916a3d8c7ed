#include "core/io/image_io.h"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>

#include "tests/core/io/io_support.h"
#include "tests/support/shared_data.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

/// How many planes were visited; each must be the one that read_image gives at its place.
std::int64_t compare_planes(const std::filesystem::path& path, const Volume& whole) {
  const VolumeShape shape = whole.shape();
  const auto bytes = static_cast<std::size_t>(shape.y * shape.x) * bytes_of(whole.type());
  std::int64_t number = 0;
  const auto visited = visit_planes(path, [&](const Volume& plane) {
    const std::int64_t c = number % shape.c, z = number / shape.c % shape.z;
    const std::int64_t t = number / shape.c / shape.z;
    ++number;
    const auto place = static_cast<std::size_t>((t * shape.c + c) * shape.z + z);
    ASSERT_EQ(plane.type(), whole.type());
    ASSERT_EQ(plane.shape(), (VolumeShape{1, 1, 1, shape.y, shape.x}));
    EXPECT_EQ(std::memcmp(plane.data(), whole.data() + place * bytes, bytes), 0)
        << t << "," << c << "," << z;
  });
  EXPECT_TRUE(visited) << visited.error().what;
  return number;
}

TEST(VisitPlanes, GivesThePlanesOfTheWholeImage) {
  const test::TempDir dir;
  Volume colour = test::random_volume(VoxelType::kUInt8, {2, 3, 2, 7, 9});
  colour.rgb = true;
  ASSERT_TRUE(write_image(dir / "rgb.tif", colour, {.compress = true}));
  EXPECT_EQ(compare_planes(dir / "rgb.tif", colour), 12);
  const Volume channels = test::random_volume(VoxelType::kFloat32, {2, 2, 3, 5, 4});
  for (const char* name : {"c.tif", "c.ome.tif", "c.nrrd"}) {
    ASSERT_TRUE(write_image(dir / name, channels));
    EXPECT_EQ(compare_planes(dir / name, channels), 12);
  }
}

TEST(VisitPlanes, FailsWhereReadImageFails) {
  const test::TempDir dir;
  EXPECT_FALSE(visit_planes(dir / "absent.tif", [](const Volume&) {}));
  ASSERT_TRUE(write_image(dir / "a.tif", test::random_volume(VoxelType::kUInt16, {1, 1, 4, 90, 90}),
                          {.compress = true}));
  std::filesystem::resize_file(dir / "a.tif", std::filesystem::file_size(dir / "a.tif") - 9000);
  const auto cut = visit_planes(dir / "a.tif", [](const Volume&) {});
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().what, read_image(dir / "a.tif").error().what);
}

TEST(VisitPlanes, GivesTheReferenceFilesAsReadImageDoes) {
  KARYO_NEEDS_SHARED();
  int compared = 0;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(test::shared_dir() / "data/formats")) {
    if (!entry.is_regular_file()) continue;
    const auto whole = read_image(entry.path());
    if (!whole) continue;  // tables beside the images
    SCOPED_TRACE(entry.path().filename());
    ++compared;
    EXPECT_EQ(compare_planes(entry.path(), *whole),
              whole->shape().t * whole->shape().c * whole->shape().z);
  }
  EXPECT_GT(compared, 50);
}

}  // namespace
}  // namespace karyo
