#include "models/stardist/anisotropy.h"

#include <gtest/gtest.h>

#include "tests/support/label_npy.h"
#include "tests/support/shared_data.h"

namespace karyo::stardist {
namespace {

TEST(Anisotropy, ExtentsAreTheReferences) {
  KARYO_NEEDS_SHARED();
  const auto folder = test::shared_dir() / "golden/functions";
  const LabelArray labels = test::labels_of(test::read_npy(folder / "mask3d.npy"));
  EXPECT_EQ(median_extents(labels.view()), (Extents{6, 11, 14}));  // calculate_extents.json
}

TEST(Anisotropy, OfSeveralImagesGoesByTheirMedians) {
  LabelArray labels({8, 8, 8});
  EXPECT_FALSE(median_extents(labels.view()));
  for (int z = 2; z < 4; ++z) {
    for (int y = 1; y < 5; ++y) labels(z, y, 0) = labels(z, y, 3) = 7;  // in two pieces
  }
  labels(7, 7, 7) = 9;
  EXPECT_EQ(median_extents(labels.view()), (Extents{1.5, 2.5, 2.5})) << "mean of both";
  EXPECT_EQ(anisotropy_of({{2, 8, 9}, {4, 8, 7}, {100, 8, 8}}), (Extents{2, 1, 1}));
  EXPECT_EQ(anisotropy_of({}), (Extents{1, 1, 1}));
}

}  // namespace
}  // namespace karyo::stardist
