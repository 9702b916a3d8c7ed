#include "core/io/image_names.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

TEST(ImageNames, EveryFormThatIsReadIsAnnouncedInEitherCase) {
  for (const std::string name :
       {"a.tif", "a.tiff", "a.btf", "a.tf8", "a.ome.tif", "a.ome.tiff", "a.png", "a.jpg", "a.jpeg",
        "a.nrrd", "a.nhdr", "a.nii", "a.nii.gz", "a.mha", "a.mhd", "A.TIF", "a.Ome.Tiff",
        "a.NII.GZ", "folder.d/a.PNG"}) {
    EXPECT_TRUE(is_image_name(name)) << name;
  }
  for (const std::string name : {"a", "a.txt", "a_RoiSet.zip", "a.gz", "a.tif.txt", "atif", ".tif",
                                 "folder.tif/a", "a.tifx", ""}) {
    EXPECT_FALSE(is_image_name(name)) << name;
  }
}

TEST(ImageNames, StemsOfOnePictureAreEqualWhateverTheEnding) {
  for (const std::string name :
       {"d/cell.1.tif", "cell.1.TIFF", "cell.1.ome.tif", "cell.1.OME.tiff", "cell.1.ome.btf",
        "cell.1.ome.tf8", "cell.1.nii.gz", "cell.1.nii", "cell.1.png", "cell.1.txt"}) {
    EXPECT_EQ(image_stem(name), "cell.1") << name;
  }
}

TEST(ImageNames, StemsKeepWhatIsNoEnding) {
  EXPECT_EQ(image_stem("cells"), "cells");
  EXPECT_EQ(image_stem("Cells.ome.png"), "Cells.ome");  // OME names TIFF only
  EXPECT_EQ(image_stem("Cells.nii.tif"), "Cells.nii");
  EXPECT_EQ(image_stem(".ome.tif"), ".ome");
  EXPECT_EQ(image_stem(".tif"), ".tif");
  EXPECT_EQ(image_stem("kerne_\xc3\x84.TIF"), "kerne_\xc3\x84");
}

TEST(ImageNames, AFolderListsItsImagesInOrderWithoutHiddenOnes) {
  const test::TempDir dir;
  for (const char* name : {"b.tif", "a.PNG", ".c.tif", "RoiSet.zip"}) std::ofstream(dir / name);
  std::filesystem::create_directory(dir / "folder.tif");
  EXPECT_EQ(image_files(dir.path()).value(), std::vector({dir / "a.PNG", dir / "b.tif"}));
  EXPECT_EQ(image_files(dir / "none").error().code, ErrorCode::kNotFound);
}

TEST(ImageNames, AListHasOneALineWhateverEndsIt) {
  const test::TempDir dir;
  std::ofstream(dir / "list.txt") << "one\r\n\ntwo words\n";
  std::ofstream(dir / "empty.txt") << "\n";
  EXPECT_EQ(read_name_list(dir / "list.txt").value(),
            std::vector<std::string>({"one", "two words"}));
  EXPECT_EQ(read_name_list(dir / "empty.txt").error().code, ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace karyo
