#include "app/open_layer.h"

#include <gtest/gtest.h>

#include <fstream>

#include "core/base/random.h"
#include "core/io/image_io.h"
#include "core/layers/image_layer.h"
#include "core/layers/labels_layer.h"
#include "tests/support/shared_data.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;

/// Squares numbered 1, 2, ... on background.
Volume squares(int side, int gap) {
  Volume volume(VoxelType::kUInt16, {1, 1, 1, 96, 96});
  auto view = volume.view<std::uint16_t>();
  std::uint16_t id = 0;
  for (int y = 2; y + side < 96; y += side + gap) {
    for (int x = 2; x + side < 96; x += side + gap) {
      id = static_cast<std::uint16_t>((id + 37) % 211 + 1);  // neighbours far apart, as in tissue
      for (int dy = 0; dy < side; ++dy) {
        for (int dx = 0; dx < side; ++dx) view(0, y + dy, x + dx) = id;
      }
    }
  }
  return volume;
}

Volume noise() {
  Volume volume(VoxelType::kUInt16, {1, 1, 1, 96, 96});
  Random random(3);
  auto view = volume.view<std::uint16_t>();
  for (std::int64_t i = 0; i < view.count(); ++i) {
    view.data()[i] = static_cast<std::uint16_t>(100 + 20 * std::abs(random.normal()));
  }
  return volume;
}

TEST(LooksLikeLabels, NumberedObjectsDoWhateverTheName) {
  EXPECT_TRUE(looks_like_labels(squares(8, 3), "a.tif"));
  EXPECT_TRUE(looks_like_labels(squares(8, 0), "a.tif")) << "touching objects";
}

TEST(LooksLikeLabels, PicturesDoNotWhateverTheName) {
  EXPECT_FALSE(looks_like_labels(noise(), "a.tif"));
  EXPECT_FALSE(looks_like_labels(noise(), "masks/a.tif"));
  Volume ramp(VoxelType::kUInt8, {1, 1, 1, 64, 256});
  for (std::int64_t i = 0; i < 64 * 256; ++i) {
    ramp.view<std::uint8_t>().data()[i] = static_cast<std::uint8_t>(i % 256 / 8);
  }
  EXPECT_FALSE(looks_like_labels(ramp, "smooth.tif"));
}

TEST(LooksLikeLabels, ABinaryPictureNeedsAName) {
  Volume binary(VoxelType::kUInt8, {1, 1, 1, 64, 64});
  for (int y = 10; y < 30; ++y) {
    for (int x = 10; x < 30; ++x) binary.view<std::uint8_t>()(0, y, x) = 255;
  }
  EXPECT_FALSE(looks_like_labels(binary, "cell_01.tif"));
  EXPECT_TRUE(looks_like_labels(binary, "cell_01_mask.tif"));
  EXPECT_TRUE(looks_like_labels(binary, "masks/cell_01.tif"));
  EXPECT_FALSE(looks_like_labels(binary, "unmasked.tif")) << "whole words only";
}

TEST(LooksLikeLabels, SeveralChannelsOrNegativeValuesAreImages) {
  EXPECT_FALSE(looks_like_labels(Volume(VoxelType::kUInt8, {1, 2, 1, 8, 8}), "mask.tif"));
  Volume negative(VoxelType::kInt16, {1, 1, 1, 8, 8});
  negative.view<std::int16_t>()(0, 3, 3) = -1;
  EXPECT_FALSE(looks_like_labels(negative, "mask.tif"));
}

/// The one layer of a file.
Result<std::shared_ptr<Layer>> opened(const fs::path& path, OpenAs as) {
  TaskControl control;
  auto layers = open_layers(path, as, std::make_shared<ChunkStore>(), control);
  if (!layers) return layers.error();
  EXPECT_EQ(layers->size(), 1u);
  return layers->front();
}

TEST(OpenLayer, AnUnreadableFileSaysWhatToDo) {
  const auto layer = opened("/nowhere/at/all.tif", OpenAs::kGuess);
  ASSERT_FALSE(layer);
  EXPECT_FALSE(layer.error().fix.empty());
}

TEST(OpenLayer, AsLabelsRefusesFractions) {
  const test::TempDir folder;
  Volume volume(VoxelType::kFloat32, {1, 1, 1, 4, 4});
  volume.view<float>()(0, 1, 1) = 0.5F;
  ASSERT_TRUE(write_image(folder / "f.tif", volume));
  EXPECT_TRUE(opened(folder / "f.tif", OpenAs::kGuess));
  EXPECT_FALSE(opened(folder / "f.tif", OpenAs::kLabels));
}

TEST(OpenLayer, TellsRealImagesFromTheirMasks) {
  KARYO_NEEDS_SHARED();
  const auto data = test::shared_dir() / "data";
  std::vector<fs::path> sets{data / "nuclei2d/sample", data / "nuclei3d/sample"};
  for (const auto& set : sets) {
    for (const auto& entry : fs::directory_iterator(set / "images")) {
      const auto image = opened(entry.path(), OpenAs::kGuess);
      ASSERT_TRUE(image) << image.error().what;
      EXPECT_EQ((*image)->kind(), LayerKind::kImage) << entry.path();
    }
    for (const auto& entry : fs::directory_iterator(set / "masks")) {
      // Under a name that says nothing.
      const test::TempDir folder;
      fs::copy_file(entry.path(), folder / "x.tif");
      const auto mask = opened(folder / "x.tif", OpenAs::kGuess);
      ASSERT_TRUE(mask) << mask.error().what;
      EXPECT_EQ((*mask)->kind(), LayerKind::kLabels) << entry.path();
    }
  }
  int checked = 0;
  for (const auto& entry : fs::directory_iterator(data / "nuclei2d/test/images")) {
    const auto image = opened(entry.path(), OpenAs::kGuess);
    ASSERT_TRUE(image) << image.error().what;
    EXPECT_EQ((*image)->kind(), LayerKind::kImage) << entry.path();
    const auto mask =
        opened(data / "nuclei2d/test/masks" / entry.path().filename(), OpenAs::kGuess);
    ASSERT_TRUE(mask);
    EXPECT_EQ((*mask)->kind(), LayerKind::kLabels) << entry.path();
    if (++checked == 12) break;
  }
}

TEST(OpenLayer, FilesOfOneSetAreOpenedOnce) {
  const test::TempDir folder;
  const Volume plane(VoxelType::kUInt8, {1, 1, 1, 4, 5});
  for (const char* name : {"a.tif", "b.tif", "other.tif"}) {
    ASSERT_TRUE(write_image(folder / name, plane));
  }
  std::ofstream(folder / "set.companion.ome")
      << R"(<OME><Image><Pixels DimensionOrder="XYZCT" SizeX="5" SizeY="4" SizeZ="2" SizeC="1")"
      << R"( SizeT="1"><TiffData IFD="0"><UUID FileName="a.tif"/></TiffData>)"
      << R"(<TiffData FirstZ="1" IFD="0"><UUID FileName="b.tif"/></TiffData></Pixels></Image></OME>)";
  const std::vector<std::filesystem::path> chosen{folder / "set.companion.ome", folder / "a.tif",
                                                  folder / "b.tif", folder / "other.tif"};
  EXPECT_EQ(without_repeated_sets(chosen),
            (std::vector<std::filesystem::path>{chosen[0], chosen[3]}));
  TaskControl control;
  const auto layers =
      open_layers(chosen[0], OpenAs::kImage, std::make_shared<ChunkStore>(), control);
  ASSERT_TRUE(layers) << layers.error().what;
  EXPECT_EQ(layers->size(), 1U);
}

}  // namespace
}  // namespace karyo
